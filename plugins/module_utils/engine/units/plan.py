# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a switch has to do to the units of a running manager. Pure: two unit sets and the manager's states give the actions.

The plan is made in two steps, because some of it can only be known after the manager has read the new texts:
`begin` before the switch (stop, reload, restart, keep) and `complete` afterwards (start).
"""

from __future__ import annotations

from typing import Dict, FrozenSet, List, Set

from . import name as names
from .change import Changes
from .order import ordered
from .start import Starts
from .state import States
from .unit_set import Edge, UnitSet


class Context:
    """What else counts.

    `own`: the units that this very process runs in. For work that an interrupted switch left: `active`, the units that
    ran when it began, and `done`, those that it has brought up to date already.
    """

    __slots__ = ("active", "done", "own")

    def __init__(
        self,
        own: FrozenSet[str] = frozenset(),
        active: FrozenSet[str] = frozenset(),
        done: FrozenSet[str] = frozenset(),
    ) -> None:
        self.own = own
        self.active = active
        self.done = done


class Plan:
    """The actions, each list in the order in which they are to be given to the manager.

    `keep`: unit to the reason why it is left alone although it changed. `why`: unit to what is behind an action.
    `reset`: units whose failure is to be forgotten. `later`: unit to the inactive unit with which it will start.
    `unloadable`: unit to why the manager cannot load it. `notes`: sentences for people.
    """

    def __init__(self, old: UnitSet, new: UnitSet, before: States, context: Context) -> None:
        self.old = old
        self.new = new
        self.before = before
        self.context = context
        self.stop: List[str] = []
        self.reload: List[str] = []
        self.restart: List[str] = []
        self.start: List[str] = []
        self.reset: List[str] = []
        self.keep: Dict[str, str] = {}
        self.why: Dict[str, str] = {}
        self.later: Dict[str, str] = {}
        self.unloadable: Dict[str, str] = {}
        self.notes: List[str] = []
        # Stopped, and to be started again.
        self.back: Set[str] = set()
        # Stopped, because they are no longer there.
        self.gone: Set[str] = set()
        self.added: Set[Edge] = set()

    def ran(self, unit: str) -> bool:
        """Whether it ran before the switch, or before the one that was interrupted."""
        return self.before.get(unit).runs or unit in self.context.active

    def asked(self) -> Set[str]:
        """The units whose state must be known after the reload, whether the manager has loaded them or not."""
        moved = {*self.stop, *self.restart, *self.back, *self.gone, *self.context.active}
        running = {state.name for state in self.before if state.runs}
        wanted = {unit for edge in self.added for unit in edge}
        unmasked = {unit for unit in self.old.units() if self.old.masks(unit)}
        failed = {state.name for state in self.before if state.failed}
        every = {*moved, *running, *wanted, *unmasked, *failed}
        return {unit for unit in every if "@." not in unit}


def begin(old: UnitSet, new: UnitSet, before: States, context: Context | None = None) -> Plan:
    """The first half, from the states before the switch: everything but `start`."""
    plan = Plan(old, new, before, context or Context())
    plan.added = added_edges(old, new, before)
    Changes(plan).judge()
    after = _after(plan, before)
    plan.stop = list(reversed(ordered(plan.stop, after)))
    plan.reload = ordered(plan.reload, after)
    plan.restart = ordered(plan.restart, after)
    return plan


def complete(plan: Plan, now: States) -> None:
    """The second half, from the states after the manager has read the new texts: `start` and what goes with it."""
    Starts(plan, now).judge()
    plan.start = ordered(plan.start, _after(plan, now))


def added_edges(old: UnitSet, new: UnitSet, before: States) -> Set[Edge]:
    """Who pulls in whom in the new set and not in the old one. Of the texts only those that differ are read."""
    found = new.links() - old.links()
    loaded = {state.name for state in before}
    instances = {unit for unit in loaded if names.template_of(unit) in new.units()}
    for unit in {*new.mentioned(), *instances}:
        if old.identity(unit) != new.identity(unit):
            found |= new.pulls(unit) - (old.pulls(unit) if unit in old else set())
    for unit in instances:
        found |= new.template_links(unit) - old.template_links(unit)
    return {edge for edge in found if "@." not in edge[0] and "@." not in edge[1]}


def _after(plan: Plan, states: States) -> Dict[str, Set[str]]:
    """What each unit has to come after."""
    after: Dict[str, Set[str]] = {}
    for state in states:
        after.setdefault(state.name, set()).update(state.words("After"))
    for unit in [*plan.stop, *plan.restart, *plan.reload, *plan.start]:
        for units in (plan.old, plan.new):
            if unit in units:
                text = units.text(unit)
                after.setdefault(unit, set()).update(names.expanded(word, unit) for word in text.words("Unit", "After"))
                for word in text.words("Unit", "Before"):
                    after.setdefault(names.expanded(word, unit), set()).add(unit)
    return after
