# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Repairing what drifted: objects that were changed in place, links and modes of managed paths."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..disk import filesystem
from ..planning.plan import Options
from ..state import layout, objects
from .goal import goal_of_generation
from .planner import make_plan
from .switch import Settings, run, transaction_name

if TYPE_CHECKING:
    from ..home.folder import HomeFolder
    from ..planning.plan import Plan
    from ..state.ledger import Ledger

# What may be repaired without a switch: it brings back what was there, and removes nothing.
_HARMLESS = ("repair", "keep", "adopt")


def examine(home: HomeFolder, ledger: Ledger, current: str) -> Plan:
    """What a switch to the same generation would do."""
    state = home.require_state()

    def content(name: str) -> bytes:
        return filesystem.read(f"{layout.STORE}/{name}", state.fd)

    return make_plan(home, state.manifest(current), ledger, "probe", Options(same=True), content)


def kept_files(plan: Plan) -> list[dict[str, Any]]:
    """The operations that leave a file as its user changed it."""
    return [item for item in plan.operations if item["op"] == "keep"]


def repair(
    home: HomeFolder, ledger: Ledger, current: str, broken: list[tuple[str, str]], user: str
) -> tuple[list[dict[str, Any]], list[str]]:
    """Put right what can be without taking anything away: (operations, what is left to a switch)."""
    done = repair_objects(home, broken, current) if broken else []
    plan = examine(home, ledger, current)
    left = [f"{item['path']}: {item['reason']}" for item in plan.collisions]
    left += [f"{item['path']} is to be written again" for item in plan.operations if item["op"] not in _HARMLESS]
    if left or not plan.steps:
        return done + kept_files(plan), left
    number, specialisation = layout.parse_reference(current)
    goal = goal_of_generation(home, number, specialisation)
    told = run(home, goal, Settings(user))
    return done + [item for item in told["operations"] if item["op"] in ("repair", "keep")], told["warnings"]


def repair_objects(home: HomeFolder, found: list[tuple[str, str]], current: str) -> list[dict[str, Any]]:
    """Put these objects right; operations for people."""
    state = home.require_state()
    view = state.manifest(current)
    tx = transaction_name()
    done: list[dict[str, Any]] = []
    state.folder(layout.STAGING)
    for name in sorted({name for _path, name in found}):
        path = next(path for path, other in found if other == name)
        mode = view["objects"][name]["mode"]
        detail = objects.repair_object(state, name, mode, tx, f"{current}/{layout.FILES}/{path}")
        done.append({"op": "repair", "path": path, "detail": detail, "found": "content"})
    filesystem.remove_tree(layout.STAGING, state.fd)
    return done
