# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What an introduction to Home Manager shows, typed as it stands there: each example is a home, with the files it promises.

`introduction/*.yml` hold one example each: `spec`, and what is expected of it. Every warning must be expected.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.home.manager.plugins.plugin_utils.modules.spec_file import load_file
from ansible_collections.home.manager.plugins.plugin_utils.options.unread import check_unread
from ansible_collections.home.manager.plugins.plugin_utils.plan.deep_stack import with_deep_stack
from ansible_collections.home.manager.plugins.plugin_utils.plan.files import Files
from ansible_collections.home.manager.plugins.plugin_utils.plan.home import EvaluatedHome, Request
from ansible_collections.home.manager.plugins.plugin_utils.syntax.nodes import Mapping

EXAMPLES = sorted((Path(__file__).parent / "introduction").glob("*.yml"))
USER = {"name": "yourname", "home": "/home/yourname", "uid": 1000, "gid": 1000, "shell": "/bin/bash"}
HOST = {"platform": "linux", "machine": "x86_64", "hostname": "laptop", "user": USER}


def home_of(spec: Any, path: Path) -> tuple[dict[str, str], list[str], list[str]]:
    """The texts of the files by their targets, the names of the packages, and the warnings."""
    roots = [(spec, str(path))]
    if "home.stateVersion" not in spec:
        roots.insert(0, (Mapping({"home.stateVersion": "26.05"}), ""))
    home = EvaluatedHome(Request(roots, HOST))
    leaves = {target: file.leaf for target, file in Files(home.evaluation).collect().items()}
    texts = {
        target: leaf.read()[0].decode(errors="replace")
        for target, leaf in leaves.items()
        if leaf is not None and leaf.link is None
    }
    packages = [package.name for package in home.evaluation.get("home.packages")]
    check_unread(home.evaluation)
    home.refuse()
    assert home.failed_assertions() == []
    return texts, packages, [str(warning).splitlines()[0] for warning in home.warnings()]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_example_is_a_home(path: Path) -> None:
    example = load_file(str(path))
    texts, packages, warnings = with_deep_stack(lambda: home_of(example["spec"], path))
    for target, parts in example.get("contains", {}).items():
        for part in parts:
            assert part in texts[target]
    assert set(example.get("packages", [])) <= set(packages)
    unexpected = [w for w in warnings if not any(w.endswith(part) for part in example.get("warnings", []))]
    assert unexpected == []
    assert len(warnings) == len(example.get("warnings", []))
