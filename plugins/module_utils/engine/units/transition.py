# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Takes a running manager from one set of units to another: before the flip, after it, and back again if asked to."""

from __future__ import annotations

import time
from typing import Callable, Collection, FrozenSet, List, NamedTuple, Protocol, Tuple

from . import outcome as outcomes
from .forecast import forecast
from .name import type_of
from .outcome import Failure
from .plan import Context, Plan
from .planner import begin, complete
from .state import States
from .unit_set import UnitSet

# What a hasty service needs to fail in: seconds.
SETTLE = 0.3
# And what one needs to fail again, if it was started again since.
SECOND_LOOK = 1.0
_LOADED = "loaded"


class Manager(Protocol):
    """What is asked of a manager (see Systemctl)."""

    late: bool
    calls: List[str]

    def begin(self) -> None: ...
    def show(self, units: Collection[str] = (), everything: bool = False) -> States: ...
    def booted(self) -> None: ...
    def stamps(self) -> Tuple[int, int]: ...
    def reload_manager(self) -> None: ...
    def run(self, verb: str, units: Collection[str]) -> None: ...
    def forget(self, units: Collection[str]) -> None: ...
    def journal(self, invocation: str) -> List[str]: ...


class InterruptedSwitch(NamedTuple):
    """What an interrupted switch left.

    These are the units that ran before it, the set that it led to, and when it flipped, in microseconds of the monotonic
    clock (0: in another boot).
    """

    active: FrozenSet[str]
    interim: UnitSet
    flip: int


class Transition:
    """One switch's work on units.

    `prepare` before the flip; `act` after it; `restore` when the switch is undone. `own`: the units that this process
    runs in; `interrupted`: what an interrupted switch left; `retry`: units that failed in an earlier switch; `hidden`: units
    whose output must not be shown.
    """

    def __init__(self, manager: Manager, old: UnitSet, new: UnitSet, own: FrozenSet[str] = frozenset()) -> None:
        self.manager = manager
        self.old = old
        self.new = new
        self.own = own
        self.interrupted: InterruptedSwitch | None = None
        self.retry: FrozenSet[str] = frozenset()
        self.hidden: FrozenSet[str] = frozenset()
        self.plan: Plan | None = None
        self.failures: List[Failure] = []
        self.waiting: List[str] = []
        self.warnings: List[str] = []
        self.reloaded = False

    def prepare(self) -> Plan:
        """Ask who runs, and plan the stops. Changes nothing."""
        names = self.retry | (self.interrupted.active if self.interrupted is not None else frozenset())
        before = self.manager.show(names, everything=True)
        if not before.get("default.target").runs:
            # A manager that has only just been started must not be taken for one in which nothing runs.
            self.manager.booted()
            before = self.manager.show(names, everything=True)
        self.plan = begin(self.old, self.new, before, self._context(before))
        return self.plan

    def _context(self, before: States) -> Context:
        if self.interrupted is None:
            return Context(self.own)
        began, loaded = self.manager.stamps()
        flip = self.interrupted.flip
        # A manager that began after the flip has started what it starts by itself, and nothing else is left to do.
        active = self.interrupted.active if 0 < began < flip else frozenset()
        already = frozenset(
            state.name for state in before if loaded > flip and state.number("InactiveExitTimestampMonotonic") > loaded
        )
        return Context(self.own, active, already, self.interrupted.interim)

    def preview(self, elsewhere: Collection[str]) -> Plan:
        """The whole plan, as far as it can be told without doing anything. `elsewhere`: units of the system's folders."""
        plan = self.prepare()
        complete(plan, forecast(plan, elsewhere))
        self._retry(plan, plan.before)
        return plan

    def active(self) -> List[str]:
        """Who runs now, to be remembered before the first stop. A job that ends by itself does not count."""
        before = self._plan().before
        running = {
            state.name
            for state in before
            if state.runs and not (state["Type"] == "oneshot" and state["ActiveState"] == "activating")
        }
        return sorted(running | self._plan().context.active)

    def act(self, only_reload: bool = False) -> None:
        """Stop, read the new texts, reload, restart and start, and see how that went."""
        plan = self._plan()
        if only_reload:
            self._reload()
            return
        self.manager.begin()
        self.manager.run("stop", plan.stop)
        self._reload()
        now = self.manager.show(plan.asked() | self.retry, everything=True)
        self._note_killed(plan, now)
        complete(plan, now)
        self._retry(plan, now)
        self._bring_up(plan, now)
        self.manager.forget(plan.reset)
        if plan.reload or plan.restart or plan.start:
            self._judge(plan, now)

    def _bring_up(self, plan: Plan, now: States) -> None:
        """Reload, restart and start. Reloads and restarts are one call where the manager's own choice between them is the plan's."""
        apart = [now.get(unit) for unit in plan.reload if not now.get(unit).runs or not now.get(unit).yes("CanReload")]
        apart += [now.get(unit) for unit in plan.restart if now.get(unit).yes("CanReload")]
        if plan.reload and plan.restart and not apart:
            self.manager.run("reload-or-restart", [*plan.reload, *plan.restart])
        else:
            self.manager.run("reload", plan.reload)
            self.manager.run("restart", plan.restart)
        self.manager.run("start", plan.start)

    def suggest(self, elsewhere: Collection[str]) -> List[str]:
        """Read the new texts, and give the rest as commands for a person to run. `elsewhere`: see `preview`."""
        plan = self._plan()
        self._reload()
        complete(plan, forecast(plan, elsewhere))
        again = {*plan.stop} & {*plan.start}
        commands = {
            "stop": [unit for unit in plan.stop if unit not in again],
            "reload": plan.reload,
            "restart": [*plan.restart, *(unit for unit in plan.start if unit in again)],
            "start": [unit for unit in plan.start if unit not in again],
        }
        plan.stop, plan.reload, plan.restart, plan.start = [], [], [], []
        return [f"systemctl --user {verb} {' '.join(units)}" for verb, units in commands.items() if units]

    def restore(self, ran: Collection[str], started: Collection[str]) -> None:
        """After the way back: run what `ran` before the switch, and stop what only the switch `started`."""
        now = self.manager.show({*ran, *started})
        self.manager.run("stop", [unit for unit in started if unit not in ran and now.get(unit).runs])
        down = [now.get(unit) for unit in sorted(ran) if not now.get(unit).runs]
        self.manager.run(
            "start",
            [state.name for state in down if state["LoadState"] == _LOADED and not state.yes("RefuseManualStart")],
        )
        self.manager.forget([unit for unit in started if now.get(unit).failed])

    def _plan(self) -> Plan:
        if self.plan is None:
            raise ValueError("the transition was not prepared")
        return self.plan

    def _reload(self) -> None:
        self.manager.reload_manager()
        self.reloaded = True

    def _retry(self, plan: Plan, now: States) -> None:
        for unit in sorted(self.retry):
            state = now.get(unit)
            able = state["LoadState"] == _LOADED and not state.yes("RefuseManualStart")
            if able and not state.runs and unit in self.new and unit not in plan.start:
                plan.start.append(unit)
                plan.why[unit] = "failed in the last switch"

    def _note_killed(self, plan: Plan, now: States) -> None:
        for unit in plan.stop:
            if now.get(unit).failed and now.get(unit)["Result"] == "timeout":
                self.warnings.append(f"{unit} did not stop in time and was killed")

    def _judge(self, plan: Plan, now: States) -> None:
        names = outcomes.relevant_units(plan, now)
        if outcomes.starts_early(plan, now):
            time.sleep(SETTLE)
        end = self.manager.show(names)
        restarted_since = outcomes.restarted_since(plan, end)
        if restarted_since:
            # Caught while it ran, between two failures, or after a first one that was the last.
            time.sleep(SECOND_LOOK)
            later = self.manager.show(names)
            looping = {
                unit
                for unit in restarted_since
                if later.get(unit).number("NRestarts") > end.get(unit).number("NRestarts")
            }
            end = later
        else:
            looping = set()
        found = outcomes.outcome_of_units(plan, now, end, looping)
        self.warnings += found.warnings
        self.waiting = found.waiting
        for unit, state in found.failed.items():
            result = found.results[unit]
            again = result == outcomes.AGAIN
            status = state.number("NRestarts") if again else state.number("ExecMainStatus")
            lines = [] if unit in self.hidden else self.manager.journal(state["InvocationID"])
            self.failures.append(Failure(unit, result, status, lines))


def own_units(read: Callable[[], str]) -> FrozenSet[str]:
    """The user's units that this process runs in, from the text of /proc/self/cgroup."""
    try:
        lines = read().splitlines()
    except FileNotFoundError:
        return frozenset()
    found: List[str] = []
    for line in lines:
        parts = line.split(":", 2)[-1].split("/")
        managers = [index for index, part in enumerate(parts) if part.startswith("user@") and part.endswith(".service")]
        if managers:
            found += [part for part in parts[managers[-1] + 1 :] if type_of(part) in ("service", "scope", "slice")]
    return frozenset(found)


def unloadable(plan: Plan, containers: Collection[str]) -> List[str]:
    """Sentences about units that cannot be started. `containers`: those that podman's generator makes."""
    sentences: List[str] = []
    for unit, state in plan.unloadable.items():
        if state == "not-found" and unit in containers:
            sentences.append(
                f"{unit} should be started, but nothing generates it from its file: install podman 4.4 or newer"
            )
        else:
            sentences.append(_UNLOADABLE.get(state, _BAD).replace("{}", unit))
    return sentences


_BAD = "{} cannot be loaded; `systemctl --user status {}` shows why"
_UNLOADABLE = {
    "masked": "{} is masked",
    "not-found": "{} should be started, but does not exist: its program may not be installed",
}
