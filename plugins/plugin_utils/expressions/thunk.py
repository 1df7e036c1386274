# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Thunks: values that are computed when they are first asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from ..syntax.errors import CycleError
from ..values import Value

_MISSING = object()


class Tainted(Protocol):
    """What notes that a secret is read: `taint` is called for each, `taints` counts them."""

    taint: Callable[[], None]
    taints: Callable[[], int]


class Thunk:
    """A value computed on demand, once."""

    __slots__ = ("busy", "compute", "secret", "value")

    def __init__(self, compute: Callable[[], object]) -> None:
        self.compute = compute
        self.value: object = _MISSING
        self.busy = False
        self.secret = False

    @classmethod
    def of_secret(cls, value: Value) -> Thunk:
        """A value that is known already, and must not be shown."""
        thunk = cls(lambda: value)
        thunk.value, thunk.secret = value, True
        return thunk

    def read(self, name: str, language: Tainted) -> Value:
        """The value, as `get`; each reading of one that holds a secret is noted, not only the first."""
        if self.value is not _MISSING:
            if self.secret:
                language.taint()
            return self.value
        before = language.taints()
        value = self.get(name)
        self.secret = language.taints() != before
        return value

    def get(self, name: str = "the value") -> object:
        """The value. Raises CycleError, in which the value is called `name`, when it needs itself."""
        if self.value is _MISSING:
            if self.busy:
                raise CycleError([name, name])
            self.busy = True
            try:
                self.value = self.compute()
            finally:
                self.busy = False
        return self.value
