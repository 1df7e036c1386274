# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Every module of the library, enabled alone, on both platforms: it evaluates, or says plainly what it wants."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.home.manager.plugins.plugin_utils.options.unread import check_unread
from ansible_collections.home.manager.plugins.plugin_utils.plan.deep_stack import with_deep_stack
from ansible_collections.home.manager.plugins.plugin_utils.plan.home import EvaluatedHome, Request
from ansible_collections.home.manager.plugins.plugin_utils.plan.manifest import Builder
from ansible_collections.home.manager.plugins.plugin_utils.syntax.wire import from_wire

from . import compilers
from .host import host_of_home
from .switchable import switchable


def outcome(root: str, platform: str) -> list[str]:
    """The errors and failed assertions of a home that enables one thing."""
    wanted: Any = {"enable": True}
    for name in reversed(root.split(".")):
        wanted = {name: wanted}
    home = EvaluatedHome(
        Request(
            [(from_wire({"home": {"stateVersion": "26.05"}}), ""), (from_wire(wanted), "")],
            host_of_home(platform),
            packages="/usr",
            compiler=compilers.HOME,
        )
    )
    Builder(home).view()
    check_unread(home.evaluation)
    return [error.message for error in [*home.failed_assertions(), *home.evaluation.errors]]


PLAIN = (
    "is not for this platform",
    "is used, but has no value",
    "must",
    "want",
    "needs",
    "set ",
    "no ",
    "only",
    "cannot",
    "are not",
    "is not",
    "exactly",
    "at least",
    "enable",
)


@pytest.mark.slow
@pytest.mark.parametrize("platform", ["linux", "darwin"])
@pytest.mark.parametrize("root", switchable())
def test_enabled_alone(root: str, platform: str) -> None:
    said = with_deep_stack(lambda: outcome(root, platform))
    for message in said:
        assert "Error:" not in message, message
        assert any(word in message for word in PLAIN), message


def test_there_is_something_to_enable() -> None:
    assert len(switchable()) > 60
