# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Closures: values that bring the scope of their expressions with them."""

from __future__ import annotations

from ..syntax.position import Position
from .scope import Scope


class Closure:
    """A value together with the scope that its expressions are evaluated in, where that is not the definition's own."""

    __slots__ = ("position", "scope", "value")

    def __init__(self, value: object, scope: Scope, position: Position | None = None) -> None:
        self.value = value
        self.scope = scope
        self.position = position
