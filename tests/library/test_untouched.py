# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A module of the library that no spec touches contributes nothing: what a home comes to never depends on what was loaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.home.manager.plugins.plugin_utils.expressions.lazy import plain
from ansible_collections.home.manager.plugins.plugin_utils.modules.library_index import files
from ansible_collections.home.manager.plugins.plugin_utils.options.unread import check_unread
from ansible_collections.home.manager.plugins.plugin_utils.plan.deep_stack import with_deep_stack
from ansible_collections.home.manager.plugins.plugin_utils.plan.files import Files
from ansible_collections.home.manager.plugins.plugin_utils.plan.home import EvaluatedHome, Request
from ansible_collections.home.manager.plugins.plugin_utils.syntax.nodes import Mapping

from . import compilers

LIBRARY = Path(__file__).resolve().parents[2] / "roles" / "home" / "modules"


def outcome(platform: str, file: str | None) -> dict[str, Any]:
    """All that a home without any wish comes to, with one of the library's files loaded."""
    user = {"name": "alice", "home": "/home/alice", "uid": 1000, "shell": "/bin/bash"}
    host = {"platform": platform, "machine": "x86_64", "hostname": "laptop", "user": user}
    home = EvaluatedHome(Request([(Mapping({"home.stateVersion": "26.11"}), "")], host, compiler=compilers.HOME))
    evaluation = home.evaluation
    if file is not None:
        evaluation._load(file)
    found = {
        "files": sorted(Files(evaluation).collect()),
        "packages": [package.name for package in evaluation.get("home.packages")],
        "variables": plain(evaluation.get("home.sessionVariables")),
        "profile": sorted(evaluation.get("home.profileFile")),
        "activation": sorted(evaluation.get("home.activation")),
        "refused": home.failed_assertions(),
    }
    check_unread(evaluation)
    return {
        **found,
        "warnings": [str(warning) for warning in home.warnings()],
        "errors": [str(error) for error in evaluation.errors],
    }


@pytest.fixture(scope="module")
def bare() -> dict[str, dict[str, Any]]:
    return {
        platform: with_deep_stack(lambda platform=platform: outcome(platform, None)) for platform in ("linux", "darwin")
    }


@pytest.mark.slow
@pytest.mark.parametrize("file", list(files(str(LIBRARY))))
def test_an_untouched_module_contributes_nothing(file: str, bare: dict[str, dict[str, Any]]) -> None:
    for platform, expected in bare.items():
        assert with_deep_stack(lambda platform=platform: outcome(platform, file)) == expected, platform
