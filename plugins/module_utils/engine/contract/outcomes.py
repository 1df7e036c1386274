# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The outcome of a run: hooks, failures, drift, and what was done about an interrupted switch."""

from __future__ import annotations

from .errors import ErrorKind
from .operations import Problem, members_of
from .value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import List, Optional

    from .value import JsonObject


class HookRun(Value):
    """A hook that ran, with its exit code, output and duration; `rc` is None for one that only would run.

    `event` is `activation`, `onChange` or `check`; of one that is `secret` the output is not shown.
    """

    __slots__ = ("event", "name", "output", "rc", "seconds", "secret")

    def __init__(self, name: str, event: str = "activation", secret: bool = False) -> None:
        self.name = name
        self.event = event
        self.secret = secret
        self.rc: Optional[int] = None
        self.output = ""
        self.seconds: Optional[float] = None

    def json(self) -> JsonObject:
        """The attributes that are known, by their names."""
        found: JsonObject = {"name": self.name, "event": self.event}
        if self.secret:
            found["secret"] = True
        if self.rc is not None:
            found.update(rc=self.rc, output=self.output, seconds=self.seconds)
        return found

    @classmethod
    def of(cls, value: object) -> HookRun:
        """The inverse of `json`."""
        members = members_of(value, "a hook")
        run = cls(members.text("name"), members.optional_text("event") or "activation", members.flag("secret"))
        run.rc, run.output = members.optional_number("rc"), members.optional_text("output") or ""
        run.seconds = members.optional_real("seconds")
        return run


class Failure(Value):
    """Why a switch did not succeed.

    `kind` is COLLISION, CHECK (a check script failed), HOOK, LINK (the system refused a path) or SERVICE. `undone`: the previous
    generation is back. `entry`, `rc` and `output` are those of a script, `problems` are about paths.
    """

    __slots__ = ("entry", "kind", "message", "output", "problems", "rc", "undone")

    def __init__(self, kind: ErrorKind, message: str, run: Optional[HookRun] = None) -> None:
        self.kind = kind
        self.message = message
        self.undone = False
        self.entry = run.name if run is not None else None
        self.rc = run.rc if run is not None else None
        self.output = run.output if run is not None else ""
        self.problems: List[Problem] = []

    def json(self) -> JsonObject:
        """The attributes by their names, without those that are empty."""
        found: JsonObject = {"kind": self.kind.value, "message": self.message, "undone": self.undone}
        if self.entry is not None:
            found["entry"] = self.entry
        if self.rc is not None:
            found.update(rc=self.rc, output=self.output)
        if self.problems:
            found["problems"] = [problem.json() for problem in self.problems]
        return found

    @classmethod
    def of(cls, value: object) -> Failure:
        """The inverse of `json`."""
        members = members_of(value, "a failure")
        kind = ErrorKind(members.choice("kind", [kind.value for kind in ErrorKind]))
        failure = cls(kind, members.text("message"))
        failure.undone, failure.entry = members.flag("undone"), members.optional_text("entry")
        failure.rc, failure.output = members.optional_number("rc"), members.optional_text("output") or ""
        failure.problems = [Problem.of(item) for item in members.sequence("problems")]
        return failure


class Drift(Value):
    """A managed path that is not as it was put there.

    `problem` is `missing`, `replaced`, `changed`, `mode`, `kept` (a file of the user's is in the way), or `object` (the stored
    content was modified in place).
    """

    __slots__ = ("detail", "path", "problem")

    def __init__(self, path: str, problem: str, detail: str) -> None:
        self.path = path
        self.problem = problem
        self.detail = detail

    def json(self) -> JsonObject:
        """{"path", "problem", "detail"}."""
        return {"path": self.path, "problem": self.problem, "detail": self.detail}

    @classmethod
    def of(cls, value: object) -> Drift:
        """The inverse of `json`."""
        members = members_of(value, "drift")
        return cls(members.text("path"), members.text("problem"), members.text("detail"))


class Recovered(Value):
    """An interrupted switch that this run first finished or undid (`direction`).

    `to` is the generation that it was to lead to; `started` is in seconds since 1970, 0 when not known.
    """

    __slots__ = ("direction", "started", "to")

    def __init__(self, to: Optional[int], direction: str, started: int) -> None:
        self.to = to
        self.direction = direction
        self.started = started

    def json(self) -> JsonObject:
        """{"to", "direction", "started"}."""
        return {"to": self.to, "direction": self.direction, "started": self.started}

    @classmethod
    def of(cls, value: object) -> Recovered:
        """The inverse of `json`."""
        members = members_of(value, "a recovery")
        return cls(members.optional_number("to"), members.text("direction"), members.number("started"))
