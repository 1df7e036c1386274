# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The answer about a system as plans for people: one of the system itself, and one for each of its homes that changed or failed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ...module_utils.engine.contract.answers import SwitchAnswer
from ...module_utils.engine.contract.texts import changed_lines
from ...module_utils.engine.voice.entries import Account, Diff, File, Package, Unit
from ...module_utils.engine.voice.message import Choice, Message, SourceLocation
from ...module_utils.engine.voice.plan import Owner, Plan
from ..syntax.position import Position
from .source import Sources

_UNIT_VERBS = ("stop", "reload", "restart", "start")
_FILE_OPS = ("add", "remove", "change", "repair", "adopt", "keep")
_ROW_OPS = ("add", "remove", "change", "restore")
_REPLACE = "Move the file away, or set `replaceExisting: true` on its entry: it is then backed up, and restored when you remove the entry."

Positions = tuple[Position, ...]


def _nowhere(_words: str) -> Positions:
    return ()


@dataclass(slots=True)
class SystemReporter:
    """Describes the runs of one system as plans for people.

    `of_file` and `of_words` give the positions of a file below /etc, and of what a message is about; `homes` makes the plan of a home
    of its answer.
    """

    host: str
    check: bool
    sources: Sources
    of_file: Callable[[str], Positions] = _nowhere
    of_words: Callable[[str], Positions] = _nowhere
    homes: Mapping[str, Callable[[SwitchAnswer], Plan]] = field(default_factory=dict)
    warnings: tuple[Message, ...] = ()
    rollback: bool = False

    def plans(self, answer: Mapping[str, Any]) -> list[Plan]:
        """The plans of an answer, that of the system first."""
        return [self._system(answer), *self._homes(answer.get("homes") or {})]

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

    def _system(self, answer: Mapping[str, Any]) -> Plan:
        operations = answer.get("operations") or []
        collisions = answer.get("collisions") or []
        warnings = [self.message(text, "host") for text in answer.get("warnings") or []]
        return Plan(
            "rollback" if self.rollback else "switch",
            self._owner,
            _outcome(answer, self.check),
            self.check,
            answer.get("previous") or None,
            answer.get("generation") or None,
            files=tuple(self._files(operations, answer.get("diffs") or [])),
            packages=tuple(
                Package(o["name"], "same" if o["op"] == "keep" else o["op"], note=o.get("detail") or "system")
                for o in operations
                if o["kind"] == "package"
            ),
            accounts=tuple(
                Account(o["kind"], o["name"], o["op"] if o["op"] in _ROW_OPS else "change", o.get("detail") or "")
                for o in operations
                if o["kind"] in ("user", "group")
            ),
            units=tuple(_units(answer.get("units") or {}, operations)),
            warnings=tuple(dict.fromkeys([*self.warnings, *warnings])),
            errors=(*self._collisions(collisions), *self._failures(answer)),
            notes=tuple(Message(f"a reboot is needed: {reason}") for reason in answer.get("reboot") or []),
        )

    def _files(self, operations: Iterable[Mapping[str, Any]], diffs: Iterable[Mapping[str, str]]) -> Iterable[File]:
        texts = {diff["path"]: diff for diff in diffs}
        for operation in operations:
            if operation["kind"] != "etc":
                continue
            path, op, note = operation["name"], operation["op"], operation.get("detail") or ""
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

    def _collisions(self, collisions: Iterable[Mapping[str, str]]) -> Iterable[Message]:
        for collision in collisions:
            reason = collision["reason"].removeprefix("it ")
            places = self._places(self.of_file(collision["path"].removeprefix("/etc/")))
            yield Message(f"{collision['path']} {reason}", "collision", places=places, hints=(Choice(_REPLACE),))

    def _failures(self, answer: Mapping[str, Any]) -> Iterable[Message]:
        """What failed otherwise than a unit or a home, which say so themselves."""
        failed = answer.get("failed")
        if failed and failed.get("kind") not in ("home", "units"):
            yield self.message(str(failed.get("message", "")), str(failed.get("kind", "")))

    def _homes(self, homes: Mapping[str, Mapping[str, Any]]) -> Iterable[Plan]:
        for user, answer in sorted(homes.items()):
            owner = Owner(user, self.host)
            if "error" in answer:
                error = answer["error"]
                problem = Message(str(error.get("message", "")), str(error.get("kind", "")))
                yield Plan("switch", owner, "refused", self.check, errors=(problem,))
            elif user in self.homes and (answer.get("changed") or answer.get("failed") or answer.get("collisions")):
                known = {name: value for name, value in answer.items() if name != "printed"}
                found = SwitchAnswer.of(known)
                if isinstance(found, SwitchAnswer):
                    yield self.homes[user](found)


def _outcome(answer: Mapping[str, Any], check: bool) -> str:
    if answer.get("collisions"):
        return "refused"
    failed = answer.get("failed")
    if failed and failed.get("kind") != "home":
        return "undone" if failed.get("undone") else "failed"
    if not answer.get("changed"):
        return "unchanged"
    return "would-change" if check else "changed"


def _units(units: Mapping[str, Any], operations: Iterable[Mapping[str, Any]]) -> Iterable[Unit]:
    failed = units.get("failed") or {}
    acted = {name: verb for verb in _UNIT_VERBS for name in units.get(verb) or []}
    for operation in operations:
        if operation["kind"] == "unit":
            verb = "disable" if operation.get("detail") == "disabled" else "enable"
            yield Unit(operation["name"], verb)
    for name, verb in acted.items():
        if name not in failed:
            yield Unit(name, verb)
    for name, why in failed.items():
        yield Unit(name, acted.get(name, "start"), failed=True, status=1, log=(str(why),))
    for name, why in sorted((units.get("skipped") or {}).items()):
        yield Unit(name, "keep", str(why))


def _diff(texts: Mapping[str, str] | None) -> Diff | None:
    if texts is None:
        return None
    before, after = texts["before"], texts["after"]
    removed, added = changed_lines(before, after)
    return Diff(added, removed, len(after), before or None, after or None)
