# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The seventeen cases of a collision, with the result that is expected, and the transitions between kinds."""

from __future__ import annotations

import os
import socket

import pytest


def refused(sandbox, spec, **options):
    before = sandbox.tree(state=True)
    answer = sandbox.switch(spec, **options)
    assert answer["collisions"]
    assert answer["failed"]["kind"] == "collision"
    assert not answer["changed"]
    after = sandbox.tree(state=True)
    after = {path: value for path, value in after.items() if not path.startswith(".local")}
    assert after == {path: value for path, value in before.items() if not path.startswith(".local")}
    return {item["path"]: item["reason"] for item in answer["collisions"]}


def test_regular_differs_is_refused(sandbox):
    sandbox.write("a", "mine")
    assert list(refused(sandbox, {"a": "ours", "b": "ours"})) == ["a"]
    assert not (sandbox.home / "b").exists()


def test_every_collision_is_told_at_once(sandbox):
    for name in ("a", "b/c", "d"):
        sandbox.write(name, "mine")
    assert sorted(refused(sandbox, {"a": "ours", "b/c": "ours", "d/e": "ours"})) == ["a", "b/c", "d/e"]


def test_regular_differs_with_extension_is_moved_and_comes_back(sandbox, op):
    sandbox.write("a", "mine")
    answer = sandbox.switch({"a": "ours"}, backup_extension="bak")
    assert op(answer, "a") == ["backup", "change"]
    assert sandbox.read("a") == "ours"
    assert sandbox.read("a.bak") == "mine"
    sandbox.switch({})
    assert sandbox.read("a") == "mine"
    assert not (sandbox.home / "a.bak").exists()


def test_existing_backup_is_never_overwritten(sandbox):
    sandbox.write("a", "mine")
    sandbox.write("a.bak", "older")
    sandbox.switch({"a": "ours"}, backup_extension="bak")
    assert sandbox.read("a.bak") == "older"
    assert sandbox.read("a.bak.1") == "mine"


def test_regular_identical_is_adopted(sandbox, op):
    sandbox.write("a", "same")
    answer = sandbox.switch({"a": "same"})
    assert op(answer, "a") == ["adopt"]
    assert (sandbox.home / "a").is_symlink()
    sandbox.switch({"a": "other"})
    assert sandbox.read("a") == "other"


def test_regular_identical_with_extension_makes_no_backup(sandbox):
    sandbox.write("a", "same")
    sandbox.write("a.bak", "older")
    sandbox.switch({"a": "same"}, backup_extension="bak")
    assert sorted(sandbox.tree()) == ["a", "a.bak"]
    assert sandbox.read("a.bak") == "older"


def test_directory_with_extension_is_moved_and_comes_back(sandbox):
    sandbox.write("a/inner", "mine")
    refused(sandbox, {"a": "ours"})
    sandbox.switch({"a": "ours"}, backup_extension="bak")
    assert sandbox.read("a") == "ours"
    assert sandbox.read("a.bak/inner") == "mine"
    sandbox.switch({})
    assert sandbox.read("a/inner") == "mine"
    assert sandbox.tidy()


def test_foreign_live_link_that_differs_is_backed_up_itself(sandbox):
    sandbox.write("real", "mine")
    (sandbox.home / "a").symlink_to("real")
    refused(sandbox, {"a": "ours"})
    sandbox.switch({"a": "ours"}, backup_extension="bak")
    assert os.readlink(sandbox.home / "a.bak") == "real"
    assert sandbox.read("real") == "mine"
    sandbox.switch({})
    assert os.readlink(sandbox.home / "a") == "real"


def test_foreign_live_link_of_the_same_content_is_replaced(sandbox, op):
    sandbox.write("real", "same")
    (sandbox.home / "a").symlink_to("real")
    answer = sandbox.switch({"a": "same"}, backup_extension="bak")
    assert op(answer, "a") == ["adopt"]
    assert not (sandbox.home / "a.bak").exists()
    assert sandbox.read("real") == "same"


def test_our_link_of_an_older_generation_is_linked_anew(sandbox, op):
    sandbox.switch({"a": "one"})
    inode = (sandbox.home / "a").lstat().st_ino
    answer = sandbox.switch({"a": "two"})
    assert op(answer, "a") == ["change"]
    assert sandbox.read("a") == "two"
    # A fresh link wakes those who watch the folder.
    assert (sandbox.home / "a").lstat().st_ino != inode


def test_our_link_without_a_ledger_is_recognised(sandbox):
    sandbox.switch({"a": "one", "b": {"text": "copied", "method": "copy"}})
    for name in ("ledger.json", "ledger.copy"):
        (sandbox.state / name).unlink()
    answer = sandbox.switch({"a": "one", "b": {"text": "copied", "method": "copy"}})
    assert answer["operations"] == []
    assert sandbox.ask("verify")["drift"] == []


def test_parent_that_is_a_file_is_seen_by_the_check(sandbox):
    sandbox.write("a", "mine")
    assert "a" in refused(sandbox, {"a/b": "ours"})["a/b"]
    sandbox.switch({"a/b": "ours", "a/c/d": "ours"}, backup_extension="bak")
    assert sandbox.read("a/b") == sandbox.read("a/c/d") == "ours"
    assert sandbox.read("a.bak") == "mine"
    sandbox.switch({})
    assert sandbox.tree() == {
        "a": ("file", b"mine", 0o600 if (sandbox.home / "a").stat().st_mode & 0o77 == 0 else 0o644)
    }


def test_parent_that_is_a_link_is_refused_unless_forced(sandbox):
    (sandbox.home / "real").mkdir()
    (sandbox.home / "a").symlink_to("real")
    refused(sandbox, {"a/b": "ours"})
    refused(sandbox, {"a/b": "ours"}, backup_extension="bak")
    sandbox.switch({"a/b": {"text": "ours", "force": True}})
    assert (sandbox.home / "real/b").is_symlink()
    assert sandbox.read("real/b") == "ours"
    assert sandbox.probe({"a/b": {"text": "ours", "force": True}})["unchanged"]
    sandbox.switch({})
    assert sorted(sandbox.tree()) == ["a", "real"]


def test_a_backup_that_fails_aborts(sandbox):
    from ansible_collections.home.manager.plugins.module_utils.engine.contract.errors import EngineError
    from ansible_collections.home.manager.plugins.module_utils.engine.disk import filesystem

    sandbox.write("a", "mine")
    before = sandbox.tree()

    def fail(phase, call, what):
        if phase == "before" and call == "link" and what == "a":
            raise OSError(5, "Input/output error")

    filesystem.observer = fail
    with pytest.raises(EngineError):
        sandbox.switch({"a": "ours", "b/c": "ours"}, backup_extension="bak")
    filesystem.observer = None
    assert sandbox.tree() == before
    assert sandbox.current() is None


def test_a_leaf_that_the_user_replaced_is_kept_when_dropped(sandbox, op):
    sandbox.switch({"a": "ours", "b": "ours"})
    (sandbox.home / "a").unlink()
    sandbox.write("a", "mine")
    answer = sandbox.switch({"b": "ours"})
    assert op(answer, "a") == ["keep"]
    assert sandbox.read("a") == "mine"


def test_a_dropped_leaf_takes_its_empty_folders_along(sandbox):
    sandbox.write("kept/mine", "x")
    before = sandbox.tree()
    sandbox.switch({"one/two/three": "ours", "kept/four": "ours"})
    sandbox.switch({})
    assert sandbox.tree() == before


def test_a_folder_in_use_by_the_user_stays(sandbox):
    sandbox.switch({"one/two/three": "ours"})
    sandbox.write("one/mine", "x")
    sandbox.switch({})
    assert sorted(sandbox.tree()) == ["one", "one/mine"]


def test_force_is_of_one_path_alone(sandbox):
    sandbox.write("foobar", "mine")
    sandbox.write("foo", "mine")
    assert list(refused(sandbox, {"foo": {"text": "ours", "force": True}, "foobar": "ours"})) == ["foobar"]
    sandbox.switch({"foo": {"text": "ours", "force": True}})
    assert sandbox.read("foo") == "ours"


def test_force_with_extension_never_overwrites_a_backup(sandbox):
    sandbox.write("a", "mine")
    sandbox.write("a.bak", "older")
    sandbox.switch({"a": {"text": "ours", "force": True}}, backup_extension="bak")
    assert sandbox.read("a.bak") == "older"
    assert sandbox.read("a.bak.1") == "mine"


@pytest.mark.parametrize("kind", ["fifo", "socket"])
def test_what_is_no_file_is_refused_and_can_be_moved_aside(sandbox, kind):
    if kind == "fifo":
        os.mkfifo(sandbox.home / "a")
    else:
        holder = socket.socket(socket.AF_UNIX)
        holder.bind(str(sandbox.home / "a"))
        holder.close()
    assert kind in refused(sandbox, {"a": "ours"})["a"]
    sandbox.switch({"a": "ours"}, backup_extension="bak")
    assert sandbox.read("a") == "ours"
    assert sandbox.tree()["a.bak"] == "other"


STATES = {
    "nothing": {},
    "file": {"a": "file"},
    "other file": {"a": "another file"},
    "folder": {"a/b": "leaf", "a/c/d": "leaf"},
    "tree": {"a": {"tree": {"b": "leaf", "x/y": "leaf"}}},
    "copy": {"a": {"text": "copied", "method": "copy"}},
    "copies": {"a/b": {"text": "copied", "method": "copy"}, "a/c": "linked"},
    "symlink": {"a": {"to": "/nowhere/at/all"}},
    "merged": {"a": {"keys": {"one": 1}}},
}


@pytest.mark.slow
@pytest.mark.parametrize("before", STATES)
@pytest.mark.parametrize("after", STATES)
def test_every_kind_turns_into_every_other_and_back(sandbox, before, after):
    sandbox.switch({"z": "1", **STATES[before]})
    first = sandbox.tree()
    answer = sandbox.switch({"z": "2", **STATES[after]})
    assert not answer["collisions"]
    assert sandbox.tidy()
    assert sandbox.ask("verify")["drift"] == []
    if "a/b" in STATES[after]:
        assert sandbox.read("a/b") in ("leaf", "copied")
    assert "failed" not in sandbox.ask("rollback")
    assert sandbox.tree() == first
    assert sandbox.ask("verify")["drift"] == []
    sandbox.switch({})
    assert sandbox.tree() == {}


def test_a_parent_that_the_spec_follows_is_written_through(sandbox):
    (sandbox.base / "data" / "deep").mkdir(parents=True)
    (sandbox.base / "data" / "other").mkdir()
    (sandbox.home / ".config").symlink_to(sandbox.base / "data")
    spec = {".config/a": "ours", ".config/deep/b": "ours", ".config/new/c": "ours"}

    def switch(spec):
        manifest, contents = sandbox.manifest(spec, follow=[".config"])
        return sandbox.ship(manifest, list(contents.items()))

    assert not switch(spec)["collisions"]
    for name in spec:
        assert sandbox.read(name) == "ours"
        assert (sandbox.home / name).is_symlink()
    assert (sandbox.home / ".config").is_symlink()
    assert not switch(spec)["changed"]
    (sandbox.home / ".config/deep").rename(sandbox.home / ".config/kept")
    (sandbox.home / ".config/deep").symlink_to("other")
    answer = switch({**spec, ".config/deep/d": "ours"})
    assert [item["parent"] for item in answer["collisions"]] == [".config/deep"] * len(answer["collisions"])
    assert answer["collisions"]
    (sandbox.home / ".config/deep").unlink()
    (sandbox.home / ".config/kept").rename(sandbox.home / ".config/deep")
    assert switch({})["changed"]
    assert sorted(path.name for path in (sandbox.base / "data").rglob("*")) == ["deep", "other"]
