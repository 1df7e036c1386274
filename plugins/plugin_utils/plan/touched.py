# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""`touched(path)`: whether the user's own modules define an option. What nobody declares is left as the host has it."""

from __future__ import annotations

from ..expressions.expression import Expression
from ..options.definition import Assignment
from ..options.evaluation import Evaluation
from ..options.node import Node
from ..syntax.errors import SpecError
from ..syntax.keys import split
from ..values import Value

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
    return [entry for entry in node.assignments if entry.rank[:1] == USER and entry.definitions()]


def _below(node: Node) -> bool:
    node.settle()
    return bool(_assignments(node)) or any(_below(child) for child in list(node.children.values()))


def _mentions(entry: Assignment, parts: list[str]) -> bool:
    """Whether the value of an entry has something at a path of names."""
    return any(_inside(d.value, d.scope, parts) for d in entry.definitions())


def _inside(value: Value, scope: Value, parts: list[str]) -> bool:
    if isinstance(value, Expression):
        value = value.evaluate(scope)
    if not parts:
        return True
    if not isinstance(value, dict):
        return False
    if value.get("_type") == "merge":
        return any(_inside(item, scope, parts) for item in value["contents"])
    if "_type" in value and "content" in value:
        return _inside(value["content"], scope, parts)
    return parts[0] in value and _inside(value[parts[0]], scope, parts[1:])
