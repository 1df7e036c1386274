# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is to be started once the manager has read the new texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Set

from .change import REFUSES_START
from .text import differences

if TYPE_CHECKING:
    from .plan import Plan
    from .state import States

_UNLOADABLE = ("not-found", "bad-setting", "error", "masked")


class Starts:
    """Fills a plan's `start`, `reset`, `later` and `unloadable`, and adds to `keep`."""

    def __init__(self, plan: Plan, now: States) -> None:
        self.plan = plan
        self.now = now
        self._chosen: Set[str] = set(plan.back)

    def judge(self) -> None:
        """New units and edges, what was unmasked, repaired or taken down, and packages' units that ours covered."""
        self._new_edges()
        self._unmasked()
        self._repaired()
        self._taken_down()
        for unit in sorted(self.plan.gone):
            if self.now.get(unit)["LoadState"] == "loaded":
                self._consider(unit, "the unit of a package is visible again", quietly=True)
        self.plan.start = sorted(self._chosen)
        self.plan.reset = self._forgotten()

    def _consider(self, unit: str, why: str, quietly: bool = False) -> None:
        plan, state = self.plan, self.now.get(unit)
        if unit in self._chosen or state.runs or unit in plan.context.own:
            return
        if state["LoadState"] in _UNLOADABLE:
            if not quietly:
                plan.unloadable[unit] = state["LoadState"]
        elif state.yes("RefuseManualStart"):
            if not any(self.now.get(trigger).runs for trigger in state.words("TriggeredBy")) and not quietly:
                plan.keep[unit] = REFUSES_START
        else:
            self._chosen.add(unit)
            plan.why.setdefault(unit, why)

    def _new_edges(self) -> None:
        for holder, unit in sorted(self.plan.added):
            if self._stopped_for_good(unit):
                continue
            if self.now.get(holder).runs:
                self._consider(unit, f"new, wanted by {holder}")
            elif not self.now.get(unit).runs and not self._starts(holder):
                self.plan.later.setdefault(unit, holder)
        for unit in self._chosen:
            self.plan.later.pop(unit, None)

    def _stopped_for_good(self, unit: str) -> bool:
        return unit in self.plan.gone or self.plan.new.masks(unit)

    def _starts(self, holder: str) -> bool:
        """Whether the holder itself is new or started in this switch, and so brings what it holds."""
        return holder in self._chosen or any(unit == holder for _other, unit in self.plan.added)

    def _pulled_in(self, unit: str) -> bool:
        if any(self.now.get(holder).runs for holder, held in self.plan.new.links() if held == unit):
            return True
        return any(state.runs and unit in state.pulls for state in self.now)

    def _unmasked(self) -> None:
        old, new = self.plan.old, self.plan.new
        for unit in sorted(old.units()):
            if old.masks(unit) and not new.masks(unit) and self._pulled_in(unit):
                self._consider(unit, "no longer masked")

    def _repaired(self) -> None:
        """What had failed and has changed is tried again where somebody pulls it in."""
        old, new = self.plan.old, self.plan.new
        for state in self.plan.before:
            unit = state.name
            if not state.failed or not new.owns(unit) or old.identity(unit) == new.identity(unit):
                continue
            if differences(old.text(unit), new.text(unit)) and self._pulled_in(unit):
                self._consider(unit, "had failed, and has changed")

    def _taken_down(self) -> None:
        """What a stop took down comes back, unless something that it needs is gone."""
        plan = self.plan
        lost = {
            state.name
            for state in plan.before
            if plan.ran(state.name) and not self.now.get(state.name).runs and state.name not in plan.stop
        }
        dead = {unit for unit in plan.gone if self.now.get(unit)["LoadState"] != "loaded"}
        dead |= {unit for unit in plan.stop if plan.new.masks(unit)}
        down = {*plan.stop, *plan.restart, *plan.back, *plan.gone}
        while True:
            more = {unit for unit in lost - down if plan.before.get(unit).depends_on & down}
            if not more:
                break
            down |= more
        while True:
            more = {unit for unit in (lost & down) - dead if self._needs(unit) & dead}
            if not more:
                break
            dead |= more
        alive = down - dead - {unit for unit in plan.gone if unit not in self._chosen}
        for unit in sorted((lost & down) - dead):
            if plan.before.get(unit).depends_on & alive:
                self._consider(unit, "was stopped with another unit")

    def _needs(self, unit: str) -> Set[str]:
        state = self.now.get(unit) if unit in self.now else self.plan.before.get(unit)
        return set(state.needs)

    def _forgotten(self) -> list[str]:
        """Removed units that are left behind as failed."""
        old, new = self.plan.old, self.plan.new
        return sorted(
            state.name
            for state in self.now
            if state.failed and state["LoadState"] == "not-found" and old.owns(state.name) and not new.owns(state.name)
        )
