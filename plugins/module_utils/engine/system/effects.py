# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Step 8 of a switch: running programs learn of what has changed. Failures are reported; nothing is taken back."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from ..contract.errors import EngineError
from ..disk import queries
from .inits.units import UNITS
from .operation import Operation
from .process import Done
from .scripts import logged_in, run_all, run_for_users, run_script
from .unfinished import Unfinished

if TYPE_CHECKING:
    from typing import Collection, Dict, List, Mapping, Set, Tuple

    from ..units.transition import Transition
    from .answer import SystemAnswer
    from .blueprint import Blueprint, Context
    from .declaration import Declaration, EtcEntry, Provided
    from .inits.services import Services
    from .records import Ledger

_TIMEOUT = 300.0
_PATIENCE = 3.0
_REBOOT = "/run/reboot-required"


def _units(entries: Mapping[str, EtcEntry]) -> Set[str | None]:
    """The system's units among entries below /etc."""
    return {entry.unit for target, entry in entries.items() if target.startswith(UNITS)}


class Effects:
    """What follows the files of one switch. `ran`: services of packages that ran before its packages were installed."""

    def __init__(self, context: Context, answer: SystemAnswer, ran: Collection[str] = ()) -> None:
        self.context = context
        self.answer = answer
        self._ran = ran
        self._services = context.init.services(_TIMEOUT)

    def after(
        self, former: Declaration, blueprint: Blueprint, ledger: Ledger, deferred: bool = False, again: bool = False
    ) -> None:
        """Scripts of changed files, then units: stopped, reloaded, restarted, started.

        `again`: the last switch to the same declaration did not end well; units that have failed are started once more.
        `deferred`: files were put in place before, for the next boot, and nothing has been told of them.
        """
        earlier = Unfinished.load(self.context.state)
        changed = self._changed(former, blueprint, earlier)
        if deferred:
            changed |= {target for target, entry in blueprint.entries.items() if former.etc.get(target) != entry}
        left = self._changed_files(blueprint, changed, earlier)
        self._units(former, blueprint, ledger, changed, again)
        left.changed |= self._untold(former, blueprint, changed)
        left.save(self.context.state)
        if queries.exists(_REBOOT):
            self.answer.reboot.append("a package asks for it")

    @staticmethod
    def _changed(former: Declaration, blueprint: Blueprint, earlier: Unfinished) -> Set[str]:
        """The targets that a switch changes, and those for which an earlier one did not do everything."""
        known = {*former.etc, *blueprint.entries}
        return set(blueprint.etc.changed) | set(blueprint.lines) | (earlier.changed & known)

    def _untold(self, former: Declaration, blueprint: Blueprint, changed: Set[str]) -> Set[str]:
        """The changed targets of which a service should have been told, and was not."""
        failed = set(self.answer.units.failed)
        found = {target: blueprint.entries.get(target) or former.etc.get(target) for target in changed}
        return {
            target
            for target, entry in found.items()
            if entry is not None and not failed.isdisjoint((*entry.reloads, *entry.restarts))
        }

    def _units(self, former: Declaration, blueprint: Blueprint, ledger: Ledger, changed: Set[str], again: bool) -> None:
        services = self._services
        if services is None:
            return
        try:
            asked = self._asked(services, former, blueprint, changed, again)
            given_up = self._given_up(blueprint.declaration, ledger)
            listened = services.running(services.ssh)
            self._settle(services, blueprint.declaration.provided, ledger)
            # Only now: what has just been stopped for good is not started again because its texts change.
            transition = self._transition(services, former, blueprint)
            if transition is not None:
                transition.prepare()
                if again:
                    self._retry(transition)
                transition.act()
                self._note(transition)
            self._start(services, former, blueprint.declaration.provided, ledger)
            self._triggered(services, [(verb, name) for verb, name in asked if name not in given_up])
            self._keep_listening(services, blueprint.declaration, listened)
        except EngineError as problem:
            self.answer.fail("units", problem.message)

    @staticmethod
    def _retry(transition: Transition) -> None:
        """Let a transition start the units again that have failed."""
        before = transition.prepare().before
        transition.retry = frozenset(state.name for state in before if state.failed and state.name in transition.new)

    def preview(self, former: Declaration, blueprint: Blueprint, ledger: Ledger, again: bool = False) -> None:
        """Note which units would be acted on, as far as that can be told before the files and packages are there."""
        services = self._services
        if services is None:
            return
        units = self.answer.units
        wanted = blueprint.declaration.provided
        for name, was in sorted(ledger.provided.items()):
            if name not in wanted and services.enabled(name) == (not was):
                self.answer.operations.append(Operation("unit", "restore", name, "enabled" if was else "disabled"))
                if (name in services.running([name])) != was:
                    (units.start if was else units.stop).append(name)
        given_up = self._given_up(blueprint.declaration, ledger)
        transition = self._transition(services, former, blueprint)
        if transition is not None:
            if again:
                self._retry(transition)
            plan = transition.preview(services.packaged())
            for verb in ("stop", "reload", "restart", "start"):
                getattr(units, verb).extend(name for name in getattr(plan, verb) if name not in given_up)
            units.skipped.update(plan.keep)
        running = services.running(wanted)
        due = self._due(former, wanted)
        for name, provided in sorted(wanted.items()):
            if provided.enable and provided.start and name not in running and name not in units.start:
                if name in due or services.enabled(name) is False:
                    units.start.append(name)
            elif not provided.enable and provided.start and name in running:
                units.stop.append(name)
        changed = self._changed(former, blueprint, Unfinished.load(self.context.state))
        for verb, name in self._unsettled(self._asked(services, former, blueprint, changed, again)):
            if name not in given_up:
                getattr(units, verb).append(name)

    @staticmethod
    def _given_up(declaration: Declaration, ledger: Ledger) -> Set[str]:
        """The services that are disabled and stopped because they are not declared any more."""
        return {name for name, was in ledger.provided.items() if name not in declaration.provided and not was}

    def _due(self, former: Declaration, wanted: Mapping[str, Provided]) -> Set[str]:
        """The services that a switch starts: those that are newly declared. One that an administrator has stopped stays stopped.

        After a switch that was not completed it is all of them, for that one may have stopped them.
        """
        state = self.context.state
        completed = state.readable(state.current("completed"))
        if completed is None or completed.provided != former.provided:
            return set(wanted)
        return {name for name, provided in wanted.items() if former.provided.get(name) != provided}

    def _keep_listening(self, services: Services, declaration: Declaration, before: Set[str]) -> None:
        """Start sshd as it was where the services that should replace it did not start."""
        wanted = any(name in services.ssh and provided.enable for name, provided in declaration.provided.items())
        if not (wanted and before) or self._listens(services):
            return
        for name in sorted(before):
            if services.act("start", name).good:
                self.answer.units.start.append(name)
        self.answer.fail("units", f"sshd did not start as declared; {' and '.join(sorted(before))} is started again")

    @staticmethod
    def _listens(services: Services) -> bool:
        """Whether sshd runs. While it reads its files again, it may be without the number that it is known by."""
        end = time.monotonic() + _PATIENCE
        while not services.running(services.ssh):
            if time.monotonic() > end:
                return False
            time.sleep(0.2)
        return True

    def _changed_files(self, blueprint: Blueprint, changed: Set[str], earlier: Unfinished) -> Unfinished:
        """Run the scripts of files, those with the same text once; what failed is left."""
        left = Unfinished()
        removed = {target: text for target, text in earlier.removed.items() if target not in blueprint.entries}
        for target, script in {**removed, **dict(blueprint.etc.removed)}.items():
            if not self._script(f"the removal of /etc/{target}", script):
                left.removed[target] = script
        done: Dict[str, bool] = {}
        for target in sorted(changed):
            entry = blueprint.entries.get(target)
            if entry is not None and entry.on_change:
                if entry.on_change not in done:
                    done[entry.on_change] = self._script(f"the change of /etc/{target}", entry.on_change)
                left.changed |= set() if done[entry.on_change] else {target}
        return left

    def _script(self, name: str, text: str) -> bool:
        """Whether a script ended well; otherwise it is reported."""
        failure = run_script(name, text, {}) if text else None
        if failure is not None:
            self.answer.fail("script", f"the script for {failure.message}")
        return failure is None

    def _transition(self, services: Services, former: Declaration, blueprint: Blueprint) -> Transition | None:
        init = self.context.init
        # The engine's own units act at boot alone: no switch starts them.
        own = init.boot_files(self.context.state.root)
        new = {target: entry for target, entry in blueprint.entries.items() if target not in own}
        return services.transition(init.placed(former.etc), new, self.context.read)

    def _note(self, transition: Transition) -> None:
        plan = transition.plan
        if plan is None:
            return
        units = self.answer.units
        units.stop += plan.stop
        units.reload += plan.reload
        units.restart += plan.restart
        units.start += plan.start
        units.skipped.update(plan.keep)
        for failure in transition.failures:
            units.failed[failure.unit] = failure.message
            self.answer.fail("units", failure.message)
        self.answer.warnings += transition.warnings

    def _settle(self, services: Services, wanted: Mapping[str, Provided], ledger: Ledger) -> None:
        """Services of packages that are no longer declared become what they were before; unwanted ones are disabled and stopped."""
        for name in sorted(set(ledger.provided) - set(wanted)):
            self._give_back(services, name, ledger.provided.pop(name))
        for name, provided in sorted(wanted.items()):
            if not provided.enable:
                if self._record(services, name, ledger):
                    self._judge(name, services.disable(name))
                if provided.start:
                    self._act(services, "stop", name)

    def _start(self, services: Services, former: Declaration, wanted: Mapping[str, Provided], ledger: Ledger) -> None:
        """Services of packages that are wanted are enabled and started."""
        due = self._due(former, wanted) | set(self._ran)
        for name, provided in sorted(wanted.items()):
            if not provided.enable:
                continue
            lacking = services.lacking(name)
            if lacking:
                self._judge(name, Done(1, lacking))
                continue
            fresh = self._record(services, name, ledger) is False
            if fresh and self._judge(name, services.enable(name)):
                self.answer.operations.append(Operation("unit", "enable", name))
            if provided.start and (fresh or name in due):
                self._act(services, "start", name)

    def note_absent(self, declaration: Declaration, ledger: Ledger) -> None:
        """Note services that packages of this switch will bring. Once they are not declared any more, they are disabled and stopped."""
        services = self._services
        if services is not None:
            absent = [name for name in declaration.provided if services.enabled(name) is None]
            ledger.provided.update({name: False for name in absent if name not in ledger.provided})

    def running(self, declaration: Declaration) -> Set[str]:
        """The services of a declaration that run: the installation of packages may stop them."""
        return self._services.running(declaration.provided) if self._services is not None else set()

    @staticmethod
    def _record(services: Services, name: str, ledger: Ledger) -> bool | None:
        """Note whether a service was enabled before it was ours; whether it is now."""
        now = services.enabled(name)
        if now is not None:
            ledger.provided.setdefault(name, now)
        return now

    def _give_back(self, services: Services, name: str, was: bool) -> None:
        now = services.enabled(name)
        if now is None or now == was:
            if not was:
                # The end of another one, which names it in its file, has disabled it already.
                self._act(services, "stop", name)
            return
        if self._judge(name, services.enable(name) if was else services.disable(name)):
            self.answer.operations.append(Operation("unit", "restore", name, "enabled" if was else "disabled"))
        self._act(services, "start" if was else "stop", name)
        if not was:
            services.forget(name)

    def _act(self, services: Services, verb: str, name: str) -> None:
        running = name in services.running([name])
        if services.there(name) and (verb == "start") != running and self._judge(name, services.act(verb, name)):
            getattr(self.answer.units, verb).append(name)

    def _judge(self, name: str, done: Done) -> bool:
        """Whether that went well; else it is reported."""
        if not done.good:
            self.answer.units.failed[name] = done.last
            self.answer.fail("units", f"{name}: {done.last}")
        return done.good

    def _triggered(self, services: Services, asked: List[Tuple[str, str]]) -> None:
        """Reload or restart the services that read a changed file, unless something was done with them already."""
        names = [name for _verb, name in asked]
        # What another one has taken down with it, or is gone, stays down.
        present = services.running(names) | services.failed(names)
        for verb, name in self._unsettled(asked):
            if name in present and services.there(name):
                getattr(self.answer.units, verb).append(name)
                self._judge(name, services.act(verb, name))

    def _unsettled(self, asked: List[Tuple[str, str]]) -> List[Tuple[str, str]]:
        units = self.answer.units
        settled = {*units.start, *units.restart, *units.stop}
        return [(verb, name) for verb, name in asked if name not in settled]

    @staticmethod
    def _asked(
        services: Services, former: Declaration, blueprint: Blueprint, changed: Set[str], again: bool = False
    ) -> List[Tuple[str, str]]:
        """What changed and removed files ask for: restart or reload, and the service, where it runs or has failed before that.

        `again`: a service that has failed is asked for by the files that stay, too.
        """
        asked: Dict[str, str] = {}
        concerned: Set[str] = set()
        gone = _units(former.etc) - _units(blueprint.entries)
        for verb in ("reload", "restart"):
            for target in sorted(changed | set(blueprint.entries) if again else changed):
                entry = blueprint.entries.get(target) or former.etc.get(target)
                if entry is not None and not target.startswith(UNITS):
                    names = entry.reloads if verb == "reload" else entry.restarts
                    asked.update({name: verb for name in names if target in changed or name not in concerned})
                    concerned.update(names if target in changed else ())
        asked = {name: verb for name, verb in asked.items() if name not in gone}
        running, failed = services.running(asked), services.failed(asked)
        found = [
            ("restart" if name in failed else verb, name)
            for name, verb in asked.items()
            if name in failed or (name in running and name in concerned)
        ]
        return sorted(found, key=lambda action: action[0], reverse=True)

    def scripts(self, declaration: Declaration, action: str) -> None:
        """The activation scripts: those of the system, then those of the users who are logged in. Dry, those that know how."""
        dry = action == "dry-activate"
        failures = run_all([script for script in declaration.activation if script.dry or not dry], action)
        users = [script for script in declaration.user_activation if script.dry or not dry]
        if users:
            failures += run_for_users(users, logged_in())
        for failure in failures:
            self.answer.fail("script", f"the activation script {failure.message}")
