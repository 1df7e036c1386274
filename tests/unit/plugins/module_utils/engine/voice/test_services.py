# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The services of an answer as people read them."""

from __future__ import annotations

from ansible_collections.home.manager.plugins.module_utils.engine.contract.answers import SwitchAnswer
from ansible_collections.home.manager.plugins.module_utils.engine.contract.services import ServicesAnswer, UnitFailure
from ansible_collections.home.manager.plugins.module_utils.engine.voice.answers import plan_of_switch
from ansible_collections.home.manager.plugins.module_utils.engine.voice.plan import Owner
from ansible_collections.home.manager.plugins.module_utils.engine.voice.services import units_of


def _said(answer: ServicesAnswer) -> list[tuple[str, str, str]]:
    return [(unit.action, unit.name, unit.reason) for unit in units_of(answer)]


def test_a_stop_and_a_start_are_one_restart():
    answer = ServicesAnswer()
    answer.stop, answer.start, answer.restart = ["a.service", "gone.service"], ["a.service", "n.service"], ["r.service"]
    answer.why = {"a.service": "changed: Service.ExecStart", "gone.service": "removed"}
    assert _said(answer) == [
        ("stop", "gone.service", "removed"),
        ("restart", "a.service", "changed: Service.ExecStart"),
        ("restart", "r.service", ""),
        ("start", "n.service", ""),
    ]


def test_what_is_left_alone_and_what_waits_has_its_reason():
    answer = ServicesAnswer()
    answer.keep = {"a.service": "keep-old", "b.service": "its job runs"}
    answer.later = {"c.service": "graphical-session.target"}
    assert _said(answer) == [
        ("keep", "a.service", "the old process keeps running, because of X-SwitchMethod or X-RestartIfChanged"),
        ("keep", "b.service", "its job runs"),
        ("later", "c.service", "with graphical-session.target"),
    ]


def test_a_failure_has_its_status_and_its_lines():
    answer = ServicesAnswer()
    answer.start = ["a.service"]
    answer.failed = [
        UnitFailure("a.service", "exit-code", 3, ["broken"], ""),
        UnitFailure("member.service", "signal", 0, [], ""),
    ]
    units = {unit.name: unit for unit in units_of(answer)}
    assert units["a.service"][2:6] == ("", True, 3, ("broken",))
    assert units["member.service"].action == "start"


def test_a_switch_shows_its_units():
    answer = SwitchAnswer()
    answer.services = ServicesAnswer()
    answer.services.start = ["a.service"]
    plan = plan_of_switch(answer, "switch", Owner("alice", "laptop"), check=True)
    assert [(unit.name, unit.action) for unit in plan.units] == [("a.service", "start")]
