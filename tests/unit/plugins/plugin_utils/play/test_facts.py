# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Facts of a host that was never asked: a home rests on as few guesses as it can, or it is evaluated twice."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.contract.manifest import Origin
from ansible_collections.home.manager.plugins.plugin_utils.plan.deep_stack import with_deep_stack
from ansible_collections.home.manager.plugins.plugin_utils.plan.home import EvaluatedHome, Request
from ansible_collections.home.manager.plugins.plugin_utils.plan.manifest import build
from ansible_collections.home.manager.plugins.plugin_utils.play.facts import TrackedFacts, guess
from ansible_collections.home.manager.plugins.plugin_utils.syntax.nodes import Mapping

FILES = {"home.file": {"a": {"text": "one\n"}}, "xdg.configFile": {"b/c": {"text": "two\n"}}}
SERVICE = {"systemd.user.services.x": {"Service": {"ExecStart": "/bin/true"}}}


def read(spec: dict[str, Any]) -> set[str]:
    """The facts that the plan of a spec asks for."""
    host = TrackedFacts(guess("alice"))
    module = Mapping({"home.stateVersion": "26.05", **spec})
    with_deep_stack(lambda: build(EvaluatedHome(Request([(module, "user.yml")], host, packages="/usr")), Origin()))
    return set(host.read)


@pytest.mark.parametrize("spec", [FILES, {"programs.git": {"enable": True}}, {"home.packages": ["htop"]}])
def test_a_home_without_units_does_not_ask_for_the_service_manager(spec: dict[str, Any]) -> None:
    assert read(spec) <= {"platform", "user"}


def test_a_home_with_units_asks_for_the_service_manager() -> None:
    assert "service_manager" in read(SERVICE)
