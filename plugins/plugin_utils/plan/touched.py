# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""`touched(path)`: whether the user's own modules define an option. What nobody declares is left as the host has it."""

from __future__ import annotations

from ..options.definition import Assignment, Definition
from ..options.evaluation import Evaluation
from ..options.node import Node
from ..options.priority import discharge, may_vanish
from ..syntax.errors import SpecError
from ..syntax.keys import split

USER = (1,)


class Touched:
    """A function of expressions: whether a module outside the library defines the option at a path, or one below it."""

    def __init__(self, evaluation: Evaluation) -> None:
        self.evaluation = evaluation

    def __call__(self, path: str) -> bool:
        """Raises SpecError when the library declares nothing at the path."""
        parts = [str(part) for part in split(path)]
        node = self.evaluation.home.root
        while parts:
            node.settle()
            if node.schema.declaration is not None:
                return any(_mentions(entry, parts) for entry in _assignments(node))
            child = node.child(parts[0]) or node.loaded(parts[0])
            if child is None:
                raise SpecError("unknown option", path=path)
            node = child
            parts = parts[1:]
        return _below(node)


def _assignments(node: Node) -> list[Assignment]:
    """What the user's modules say of a node, conditions applied."""
    return [entry for entry in node.assignments if entry.rank[:1] == USER and any(map(_exists, entry.definitions()))]


def _below(node: Node) -> bool:
    node.settle()
    return bool(_assignments(node)) or any(_below(child) for child in list(node.children.values()))


def _mentions(entry: Assignment, parts: list[str]) -> bool:
    """Whether the value of an entry has something at a path of names."""
    return any(_inside(definition, parts) for definition in entry.definitions())


def _inside(definition: Definition, parts: list[str]) -> bool:
    if not parts:
        return _exists(definition)
    return any(
        isinstance(found.value, dict) and parts[0] in found.value and _inside(found.entry(parts[0]), parts[1:])
        for found in discharge([definition])
    )


def _exists(definition: Definition) -> bool:
    """Whether a definition is one. Only a value that could turn out to be none is evaluated, which may ask for other options."""
    return not may_vanish(definition.value) or bool(discharge([definition]))
