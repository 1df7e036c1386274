# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What users do to a home behind the engine's back: it is seen, told, and mended where nothing of theirs is lost."""

from __future__ import annotations

import os

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.contract.errors import EngineError


def rewrite(path, text):
    """As `vim :w!` does to a read-only file of its owner."""
    mode = path.stat().st_mode & 0o7777
    path.chmod(0o644)
    path.write_text(text)
    path.chmod(mode)


def test_a_rewritten_object_is_made_anew_and_the_text_is_kept(sandbox):
    sandbox.switch({"a": "1", "b": "1"})
    sandbox.switch({"a": "1", "b": "2"})
    rewrite(sandbox.home / "a", "mine")
    assert sandbox.probe({"a": "1", "b": "2"}, check=True)["drift"][0]["problem"] == "object"
    assert sandbox.read("a") == "mine"
    probe = sandbox.probe({"a": "1", "b": "2"})
    assert probe["unchanged"]
    assert sandbox.read("a") == "1"
    assert [path.read_text() for path in (sandbox.state / "drift").iterdir()] == ["mine"]
    # Every generation that showed it is whole again, in closed folders.
    for number in (1, 2):
        files = sandbox.state / f"generations/{number}/home-files"
        assert (files / "a").read_text() == "1"
        assert files.stat().st_mode & 0o777 == 0o555
    assert sandbox.probe({"a": "1", "b": "2"})["drift"] == []
    assert sandbox.tidy()


def test_a_switch_mends_before_it_reuses(sandbox):
    sandbox.switch({"a": "1"})
    rewrite(sandbox.home / "a", "mine")
    answer = sandbox.switch({"b": "1", "c/a": "1"})
    assert any(item["op"] == "repair" for item in answer["operations"])
    assert sandbox.read("b") == sandbox.read("c/a") == "1"
    sandbox.ask("rollback")
    assert sandbox.read("a") == "1"


def test_a_large_object_is_watched_by_size_and_time(sandbox):
    spec = {"a": "x" * 200_000}
    sandbox.switch(spec)
    assert sandbox.probe(spec)["unchanged"]
    rewrite(sandbox.home / "a", "y" * 200_000)
    assert sandbox.probe(spec)["repaired"]
    assert sandbox.read("a") == spec["a"]
    assert sandbox.probe(spec)["drift"] == []


def test_an_object_lost_with_its_pack_is_brought_again_by_the_next_switch(sandbox):
    sandbox.switch({"a": "1"})
    for pack in (sandbox.state / "packs").iterdir():
        pack.unlink()
    rewrite(sandbox.home / "a", "mine")
    # The probe took it for sound, and so it was not sent: the play sends it after this answer.
    with pytest.raises(EngineError, match="lacks 1 objects") as caught:
        sandbox.switch({"a": "1", "b": "2"})
    assert caught.value.kind == "objects"
    assert [name[33:] for name in caught.value.details["missing"]] == ["a"]
    answer = sandbox.switch({"a": "1", "b": "2"})
    assert "failed" not in answer
    assert sandbox.read("a") == "1"
    assert "mine" in [path.read_text() for path in (sandbox.state / "drift").iterdir()]


def test_links_that_went_are_brought_back(sandbox):
    spec = {"a": "1", "d/e": "2", "s": {"to": "/etc/hostname"}}
    sandbox.switch(spec)
    (sandbox.home / "a").unlink()
    (sandbox.home / "d/e").unlink()
    (sandbox.home / "d").rmdir()
    (sandbox.home / "s").unlink()
    probe = sandbox.probe(spec, check=True)
    assert not probe["unchanged"]
    assert {item["problem"] for item in probe["drift"]} == {"missing"}
    probe = sandbox.probe(spec)
    assert probe["unchanged"]
    assert sorted(item["path"] for item in probe["repaired"]) == ["a", "d/e", "s"]
    assert sandbox.probe(spec)["drift"] == []


def test_a_replaced_link_is_told_and_never_replaced_in_turn(sandbox):
    sandbox.switch({"a": "1"})
    (sandbox.home / "a").unlink()
    sandbox.write("a", "mine")
    probe = sandbox.probe({"a": "1"})
    assert not probe["unchanged"]
    assert probe["drift"][0]["problem"] == "replaced"
    assert sandbox.switch({"a": "1"})["collisions"]
    assert sandbox.read("a") == "mine"
    sandbox.switch({"a": "1"}, backup_extension="bak")
    assert sandbox.read("a.bak") == "mine"


def test_verify_tells_and_repairs(sandbox):
    sandbox.switch({"a": "1", "b": "2", "c": {"text": "3", "method": "copy"}, "t": {"tree": {"x": "1", "y/z": "2"}}})
    (sandbox.home / "a").unlink()
    (sandbox.home / "b").unlink()
    (sandbox.home / "b").symlink_to("/etc/hostname")
    sandbox.write("c", "edited")
    rewrite(sandbox.home / "t/y/z", "mine")
    found = {item["path"]: item["problem"] for item in sandbox.ask("verify")["drift"]}
    assert found == {"a": "missing", "b": "replaced", "c": "changed", "t/y/z": "object"}
    answer = sandbox.ask("verify", repair=True)
    assert [item["path"] for item in answer["repaired"]] == ["t/y/z"]
    assert any("b" in warning for warning in answer["warnings"])
    (sandbox.home / "b").unlink()
    assert sandbox.ask("verify", repair=True)["changed"]
    assert [item["path"] for item in sandbox.ask("verify")["drift"]] == ["c"]


def test_a_missing_current_is_told_and_mended_by_a_switch(sandbox):
    sandbox.switch({"a": "1"})
    (sandbox.state / "current").unlink()
    with pytest.raises(EngineError, match="is missing"):
        sandbox.ask("verify")
    assert "failed" not in sandbox.switch({"a": "1"})
    assert sandbox.read("a") == "1"
    assert sandbox.ask("verify")["drift"] == []


def test_a_deleted_state_folder_does_not_lose_the_home(sandbox):
    from pathlib import Path

    sandbox.switch({"a": "1", "d/b": "2"})
    for folder, _folders, _names in os.walk(sandbox.state):
        Path(folder).chmod(0o700)
    import shutil

    shutil.rmtree(sandbox.state)
    answer = sandbox.switch({"a": "1", "d/b": "2"})
    assert not answer["collisions"]
    assert sandbox.read("a") + sandbox.read("d/b") == "12"


def lose(sandbox, text):
    """A managed file rewritten in place, with its pack gone: nobody on this machine has its content any more."""
    for pack in (sandbox.state / "packs").iterdir():
        pack.unlink()
    rewrite(sandbox.home / "a", text)


@pytest.mark.parametrize("ask", [None, "verify", "verify repair", "rollback and back"])
def test_a_lost_content_is_brought_by_the_next_switch(ask, sandbox):
    spec = {"a": "1", "b": "2"}
    sandbox.switch({"a": "1"})
    sandbox.switch(spec)
    lose(sandbox, "mine")
    if ask == "verify":
        assert sandbox.ask("verify")["drift"]
    elif ask == "verify repair":
        for _turn in range(3):
            warnings = sandbox.ask("verify", repair=True)["warnings"]
            assert any("the next switch by Ansible restores it" in text for text in warnings)
    elif ask is not None:
        assert any("restores it" in text for text in sandbox.ask("rollback")["warnings"])
        sandbox.ask("activate", generation=2)
    assert sandbox.read("a") == "mine"
    # As the play does it: a probe says what is lacking, and the switch brings just that.
    for _turn in range(3):
        probe = sandbox.probe(spec)
        assert not probe["unchanged"]
    assert {name[33:] for name in probe["objects"]} == {"b"}
    answer = sandbox.switch(spec)
    assert answer["generation"] == 2
    assert sandbox.read("a") == "1"
    assert sandbox.probe(spec)["unchanged"]
    assert sandbox.ask("verify")["drift"] == []
    assert [path.read_text() for path in (sandbox.state / "drift").iterdir()] == ["mine"]
    for number in (1, 2):
        assert (sandbox.state / f"generations/{number}/home-files/a").read_text() == "1"
    # And it has a second copy again.
    rewrite(sandbox.home / "a", "mine again")
    assert sandbox.probe(spec)["unchanged"]
    assert sandbox.read("a") == "1"
    assert sandbox.tidy()


def test_several_lost_contents_are_brought_at_once(sandbox):
    spec = {"a": "1", "b": "2", "c": {"text": "3", "method": "copy", "mode": "0644"}}
    sandbox.switch(spec)
    lose(sandbox, "mine")
    rewrite(sandbox.home / "b", "mine, too")
    sandbox.probe(spec)
    sandbox.switch(spec)
    assert (sandbox.read("a"), sandbox.read("b"), sandbox.read("c")) == ("1", "2", "3")
    assert sandbox.ask("verify")["drift"] == []


def test_a_lost_content_comes_with_a_switch_that_was_not_asked_about_before(sandbox):
    """A host that this controller does not know: everything is sent at once."""
    spec = {"a": "1"}
    sandbox.switch(spec)
    lose(sandbox, "mine")
    manifest, contents = sandbox.manifest(spec)
    assert not sandbox.ship(manifest, list(contents.items())).get("failed")
    assert sandbox.read("a") == "1"
