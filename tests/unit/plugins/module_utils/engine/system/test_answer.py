# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Requests and answers about systems: what one side sends is what the other reads, and anything else is an error."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.contract.errors import EngineError
from ansible_collections.home.manager.plugins.module_utils.engine.system.answer import Diff, SystemAnswer
from ansible_collections.home.manager.plugins.module_utils.engine.system.generations import (
    ExpireAnswer,
    GenerationsAnswer,
)
from ansible_collections.home.manager.plugins.module_utils.engine.system.home_answer import HomeAnswer
from ansible_collections.home.manager.plugins.module_utils.engine.system.home_options import HomeSwitchOptions
from ansible_collections.home.manager.plugins.module_utils.engine.system.probe_answer import SystemProbeAnswer
from ansible_collections.home.manager.plugins.module_utils.engine.system.request import HostRequest
from ansible_collections.home.manager.plugins.module_utils.engine.system.settings import Settings

REFUSED = {"error": {"message": "the disk is full", "kind": "space", "details": {}}}
ANSWER: dict[str, Any] = {
    "changed": True,
    "generation": 4,
    "previous": 3,
    "operations": [{"kind": "etc", "op": "add", "name": "/etc/motd"}],
    "collisions": [{"path": "/etc/issue", "reason": "is a folder", "origin": "c.yml:1:1"}],
    "checks": [{"name": "sshd", "ok": None, "message": "sshd is not installed"}],
    "units": {
        "stop": [],
        "reload": ["a.service"],
        "restart": [],
        "start": ["b.service"],
        "skipped": {"c.service": "it says so"},
        "failed": {"b.service": "exit code 1"},
    },
    "warnings": ["the lists are old"],
    "diffs": [{"path": "/etc/motd", "before": "", "after": "hello\n"}],
    "reboot": ["a new kernel"],
    "homes": {"bob": REFUSED},
    "armed": {"until": 1700000000, "seconds": 60},
    "failed": {"kind": "units", "message": "b.service: exit code 1"},
}


def test_the_controller_reads_what_the_host_sends() -> None:
    assert SystemAnswer.of(ANSWER).json() == ANSWER
    probe = {"facts": {"platform": "linux"}, "generation": 4, "unchanged": False, "objects": ["o"], "homes": {}}
    assert SystemProbeAnswer.of(probe).json() == probe
    listed = {"number": 1, "time": 0, "label": "", "current": True, "completed": True, "failed": False}
    assert GenerationsAnswer.of({"generations": [listed]}).json() == {"generations": [listed]}
    assert ExpireAnswer.of({"changed": True, "removed": [1, 2]}).json() == {"changed": True, "removed": [1, 2]}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("generation", "4"),
        ("operations", [{"op": "add"}]),
        ("units", {"start": "b.service"}),
        ("units", {"failed": {"b.service": 1}}),
        ("homes", {"bob": []}),
        ("armed", {"until": 1}),
        ("diffs", {}),
    ],
)
def test_an_answer_of_another_form_is_an_error(name: str, value: object) -> None:
    with pytest.raises(EngineError):
        SystemAnswer.of({**ANSWER, name: value})


def test_the_objects_of_a_home_are_those_of_its_own_answer() -> None:
    probe = SystemProbeAnswer({}, 0, False, [], {"alice": {"objects": ["a"]}, "bob": REFUSED})
    assert [probe.objects_of_home(user) for user in ("alice", "bob", "eve")] == [["a"], [], []]


def test_the_homes_of_a_confirmed_switch_are_those_of_the_confirmation() -> None:
    switched = SystemAnswer.of({**ANSWER, "homes": {}, "failed": None})
    confirmation = SystemAnswer.of({**ANSWER, "warnings": ["again"], "failed": {"kind": "home", "message": "bob"}})
    answer = switched.confirmed(confirmation)
    assert answer.armed is None
    assert answer.failed is not None
    assert answer.failed.message == "bob"
    assert sorted(answer.homes) == ["bob"]
    assert answer.warnings == ["the lists are old", "again"]


def test_a_switch_in_two_steps_has_one_answer() -> None:
    changed, unchanged = ({"changed": value, "generation": 2} for value in (True, False))
    first = SystemAnswer.of({**ANSWER, "homes": {"alice": changed, "bob": unchanged}})
    second = SystemAnswer.of({**ANSWER, "generation": 5, "previous": 4, "homes": {"alice": unchanged, "bob": changed}})
    both = first.followed_by(second)
    assert (both.changed, both.generation, both.previous, len(both.operations)) == (True, 5, 3, 2)
    assert [both.homes[user].changed for user in ("alice", "bob")] == [True, True]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ({"changed": True}, None),
        (REFUSED, "the disk is full"),
        (
            {"collisions": [{"path": ".bashrc", "reason": "a file of yours", "kind": "file"}]},
            "collision: .bashrc: a file of yours",
        ),
        ({"failed": {"kind": "hook", "message": "the script failed"}}, "the script failed"),
        ({"wanting": ["htop", "jq"]}, "it wants packages that this host does not have: htop, jq"),
    ],
)
def test_why_a_home_was_not_switched(answer: dict[str, object], why: str | None) -> None:
    assert HomeAnswer.of(answer).failure() == why
    assert HomeAnswer.of(HomeAnswer.of(answer).json()).failure() == why


def test_a_diff_is_shown_of_text_alone() -> None:
    assert Diff.between("/etc/a", None, b"new\n") == Diff("/etc/a", "", "new\n")
    assert Diff.between("/etc/a", b"\xff", b"new\n") is None
    assert Diff.between("/etc/a", b"x" * 70000, b"new\n") is None


def test_the_host_reads_what_the_controller_asks() -> None:
    options = HomeSwitchOptions(backup_command="mv -t /aside", verbose=True)
    settings = Settings("boot", diff=True, confirm=60, allow_removal=["vi"], host="web1")
    home: dict[str, object] = {"verb": "probe", "user": "alice"}
    request = HostRequest("switch", settings, "abc", {"alice": home}, options, 3, 5, None, 30.0)
    assert HostRequest.of(request.json()) == request
    assert HostRequest.of({}) == HostRequest("probe", Settings(allow_removal=[]))


@pytest.mark.parametrize("part", [{"action": "reboot"}, {"homes": {"alice": 1}}, {"confirm": "60"}, {"check": "yes"}])
def test_a_request_of_another_form_is_an_error(part: dict[str, object]) -> None:
    with pytest.raises(EngineError):
        HostRequest.of({"step": "switch", **part})


def test_packages_that_have_to_go_are_reported_once_and_those_that_come_along_are_counted() -> None:
    answer = SystemAnswer()
    for brought in ([f"lib{number}" for number in range(14)], []):
        answer.note_packages(brought, ["postfix"])
    (operation,) = answer.operations
    assert (operation.kind, operation.op, operation.name) == ("package", "remove", "postfix")
    (warning,) = answer.warnings
    assert warning.startswith("14 further packages are installed: lib0, lib1")
    assert warning.endswith("lib11, ...")


@pytest.mark.parametrize(("given", "timeout"), [({}, 60), ({"lock_timeout": 0}, 0), ({"lock_timeout": 2.5}, 2.5)])
def test_a_request_may_wait_for_nobody(given: dict[str, float], timeout: float) -> None:
    assert HostRequest.of(given).lock_timeout == timeout
