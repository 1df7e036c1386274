# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# pylint: disable=unidiomatic-typecheck; an exact type is the cheapest question, and these are asked for every value
"""Scopes: which names an expression can use, and what they stand for.

A scope is a chain: loop items and block variables, then a submodule's `this`, `outer` and `name`, then the module's `vars`, then
the names of the language (`config`, `cfg`, `options`, `pkgs`, `host`, ...), at last the variables of the play.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..syntax.errors import CycleError, SpecError

if TYPE_CHECKING:
    from .expression import Expression

_MISSING = object()


class Late:
    """A name's value that is computed when it is first asked for."""

    __slots__ = ("busy", "compute", "value")

    def __init__(self, compute: Callable[[], Any]) -> None:
        self.compute = compute
        self.value: Any = _MISSING
        self.busy = False

    def get(self, name: str) -> Any:
        if self.value is _MISSING:
            if self.busy:
                raise CycleError([name, name])
            self.busy = True
            try:
                self.value = self.compute()
            finally:
                self.busy = False
        return self.value


class Scope:
    """Names and, where the scope is that of a block or of one turn of its loop, the condition that guards it."""

    __slots__ = ("_active", "_guard", "folder", "names", "parent")

    def __init__(
        self,
        parent: Scope | None = None,
        names: dict[str, Any] | None = None,
        guard: list[Expression] | None = None,
        folder: str | None = None,
    ) -> None:
        self.parent = parent
        self.names = names or {}
        self._guard = guard
        self._active: bool | None = None if guard else (True if parent is None else None)
        self.folder: str = folder if folder is not None else (parent.folder if parent else "")

    def lookup(self, name: str) -> Any:
        """The value of `name`. Raises SpecError with the nearest names when there is none."""
        value = self.find(name, _MISSING)
        if value is _MISSING:
            from .environment import unknown_name

            return unknown_name(name, self)
        return value

    def find(self, name: str, default: Any) -> Any:
        """The value of `name`, or `default` when no scope of the chain has it."""
        scope: Scope | None = self
        while scope is not None:
            value = scope.names.get(name, _MISSING)
            if value is not _MISSING:
                return value.get(name) if type(value) is Late else value
            if scope.parent is None:
                return scope.beyond(name, default)
            scope = scope.parent
        return default

    def beyond(self, name: str, default: Any) -> Any:
        """Where the outermost scope looks for a name that it does not hold itself."""
        return default

    def names_below(self, outer: Scope) -> dict[str, Any]:
        """The names of this scope and those around it, up to `outer`; inner ones win."""
        found: dict[str, Any] = {}
        scope: Scope | None = self
        while scope is not None and scope is not outer:
            found = {**scope.names, **found}
            scope = scope.parent
        return found

    def known(self) -> list[str]:
        """All names of the chain, for hints."""
        names: list[str] = []
        scope: Scope | None = self
        while scope is not None:
            names.extend(scope.names)
            scope = scope.parent
        return names

    def active(self) -> bool:
        """Whether the conditions of this scope and of all around it hold."""
        if self._active is None:
            outer = self.parent is None or self.parent.active()
            self._active = outer and all(condition(expression, self) for expression in self._guard or ())
        return self._active


class Outermost(Scope):
    """The scope around everything: names of the language first, then the play's variables."""

    __slots__ = ("variable",)

    def __init__(self, names: dict[str, Any], variable: Callable[[str, Any], Any] | None = None) -> None:
        super().__init__(None, names)
        self.variable = variable

    def beyond(self, name: str, default: Any) -> Any:
        return self.variable(name, default) if self.variable is not None else default


def condition(expression: Any, scope: Scope) -> bool:
    """The value of a condition. Raises SpecError when it is not a boolean."""
    value = expression.evaluate(scope) if hasattr(expression, "evaluate") else expression
    if isinstance(value, bool):
        return value
    from ..syntax.errors import shown

    source = getattr(expression, "source", "")
    raise SpecError(
        f"a condition must be a boolean, `{source}` is {shown(value)}",
        [getattr(expression, "position", None)],
        hint="compare it, as in `x != null` or `x != []`",
    )
