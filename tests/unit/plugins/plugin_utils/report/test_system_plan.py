# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The answers of systems as people read them, and as the results of tasks hold them."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.system.answer import SystemAnswer
from ansible_collections.home.manager.plugins.module_utils.engine.system.generations import ExpireAnswer
from ansible_collections.home.manager.plugins.module_utils.engine.voice.fleet import fleet_lines
from ansible_collections.home.manager.plugins.module_utils.engine.voice.outline import plan_lines
from ansible_collections.home.manager.plugins.module_utils.engine.voice.plan import Plan
from ansible_collections.home.manager.plugins.plugin_utils.report.source import Sources
from ansible_collections.home.manager.plugins.plugin_utils.report.system_plan import SystemReporter
from ansible_collections.home.manager.plugins.plugin_utils.report.system_result import (
    SystemRefused,
    expiry_lines,
    result_of,
)
from ansible_collections.home.manager.plugins.plugin_utils.report.task_result import plans_of
from ansible_collections.home.manager.plugins.plugin_utils.syntax.position import Position

ANSWER: dict[str, Any] = {
    "changed": True,
    "generation": 4,
    "previous": 3,
    "operations": [
        {"kind": "package", "op": "add", "name": "htop"},
        {"kind": "user", "op": "add", "name": "alice", "detail": "uid 1000"},
        {"kind": "group", "op": "change", "name": "sudo", "detail": "+alice"},
        {"kind": "etc", "op": "add", "name": "/etc/motd"},
        {"kind": "etc", "op": "restore", "name": "/etc/issue"},
        {"kind": "unit", "op": "enable", "name": "ssh.service"},
    ],
    "diffs": [{"path": "/etc/motd", "before": "", "after": "hello\n"}],
    "units": {"start": ["ssh.service"], "skipped": {"x.service": "it says so"}},
}


def reporter(check: bool = False) -> SystemReporter:
    return SystemReporter("web1", check, Sources("/nowhere"), of_words=lambda _words: (Position("c.yml", 4, 2),))


def lines(answer: dict[str, Any], check: bool = False) -> list[str]:
    return [line.text for plan in reporter(check).plans(SystemAnswer.of(answer)) for line in plan_lines(plan)]


def test_a_system_is_told_as_a_home_is() -> None:
    assert lines(ANSWER) == [
        "web1: generation 4",
        "",
        "  + file     /etc/motd",
        "      +hello",
        "  - file     /etc/issue   the host's own file is restored",
        "  + package  htop  system",
        "  + user     alice        uid 1000",
        "  ~ group    sudo         +alice",
        "  > unit     ssh.service  enabled",
        "  > unit     ssh.service  started",
        "  = unit     x.service    kept   it says so",
        "",
        "web1  generation 4: files +1 -1, packages +1, users +1, groups ~1, units >2 =1",
    ]


def test_a_preview_says_so() -> None:
    assert lines(ANSWER, check=True)[0] == "web1: preview of generation 4, nothing is written"
    assert lines({"changed": False, "generation": 3, "previous": 3}, check=True) == ["web1  up to date, generation 3"]


def test_many_files_below_etc_are_folded_below_their_own_folder() -> None:
    operations = [{"kind": "etc", "op": "add", "name": f"/etc/systemd/system/{n}.service"} for n in range(12)]
    found = lines({**ANSWER, "operations": operations, "diffs": []})
    assert "  + file  /etc/systemd/  12 files (-v lists them)" in [line.replace("     ", "  ") for line in found]


def test_what_is_in_the_way_is_told_with_its_remedy() -> None:
    collision = {"path": "/etc/motd", "reason": "exists and is not managed", "origin": "c.yml:1:1"}
    answer = SystemAnswer.of({**ANSWER, "changed": False, "collisions": [collision]})
    with pytest.raises(SystemRefused) as refused:
        result_of("web1", answer, reporter().plans(answer), [], False)
    (plan,) = plans_of(refused.value.result)
    text = [line.text for line in plan_lines(plan)]
    assert text[0] == "error: /etc/motd exists and is not managed"
    assert any("replaceExisting: true" in line for line in text)
    assert text[-1] == "web1  not switched, nothing changed: 1 error"


def test_a_unit_that_failed_is_an_error_of_the_system() -> None:
    answer = {
        **ANSWER,
        "units": {"start": ["web.service"], "failed": {"web.service": "exit code 1"}},
        "failed": {"kind": "units", "message": "web.service: exit code 1"},
    }
    found = lines(answer)
    assert "error: web.service failed to start (status 1)" in found
    assert any("journalctl -u web.service" in line for line in found)
    assert found[-1] == "web1  generation 4, but web.service failed"


def test_a_home_that_failed_is_told_under_its_own_name() -> None:
    homes = {
        "bob": {"error": {"message": "his disk is full", "kind": "space", "details": {}}},
        "eve": {"changed": False},
    }
    failed = {"kind": "home", "message": "home of bob (his disk is full)"}
    plans = reporter().plans(SystemAnswer.of({**ANSWER, "homes": homes, "failed": failed}))
    assert [(plan.home.label, plan.outcome) for plan in plans] == [("web1", "changed"), ("bob@web1", "refused")]
    assert fleet_lines(plans)[-1].text == "1 system and 1 home: 1 switched, 1 not switched"


def test_equal_systems_are_told_together() -> None:
    plans = [
        reporter().plans(SystemAnswer.of(ANSWER))[0]._replace(home=plan.home) for plan in map(owned, ("web1", "web2"))
    ]
    found = [line.text for line in fleet_lines(plans)]
    assert found[0] == "web1 and web2 (2 systems): switched"
    assert found[-1] == "2 systems: 2 switched"


def owned(host: str) -> Plan:
    return SystemReporter(host, False, Sources("/nowhere")).plans(SystemAnswer.of(ANSWER))[0]


def test_a_message_of_the_host_has_its_place_in_the_specification() -> None:
    plan = reporter().refused("lockout", '"deploy" is not in AllowUsers')
    assert [line.text for line in plan_lines(plan)][:2] == ['error: "deploy" is not in AllowUsers', "  c.yml:4:2"]


def test_the_plans_of_a_result_survive_the_way_to_the_callback() -> None:
    answer = SystemAnswer.of(ANSWER)
    plans = reporter().plans(answer)
    assert plans_of(result_of("web1", answer, plans, [], False)) == plans


def test_homes_of_a_rollback_are_told_though_nothing_was_evaluated() -> None:
    home = {
        "changed": True,
        "generation": 2,
        "previous": 3,
        "operations": [{"op": "remove", "path": "a", "detail": "link", "method": "link"}],
    }
    answer = SystemAnswer.of({**ANSWER, "homes": {"alice": home, "bob": {"changed": False, "generation": 1}}})
    found = SystemReporter("web1", False, Sources("/nowhere"), rollback=True).plans(answer)
    assert [plan.verb for plan in found] == ["rollback", "rollback"]
    assert [line.text for line in plan_lines(found[1])][:3] == [
        "alice@web1: back to generation 2, from 3",
        "",
        "  - file  ~/a",
    ]


def test_a_preview_of_an_expiry_says_what_would_go() -> None:
    assert expiry_lines(ExpireAnswer([1]), check=True) == ["would remove generation 1"]
    assert expiry_lines(ExpireAnswer([1, 2]), check=False) == ["removed generation 1", "removed generation 2"]


def test_a_unit_that_is_in_the_way_can_be_added_to() -> None:
    paths = ["/etc/systemd/system/mine.service", "/etc/systemd/system/other.service", "/etc/motd"]
    collisions = [{"path": path, "reason": "exists and is not managed", "origin": ""} for path in paths]
    answer = SystemAnswer.of({**ANSWER, "changed": False, "collisions": collisions})
    hints = [error.hints[0].text for error in reporter().plans(answer)[0].errors]
    assert [("asDropin" in hint, "replaceExisting" in hint) for hint in hints] == [
        (True, False),
        (True, False),
        (False, True),
    ]
    with pytest.raises(SystemRefused) as refused:
        result_of("web1", answer, reporter().plans(answer), [], False)
    assert refused.value.result["msg"].count("asDropin") == 1
    assert refused.value.result["msg"].count("replaceExisting") == 1
