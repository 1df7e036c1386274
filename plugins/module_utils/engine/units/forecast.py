# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The states that the manager will report after the stops of a plan and its reload, for a preview that changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Collection, Dict, Set

from . import name as names
from .state import State, States

if TYPE_CHECKING:
    from .plan import Plan


_CONTAINERS = ("Container", "Kube", "Pod", "Volume", "Network", "Image", "Build")


def forecast(plan: Plan, elsewhere: Collection[str] = ()) -> States:
    """The states as they will be. `elsewhere`: the units that the system's own folders hold."""
    down = _down(plan)
    now = States()
    units = {state.name for state in plan.before} | plan.asked()
    units |= {unit for unit in plan.new.units() if "@." not in unit}
    for unit in sorted(units):
        properties = plan.before.get(unit).properties()
        if unit in down:
            properties["ActiveState"] = "inactive"
        properties["LoadState"] = _load_state(plan, unit, elsewhere)
        held = {edge[1] for edge in plan.new.links() if edge[0] == unit}
        dropped = {edge[1] for edge in plan.old.links() - plan.new.links() if edge[0] == unit}
        properties["Wants"] = " ".join(sorted((plan.before.get(unit).words("Wants") | held) - dropped))
        if plan.new.owns(unit):
            _read(plan, unit, properties)
        now.add(State(properties))
    return now


def _down(plan: Plan) -> Set[str]:
    down = set(plan.stop)
    while True:
        more = {state.name for state in plan.before if state.runs and state.depends_on & down} - down
        if not more:
            return down
        down |= more


def _load_state(plan: Plan, unit: str, elsewhere: Collection[str]) -> str:
    if plan.new.masks(unit):
        return "masked"
    if plan.new.owns(unit):
        return "loaded" if _startable(plan, unit) else "bad-setting"
    if unit in elsewhere or names.template_of(unit) in elsewhere:
        return "loaded"
    if plan.old.owns(unit):
        return "not-found"
    return plan.before.get(unit)["LoadState"] or "not-found"


def _startable(plan: Plan, unit: str) -> bool:
    """Whether the manager would load it: a service needs something to run."""
    text = plan.new.text(unit)
    if names.type_of(unit) != "service" or any(text.holds(section) for section in _CONTAINERS):
        return True
    return bool(
        text.values("Service", "ExecStart")
        or text.values("Service", "ExecStop")
        or text.values("Unit", "SuccessAction")
    )


def _read(plan: Plan, unit: str, properties: Dict[str, str]) -> None:
    text = plan.new.text(unit)
    for key in ("RefuseManualStart", "RefuseManualStop"):
        properties[key] = "yes" if text.truth("Unit", key) else "no"
    properties["After"] = " ".join({*properties.get("After", "").split(), *text.words("Unit", "After")})
