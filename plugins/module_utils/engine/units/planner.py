# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Makes the plan for a manager's units. Pure: two unit sets and the manager's states give the actions.

It is made in two steps, because some of it can only be known after the manager has read the new texts:
`begin` before the switch (stop, reload, restart, keep) and `complete` afterwards (start).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Dict, Set

from . import name as names
from .change import Changes
from .order import ordered
from .plan import Context, Plan
from .start import Starts

if TYPE_CHECKING:
    from .state import States
    from .unit_set import Edge, UnitSet


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
