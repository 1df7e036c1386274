# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Every behaviour file below this folder, held against the library (docs/module-authors.md says the form)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.home.manager.plugins.plugin_utils.options.unread import check_unread
from ansible_collections.home.manager.plugins.plugin_utils.plan.files import Files
from ansible_collections.home.manager.plugins.plugin_utils.plan.home import EvaluatedHome, Request
from ansible_collections.home.manager.plugins.plugin_utils.syntax.errors import SpecErrors
from ansible_collections.home.manager.plugins.plugin_utils.syntax.nodes import Mapping

from . import compilers
from .behaviours import check_warnings, evaluated
from .host import host_of_home

HERE = Path(__file__).parent
CASES = sorted(path for path in HERE.glob("*/*/*.yml") if path.parts[-3] != "systems")
WORDS = {
    "spec", "platform", "files", "links", "contains", "absent", "packages", "activation", "variables", "warnings", "silent", "refused", "facts",
}  # fmt: skip


def answered(case: Any, path: Path) -> dict[str, Any]:
    base = Mapping({"home.stateVersion": "26.05"})
    home = EvaluatedHome(
        Request(
            [(base, ""), (case["spec"], str(path))],
            {**host_of_home(case.get("platform", "linux")), **case.get("facts", {})},
            compiler=compilers.HOME,
        )
    )
    planned = Files(home.evaluation).collect()
    files = {
        target: file.leaf.read()[0].decode(errors="replace")
        for target, file in planned.items()
        if file.leaf is not None and file.leaf.link is None
    }
    links = {
        target: file.leaf.link
        for target, file in planned.items()
        if file.leaf is not None and file.leaf.link is not None
    }
    packages = home.evaluation.attempt(lambda: [p.name for p in home.evaluation.get("home.packages")], [])
    scripts = home.evaluation.attempt(
        lambda: {name: entry["data"] for name, entry in home.evaluation.get("home.activation").items()}, {}
    )
    variables = home.evaluation.attempt(lambda: dict(home.evaluation.get("home.sessionVariables").items()), {})
    check_unread(home.evaluation)
    refused = [str(error) for error in home.failed_assertions()]
    warnings = [str(warning) for warning in home.warnings()]
    if home.evaluation.errors:
        refused.append(str(SpecErrors(home.evaluation.errors)))
    return {
        "files": files,
        "links": links,
        "paths": set(planned),
        "packages": packages,
        "activation": scripts,
        "variables": variables,
        "warnings": warnings,
        "refused": refused,
    }


@pytest.mark.parametrize("path", CASES, ids=lambda p: "/".join(p.relative_to(HERE).with_suffix("").parts))
def test_behaviour(path: Path) -> None:
    case, got = evaluated(path, WORDS, answered)
    if case is None or got is None:
        return
    for target, text in case.get("files", {}).items():
        assert got["files"].get(target) == text
    for target, text in case.get("links", {}).items():
        assert got["links"].get(target) == text
    for target, lines in case.get("contains", {}).items():
        assert target in got["files"], sorted(got["paths"])
        for line in lines:
            assert line in got["files"][target]
    assert not [t for t in case.get("absent", []) if any(p == t or p.startswith(t + "/") for p in got["paths"])]
    for name in case.get("packages", []):
        assert name in got["packages"]
    for name, lines in case.get("activation", {}).items():
        assert name in got["activation"], sorted(got["activation"])
        for line in lines:
            assert line in got["activation"][name]
    for name, value in case.get("variables", {}).items():
        assert got["variables"].get(name) == value
    check_warnings(got["warnings"], case)
