# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The user's services in a switch: prepared before the flip, brought up to date after it, and put back by an undo."""

from __future__ import annotations

import os

from ..contract.errors import EngineError, ErrorKind
from ..contract.outcomes import Failure
from ..contract.services import ServicePolicy, ServicesAnswer, UnitFailure
from ..disk import filesystem
from ..machine.linger import await_manager, lingers
from ..state import layout
from ..units.record import Record, boot_id
from ..units.sources import GenerationFile, Sources, UnitFolders
from ..units.systemctl import Systemctl
from ..units.transition import InterruptedSwitch, Transition, own_units, unloadable
from .unit_files import unit_sources

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..contract.manifest import View
    from ..home.folder import HomeFolder
    from .generation_change import GenerationChange
    from .unit_files import Content

_SYSTEM_UNITS = ("/etc/systemd/user", "/usr/local/lib/systemd/user", "/usr/lib/systemd/user", "/usr/share/systemd/user")
# Begins the name of a content that is in no store.
_FOUND = "found "
_CGROUP = "/proc/self/cgroup"


def read_record(home: HomeFolder) -> Record | None:
    """The units' part that an earlier switch left; None when it left none. EngineError `damaged`."""
    found = home.state.json(layout.SERVICES) if home.state is not None else None
    if home.state is None or found is None:
        return None
    try:
        return Record.of(found)
    except EngineError as error:
        raise home.state.damage(layout.SERVICES, error.message) from None


class Services:
    """The work of one switch on the units of systemd. The calls come in the order `preview`, or `prepare`, `stage`, `act`, `settle`."""

    def __init__(
        self, home: HomeFolder, user: str, change: GenerationChange, policy: ServicePolicy, content: Content
    ) -> None:
        """EngineError `state` for a record that cannot be read."""
        self.home = home
        self.user = user
        self.change = change
        self.policy = policy
        self.answer = ServicesAnswer()
        self.warnings: list[str] = []
        self.record = read_record(home)
        folders = UnitFolders(policy.config, policy.data)
        self._content = content
        self._read_before: dict[str, bytes] = {}
        self._old = self._sources(change.before, folders)
        self._new = self._sources(change.after, folders)
        self._manager = Systemctl(policy.timeout)
        self._transition: Transition | None = None
        self._only_reload = False
        self._former: Transition | None = None

    def concerned(self, paths: list[str]) -> bool:
        """Whether there is anything to do. Starts no process.

        Among `paths`, which are put into the home, may be one that was only missing: the manager reads it again then.
        """
        differs = self._old.identities() != self._new.identities()
        interrupted = self.record is not None
        self._only_reload = not differs and not interrupted and any(path in self._new.files for path in paths)
        return differs or interrupted or self._only_reload

    def prepare(self) -> None:
        """Ask the manager who runs. EngineError `service` when it does not answer."""
        if self.policy.linger and lingers(self.user):
            await_manager(os.geteuid())
        if not self._manager.reachable():
            self.answer.manager = "none"
            return
        self.answer.manager = "running" if self.policy.start else "off"
        self._transition = self._make_transition()
        self._transition.prepare()

    def preview(self) -> None:
        """What would be done, with one question to the manager."""
        if not self._manager.reachable():
            self.answer.manager = "none"
            self._note_absent(would=True)
            return
        self.answer.manager = "running" if self.policy.start else "off"
        self._transition = self._make_transition()
        self._transition.preview(_system_units())
        self._tell(self._transition)

    def stage(self) -> None:
        """Write down who runs, right before the flip; what is staged becomes the record after it."""
        if self._transition is None or self._only_reload or not self.policy.start:
            return
        record = Record(self.change.source, self.change.goal)
        record.active = frozenset(self._transition.active())
        record.stamp()
        self.home.require_state().write_json(f"{layout.STAGING}/{layout.SERVICES}", record.json(), sync=True)

    def act(self) -> None:
        """Bring the manager's units up to date; the links of the new generation are in place."""
        transition = self._transition
        if transition is None:
            self._note_absent(would=False)
        elif self.answer.manager == "off":
            self.warnings += [
                f"not done, because of `startServices`: {line}" for line in transition.suggest(_system_units())
            ]
            self.answer.reloaded = True
        else:
            transition.act(self._only_reload)
            self._tell(transition)
            former = self._former
            if former is not None and former.plan is not None:
                # An undo: what ran before the switch runs again, and what only that switch started does not.
                started = [unit for unit in former.plan.start if unit not in former.plan.stop]
                transition.restore(former.active(), started)
        variables = self._old.environment()
        if variables and variables != self._new.environment() and self.answer.manager == "running":
            self.warnings.append(
                "session variables changed: units that run keep their old ones until they are restarted"
            )

    def settle(self) -> None:
        """The record goes when all units are up; else it tells the next switch which to try again."""
        state = self.home.require_state()
        failed = frozenset(failure.unit for failure in self.answer.failed)
        if failed:
            record = Record(self.change.goal, self.change.goal)
            record.failed = failed
            state.folder(layout.STAGING)
            staged = f"{layout.STAGING}/{layout.SERVICES}"
            filesystem.remove_tree(staged, state.fd)
            state.write_json(staged, record.json())
            filesystem.rename(staged, layout.SERVICES, state.fd, state.fd)
        else:
            filesystem.remove_tree(layout.SERVICES, state.fd)

    def failure(self) -> Failure | None:
        """Why the switch failed, when units did not come up."""
        failed = self.answer.failed
        if not failed:
            return None
        others = {*self.answer.reload, *self.answer.restart, *self.answer.start} - {item.unit for item in failed}
        rest = f"; the other {len(others)} units were switched" if len(others) > 1 else ""
        rest = "; the other unit was switched" if len(others) == 1 else rest
        failures = "; ".join(item.message.rstrip(".") for item in failed)
        return Failure(ErrorKind.SERVICE, f"{failures}. The new generation is in place{rest}")

    def undo_work(self, change: GenerationChange) -> Services | None:
        """The work of the undo of this switch; None when the manager has not been told of anything."""
        if not self.answer.reloaded or self._transition is None:
            return None
        services = Services(self.home, self.user, change, self.policy, self._content)
        services.record = None
        services._former = self._transition
        return services

    def _make_transition(self) -> Transition:
        self._old.files.update(self._adopted())
        transition = Transition(self._manager, self._old.units(), self._new.units(), own_units(_own_groups))
        transition.hidden = self._old.hidden() | self._new.hidden()
        if self.record is not None:
            transition.retry = self.record.failed
            if self.record.active:
                transition.interrupted = self._interrupted(self.record)
        return transition

    def _adopted(self) -> dict[str, GenerationFile]:
        """The user's own files that the new generation takes the place of: what runs by them may be the same."""
        found: dict[str, GenerationFile] = {}
        for target in self._new.files.keys() - self._old.files.keys():
            path, item = os.path.join(self.home.path, target), self._new.files[target]
            content = filesystem.read_if_file(path) if item.object is not None else None
            if content is None or item.object is None:
                continue
            if content == self._content(item.object):
                found[target] = item
            else:
                name = f"{_FOUND}{target}"
                self._read_before[name] = content
                found[target] = GenerationFile(name, None, item.sensitive)
        return found

    def _read(self, name: str) -> bytes:
        return self._read_before[name] if name in self._read_before else self._content(name)

    def _interrupted(self, record: Record) -> InterruptedSwitch:
        interim = self._new
        if record.goal not in (None, self.change.goal):
            state = self.home.require_state()
            there = record.goal is not None and state.exists(record.goal)
            manifest = state.readable_manifest(record.goal or "") if there else None
            view = manifest.view if manifest is not None else None
            interim = self._sources(view, UnitFolders(self.policy.config, self.policy.data))
        same_boot = record.boot == boot_id()
        return InterruptedSwitch(record.active, interim.units(), record.flip if same_boot else 0)

    def _tell(self, transition: Transition) -> None:
        plan, answer = transition.plan, self.answer
        if plan is None:
            return
        answer.stop, answer.reload, answer.restart, answer.start = plan.stop, plan.reload, plan.restart, plan.start
        answer.keep, answer.later, answer.why = plan.keep, plan.later, plan.why
        answer.waiting, answer.reloaded = transition.waiting, transition.reloaded
        answer.failed = [UnitFailure(*failure, failure.message) for failure in transition.failures]
        self.warnings += [*plan.notes, *transition.warnings, *unloadable(plan, self._new.containers())]
        self.warnings += [
            f"{unit} was still starting after {self.policy.timeout} s, and continues" for unit in answer.waiting
        ]
        if answer.start and self.policy.linger is None and not lingers(self.user):
            self.warnings.append(
                f"{self.user} does not linger: the units stop 10 s after the last session ends; `home.linger: true` keeps them"
            )

    def _note_absent(self, would: bool) -> None:
        units = self._new.units()
        wanted = sorted({unit for _holder, unit in units.links()} & units.units())
        self.answer.later = dict.fromkeys(wanted, "no service manager runs")
        if not wanted:
            return
        count = (
            f"{len(wanted)} units {'would be' if would else 'are'}"
            if len(wanted) > 1
            else f"{wanted[0]} {'would be' if would else 'is'}"
        )
        starts = "start" if len(wanted) > 1 else "starts"
        self.warnings.append(
            f"{self.user} has no running service manager: {count} in place and {starts} at the next login;"
            " `home.linger: true` starts them now and at boot"
        )

    def _sources(self, view: View | None, folders: UnitFolders) -> Sources:
        return unit_sources(view, folders, self._read, self.home.path)


def _system_units() -> set[str]:
    found: set[str] = set()
    for folder in _SYSTEM_UNITS:
        found.update(filesystem.names_in(folder))
    return found


def _own_groups() -> str:
    with open(_CGROUP, encoding="utf-8", errors="replace") as source:
        return source.read()
