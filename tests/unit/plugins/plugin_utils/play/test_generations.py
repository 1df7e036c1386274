# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""home.manager.generation: its verbs, check mode, diff, and what it refuses."""

from __future__ import annotations

import pytest
from ansible.errors import AnsibleActionFail

from ansible_collections.home.manager.plugins.plugin_utils.play.generations import Generations
from ansible_collections.home.manager.plugins.plugin_utils.report.run_result import Refused


@pytest.fixture
def ask(sandbox, action):
    for text in "12":
        sandbox.switch({"a": text, "b" + text: "x"})

    def run(verb, variables=None, **arguments):
        try:
            return Generations(action(verb=verb, home=str(sandbox.home), **arguments), variables or {}).run()
        except Refused as refusal:
            return refusal.result

    return run


def test_list(ask):
    result = ask("list")
    assert not result["changed"]
    assert [item["generation"] for item in result["generations"]] == [2, 1]
    assert result["current"] == 2


def test_rollback_in_check_mode_tells_and_writes_nothing(ask, sandbox):
    result = ask("rollback", check=True, diff=True)
    assert result["changed"]
    found = {item["path"]: item for item in result["plan"]["files"]}
    assert {path: item["op"] for path, item in found.items()} == {"a": "change", "b1": "add", "b2": "remove"}
    assert found["a"]["diff"] == {"added": 1, "removed": 1, "before": "2", "after": "1"}
    assert sandbox.read("a") == "2"


def test_rollback_and_activation(ask, sandbox):
    assert ask("rollback")["generation"] == 1
    assert sandbox.read("a") == "1"
    assert ask("activate", generation=2)["changed"]
    assert not ask("activate", generation=2)["changed"]
    assert sandbox.read("a") == "2"


def test_errors_are_told_without_a_traceback(ask):
    result = ask("activate", generation=9)
    assert result["failed"]
    assert result["kind"] == "generation"
    assert result["msg"] == "there is no generation 9"
    assert ask("expire")["failed"]
    assert "not an age" in ask("expire", older_than="soon")["msg"]


def test_collisions_fail(ask, sandbox):
    sandbox.write("b1", "mine")
    result = ask("rollback")
    assert result["failed"]
    assert result["kind"] == "collision"
    assert result["msg"] == "localhost  not switched, nothing changed: 1 file in the way"
    assert not ask("rollback", backup_extension="bak").get("failed")
    assert sandbox.read("b1.bak") == "mine"


def test_removed_and_expired(ask):
    assert ask("remove", generations=[1], check=True)["removed"] == [1]
    assert ask("expire", older_than="30d")["removed"] == []
    assert ask("expire", keep=1)["removed"] == [1]
    assert not ask("expire", keep=1)["changed"]
    assert "in use" in ask("remove", generations=[2])["msg"]


def test_verified(ask, sandbox):
    (sandbox.home / "a").unlink()
    result = ask("verify")
    assert [item["problem"] for item in result["drift"]] == ["missing"]
    assert not result["changed"]
    assert ask("verify", repair=True, check=True)["changed"]
    assert ask("verify", repair=True)["changed"]
    assert not ask("verify", repair=True)["changed"]


def test_uninstalled(ask, sandbox):
    assert ask("uninstall", check=True)["changed"]
    assert sandbox.read("a") == "2"
    assert ask("uninstall")["changed"]
    assert sandbox.tree() == {}
    assert not ask("uninstall")["changed"]


def test_every_answer_is_reported(ask):
    assert ask("list")["lines"][-1].startswith("2 generations, ")
    assert ask("rollback", check=True)["msg"] == "localhost  would be generation 1: files +1 ~1 -1"
    assert ask("verify")["plan"]["outcome"] == "unchanged"
    assert ask("remove", generations=[1])["removed"] == [1]


def test_what_is_not_confirmed_is_not_done(ask, sandbox):
    result = ask("uninstall", confirmed=False)
    assert result["failed"]
    assert "home_confirm=yes" in result["msg"]
    assert sandbox.read("a") == "2"


def test_comparison(ask):
    plan = ask("diff", between=[1, 2])["plan"]
    assert {item["path"]: item["op"] for item in plan["files"]} == {"a": "change", "b1": "remove", "b2": "add"}
    assert ask("diff")["plan"]["outcome"] == "unchanged"
    assert "takes at most two generations" in ask("diff", between=[1, 2, 1])["msg"]


def test_settings_come_from_variables_too(ask, sandbox):
    sandbox.write("b1", "mine")
    assert not ask("rollback", variables={"home_backup_extension": "old", "home_on_failure": ""}).get("failed")
    assert sandbox.read("b1.old") == "mine"


@pytest.mark.parametrize(
    ("verb", "arguments", "message"),
    [
        ("list", {"keep": 3}, "`keep` has no effect with `verb: list`"),
        ("rollback", {"backup_extention": "x"}, "did you mean `backup_extension`"),
        ("rollback", {"on_failure": "panic"}, "must be one of: undo, keep, got: panic"),
        ("expire", {"keep": "many"}, "'keep' is of type"),
    ],
)
def test_wrong_arguments_are_refused(ask, verb, arguments, message):
    with pytest.raises(AnsibleActionFail) as caught:
        ask(verb, **arguments)
    assert message in str(caught.value)


def test_an_unknown_verb_is_refused(ask):
    with pytest.raises(AnsibleActionFail, match="did you mean `rollback`"):
        ask("rolback")
