# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What differs between two unit sets when no manager is asked: the plan for a user whose units all run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Dict, Set

from . import name as names
from .forecast import forecast
from .planner import begin, complete
from .state import State, States

if TYPE_CHECKING:
    from .plan import Plan
    from .unit_set import UnitSet


def compare(old: UnitSet, new: UnitSet) -> Plan:
    """The plan of a switch from one set to the other, for a manager that runs all that `old` starts by itself."""
    plan = begin(old, new, _assumed(old, new))
    complete(plan, forecast(plan))
    return plan


def _assumed(old: UnitSet, new: UnitSet) -> States:
    """Every unit that others pull in runs, and so does who pulls it in."""
    links = old.links()
    holders = {holder for holder, _unit in links | new.links()}
    pulled = {unit for _holder, unit in links if old.owns(unit)}
    running: Set[str] = set()
    while pulled - running:
        running |= pulled
        pulled = {unit for holder in running for _holder, unit in old.pulls(holder) if old.owns(unit)}
    states = States()
    for unit in sorted({*holders, *running}):
        if "@." not in unit and (unit in running or not old.owns(unit)):
            states.add(State(_properties(unit, old)))
    return states


def _properties(unit: str, units: UnitSet) -> Dict[str, str]:
    found = {"Id": unit, "Names": unit, "LoadState": "loaded", "ActiveState": "active"}
    if not units.owns(unit):
        return found
    text = units.text(unit)
    for key in ("Requires", "BindsTo", "PartOf", "Wants", "After"):
        found[key] = " ".join(names.expanded(word, unit) for word in text.words("Unit", key))
    for key in ("RefuseManualStart", "RefuseManualStop"):
        found[key] = "yes" if text.truth("Unit", key) else "no"
    found["CanReload"] = "yes" if text.values("Service", "ExecReload") else "no"
    found["Type"] = text.last("Service", "Type") or "simple"
    return found
