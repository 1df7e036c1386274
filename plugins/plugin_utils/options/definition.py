# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Assignments, as modules make them, and the definitions that they come to: values with a position, a priority and an order."""

from __future__ import annotations

from ..expressions.scope import Scope
from ..modules.block import Block
from ..syntax.marks import MIDDLE, NORMAL
from ..syntax.nodes import position_of
from ..syntax.position import Position
from ..values import Value

# Where a definition comes in the order of modules: compared, never looked into.
Rank = tuple[object, ...]


class Definition:
    """One value for an option. `value` may still hold expressions and marks below its root; they live in `scope`."""

    __slots__ = ("order", "position", "priority", "scope", "value")

    def __init__(
        self, value: Value, scope: Scope, position: Position | None, priority: int = NORMAL, order: int = MIDDLE
    ) -> None:
        self.value = value
        self.scope = scope
        self.position = position
        self.priority = priority
        self.order = order

    def entry(self, key: str | int) -> Definition:
        """The definition of one entry of this one's mapping or list, at normal priority and order."""
        return Definition(self.value[key], self.scope, position_of(self.value, key) or self.position)

    def holding(self, value: Value) -> Definition:
        """The same definition with another value."""
        return Definition(value, self.scope, self.position, self.priority, self.order)


class Assignment:
    """What a module assigns to an option or to a group: a value, and the block whose scopes it is evaluated in."""

    __slots__ = ("block", "order", "position", "priority", "rank", "value")

    def __init__(
        self,
        block: Block,
        value: Value,
        position: Position | None,
        rank: Rank,
        priority: int = NORMAL,
        order: int = MIDDLE,
    ) -> None:
        self.block = block
        self.value = value
        self.position = position
        self.rank = rank
        self.priority = priority
        self.order = order

    def holding(self, value: Value, position: Position | None = None, block: Block | None = None) -> Assignment:
        """The same assignment with another value."""
        return Assignment(block or self.block, value, position or self.position, self.rank, self.priority, self.order)

    def definitions(self) -> list[Definition]:
        """The definitions of the turns whose conditions hold."""
        return [
            Definition(self.value, scope, self.position, self.priority, self.order)
            for scope in self.block.scopes()
            if scope.active()
        ]
