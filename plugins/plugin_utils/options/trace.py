# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The trace of an evaluation: what is being computed, what was found wrong, and what must not be shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from .. import inputs
from ..expressions.limits import TooLong
from ..syntax.errors import CycleError, SpecError, SpecWarning
from ..syntax.keys import joined
from ..syntax.position import Position
from ..syntax.secrets import SECRETS
from ..values import Value


class Owner(Protocol):
    """An option."""

    @property
    def path(self) -> tuple[str, ...]:
        """Its path from the root of the home."""


Traced = Owner | tuple[str, ...]


class Frame:
    """One option, or one entry (by its path), being computed; `secret` once it has read something that must not be shown."""

    __slots__ = ("position", "secret", "stack", "what")

    def __init__(self, stack: list[Frame], what: Traced, position: Position | None) -> None:
        self.stack = stack
        self.what = what
        self.position = position
        self.secret = False

    @property
    def path(self) -> str:
        return joined(self.what if isinstance(self.what, tuple) else self.what.path)

    def __enter__(self) -> Frame:
        self.stack.append(self)
        return self

    def __exit__(self, _kind: object, error: object, _trace: object) -> None:
        self.stack.pop()
        if self.secret and self.stack:
            self.stack[-1].secret = True
        if self.secret and isinstance(error, SpecError):
            error.conceal()


class Trace:
    """Errors and warnings in the order in which they were found, and the paths of options whose values are `secret`."""

    def __init__(self) -> None:
        self.errors: list[SpecError] = []
        self.warnings: list[SpecWarning] = []
        self.secret: set[tuple[str, ...]] = set()
        self.stack: list[Frame] = []
        self._warned: set[str] = set()
        # How often something secret was read.
        self.taints = 0

    def visiting(self, what: Traced, position: Position | None) -> Frame:
        """A frame for the computation of an option, or of an entry. Raises CycleError when it is being computed already."""
        for index, frame in enumerate(self.stack):
            if frame.what is what or (isinstance(what, tuple) and frame.what == what):
                chain = self.stack[index:]
                raise CycleError([*(f.path for f in chain), chain[0].path], [f.position for f in chain])
        return Frame(self.stack, what, position)

    def taint(self) -> None:
        """Note that what is being computed has read a secret."""
        self.taints += 1
        inputs.tainted()
        if self.stack:
            self.stack[-1].secret = True

    def recall(self, path: tuple[str, ...]) -> None:
        """Note that a value computed before was read."""
        if self.secret and path in self.secret:
            self.taint()

    def collect(self, error: SpecError) -> None:
        self.errors.append(error)

    def attempt(self, compute: Callable[[], object], default: Value = None) -> Value:
        """The result of `compute`; an error of the spec is collected, and `default` returned.

        One that took too long ends the evaluation.
        """
        try:
            return compute()
        except SpecError as error:
            if isinstance(error, TooLong):
                raise
            self.collect(error)
        except RecursionError:
            self.collect(SpecError("the spec is nested too deeply to evaluate"))
        return default

    def warn(self, warning: SpecWarning) -> None:
        """Take a warning, once."""
        warning.message = SECRETS.concealed(warning.message)
        if str(warning) not in self._warned:
            self._warned.add(str(warning))
            self.warnings.append(warning)
