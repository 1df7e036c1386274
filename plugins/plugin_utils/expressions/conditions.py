# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Conditions: what a `when` or an `if` mark says, and whether it holds."""

from __future__ import annotations

from ..syntax.errors import SpecError
from ..syntax.nodes import position_of
from ..syntax.position import Position
from .expression import Expression
from .scope import Scope, holds, not_a_boolean


def conditions(node: object, position: Position | None) -> list[Expression]:
    """The expressions of a `when`: one, or a list that must all hold. Raises SpecError."""
    items = node if isinstance(node, list) else [node]
    found: list[Expression] = []
    for index, item in enumerate(items):
        where = position_of(node, index) if isinstance(node, list) else position
        if isinstance(item, bool):
            found.append(Expression("true" if item else "false", where, bare=True))
        elif isinstance(item, str):
            found.append(Expression(item, where, bare=True))
        elif isinstance(item, Expression):
            found.append(Expression(item.source, item.position, bare=False))
        else:
            raise SpecError("`when` must be an expression or a list of expressions", [where or position])
    return found


def all_hold(node: object, scope: Scope, position: Position | None) -> bool:
    """Whether everything that a `when` says holds. Raises SpecError."""
    return all(holds(condition, scope) for condition in conditions(node, position))


def mark_holds(mark: dict[str, object], scope: Scope) -> bool:
    """Whether the condition of an `if` mark holds. Raises SpecError."""
    wanted = mark["condition"]
    if isinstance(wanted, dict) and wanted.get("_type") == "when":
        return all_hold(wanted["expr"], scope, position_of(wanted))
    return truth(wanted, scope)


def truth(value: object, scope: Scope) -> bool:
    """A boolean, or the value of a condition. Raises SpecError for anything else."""
    if isinstance(value, bool):
        return value
    if isinstance(value, Expression):
        return holds(value, scope)
    raise not_a_boolean(value)
