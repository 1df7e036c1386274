# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Managed files, from what a spec says to what is planned."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.home.manager.plugins.plugin_utils.plan.files import usual_method
from ansible_collections.home.manager.plugins.plugin_utils.plan.home import Home, Request, with_deep_stack
from ansible_collections.home.manager.plugins.plugin_utils.plan.manifest import Plan, build
from ansible_collections.home.manager.plugins.plugin_utils.spec.errors import SpecErrors
from ansible_collections.home.manager.plugins.plugin_utils.spec.wire import from_wire

HOST = {
    "platform": "linux",
    "machine": "x86_64",
    "hostname": "h",
    "user": {"name": "alice", "home": "/home/alice", "uid": 1000},
}


def plan(files: dict[str, Any]) -> Plan:
    node = from_wire({"home": {"stateVersion": "26.05", "file": files}})
    made: Plan = with_deep_stack(lambda: build(Home(Request([(node, "")], HOST, packages="/usr")), {}))
    return made


@pytest.mark.parametrize(
    ("target", "method"),
    [
        (".envrc", "copy"),
        ("work/.envrc", "copy"),
        (".ssh/authorized_keys", "copy"),
        ("a.envrc", "link"),
        (".bashrc", "link"),
    ],
)
def test_usual_methods(target: str, method: str) -> None:
    assert usual_method(target) == method
    assert plan({target: {"text": "x"}}).manifest["files"][target]["method"] == method


def test_a_sensitive_file_is_its_owners_alone() -> None:
    made = plan(
        {
            "a": {"text": "x", "sensitive": True, "mode": "0644"},
            "b": {"text": "x", "sensitive": True, "executable": True},
        }
    )
    modes = {t: made.manifest["objects"][e["object"]]["mode"] for t, e in made.manifest["files"].items()}
    assert modes == {"a": "0600", "b": "0700"}
    assert any("a is sensitive" in warning for warning in made.warnings)


def test_equal_specs_have_equal_digests() -> None:
    assert (
        plan({"a": {"text": "x"}, "b": {"text": "y"}}).digest == plan({"b": {"text": "y"}, "a": {"text": "x"}}).digest
    )
    assert plan({"a": {"text": "x"}}).digest != plan({"a": {"text": "y"}}).digest


@pytest.mark.parametrize("target", ["/etc/passwd", "../x", "a/../../x", "/home/bob/x"])
def test_targets_outside_the_home_are_refused(target: str) -> None:
    with pytest.raises(SpecErrors, match="not inside the home"):
        plan({"x": {"text": "x", "target": target}})


def test_an_absolute_target_in_the_home_is_relative() -> None:
    assert set(plan({"x": {"text": "x", "target": "/home/alice/sub/x"}}).manifest["files"]) == {"sub/x"}


def test_two_files_of_one_target_are_refused() -> None:
    with pytest.raises(SpecErrors, match="two files want to be"):
        plan({"a": {"text": "x"}, "b": {"text": "y", "target": "a"}})
