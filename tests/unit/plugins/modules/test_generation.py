# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""home.manager.generation: its verbs, check mode, diff, and that its documentation says what it takes."""

from __future__ import annotations

import pytest
import yaml

from ansible_collections.home.manager.plugins.modules import generation


@pytest.fixture
def ask(sandbox, run_module):
    for text in "12":
        sandbox.switch({"a": text, "b" + text: "x"})

    def run(verb, **arguments):
        return run_module(generation.main, verb=verb, home=str(sandbox.home), **arguments)

    return run


def test_list(ask):
    result = ask("list")
    assert not result["changed"]
    assert [item["generation"] for item in result["generations"]] == [2, 1]
    assert result["current"] == 2


def test_rollback_in_check_mode_tells_and_writes_nothing(ask, sandbox):
    result = ask("rollback", check=True, diff=True)
    assert result["changed"]
    found = {item["path"]: item for item in result["operations"]}
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
    (collision,) = result["collisions"]
    assert (collision["path"], collision["kind"], collision["lines"]) == ("b1", "file", 1)
    assert not ask("rollback", backup_extension="bak").get("failed")
    assert sandbox.read("b1.bak") == "mine"


def test_absent_and_expired(ask):
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


def test_the_documentation_says_what_the_module_takes(monkeypatch):
    taken = {}

    class Module:
        def __init__(self, argument_spec, **_more):
            taken.update(argument_spec)
            raise SystemExit

    monkeypatch.setattr(generation, "AnsibleModule", Module)
    with pytest.raises(SystemExit):
        generation.main()
    documented = yaml.safe_load(generation.DOCUMENTATION)["options"]
    assert set(documented) == set(taken)
    for name, said in documented.items():
        for key in ("type", "default", "choices", "elements"):
            assert said.get(key) == taken[name].get(key), (name, key)
    for example in yaml.safe_load(generation.EXAMPLES):
        assert set(example["home.manager.generation"] or {}) <= set(documented)
    assert yaml.safe_load(generation.RETURN)
