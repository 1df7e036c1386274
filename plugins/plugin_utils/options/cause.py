# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Finds the option of the user that causes an entry of a mapping: the entry's own, or one that a module of the library reads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from ..expressions.expression import Expression
from ..modules.block import Block
from ..modules.module import Module
from ..syntax.keys import joined
from .definition import Assignment, Definition
from .node import Node
from .provenance import Positions, Provenance, is_of_user

# A variable that only shortens the path of an option.
_NAMED = re.compile(r"(?:\{\{ *)?((?:cfg|config)(?:\.\w+|\['[^']+'\])*)(?: *\}\})?")
_TOUCHED = re.compile(r"\btouched\('([\w.-]+)'\)")


class Cause(NamedTuple):
    """An option of the user's by its path, and where it is set."""

    path: str
    positions: Positions


class Causes:
    """The causes within one evaluation."""

    def __init__(self, provenance: Provenance) -> None:
        self._provenance = provenance

    def of_entry(self, option: str, name: str) -> Cause:
        """The cause of the entry `name` of a mapping option, by its own path where no other is known."""
        return self._of(option, joined((*option.split("."), name)), self._provenance.definition(option, name))

    def of_element(self, option: str, index: int) -> Cause:
        """The same for an element of a list option."""
        return self._of(option, option, self._provenance.elements(option)[index])

    def below(self, option: str) -> list[Cause]:
        """What the user sets of an option, or of those below it."""
        node = self._provenance.node(tuple(option.split(".")))
        set_there = [(at, a) for at in _nodes(node) for a in at.assignments] if node is not None else []
        return [
            Cause(at.dotted, () if assignment.position is None else (assignment.position,))
            for at, assignment in set_there
            if is_of_user(assignment) and assignment.definitions()
        ]

    def _of(self, option: str, own: str, definition: Definition | None) -> Cause:
        node = self._provenance.node(tuple(option.split(".")))
        if definition is None or node is None:
            return Cause(own, ())
        positions = self._provenance.of(definition)
        holding = [a for a in node.assignments if any(scope is definition.scope for scope in a.block.scopes())]
        if any(is_of_user(assignment) for assignment in holding):
            return Cause(own, positions[:1])
        found = next((cause for assignment in holding for cause in self._behind(assignment, set())), None)
        return found or Cause(own, positions)

    def _behind(self, assignment: Assignment, seen: set[int]) -> Iterator[Cause]:
        """The user's options that the conditions and the loops around an assignment read, the nearest first."""
        if id(assignment) in seen:
            return
        seen.add(id(assignment))
        module = self._provenance.module(assignment)
        block: Block | None = assignment.block
        while block is not None:
            for source in _sources(block, module):
                for node in self._read(source, module):
                    yield from self._causes(node, seen)
            block = block.parent
        root = self._provenance.node(module.root) if module is not None and module.root else None
        if root is not None:
            yield from self._causes(root, seen)

    def _read(self, source: str, module: Module | None) -> Iterator[Node]:
        yield from self._provenance.nodes_read(source, module)
        for path in _TOUCHED.findall(source):
            node = self._provenance.node(tuple(path.split(".")))
            if node is not None:
                yield node

    def _causes(self, node: Node, seen: set[int]) -> Iterator[Cause]:
        """The user's assignments to an option or below it, then what those of the library are there because of."""
        below = [(at, a) for at in _nodes(node) for a in at.assignments if a.definitions()]
        for at, assignment in below:
            if is_of_user(assignment) and assignment.position is not None:
                yield Cause(at.dotted, (assignment.position,))
        for _at, assignment in below:
            if not is_of_user(assignment):
                yield from self._behind(assignment, seen)


def _nodes(node: Node) -> Iterator[Node]:
    yield node
    for child in list(node.children.values()):
        yield from _nodes(child)


def _sources(block: Block, module: Module | None) -> Iterator[str]:
    """The conditions and the loop of a block, and what the variables of the module say that they name."""
    variables = module.node.get("vars") if module is not None else None
    for expression in (*(block.guard or []), block.loop):
        if not isinstance(expression, Expression):
            continue
        source = expression.source
        others = []
        for name, value in variables.items() if isinstance(variables, dict) else ():
            if isinstance(value, Expression) and re.search(rf"(?<![\w.]){name}\b", source):
                named = _NAMED.fullmatch(value.source)
                if named is not None:
                    source = re.sub(rf"(?<![\w.]){name}\b", named[1], source)
                else:
                    others.append(value.source)
        yield source
        yield from others
