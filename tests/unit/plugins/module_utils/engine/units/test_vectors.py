# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The planner against what was executed under real managers; the reference data lies beside the project."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.units.forecast import forecast
from ansible_collections.home.manager.plugins.module_utils.engine.units.plan import Context, Plan
from ansible_collections.home.manager.plugins.module_utils.engine.units.planner import begin, complete

from .model import Manager, unit_set

PATH = Path(__file__).resolve().parents[6].parent / "shared" / "unit-vectors.json"
VECTORS: list[dict[str, Any]] = json.loads(PATH.read_text(encoding="utf-8"))["vectors"] if PATH.exists() else []


pytestmark = pytest.mark.skipif(not VECTORS, reason="the reference data is not beside this checkout")


def _switch(vector: dict[str, Any]) -> tuple[Plan, Manager, dict[str, int]]:
    manager = Manager(vector["old"], vector.get("package"))
    for unit, state in vector["state_before"].items():
        if state != "absent":
            manager.active[unit] = state
    kept = vector["actions"].get("keep", {})
    manager.active.update({unit.replace("*", "7"): "active" for unit in kept if "*" in unit})
    starts = dict(manager.starts)
    own = frozenset(unit for unit, why in kept.items() if why == "runs this switch")
    plan = begin(unit_set(vector["old"]), unit_set(vector["new"]), manager.states(), Context(own))
    manager.stop(plan.stop)
    manager.load(vector["new"])
    complete(plan, manager.states({*manager.active, *plan.asked()}))
    manager.restart(plan.restart)
    manager.start(plan.start)
    return plan, manager, starts


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_actions_are_those_that_held(vector):
    plan, _manager, _starts = _switch(vector)
    expected = vector["actions"]
    for verb in ("stop", "reload", "restart", "start"):
        assert sorted(getattr(plan, verb)) == expected.get(verb, []), verb
    assert {unit.replace("@7.", "@*."): why for unit, why in plan.keep.items()} == expected.get("keep", {})


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_units_end_as_they_ended(vector):
    plan, manager, starts = _switch(vector)
    for unit, after in vector["after"].items():
        running = manager.active.get(unit, "inactive") in ("active", "activating")
        again = manager.starts.get(unit, 0) > starts.get(unit, 0)
        if after.startswith("inactive"):
            assert not running, unit
        elif after == "failed":
            assert unit in plan.start or manager.active[unit] == "failed"
        else:
            assert running, unit
            assert again == (after != "same"), unit


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_preview_gives_the_same_actions(vector):
    plan, _manager, _starts = _switch(vector)
    done = {verb: sorted(getattr(plan, verb)) for verb in ("stop", "reload", "restart", "start")}
    complete(plan, forecast(plan, set(vector.get("package", {}))))
    assert {verb: sorted(getattr(plan, verb)) for verb in done} == done
