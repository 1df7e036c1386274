# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the user already had as it is declared is managed from then on, and is the user's again afterwards."""

from __future__ import annotations

import os

import pytest

FAILS = {"activation": [{"name": "boom", "script": "exit 1", "phase": "write"}]}
METHODS = [{}, {"method": "copy", "mode": "0640"}]


def leave_by_uninstall(sandbox):
    sandbox.ask("uninstall")


def leave_by_dropping(sandbox):
    sandbox.switch({"other": "x"})
    sandbox.ask("expire", keep=1)


def leave_by_rollback(sandbox):
    sandbox.ask("rollback")


LEAVE = [leave_by_uninstall, leave_by_dropping]


@pytest.mark.parametrize("leave", LEAVE)
@pytest.mark.parametrize("more", METHODS, ids=["link", "copy"])
def test_a_file_that_was_the_same_is_left_as_a_plain_file(more, leave, sandbox, op):
    path = sandbox.write("conf/a", "same")
    path.chmod(0o640)
    answer = sandbox.switch({"conf/a": {"text": "same", **more}, "other": "x"})
    assert op(answer, "conf/a") == ["adopt"]
    leave(sandbox)
    assert not path.is_symlink()
    assert path.read_text() == "same"
    assert path.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("leave", LEAVE)
@pytest.mark.parametrize("more", METHODS, ids=["link", "copy"])
def test_it_has_its_own_content_though_the_declared_one_changed_meanwhile(more, leave, sandbox):
    path = sandbox.write("a", "mine")
    sandbox.switch({"a": {"text": "mine", **more}})
    sandbox.switch({"a": {"text": "newer", **more}})
    # The object with the user's content is of no generation any more.
    sandbox.ask("expire", keep=1)
    assert sandbox.read("a") == "newer"
    leave(sandbox)
    assert not path.is_symlink()
    assert path.read_text() == "mine"


def test_it_comes_from_the_pack_when_the_object_was_rewritten(sandbox):
    path = sandbox.write("a", "mine")
    sandbox.switch({"a": "mine"})
    sandbox.switch({"a": "newer"})
    name = next(item for item in (sandbox.state / "store").iterdir() if item.read_text() == "mine")
    name.chmod(0o644)
    name.write_text("spoilt")
    sandbox.ask("uninstall")
    assert path.read_text() == "mine"


def test_an_uninstall_leaves_adopted_files_alone(sandbox):
    sandbox.write("conf/a", "same")
    before = sandbox.tree()
    sandbox.switch({"conf/a": "same", "conf/b": "ours"})
    sandbox.ask("uninstall")
    assert sandbox.tree() == before
    assert not sandbox.state.exists()


@pytest.mark.parametrize("leave", LEAVE)
@pytest.mark.parametrize("changed", [False, True])
def test_a_link_to_the_same_content_is_given_back(changed, leave, sandbox, op):
    sandbox.write("dotfiles/a", "same")
    (sandbox.home / "a").symlink_to("dotfiles/a")
    answer = sandbox.switch({"a": "same", "other": "x"})
    assert op(answer, "a") == ["adopt"]
    if changed:
        sandbox.switch({"a": "newer", "other": "x"})
    leave(sandbox)
    assert os.readlink(sandbox.home / "a") == "dotfiles/a"
    assert sandbox.read("a") == "same"


@pytest.mark.parametrize("leave", LEAVE)
def test_a_declared_link_that_the_user_had_already_stays(leave, sandbox, op):
    (sandbox.home / "a").symlink_to("/usr/share")
    answer = sandbox.switch({"a": {"to": "/usr/share"}, "other": "x"})
    assert op(answer, "a") == ["adopt"]
    sandbox.switch({"a": {"to": "/usr/lib"}, "other": "x"})
    leave(sandbox)
    assert os.readlink(sandbox.home / "a") == "/usr/share"


@pytest.mark.parametrize("more", METHODS, ids=["link", "copy"])
def test_a_first_switch_that_fails_leaves_the_users_file(more, sandbox):
    sandbox.write("a", "same").chmod(0o600)
    (sandbox.home / "b").symlink_to("a")
    before = sandbox.tree()
    answer = sandbox.switch({"a": {"text": "same", **more}, "b": "same"}, **FAILS)
    assert answer["failed"]["undone"]
    assert sandbox.tree() == before


def test_what_the_user_removed_does_not_come_back(sandbox):
    path = sandbox.write("a", "same")
    sandbox.switch({"a": "same"})
    path.unlink()
    sandbox.ask("uninstall")
    assert not os.path.lexists(path)


def test_what_the_user_edited_is_kept_as_it_is(sandbox):
    path = sandbox.write("a", "same")
    sandbox.switch({"a": {"text": "same", "method": "copy", "mode": "0644"}})
    path.write_text("edited")
    sandbox.ask("uninstall")
    assert path.read_text() == "edited"


def test_where_a_folder_takes_its_place_it_comes_back_with_the_end_of_the_folder(sandbox, op):
    sandbox.write("a", "same")
    sandbox.switch({"a": "same"})
    answer = sandbox.switch({"a/b": "inner"})
    assert "backup" in op(answer, "a")
    assert sandbox.read("a.backup") == "same"
    sandbox.ask("uninstall")
    assert sandbox.read("a") == "same"
    assert sorted(sandbox.tree()) == ["a"]


def test_our_own_link_that_is_found_again_is_ours(sandbox):
    sandbox.switch({"a": "1"})
    (sandbox.state / "ledger.json").unlink()
    (sandbox.state / "ledger.copy").unlink(missing_ok=True)
    sandbox.switch({"a": "1", "b": "2"})
    sandbox.ask("uninstall")
    assert sandbox.tree() == {}


@pytest.mark.parametrize("option", [{}, {"backup_extension": "bak"}])
def test_a_dangling_link_is_not_replaced_without_a_backup(option, sandbox):
    """What it leads to may be on a disk that is not mounted now."""
    (sandbox.home / "a").symlink_to("/mnt/disk/a")
    answer = sandbox.switch({"a": "ours"}, **option)
    if option:
        assert os.readlink(sandbox.home / "a.bak") == "/mnt/disk/a"
        assert sandbox.read("a") == "ours"
        sandbox.ask("uninstall")
    else:
        assert answer["failed"]["kind"] == "collision"
        assert "a link to /mnt/disk/a, which does not exist now" in answer["failed"]["message"]
    assert os.readlink(sandbox.home / "a") == "/mnt/disk/a"


def test_a_dangling_link_is_replaced_by_force(sandbox):
    (sandbox.home / "a").symlink_to("/mnt/disk/a")
    sandbox.switch({"a": {"text": "ours", "force": True}})
    assert sandbox.read("a") == "ours"
