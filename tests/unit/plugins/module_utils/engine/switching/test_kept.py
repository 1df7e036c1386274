# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A file that appears at a new target while the switch is under way: it stays, and every run says so until it is gone."""

from __future__ import annotations

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.contract.answers import SwitchAnswer
from ansible_collections.home.manager.plugins.module_utils.engine.disk import filesystem
from ansible_collections.home.manager.plugins.module_utils.engine.voice.answers import plan_of_switch
from ansible_collections.home.manager.plugins.module_utils.engine.voice.entry_notes import file_note
from ansible_collections.home.manager.plugins.module_utils.engine.voice.plan import Owner


def appearing(sandbox, target, text="mine"):
    """Write a file of the user's when everything is prepared, before the commit."""

    def observe(phase, call, what):
        if (phase, call, what) == ("before", "rename", "current") or (phase, call) == ("before", "syncfs"):
            filesystem.observer = None
            sandbox.write(target, text)

    filesystem.observer = observe


SPECS = {"link": "ours", "copy": {"text": "ours", "method": "copy", "mode": "0644"}, "symlink": {"to": "/usr"}}


@pytest.fixture(name="kept", params=SPECS)
def fixture_kept(request, sandbox):
    """A home with a kept file at `new`; its spec."""
    spec = {"a": "1", "new": SPECS[request.param]}
    sandbox.switch({"a": "1"})
    appearing(sandbox, "new")
    answer = sandbox.switch(spec)
    assert sandbox.read("new") == "mine"
    assert any("new" in text for text in answer["warnings"])
    return spec


def test_every_run_says_so(kept, sandbox):
    for _turn in range(2):
        probe = sandbox.probe(kept)
        assert probe["unchanged"]
        assert [(item["op"], item["path"]) for item in probe["kept"]] == [("keep", "new")]
        assert "a file of yours" in probe["kept"][0]["note"]
    assert sandbox.probe(kept, check=True)["kept"]


def test_verify_reports_a_kept_file(kept, sandbox):
    drift = sandbox.ask("verify")["drift"]
    assert [(item["path"], item["problem"]) for item in drift] == [("new", "kept")]
    assert sandbox.ask("verify", repair=True)["repaired"] == []
    assert sandbox.read("new") == "mine"


def test_a_later_switch_keeps_a_kept_file(kept, sandbox, op):
    answer = sandbox.switch({**kept, "b": "2"})
    assert not answer.get("failed")
    assert op(answer, "new") == ["keep"]
    assert sandbox.read("new") == "mine"
    assert sandbox.probe({**kept, "b": "2"})["kept"]


def test_it_is_taken_when_it_is_free(kept, sandbox):
    (sandbox.home / "new").unlink()
    assert [item["problem"] for item in sandbox.ask("verify")["drift"]] == ["missing"]
    probe = sandbox.probe(kept)
    assert [(item["op"], item["path"]) for item in probe["repaired"]] == [("repair", "new")]
    assert (sandbox.home / "new").exists()
    assert (sandbox.home / "new").is_dir() or sandbox.read("new") == "ours"
    assert sandbox.ask("verify")["drift"] == []
    sandbox.ask("uninstall")
    assert sandbox.tree() == {}


def test_it_is_moved_aside_when_that_is_asked_for(kept, sandbox):
    sandbox.switch({**kept, "b": "2"}, backup_extension="bak")
    assert sandbox.read("new.bak") == "mine"
    assert sandbox.ask("verify")["drift"] == []


def test_it_stays_when_nothing_is_managed_any_more(kept, sandbox):
    sandbox.ask("uninstall")
    assert {path: value[1] for path, value in sandbox.tree().items()} == {"new": b"mine"}


def test_it_stays_when_its_target_is_dropped(kept, sandbox):
    sandbox.switch({"a": "1", "b": "2"})
    assert sandbox.read("new") == "mine"
    assert sandbox.ask("verify")["drift"] == []


def test_an_equal_one_is_adopted_and_stays_the_users(sandbox):
    sandbox.switch({"a": "1"})
    appearing(sandbox, "new", "ours")
    sandbox.switch({"a": "1", "new": "ours"})
    sandbox.switch({"a": "2", "new": "ours"})
    assert (sandbox.home / "new").is_symlink()
    assert sandbox.ask("verify")["drift"] == []
    sandbox.ask("uninstall")
    assert sandbox.read("new") == "ours"


def test_an_edited_file_that_is_no_longer_managed_can_only_be_dropped(sandbox):
    sandbox.switch({"a": "1", "old": SPECS["copy"]})
    sandbox.write("old", "edited")
    answer = SwitchAnswer.of(sandbox.switch({"a": "1"}))
    (file,) = [
        file for file in plan_of_switch(answer, "switch", Owner("alice", "h"), False).files if file.path == "old"
    ]
    assert file_note(file, False).endswith("; no longer managed")
    assert [choice.command for choice in file.choices] == ["rm ~/old"]
    assert sandbox.read("old") == "edited"
