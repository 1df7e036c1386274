# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Step 8 of a switch: running programs learn of what has changed. Failures are reported; nothing is taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..contract.errors import EngineError
from ..disk import queries
from ..units.transition import Transition
from .manager import SystemManager, own_units, unit_set
from .operation import Operation
from .placement import UNITS, as_dropins, is_booted, packaged_units
from .process import run, which
from .runner import own_entries
from .scripts import logged_in, run_all, run_for_users, run_script

if TYPE_CHECKING:
    from typing import Dict, List, Set, Tuple

    from .answer import Answer
    from .blueprint import Blueprint, Context
    from .declaration import Declaration
    from .records import Ledger

_TIMEOUT = 300.0
_REBOOT = "/run/reboot-required"
_SSH = ("ssh.service", "ssh.socket", "sshd.service", "sshd.socket")


class Effects:
    """What follows the files of one switch."""

    def __init__(self, context: Context, answer: Answer) -> None:
        self.context = context
        self.answer = answer
        self.manager = SystemManager(_TIMEOUT)

    def after(
        self, former: Declaration, blueprint: Blueprint, ledger: Ledger, deferred: bool = False, again: bool = False
    ) -> None:
        """Scripts of changed files, then units: stopped, reloaded, restarted, started.

        `again`: the last switch to the same declaration did not end well; units that have failed are started once more.
        `deferred`: files were put in place before, for the next boot, and nothing has been told of them.
        """
        changed = set(blueprint.etc.changed) | set(blueprint.lines)
        if deferred:
            changed |= {target for target, entry in blueprint.entries.items() if former.etc.get(target) != entry}
        if changed and which("restorecon") is not None:
            # Under SELinux a file has the label of the folder that it was made in, until it is told otherwise.
            run(["restorecon", *(f"/etc/{target}" for target in sorted(changed))], _TIMEOUT)
        self._changed_files(blueprint, changed)
        if not is_booted():
            return
        try:
            asked = self._asked(former, blueprint, changed, again)
            transition = self._transition(former, blueprint)
            before = transition.prepare().before
            if again:
                transition.retry = frozenset(
                    state.name for state in before if state.failed and state.name in transition.new
                )
            listened = self._listening()
            self._provided(former, blueprint, ledger, early=True)
            transition.act()
            self._note(transition)
            self._provided(former, blueprint, ledger, early=False)
            self._triggered(asked)
            self._keep_listening(blueprint.declaration, listened)
        except EngineError as problem:
            self.answer.fail("units", problem.message, undone=False)
        if queries.exists(_REBOOT):
            self.answer.reboot.append("a package asks for it")

    def preview(self, former: Declaration, blueprint: Blueprint, ledger: Ledger) -> None:
        """Note which units would be acted on, as far as that can be told before the files and packages are there."""
        if not is_booted():
            return
        units = self.answer.units
        plan = self._transition(former, blueprint).preview(packaged_units())
        for verb in ("stop", "reload", "restart", "start"):
            getattr(units, verb).extend(getattr(plan, verb))
        units.skipped.update(plan.keep)
        wanted = blueprint.declaration.provided
        for unit, was in sorted(ledger.provided.items()):
            if unit not in wanted and self.manager.enabled(unit) == (not was):
                self.answer.operations.append(Operation("unit", "restore", unit, "enabled" if was else "disabled"))
        states = self.manager.show(sorted(wanted)) if wanted else None
        for unit, provided in sorted(wanted.items()):
            runs = states is not None and states.get(unit).runs
            if provided.enable and provided.start and not runs and unit not in units.start:
                units.start.append(unit)
            elif not provided.enable and runs:
                units.stop.append(unit)
        changed = set(blueprint.etc.changed) | set(blueprint.lines)
        for verb, unit in self._unsettled(self._asked(former, blueprint, changed)):
            getattr(units, verb).append(unit)

    def _listening(self) -> List[str]:
        """The units through which sshd can be reached now."""
        states = self.manager.show(list(_SSH))
        return [unit for unit in _SSH if states.get(unit).runs]

    def _keep_listening(self, declaration: Declaration, before: List[str]) -> None:
        """Start sshd as it was where the units that should replace it did not start."""
        wanted = any(unit in _SSH and provided.enable for unit, provided in declaration.provided.items())
        if not (wanted and before) or self._listening():
            return
        for unit in before:
            if run(["systemctl", "start", "--", unit], _TIMEOUT).good:
                self.answer.units.start.append(unit)
        self.answer.fail(
            "units", f"sshd did not come up as declared; {' and '.join(before)} is started again", undone=False
        )

    def _changed_files(self, blueprint: Blueprint, changed: Set[str]) -> None:
        for target, script in blueprint.etc.removed:
            self._script(f"the removal of /etc/{target}", script)
        done = set()
        for target in sorted(changed):
            entry = blueprint.entries.get(target)
            if entry is not None and entry.on_change and entry.on_change not in done:
                done.add(entry.on_change)
                self._script(f"the change of /etc/{target}", entry.on_change)

    def _script(self, name: str, text: str) -> None:
        failure = run_script(name, text, {}) if text else None
        if failure is not None:
            self.answer.fail("script", f"the script for {failure.message}", undone=False)

    def _transition(self, former: Declaration, blueprint: Blueprint) -> Transition:
        # The engine's own units act at boot alone: no switch starts them.
        own = set(own_entries(self.context.state.root)[0])
        new = {target: entry for target, entry in blueprint.entries.items() if target not in own}
        old, now = (unit_set(entries, self.context.read) for entries in (as_dropins(former.etc), new))
        return Transition(self.manager, old, now, own_units())

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
            self.answer.fail("units", failure.message, undone=False)
        self.answer.warnings += transition.warnings

    def _provided(self, former: Declaration, blueprint: Blueprint, ledger: Ledger, early: bool) -> None:
        """Units of packages: enabled and started, or disabled and stopped; those no longer declared as they were before."""
        wanted = blueprint.declaration.provided
        if early:
            for unit in sorted(set(ledger.provided) - set(wanted)):
                self._give_back(unit, ledger.provided.pop(unit))
            for unit, provided in sorted(wanted.items()):
                if not provided.enable:
                    self._record(unit, ledger)
                    self.manager.disable(unit)
                    self._act("stop", unit)
            return
        for unit, provided in sorted(wanted.items()):
            if provided.enable:
                if self._record(unit, ledger) is False:
                    self.manager.enable(unit)
                    self.answer.operations.append(Operation("unit", "enable", unit))
                if provided.start:
                    self._act("start", unit)

    def _record(self, unit: str, ledger: Ledger) -> bool | None:
        """Note whether a unit was enabled before it was ours; whether it is now."""
        now = self.manager.enabled(unit)
        if now is not None:
            ledger.provided.setdefault(unit, now)
        return now

    def _give_back(self, unit: str, was: bool) -> None:
        now = self.manager.enabled(unit)
        if now is None or now == was:
            return
        (self.manager.enable if was else self.manager.disable)(unit)
        self._act("start" if was else "stop", unit)
        self.answer.operations.append(Operation("unit", "restore", unit, "enabled" if was else "disabled"))

    def _act(self, verb: str, unit: str) -> None:
        states = self.manager.show([unit])
        running = states.get(unit).runs
        if states.get(unit)["LoadState"] not in ("loaded", "masked") or (verb == "start") == running:
            return
        done = run(["systemctl", verb, "--", unit], _TIMEOUT)
        if done.good:
            getattr(self.answer.units, verb).append(unit)
        else:
            self.answer.units.failed[unit] = done.last
            self.answer.fail("units", f"{unit}: {done.last}", undone=False)

    def _triggered(self, asked: List[Tuple[str, str]]) -> None:
        """Reload or restart the units that read a changed file, unless something was done with them already."""
        units = self.answer.units
        for verb, unit in self._unsettled(asked):
            done = run(["systemctl", f"{verb}-or-restart" if verb == "reload" else verb, "--", unit], _TIMEOUT)
            getattr(units, verb).append(unit)
            if not done.good:
                units.failed[unit] = done.last
                self.answer.fail("units", f"{unit}: {done.last}", undone=False)

    def _unsettled(self, asked: List[Tuple[str, str]]) -> List[Tuple[str, str]]:
        units = self.answer.units
        settled = {*units.start, *units.restart, *units.stop}
        return [(verb, unit) for verb, unit in asked if unit not in settled]

    def _asked(
        self, former: Declaration, blueprint: Blueprint, changed: Set[str], again: bool = False
    ) -> List[Tuple[str, str]]:
        """What changed and removed files ask for: restart or reload, and the unit, where it runs or has failed before that.

        `again`: a unit that has failed is asked for by the files that stay, too.
        """
        asked: Dict[str, str] = {}
        concerned: Set[str] = set()
        for verb in ("reload", "restart"):
            for target in sorted(changed | set(blueprint.entries) if again else changed):
                entry = blueprint.entries.get(target) or former.etc.get(target)
                if entry is not None and not target.startswith(UNITS):
                    units = entry.reloads if verb == "reload" else entry.restarts
                    asked.update({unit: verb for unit in units if target in changed or unit not in concerned})
                    concerned.update(units if target in changed else ())
        states = self.manager.show(sorted(asked)) if asked else None
        found = []
        for unit, verb in asked.items():
            state = states.get(unit) if states is not None else None
            if state is not None and (state.failed or (state.runs and unit in concerned)):
                found.append(("restart" if state.failed else verb, unit))
        return sorted(found, key=lambda action: action[0], reverse=True)

    def scripts(self, declaration: Declaration, action: str) -> None:
        """The activation scripts: those of the system, then those of the users who are logged in. Dry, those that know how."""
        dry = action == "dry-activate"
        failures = run_all([script for script in declaration.activation if script.dry or not dry], action)
        users = [script for script in declaration.user_activation if script.dry or not dry]
        if users:
            failures += run_for_users(users, logged_in())
        for failure in failures:
            self.answer.fail("script", f"the activation script {failure.message}", undone=False)
