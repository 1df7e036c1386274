# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Every behaviour file: the plan that is kept is the one that an evaluation makes, whether it is noted what that reads or not."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.contract.manifest import Origin
from ansible_collections.home.manager.plugins.plugin_utils.inputs import Inputs, recording
from ansible_collections.home.manager.plugins.plugin_utils.modules.spec_file import load_file
from ansible_collections.home.manager.plugins.plugin_utils.plan.deep_stack import with_deep_stack
from ansible_collections.home.manager.plugins.plugin_utils.plan.home import EvaluatedHome, Request
from ansible_collections.home.manager.plugins.plugin_utils.plan.manifest import build
from ansible_collections.home.manager.plugins.plugin_utils.play.plan_cache import Kept, PlanCache
from ansible_collections.home.manager.plugins.plugin_utils.syntax.errors import SpecErrors
from ansible_collections.home.manager.plugins.plugin_utils.syntax.nodes import Mapping

from . import compilers

HERE = Path(__file__).parent
CASES = sorted(HERE.glob("*/*/*.yml"))
FOLDERS = [(folder, list(cases)) for folder, cases in groupby(CASES, key=lambda path: path.parent)]


def _plan(case: Any, path: Path, noted: Inputs | None) -> Kept | None:
    """The plan of a case; None for one that is refused."""
    platform = case.get("platform", "linux")
    host = {
        "platform": platform,
        "machine": "x86_64" if platform == "linux" else "aarch64",
        "hostname": "laptop",
        "user": {"name": "alice", "home": "/home/alice", "uid": 1000, "shell": "/bin/bash"},
    }
    roots: list[tuple[object, str]] = [(Mapping({"home.stateVersion": "26.05"}), ""), (case["spec"], str(path))]

    def compute() -> Kept:
        with recording(noted):
            plan = build(EvaluatedHome(Request(roots, host, packages="/usr", compiler=compilers.HOME)), Origin("host"))
        return Kept(plan.digest, plan.manifest.home, plan.manifest.state, None)

    try:
        return with_deep_stack(compute)
    except SpecErrors:
        return None


@pytest.mark.slow
@pytest.mark.parametrize(("folder", "cases"), FOLDERS, ids=lambda value: getattr(value, "name", ""))
def test_the_kept_plan_is_the_evaluated_one(tmp_path: Path, folder: Path, cases: list[Path]) -> None:
    for path in cases:
        case = load_file(str(path))
        assert isinstance(case, Mapping)
        noted = Inputs()
        plan = _plan(case, path, noted)
        assert _plan(case, path, None) == plan
        if plan is None:
            continue
        cache = PlanCache((folder.name, path.name), str(tmp_path / "cache"))
        cache.keep(path.name, plan, noted, (set(), lambda _host, _name: None))
        assert cache.find(path.name, lambda _host, _name: None) == plan, noted.unstable
