# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Homes that somebody prepared to trick the engine, and other users' homes."""

from __future__ import annotations

import os
import pwd
import subprocess

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.archive import archive
from ansible_collections.home.manager.plugins.module_utils.engine.contract.errors import EngineError

root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


@pytest.mark.parametrize("component", ["a", "a/b", "a/b/c"])
def test_a_planted_link_is_never_followed(sandbox, component):
    outside = sandbox.base / "outside"
    (outside / "b/c").mkdir(parents=True)
    path = sandbox.home / component
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(outside)
    before = sandbox.tree(outside)
    assert sandbox.switch({"a/b/c/d": "x"})["collisions"]
    assert sandbox.switch({"a/b/c/d": "x"}, backup_extension="bak")["collisions"]
    assert sandbox.tree(outside) == before


def test_a_folder_swapped_for_a_link_after_the_switch_protects_what_it_leads_to(sandbox):
    outside = sandbox.base / "outside"
    outside.mkdir()
    (outside / "x").write_text("theirs")
    sandbox.switch({"d/x": "1"})
    (sandbox.home / "d/x").unlink()
    (sandbox.home / "d").rmdir()
    (sandbox.home / "d").symlink_to(outside)
    sandbox.switch({})
    assert (outside / "x").read_text() == "theirs"


def test_a_path_that_the_system_refuses_is_undone(sandbox):
    from ansible_collections.home.manager.plugins.module_utils.engine.disk import filesystem

    sandbox.switch({"a": "1"})
    sandbox.write("locked", "mine")
    before = sandbox.tree()

    def refuse(phase, call, what):
        # As an immutable file does: a second name can be given, but it cannot be replaced.
        if phase == "before" and call == "rename" and what == "locked":
            raise PermissionError(1, "Operation not permitted")

    def observe(phase, call, what):
        refuse(phase, call, "locked" if what.startswith(".locked.hm-") else what)

    filesystem.observer = observe
    answer = sandbox.switch({"a": "2", "locked": "ours"}, backup_extension="bak")
    filesystem.observer = None
    assert answer["failed"]["kind"] == "link"
    assert "Operation not permitted" in answer["failed"]["message"]
    assert answer["failed"]["undone"]
    assert sandbox.tree() == before
    assert sandbox.tidy()


@pytest.mark.slow
def test_a_folder_with_many_entries(sandbox):
    folder = sandbox.home / "many"
    folder.mkdir()
    for number in range(10_000):
        (folder / str(number)).touch()
    sandbox.switch({"many/ours": "x"})
    assert sandbox.read("many/ours") == "x"
    sandbox.ask("uninstall")
    assert len(os.listdir(folder)) == 10_000


@root
def test_a_folder_that_cannot_be_entered_is_told(as_user):
    sandbox, account = as_user
    closed = sandbox.home / "closed"
    closed.mkdir(mode=0o700)
    answer = sandbox.switch({"closed/x": "1", "y": "1"})
    assert [item["path"] for item in answer["collisions"]] == ["closed/x"]
    assert not (sandbox.home / "y").exists()
    assert account.pw_name == sandbox.user


@root
def test_root_becomes_the_user(as_user):
    sandbox, account = as_user
    act = [{"name": "who", "script": 'id -u; id -G; echo "$HOME $USER"; env | grep -c SUDO || true', "phase": "write"}]
    os.environ["SUDO_USER"] = "root"
    try:
        answer = sandbox.switch({"a": "1", "c": {"text": "2", "method": "copy"}}, activation=act)
    finally:
        del os.environ["SUDO_USER"]
    lines = answer["hooks"][0]["output"].splitlines()
    assert lines[0] == str(account.pw_uid)
    assert "0" not in lines[1].split()
    assert lines[2:] == [f"{sandbox.home} {account.pw_name}", "0"]
    for path in (sandbox.home / "a", sandbox.home / "c", sandbox.state, sandbox.state / "current"):
        assert path.lstat().st_uid == account.pw_uid
    assert os.geteuid() == 0
    with pytest.raises(EngineError, match="no generation 7"):
        sandbox.ask("activate", generation=7)


@root
def test_root_does_not_act_in_a_home_of_somebody_else(as_user, sandbox):
    _other, account = as_user
    sandbox.base.chmod(0o755)
    sandbox.user = account.pw_name
    with pytest.raises(EngineError, match="belongs to the user ID 0") as caught:
        sandbox.switch({"a": "1"})
    assert caught.value.kind == "owner"
    assert sandbox.tree(state=True) == {}


@pytest.mark.slow
@root
def test_a_third_user_is_turned_away(as_user):
    sandbox, account = as_user
    engine = sandbox.base / "home-manager"
    engine.write_bytes(archive())
    engine.chmod(0o755)
    code = (
        "import os, sys; os.setuid(65533); sys.path.insert(0, sys.argv[1])\n"
        "from engine.verbs.dispatch import handle\n"
        "from engine.contract.errors import EngineError\n"
        "try: handle({'verb': 'list', 'user': sys.argv[2]})\n"
        "except EngineError as error: print(error.kind, error.message)"
    )
    command = ["/usr/bin/python3", "-c", code, str(engine), account.pw_name]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.stdout.startswith("account "), done.stderr
    assert "65533" in done.stdout


def test_an_unknown_user_is_told():
    from ansible_collections.home.manager.plugins.module_utils.engine.verbs.dispatch import handle

    with pytest.raises(EngineError, match="there is no user"):
        handle({"verb": "list", "user": "nobody-of-that-name"})


@pytest.fixture
def as_user(make_sandbox):
    """A home of the user `nobody` (or another that is not root), switched by root."""
    sandbox = make_sandbox()
    account = pwd.getpwnam("nobody")
    sandbox.base.chmod(0o755)
    os.chown(sandbox.home, account.pw_uid, account.pw_gid)
    sandbox.user = account.pw_name
    return sandbox, account
