# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Definitions: what somebody says an option shall be, where, and how strongly."""

from __future__ import annotations

from typing import Any

from ..expressions.scope import Scope
from ..syntax.marks import MIDDLE, NORMAL
from ..syntax.nodes import place_of
from ..syntax.position import Position


class Definition:
    """One value for an option. `value` may still hold expressions and marks below its root; they live in `scope`."""

    __slots__ = ("order", "position", "priority", "scope", "value")

    def __init__(
        self, value: Any, scope: Scope, position: Position | None, priority: int = NORMAL, order: int = MIDDLE
    ) -> None:
        self.value = value
        self.scope = scope
        self.position = position
        self.priority = priority
        self.order = order

    def entry(self, key: str | int) -> Definition:
        """The definition of one entry of this one's mapping or list, at normal priority and order."""
        return Definition(self.value[key], self.scope, place_of(self.value, key) or self.position)

    def holding(self, value: Any) -> Definition:
        """The same definition with another value."""
        return Definition(value, self.scope, self.position, self.priority, self.order)
