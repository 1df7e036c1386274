# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# pylint: disable=unidiomatic-typecheck; an exact type is the cheapest question, and these are asked for every value
"""Scopes: the names that an expression can use, and their values.

A scope is a chain: loop items and block variables, then a submodule's `this`, `outer` and `name`, then the module's `vars`, then
the names of the language (`config`, `cfg`, `options`, `pkgs`, `host`, ...), at last the variables of the play.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from ..syntax.errors import SpecError, summary
from ..syntax.position import Position
from ..values import Package, StoreFile, StoreFolder
from .attributes import unknown_name
from .thunk import Thunk

_MISSING = object()


class Services(Protocol):
    """What expressions use besides names; `language.Language` provides it."""

    taint: Callable[[], None]
    taints: Callable[[], int]

    @property
    def realised(self) -> bool:
        """Whether packages are shown in the home's own profile."""

    def unwrapped(self, package: Package, name: str) -> str | None:
        """The path of a program that the profile shows a wrapper of."""

    def is_own(self, position: Position | None) -> bool:
        """Whether the user's own files say something."""

    def note_program(self, package: Package, name: str | None) -> None:
        """Remember that a program of a package is started by its path in the profile."""

    def note_named(self, package: Package) -> Package:
        """The package as one that the user asked for."""

    def evaluator(self, source: str, bare: bool) -> Callable[[Scope], Any]:
        """The compiled form of an expression. Raises SpecError."""

    def render(self, name: str, scope: Scope, position: Position | None) -> str:
        """The text of the template file `name`. Raises SpecError."""

    def package(self, name: str, **fields: object) -> Package:
        """The package of that name."""

    def store_file(self, file: StoreFile) -> StoreFile:
        """A generated file, registered with the store and with its path there. Raises SpecError."""

    def store_folder(self, folder: StoreFolder) -> StoreFolder:
        """A generated folder, registered with the store and with its path there. Raises SpecError."""


class Scope:
    """Names and, where the scope is that of a block or of one turn of its loop, the condition that guards it."""

    __slots__ = ("_active", "_guard", "folder", "language", "names", "parent")

    parent: Scope | None
    language: Services

    def __init__(
        self,
        parent: Scope,
        names: dict[str, object] | None = None,
        guard: Sequence[Condition] | None = None,
        folder: str | None = None,
    ) -> None:
        self.parent = parent
        self.language = parent.language
        self.names = names or {}
        self._guard = guard
        self._active: bool | None = None
        self.folder: str = parent.folder if folder is None else folder

    def lookup(self, name: str) -> Any:
        """The value of `name`, or an unknown name, whose use is an error."""
        value = self.find(name, _MISSING)
        return unknown_name(name, self.known) if value is _MISSING else value

    def find(self, name: str, default: Any) -> Any:
        """The value of `name`, or `default` when no scope of the chain has it."""
        scope: Scope | None = self
        while scope is not None:
            value = scope.names.get(name, _MISSING)
            if value is not _MISSING:
                return value.read(name, self.language) if type(value) is Thunk else value
            if scope.parent is None:
                return scope.beyond(name, default)
            scope = scope.parent
        return default

    def beyond(self, name: str, default: Any) -> Any:
        """Where the outermost scope looks for a name that it does not hold itself."""
        return default

    def names_below(self, outer: Scope) -> dict[str, object]:
        """The names of this scope and those around it, up to `outer`; inner ones win."""
        found: dict[str, object] = {}
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
            if scope.parent is None:
                names.extend(scope.names_beyond())
            scope = scope.parent
        return names

    def names_beyond(self) -> list[str]:
        """The names that the outermost scope knows besides its own, for hints."""
        return []

    def active(self) -> bool:
        """Whether the conditions of this scope and of all around it hold."""
        if self._active is None:
            outer = self.parent is None or self.parent.active()
            self._active = outer and all(holds(condition, self) for condition in self._guard or ())
        return self._active


class Outermost(Scope):
    """The scope around everything: names of the language first, then the play's variables."""

    __slots__ = ("variable",)

    def __init__(
        self, language: Services, names: dict[str, object], variable: Callable[[str, Any], Any] | None = None
    ) -> None:
        self.parent = None
        self.language = language
        self.names = names
        self._guard = None
        self._active = True
        self.folder = ""
        self.variable = variable

    def beyond(self, name: str, default: Any) -> Any:
        return self.variable(name, default) if self.variable is not None else default

    def names_beyond(self) -> list[str]:
        names = getattr(self.variable, "names", None)
        return list(names()) if names is not None else []


class Condition(Protocol):
    """An expression whose value is a boolean."""

    source: str
    position: Position | None

    def evaluate(self, scope: Scope) -> Any:
        """The value in a scope. Raises SpecError."""


def holds(condition: Condition, scope: Scope) -> bool:
    """The value of a condition. Raises SpecError when it is not a boolean."""
    value = condition.evaluate(scope)
    if isinstance(value, bool):
        return value
    raise not_a_boolean(value, condition.source, condition.position)


def not_a_boolean(value: Any, source: str = "", position: Position | None = None) -> SpecError:
    """The error for a condition with a value of another kind."""
    error = SpecError(
        f"a condition must be a boolean, but `{source}` is {summary(value)}",
        [position],
        hint="write a comparison, such as `x != null` or `x != []`",
    )
    return error.with_details("condition", at_value=True, whole=True)
