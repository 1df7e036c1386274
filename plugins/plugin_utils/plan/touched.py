# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""`touched(path)`: whether the user's own modules define an option. What nobody declares is left as the host has it.

`forced(path)`: whether they force it.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..options.definition import Definition
from ..options.evaluation import Evaluation
from ..options.node import Node
from ..options.priority import discharge, may_vanish
from ..syntax.errors import SpecError
from ..syntax.keys import split
from ..syntax.marks import FORCE

USER = (1,)


class Touched:
    """A function of expressions: whether a module outside the library defines the option at a path, or one below it."""

    def __init__(self, evaluation: Evaluation) -> None:
        self.evaluation = evaluation

    def __call__(self, path: str) -> bool:
        """Raises SpecError when the library declares nothing at the path."""
        node, parts = self._declared(path)
        return _below(node) if node.schema.declaration is None else any(_definitions(node, parts))

    def forced(self, path: str) -> bool:
        """Whether such a module defines the option at a path with the priority of `!force`. Raises SpecError as above."""
        return any(definition.priority <= FORCE for definition in _definitions(*self._declared(path)))

    def _declared(self, path: str) -> tuple[Node, list[str]]:
        """The option at a path and the names below it, which are keys of its value; or a group and no names."""
        parts = [str(part) for part in split(path)]
        node = self.evaluation.home.root
        while parts:
            node.settle()
            if node.schema.declaration is not None:
                break
            child = node.child(parts[0]) or node.loaded(parts[0])
            if child is None:
                raise SpecError("unknown option", path=path)
            node = child
            parts = parts[1:]
        return node, parts


def _below(node: Node) -> bool:
    node.settle()
    return any(_definitions(node, [])) or any(_below(child) for child in list(node.children.values()))


def _definitions(node: Node, parts: list[str]) -> Iterator[Definition]:
    """What the user's modules say of a node, or of what is at a path of names in its value. Conditions are applied."""
    for entry in node.assignments:
        if entry.rank[:1] == USER:
            for definition in entry.definitions():
                yield from _inside(definition, parts)


def _inside(definition: Definition, parts: list[str]) -> Iterator[Definition]:
    """What a definition comes to. Only a value that could turn out to be none is evaluated, which may ask for other options."""
    if not parts:
        yield from discharge([definition]) if may_vanish(definition.value) else [definition]
        return
    for found in discharge([definition]):
        if isinstance(found.value, dict) and parts[0] in found.value:
            yield from _inside(found.entry(parts[0]), parts[1:])
