# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""An answer about a system as plans for people: one for the system itself, and one for each home that changed or failed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from ...module_utils.engine.contract.answers import SwitchAnswer
from ...module_utils.engine.contract.texts import changed_lines
from ...module_utils.engine.system import answer as answers
from ...module_utils.engine.system.answer import SystemAnswer, Units
from ...module_utils.engine.system.etc.collision import Collision
from ...module_utils.engine.system.home_answer import HomeAnswer
from ...module_utils.engine.system.operation import Operation
from ...module_utils.engine.voice.answers import plan_of_switch
from ...module_utils.engine.voice.entries import Account, Diff, File, Package, Unit
from ...module_utils.engine.voice.message import Choice, Message, SourceLocation
from ...module_utils.engine.voice.plan import Owner, Plan
from ..syntax.position import Position
from .source import Sources
from .system_result import remedy

_FILE_OPS = ("add", "remove", "change", "repair", "adopt", "keep")
_ROW_OPS = ("add", "remove", "change", "restore")

Positions = tuple[Position, ...]


def _nowhere(_words: str) -> Positions:
    return ()


@dataclass(slots=True)
class SystemReporter:
    """Describes the runs of one system as plans for people.

    `of_file` and `of_words` give the positions of a file below /etc, and of what a message is about; `homes` makes a home's plan
    from its answer.
    """

    host: str
    check: bool
    sources: Sources
    of_file: Callable[[str], Positions] = _nowhere
    of_words: Callable[[str], Positions] = _nowhere
    homes: Mapping[str, Callable[[SwitchAnswer], Plan]] = field(default_factory=dict)
    warnings: tuple[Message, ...] = ()
    rollback: bool = False

    def plans(self, answer: SystemAnswer) -> list[Plan]:
        """The plans of an answer, that of the system first."""
        return [self._system(answer), *self._homes(answer.homes)]

    def refused(self, kind: str, text: str) -> Plan:
        """The plan of a switch that did not take place, for a reason that the host gave."""
        return self.refused_for(self.message(text, kind))

    def refused_for(self, *problems: Message) -> Plan:
        """The plan of a switch that did not take place."""
        return Plan("switch", self._owner, "refused", self.check, errors=problems)

    def message(self, text: str, code: str) -> Message:
        """A message of the host with the lines of the specification that it is about."""
        return Message(text, code, places=self._places(self.of_words(text)))

    @property
    def _owner(self) -> Owner:
        return Owner("", self.host)

    def _places(self, positions: Iterable[Position]) -> tuple[SourceLocation, ...]:
        return tuple(
            self.sources.location(position) for position in positions if not self.sources.module(position.file)
        )

    def _system(self, answer: SystemAnswer) -> Plan:
        warnings = [self.message(text, "host") for text in answer.warnings]
        return Plan(
            "rollback" if self.rollback else "switch",
            self._owner,
            _outcome(answer, self.check),
            self.check,
            answer.previous or None,
            answer.generation or None,
            files=tuple(self._files(answer)),
            packages=tuple(
                Package(o.name, "same" if o.op == "keep" else o.op, note=o.detail or "system")
                for o in answer.operations
                if o.kind == "package"
            ),
            accounts=tuple(
                Account(o.kind, o.name, o.op if o.op in _ROW_OPS else "change", o.detail)
                for o in answer.operations
                if o.kind in ("user", "group")
            ),
            units=tuple(_units(answer.units, answer.operations)),
            warnings=tuple(dict.fromkeys([*self.warnings, *warnings])),
            errors=(*self._collisions(answer.collisions), *self._failures(answer)),
            notes=tuple(Message(f"a reboot is needed: {reason}") for reason in answer.reboot),
        )

    def _files(self, answer: SystemAnswer) -> Iterable[File]:
        texts = {diff.path: diff for diff in answer.diffs}
        for operation in answer.operations:
            if operation.kind != "etc":
                continue
            path, op, note = operation.name, operation.op, operation.detail
            if op == "restore":
                op, note = "remove", "the host's own file is restored"
            yield File(
                path,
                op if op in _FILE_OPS else "change",
                "copy",
                note=note,
                diff=_diff(texts.get(path)),
                origin=self.sources.origin(self.of_file(path.removeprefix("/etc/"))),
            )

    def _collisions(self, collisions: Iterable[Collision]) -> Iterable[Message]:
        for collision in collisions:
            places = self._places(self.of_file(collision.path.removeprefix("/etc/")))
            text, hint = f"{collision.path} {collision.reason}", Choice(remedy(collision.path))
            yield Message(text, "collision", places=places, hints=(hint,))

    def _failures(self, answer: SystemAnswer) -> Iterable[Message]:
        """The failure, unless it is that of a unit or of a home, which have errors of their own."""
        if answer.failed is not None and answer.failed.kind not in ("home", "units"):
            yield self.message(answer.failed.message, answer.failed.kind)

    def _homes(self, homes: Mapping[str, HomeAnswer]) -> Iterable[Plan]:
        for user, home in sorted(homes.items()):
            answer = home.answer
            if home.error is not None:
                problem = Message(home.error.message, home.error.kind.value)
                yield Plan("switch", Owner(user, self.host), "refused", self.check, errors=(problem,))
            elif answer.changed or answer.failed is not None or answer.collisions:
                known = self.homes.get(user)
                verb = "rollback" if self.rollback else "switch"
                yield known(answer) if known else plan_of_switch(answer, verb, Owner(user, self.host), self.check)


def _outcome(answer: SystemAnswer, check: bool) -> str:
    if answer.collisions:
        return "refused"
    if answer.failed is not None and answer.failed.kind != "home":
        return "failed"
    if not answer.changed:
        return "unchanged"
    return "would-change" if check else "changed"


def _units(units: Units, operations: Iterable[Operation]) -> Iterable[Unit]:
    acted = {name: verb for verb, name in units.actions()}
    for operation in operations:
        if operation.kind == "unit":
            yield Unit(operation.name, "disable" if operation.detail == "disabled" else "enable")
    for name, verb in acted.items():
        if name not in units.failed:
            yield Unit(name, verb)
    for name, why in units.failed.items():
        yield Unit(name, acted.get(name, "start"), failed=True, status=1, log=(why,))
    for name, why in sorted(units.skipped.items()):
        yield Unit(name, "keep", why)


def _diff(texts: answers.Diff | None) -> Diff | None:
    if texts is None:
        return None
    removed, added = changed_lines(texts.before, texts.after)
    return Diff(added, removed, len(texts.after), texts.before or None, texts.after or None)
