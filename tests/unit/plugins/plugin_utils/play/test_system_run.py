# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How a switch is confirmed over a new connection."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible.errors import AnsibleConnectionFailure

from ansible_collections.home.manager.plugins.module_utils.engine.system.answer import SystemAnswer
from ansible_collections.home.manager.plugins.module_utils.engine.system.request import HostRequest
from ansible_collections.home.manager.plugins.module_utils.engine.voice.outline import plan_lines
from ansible_collections.home.manager.plugins.module_utils.engine.voice.plan import Plan
from ansible_collections.home.manager.plugins.plugin_utils.play import system_run
from ansible_collections.home.manager.plugins.plugin_utils.report.source import Sources
from ansible_collections.home.manager.plugins.plugin_utils.report.system_plan import SystemReporter
from ansible_collections.home.manager.plugins.plugin_utils.report.system_result import SystemRefused

REPORTER = SystemReporter("web1", False, Sources("/nowhere"))


class Confirming:
    """A connection that fails a number of times, and a clock that only passes when somebody waits."""

    def __init__(self, patch: pytest.MonkeyPatch, failures: int, answer: Any) -> None:
        self.failures, self.answer, self.now, self.attempts = failures, answer, 0.0, 0
        patch.setattr(system_run.time, "monotonic", lambda: self.now)
        patch.setattr(system_run.time, "sleep", self.sleep)
        task = SimpleNamespace(action=SimpleNamespace(_connection=SimpleNamespace(reset=self.reset)))
        self.run = SimpleNamespace(task=task, host="web1", _call=self.call, _reporter=lambda: REPORTER)
        self.run._unconfirmed = lambda seconds, problem: system_run.SystemRun._unconfirmed(
            stand_in(self.run), seconds, problem
        )

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def reset(self) -> None:
        self.attempts += 1

    def call(self, *_arguments: object, **_more: object) -> SystemAnswer:
        if self.attempts <= self.failures:
            raise AnsibleConnectionFailure("connect to host web1 port 22: Connection refused")
        if isinstance(self.answer, Exception):
            raise self.answer
        return SystemAnswer(2)

    def confirm(self, seconds: int) -> SystemAnswer:
        request = HostRequest("confirm")
        return system_run.SystemRun._confirmed(stand_in(self.run), SystemAnswer(2), seconds, request, None)


def stand_in(value: object) -> Any:
    """A value in place of one of another type, which it is enough like."""
    return value


def test_a_confirmation_is_tried_until_the_host_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    confirming = Confirming(monkeypatch, 3, None)
    assert confirming.confirm(30).generation == 2
    assert confirming.attempts == 4


def test_a_host_that_does_not_answer_in_time_has_reverted(monkeypatch: pytest.MonkeyPatch) -> None:
    confirming = Confirming(monkeypatch, 99, None)
    with pytest.raises(
        SystemRefused, match=r"did not answer a new connection within 10 s .*\(connect to host web1"
    ) as refused:
        confirming.confirm(10)
    assert confirming.attempts == 6
    (held,) = refused.value.result["diff"]
    assert [line.text for line in plan_lines(Plan.of(held["plan"]))][-1] == "web1  not confirmed, and reverts"


def test_a_host_that_has_reverted_when_it_answers_did_not_answer_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = SystemRefused({"msg": "there is no switch to confirm"})
    with pytest.raises(SystemRefused, match="did not answer a new connection within 30 s"):
        Confirming(monkeypatch, 1, gone).confirm(30)
    with pytest.raises(SystemRefused, match="there is no switch to confirm"):
        Confirming(monkeypatch, 0, gone).confirm(30)
