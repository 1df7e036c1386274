# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Switches that wait for a confirmation, or for the next boot: what a confirmation, a revert and an expiry make of them."""

from __future__ import annotations

import os
from typing import Any

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.contract.errors import EngineError
from ansible_collections.home.manager.plugins.module_utils.engine.system.effects import Effects
from ansible_collections.home.manager.plugins.module_utils.engine.system.recovery import revert
from ansible_collections.home.manager.plugins.module_utils.engine.system.unconfirmed import pending

from .scratch_host import Host

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="only root switches a system"),
    pytest.mark.usefixtures("timers"),
]


@pytest.fixture(name="host")
def fixture_host(scratch_host: Host) -> Host:
    return scratch_host


def confirmed(host: Host, **more: Any) -> dict[str, Any]:
    answer: dict[str, Any] = host.verbs.answer({"step": "confirm", "homes": {}, **more})
    return answer


def link(host: Host, name: str) -> str:
    return os.path.basename(os.readlink(host.state(name)))


def fail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Effects, "after", lambda self, *_arguments: self.answer.fail("units", "nginx.service failed"))


def test_a_confirmed_switch_is_complete(host: Host, timers: list[int]) -> None:
    assert host.switch("new", confirm=30)["armed"]["seconds"] == 30
    assert timers == [30]
    assert link(host, "completed") == "1"
    assert confirmed(host)["generation"] == 2
    assert not timers
    assert link(host, "completed") == "2"
    assert host.probe("new")["unchanged"] is True


def test_what_failed_before_the_confirmation_is_tried_again(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        fail(patch)
        with pytest.raises(AssertionError):  # the answer says what failed
            host.switch("new", confirm=30)
    assert not confirmed(host).get("failed")
    assert host.probe("new")["unchanged"] is False
    host.switch("new")
    assert host.probe("new")["unchanged"] is True


def test_a_check_confirms_nothing(host: Host, timers: list[int]) -> None:
    host.switch("new", confirm=30)
    answer = confirmed(host, check=True)
    assert (answer["changed"], answer["generation"]) == (True, 2)
    assert timers == [30]
    assert link(host, "completed") == "1"
    assert pending(host.verbs.state) is not None


def test_a_test_that_was_confirmed_still_ends_with_the_next_boot(host: Host) -> None:
    host.switch("new", action="test", confirm=30)
    confirmed(host, action="test")
    waiting = pending(host.verbs.state)
    assert waiting is not None
    assert waiting.until == 0
    assert revert(host.verbs.context(), boot=True)
    assert host.words() == {"old"}
    assert link(host, "completed") == "1"


def test_a_test_is_kept_by_a_confirmation(host: Host) -> None:
    host.switch("new", action="test")
    confirmed(host)
    assert pending(host.verbs.state) is None
    assert revert(host.verbs.context(), boot=True) is None
    assert host.words() == {"new"}


def test_a_switch_for_the_next_boot_says_that_there_is_nothing_to_confirm(host: Host, timers: list[int]) -> None:
    answer = host.switch("new", action="boot", confirm=30)
    assert not timers
    assert any("home_system_confirm is not used" in text for text in answer["warnings"])


def test_a_switch_that_could_not_be_reverted_is_refused(host: Host, timers: list[int]) -> None:
    host.state("generations/1/manifest.json").write_bytes(b"{")
    with pytest.raises(EngineError, match="could not be reverted, because generation 1 is damaged"):
        host.switch("new", confirm=30)
    assert not timers
    assert (host.etc / "a.conf").read_text() == "old\n"


def test_after_a_revert_what_had_failed_before_is_tried_again(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        fail(patch)
        with pytest.raises(AssertionError):
            host.switch("broken")
    assert host.probe("broken")["unchanged"] is False
    host.switch("new", confirm=30)
    assert revert(host.verbs.context())
    assert host.words() == {"broken"}
    assert link(host, "current") == "2"
    assert host.probe("broken")["unchanged"] is False


def test_the_generation_that_a_revert_needs_is_not_expired(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        fail(patch)
        with pytest.raises(AssertionError):
            host.switch("broken")
    host.switch("new", confirm=30)
    # The first one is complete, the second one is what a revert leads to, the third one is current.
    assert host.verbs.answer({"step": "expire", "keep": 0})["removed"] == []
    assert revert(host.verbs.context())
    assert host.words() == {"broken"}


def test_a_number_that_is_given_again_has_not_failed(host: Host) -> None:
    host.switch("new", confirm=30)
    revert(host.verbs.context())
    assert host.verbs.failed(2)
    assert host.verbs.answer({"step": "expire", "keep": 0})["removed"] == [2]
    assert host.switch("newer")["generation"] == 2
    assert not host.verbs.failed(2)
