# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Thunks: values that are computed when they are first asked for."""

from __future__ import annotations

from collections.abc import Callable

from ..syntax.errors import CycleError

_MISSING = object()


class Thunk:
    """A value computed on demand, once."""

    __slots__ = ("busy", "compute", "value")

    def __init__(self, compute: Callable[[], object]) -> None:
        self.compute = compute
        self.value: object = _MISSING
        self.busy = False

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
