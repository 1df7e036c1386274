# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# pylint: disable=unidiomatic-typecheck; an exact type is the cheapest question, and these are asked for every value
"""Priorities and order: from all definitions of an option to those that count, in their order.

Behaviour as in the NixOS module system (nixpkgs lib/modules.nix): conditions that do not hold vanish, the numerically lowest
priority wins and the others are dropped before merging, then a stable sort by order. The outermost mark of a kind counts.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..expressions.closure import Closure
from ..expressions.conditions import mark_holds
from ..expressions.expression import Expression
from ..expressions.lazy import EntryThunk
from ..expressions.resolution import computed_each, constructed
from ..expressions.scope import Scope
from ..syntax.errors import SpecError
from ..syntax.marks import MIDDLE, NORMAL
from ..syntax.nodes import Mapping, position_of
from ..syntax.position import Position
from ..values import OMIT
from .definition import Definition

STRUCTURAL = frozenset({"if", "override", "order", "merge", "each", "template", "when"})


def discharge(definitions: Iterable[Definition]) -> list[Definition]:
    """The definitions that exist, each with a root that is a value: no expression, no mark."""
    found: list[Definition] = []
    for definition in definitions:
        _expand(definition.value, definition.scope, definition.position, definition.priority, definition.order, found)
    return found


def effective(definitions: Iterable[Definition]) -> list[Definition]:
    """Discharged definitions of the winning priority, in order."""
    found = discharge(definitions)
    if len(found) < 2:
        return found
    best = min(d.priority for d in found)
    return sorted((d for d in found if d.priority == best), key=lambda d: d.order)


def _expand(
    value: object, scope: Scope, position: Position | None, priority: int, order: int, found: list[Definition]
) -> None:
    marked_priority = marked_order = False
    while True:
        if isinstance(value, Expression):
            position = position or value.position
            value = value.evaluate(scope)
        elif type(value) is EntryThunk:
            value = value.get()
        elif type(value) is Closure:
            scope, position, value = value.scope, value.position or position, value.value
        elif isinstance(value, dict) and "_type" in value:
            kind = value["_type"]
            if kind == "if":
                if not mark_holds(value, scope):
                    return
                value = value["content"]
            elif kind == "override":
                priority = priority if marked_priority or priority != NORMAL else number_of(value, position)
                marked_priority, value = True, value.get("content")
            elif kind == "order":
                order = order if marked_order or order != MIDDLE else number_of(value, position)
                marked_order, value = True, value.get("content")
            elif kind == "merge":
                contents = value["contents"]
                for index, item in enumerate(contents):
                    _expand(item, scope, position_of(contents, index) or position, priority, order, found)
                return
            elif kind == "each":
                value = computed_each(value, scope)
                break
            else:
                value = constructed(value, scope)
                if kind in ("template", "function") and value is not OMIT:
                    continue
                break
        else:
            break
    if value is not OMIT:
        found.append(Definition(value, scope, position, priority, order))


def number_of(mark: dict[str, object], position: Position | None) -> int:
    """The number of an `override` or `order` mark. Raises SpecError."""
    number = mark.get("priority")
    if isinstance(number, bool) or not isinstance(number, int):
        raise SpecError("a priority or an order must be an integer", [position_of(mark) or position])
    return number


def may_vanish(value: object) -> bool:
    """Whether a definition could turn out to be none, so that it must be evaluated before its key is known to exist."""
    if isinstance(value, Expression):
        return "omit" in value.source
    if type(value) is Closure:
        return may_vanish(value.value)
    return value is OMIT or (isinstance(value, (Mapping, dict)) and value.get("_type") in STRUCTURAL)
