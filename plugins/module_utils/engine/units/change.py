# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What becomes of each unit that runs: stopped, reloaded, restarted, stopped and started, or left alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, FrozenSet, Set

from . import name as names
from .text import differences, truth

if TYPE_CHECKING:
    from .plan import Plan
    from .state import State

RUNS_THIS = "runs this switch"
KEEP_OLD = "keep-old"
REFUSES_STOP = "RefuseManualStop"
REFUSES_START = "RefuseManualStart"
STAYS = "X-StopOnRemoval"
SERVES = "serves a connection"
WORKS = "its job runs"

# The manager takes these over when it reads the new texts.
_RELOADED_WITH_THE_MANAGER = ("target", "slice", "timer", "path", "scope", "device")
_METHODS = ("reload", "restart", "stop-start", "keep-old")
_JOB_TRIGGERS = ("timer", "path")


class Changes:
    """Fills a plan's `stop`, `reload`, `restart`, `keep`, `back` and `gone`."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.old, self.new, self.before = plan.old, plan.new, plan.before
        self._removed_links = self.old.links() - self.new.links()

    def judge(self) -> None:
        """Every unit that runs, sockets first: what becomes of one decides over its service."""
        running = {state.name for state in self.before if state.runs} | self.plan.context.active
        units = [unit for unit in running if unit in self.plan.origin(unit) or unit in self.new]
        for unit in sorted(units, key=lambda unit: (names.type_of(unit) != "socket", unit)):
            if unit not in self._settled():
                self._judge(unit)
        self._make_room_for_new_sockets()
        self._spare_own()

    def _settled(self) -> Set[str]:
        plan = self.plan
        return {*plan.stop, *plan.back, *plan.keep}

    def _judge(self, unit: str) -> None:
        old, new = self.plan.origin(unit), self.new
        if old.identity(unit) == new.identity(unit):
            if unit in self.plan.context.active:
                self._bring_back(unit)
        elif new.masks(unit):
            if not old.masks(unit):
                self._remove(unit, "masked")
        elif old.owns(unit) and not new.owns(unit):
            self._remove(unit, "removed")
        elif new.owns(unit) and not old.owns(unit):
            self._change(unit, "replaces another unit of the same name")
        else:
            changes = differences(old.text(unit), new.text(unit))
            if changes:
                self._change(unit, "changed: " + ", ".join(changes))
            elif old.text(unit).reload_triggers() != new.text(unit).reload_triggers():
                self._reload(unit, "X-Reload-Triggers")

    def _bring_back(self, unit: str) -> None:
        """What an interrupted switch stopped, and what this one need not change."""
        if not self.before.get(unit).runs:
            self.plan.why.setdefault(unit, "was running before the interrupted switch")
            self.plan.back.add(unit)

    def _keep(self, unit: str, why: str) -> None:
        self.plan.keep[unit] = why

    def _stop(self, unit: str, why: str) -> None:
        self.plan.why.setdefault(unit, why)
        # What an interrupted switch has stopped already must not be stopped again.
        if self.before.get(unit).runs and unit not in self.plan.stop:
            self.plan.stop.append(unit)

    def _remove(self, unit: str, why: str) -> None:
        origin = self.plan.origin(unit)
        stays = origin.text(unit).switching("X-StopOnRemoval") if unit in origin else None
        if unit in self.plan.context.own:
            self._keep(unit, RUNS_THIS)
        elif stays is not None and not truth(stays):
            self._keep(unit, STAYS)
        elif not self._can_stop(unit):
            self._keep(unit, REFUSES_STOP)
        else:
            self._stop(unit, why)
            if why != "masked":
                self.plan.gone.add(unit)

    def _change(self, unit: str, why: str) -> None:
        method = self._method(unit)
        if names.type_of(unit) in _RELOADED_WITH_THE_MANAGER and method not in ("restart", "stop-start"):
            return
        if unit in self.plan.context.own:
            self._keep(unit, RUNS_THIS)
        elif method == KEEP_OLD:
            self._keep(unit, KEEP_OLD)
        elif method == "reload":
            self._reload(unit, why)
        elif method is None and self._serves(unit):
            self._keep(unit, SERVES)
        elif method is None and self._works(unit):
            self._keep(unit, WORKS)
        elif names.type_of(unit) == "socket":
            self._renew_socket(unit, why)
        else:
            self._renew(unit, why, method == "restart" or (method is None and bool(self._triggers(unit))))

    def _method(self, unit: str) -> str | None:
        text = self.new.text(unit)
        method = text.switching("X-SwitchMethod")
        if method in _METHODS:
            return method
        if method is not None:
            known = ", ".join(_METHODS)
            self.plan.notes.append(f"{unit}: X-SwitchMethod={method} is not known and is ignored (known: {known})")
        restart, reload, stop = (text.switching(f"X-{word}IfChanged") for word in ("Restart", "Reload", "Stop"))
        if restart is not None and not truth(restart):
            return KEEP_OLD
        if reload is not None and truth(reload):
            return "reload"
        if stop is not None and not truth(stop):
            return "restart"
        return None

    def _reload(self, unit: str, why: str) -> None:
        text, state = self.new.text(unit), self.before.get(unit)
        able = bool(text.values("Service", "ExecReload")) or text.last("Service", "Type") == "notify-reload"
        if not text.whole:
            able = able or state.yes("CanReload")
        if unit in self.plan.context.own:
            self._keep(unit, RUNS_THIS)
        elif able and state.runs:
            self.plan.reload.append(unit)
            self.plan.why[unit] = why
        else:
            self._renew(unit, why, True)

    def _renew(self, unit: str, why: str, at_once: bool) -> None:
        """Stop and start; `at_once` as one job after the manager has read the new text."""
        can_start = not self._says(unit, "RefuseManualStart")
        can_stop = self._can_stop(unit)
        can_restart = can_start and not self._says(unit, "RefuseManualStop")
        if not can_start:
            if can_stop and self._triggers(unit):
                self._stop(unit, why)
            else:
                self._keep(unit, REFUSES_START)
        elif not (can_stop or can_restart):
            self._keep(unit, REFUSES_STOP)
        elif can_restart and (at_once or not can_stop) and self.before.get(unit).runs:
            self.plan.restart.append(unit)
            self.plan.why[unit] = why
        else:
            self._stop(unit, why)
            self.plan.back.add(unit)

    def _renew_socket(self, unit: str, why: str) -> None:
        """A socket cannot start under its running service, so both stop; the service comes back if somebody pulls it in."""
        services = [service for service in self._services(unit) if self.plan.ran(service)]
        for service in services:
            reason = self._fixed(service)
            if reason is not None:
                self._keep(unit, reason)
                return
        if not self._can_stop(unit):
            self._keep(unit, REFUSES_STOP)
            return
        if self._says(unit, "RefuseManualStart"):
            self._keep(unit, REFUSES_START)
            return
        self._stop(unit, why)
        self.plan.back.add(unit)
        for service in services:
            self._make_way(service, f"{unit} changed")

    def _make_way(self, service: str, why: str) -> None:
        self._stop(service, why)
        if self.old.owns(service) and not self.new.owns(service):
            self.plan.gone.add(service)
        elif self._pulled_in(service) and not self._says(service, "RefuseManualStart"):
            self.plan.back.add(service)

    def _make_room_for_new_sockets(self) -> None:
        for holder, unit in sorted(self.plan.added):
            if names.type_of(unit) != "socket" or not self.before.get(holder).runs or self.plan.ran(unit):
                continue
            for service in self._services(unit):
                if self.before.get(service).runs and service not in self._settled() and self._fixed(service) is None:
                    if service in self.plan.restart:
                        self.plan.restart.remove(service)
                    self._make_way(service, f"{unit} is new")

    def _fixed(self, service: str) -> str | None:
        """Why a service cannot be stopped for its socket's sake; None when it can."""
        if service in self.plan.context.own:
            return RUNS_THIS
        if self._method_of_service(service) == KEEP_OLD:
            return KEEP_OLD
        return None if self._can_stop(service) else REFUSES_STOP

    def _method_of_service(self, service: str) -> str | None:
        return self._method(service) if self.new.owns(service) else None

    def _spare_own(self) -> None:
        """Leave alone what would take this very process down with it."""
        plan = self.plan
        for unit in [*plan.stop, *plan.restart]:
            if plan.context.own & self._taken_down_with(unit):
                plan.stop = [other for other in plan.stop if other != unit]
                plan.restart = [other for other in plan.restart if other != unit]
                plan.back.discard(unit)
                plan.gone.discard(unit)
                self._keep(unit, RUNS_THIS)

    def _taken_down_with(self, unit: str) -> Set[str]:
        down = {unit}
        while True:
            more = {state.name for state in self.before if state.runs and state.depends_on & down} - down
            if not more:
                return down
            down |= more

    def _can_stop(self, unit: str) -> bool:
        state = self.before.get(unit)
        if state["LoadState"]:
            return not state.yes("RefuseManualStop")
        return not (unit in self.old and self.old.text(unit).truth("Unit", "RefuseManualStop"))

    def _says(self, unit: str, key: str) -> bool:
        """What a truth value of [Unit] will be under the new text."""
        text = self.new.text(unit)
        if text.whole or text.last("Unit", key) is not None:
            return text.truth("Unit", key)
        # Of somebody else's unit without its old drop-in nothing more is known than what the manager has.
        return self.before.get(unit).yes(key)

    def _services(self, socket: str) -> FrozenSet[str]:
        """The services that a socket starts; none for one that starts an instance for each connection."""
        state = self.before.get(socket)
        accepts = state.yes("Accept")
        named: Set[str] = set(state.words("Triggers"))
        for units in (self.old, self.new):
            if units.owns(socket):
                text = units.text(socket)
                accepts = accepts or text.truth("Socket", "Accept")
                named.add(text.last("Socket", "Service") or names.prefix_of(socket) + ".service")
        return frozenset() if accepts else frozenset(unit for unit in named if "@." not in unit)

    def _triggers(self, unit: str) -> Set[str]:
        """The active units that would start this one, and that stay active."""
        gone = {*self.plan.stop, *self.plan.gone}
        named = set(self.before.get(unit).words("TriggeredBy"))
        return {
            trigger
            for trigger in named
            if self.before.get(trigger).runs and trigger not in gone and not self._vanishes(trigger)
        }

    def _vanishes(self, trigger: str) -> bool:
        return self.new.masks(trigger) or (self.old.owns(trigger) and not self.new.owns(trigger))

    def _serves(self, unit: str) -> bool:
        """Whether it is an instance that a socket started for one connection."""
        template = names.template_of(unit)
        if template is None or names.type_of(unit) != "service":
            return False
        socket = names.prefix_of(unit) + ".socket"
        accepting = any(
            units.owns(socket) and units.text(socket).truth("Socket", "Accept") for units in (self.old, self.new)
        )
        return accepting or self.before.get(socket).yes("Accept")

    def _works(self, unit: str) -> bool:
        """Whether it is at the job for which a timer or a path unit started it."""
        state = self.before.get(unit)
        triggers = {name for name in state.words("TriggeredBy") if names.type_of(name) in _JOB_TRIGGERS}
        if names.type_of(unit) != "service" or not triggers or not state.runs:
            return False
        if (self.old.text(unit).last("Service", "Type") or state["Type"]) == "oneshot":
            return state["ActiveState"] in ("activating", "reloading")
        # Something that is wanted otherwise too is a daemon, and no job.
        return not self._pulled_in(unit)

    def _pulled_in(self, unit: str) -> bool:
        """Whether an active unit pulls it in, as far as is known before the manager has read the new texts."""
        if any(self.before.get(holder).runs for holder, held in self.new.links() if held == unit):
            return True
        return any(self._holds(state, unit) for state in self.before if state.runs)

    def _holds(self, state: State, unit: str) -> bool:
        return unit in state.pulls and (state.name, unit) not in self._removed_links
