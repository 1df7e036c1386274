# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The answer to a switch of a system, a rollback or a confirmation: the classes that both engines use."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ..contract.errors import ErrorKind
from ..contract.members import Members
from .checks.report import Check
from .etc.collision import Collision
from .home_answer import HomeAnswer
from .operation import Operation

if TYPE_CHECKING:
    from typing import Dict, List, Sequence, Tuple

    from ..contract.value import JsonObject

# The longest text that is shown in a diff, in bytes.
_LONGEST = 65536
# How many packages a warning names.
_MOST = 12


class Units:
    """What happened to units, or in check mode would happen: their names by what was done.

    `skipped` maps a unit to the reason why it was left alone, `failed` to the reason of the failure.
    """

    VERBS = ("stop", "reload", "restart", "start")

    def __init__(self) -> None:
        self.stop: List[str] = []
        self.reload: List[str] = []
        self.restart: List[str] = []
        self.start: List[str] = []
        self.skipped: Dict[str, str] = {}
        self.failed: Dict[str, str] = {}

    @property
    def acted(self) -> bool:
        """Whether anything is, or would be, done with a unit."""
        return bool(self.stop or self.reload or self.restart or self.start)

    def actions(self) -> List[Tuple[str, str]]:
        """Each unit that was acted on, after the verb: (verb, unit)."""
        return [(verb, name) for verb in self.VERBS for name in getattr(self, verb)]

    def json(self) -> JsonObject:
        return {name: getattr(self, name) for name in (*self.VERBS, "skipped", "failed")}

    @classmethod
    def of(cls, value: object) -> Units:
        """The inverse of `json`. EngineError `request`."""
        members = Members(value, "the units", ErrorKind.REQUEST)
        units = cls()
        for verb in cls.VERBS:
            setattr(units, verb, members.texts(verb))
        units.skipped, units.failed = members.text_mapping("skipped"), members.text_mapping("failed")
        return units


class Diff(NamedTuple):
    """The text of one file before and after; empty where there is no file. The caller leaves secrets out."""

    path: str
    before: str
    after: str

    def json(self) -> JsonObject:
        return dict(self._asdict())

    @classmethod
    def of(cls, value: object) -> Diff:
        """The inverse of `json`. EngineError `request`."""
        members = Members(value, "a diff", ErrorKind.REQUEST)
        return cls(members.text("path"), members.text("before"), members.text("after"))

    @classmethod
    def between(cls, path: str, before: bytes | None, after: bytes | None) -> Diff | None:
        """The diff of two contents; None if one of them is not UTF-8, or too long to show."""
        texts = []
        for content in (before, after):
            if content is not None and len(content) > _LONGEST:
                return None
            try:
                texts.append("" if content is None else content.decode("utf-8"))
            except UnicodeDecodeError:
                return None
        return cls(path, *texts)


class Failure(NamedTuple):
    """What failed first, after the switch took effect. `kind`: units, script, packages or home."""

    kind: str
    message: str

    @classmethod
    def of(cls, value: object) -> Failure:
        """The inverse of `json`. EngineError `request`."""
        members = Members(value, "a failure", ErrorKind.REQUEST)
        return cls(members.text("kind"), members.text("message"))

    def json(self) -> JsonObject:
        return dict(self._asdict())


class Armed(NamedTuple):
    """The timer that reverts a switch which nobody confirms: its end (seconds since 1970), and how many seconds it runs."""

    until: int
    seconds: int

    @classmethod
    def of(cls, value: object) -> Armed:
        """The inverse of `json`. EngineError `request`."""
        members = Members(value, "the revert timer", ErrorKind.REQUEST)
        return cls(members.number("until"), members.number("seconds"))

    def json(self) -> JsonObject:
        return dict(self._asdict())


class SystemAnswer:
    """Filled while the switch goes on. It never holds a secret. `generation` and `previous` are 0 where there is none."""

    def __init__(self, generation: int = 0) -> None:
        self.changed = False
        self.generation = generation
        self.previous = 0
        self.operations: List[Operation] = []
        self.collisions: List[Collision] = []
        self.checks: List[Check] = []
        self.units = Units()
        self.warnings: List[str] = []
        self.diffs: List[Diff] = []
        self.reboot: List[str] = []
        self.homes: Dict[str, HomeAnswer] = {}
        self.armed: Armed | None = None
        self.failed: Failure | None = None

    def fail(self, kind: str, message: str) -> None:
        """Record a failure. A further one is a warning, unless it is in the answers of units or homes anyway."""
        if self.failed is None:
            self.failed = Failure(kind, message)
        elif kind not in ("units", "home"):
            self.warnings.append(message)

    def note_packages(self, brought: Sequence[str], removed: Sequence[str]) -> None:
        """Report what comes with the declared packages, and the host's own that go because both cannot be installed."""
        for name in removed:
            operation = Operation("package", "remove", name, "conflicts with a declared one")
            if operation not in self.operations:
                self.operations.append(operation)
        if brought:
            more = ", ..." if len(brought) > _MOST else ""
            names = ", ".join(brought[:_MOST]) + more
            self.warnings.append(f"{len(brought)} further packages are installed: {names}")

    def json(self) -> JsonObject:
        found: JsonObject = {
            "changed": self.changed,
            "generation": self.generation,
            "previous": self.previous,
            "operations": [operation.json() for operation in self.operations],
            "collisions": [collision.json() for collision in self.collisions],
            "checks": [check.json() for check in self.checks],
            "units": self.units.json(),
            "warnings": list(dict.fromkeys(self.warnings)),
            "diffs": [diff.json() for diff in self.diffs],
            "reboot": self.reboot,
            "homes": {user: home.json() for user, home in self.homes.items()},
        }
        if self.armed is not None:
            found["armed"] = self.armed.json()
        if self.failed is not None:
            found["failed"] = self.failed.json()
        return found

    @classmethod
    def of(cls, value: object) -> SystemAnswer:
        """The inverse of `json`. EngineError `request`."""
        members = Members(value, "the answer about the system", ErrorKind.REQUEST)
        answer = cls(members.number("generation"))
        answer.changed, answer.previous = members.flag("changed"), members.number("previous")
        answer.operations = [Operation.of(item) for item in members.sequence("operations")]
        answer.collisions = [Collision.of(item) for item in members.sequence("collisions")]
        answer.checks = [Check.of(item) for item in members.sequence("checks")]
        answer.units = Units.of(members.mapping("units"))
        answer.warnings, answer.reboot = members.texts("warnings"), members.texts("reboot")
        answer.diffs = [Diff.of(item) for item in members.sequence("diffs")]
        answer.homes = {user: HomeAnswer.of(home) for user, home in members.mapping("homes").items()}
        armed, failed = members.take("armed"), members.take("failed")
        answer.armed = Armed.of(armed) if armed is not None else None
        answer.failed = Failure.of(failed) if failed is not None else None
        return answer

    def confirmed(self, confirmation: SystemAnswer) -> SystemAnswer:
        """This answer to a switch, completed by the answer to its confirmation, which switched the homes."""
        self.homes, self.failed, self.armed = confirmation.homes, confirmation.failed or self.failed, None
        self.warnings += confirmation.warnings
        return self

    def followed_by(self, later: SystemAnswer) -> SystemAnswer:
        """One answer for a switch that took two steps."""
        later.changed, later.previous = True, self.previous
        later.operations[:0], later.checks[:0] = self.operations, self.checks
        later.warnings[:0], later.diffs[:0] = self.warnings, self.diffs
        for user, home in self.homes.items():
            again = later.homes.get(user)
            if home.changed and not (again is not None and again.changed):
                later.homes[user] = home
        return later
