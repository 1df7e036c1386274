# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a person reads when the system refuses a call: the whole path, the reason, and what to do."""

from __future__ import annotations

import errno
import fcntl
import os
import subprocess

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.contract.errors import EngineError
from ansible_collections.home.manager.plugins.module_utils.engine.disk import filesystem

STAGED = "generations/.1"
CASES = {
    errno.EROFS: "mounted read-only. Mount it for writing",
    errno.ENOSPC: "Free some space or inodes",
    errno.EDQUOT: "The disk quota of this user is used up",
    errno.EACCES: "Check the owner and the mode",
    errno.EPERM: "whether it is immutable",
    errno.EIO: "The disk or the file server did not answer",
    errno.ESTALE: "The file server has replaced the file",
    errno.EMFILE: "may not open more files",
    errno.EBUSY: "Something is mounted at that path",
    errno.EFBIG: "The file is larger than this user or the file system allows",
}


def refusing(name, number, turn):
    """An observer: the folder of this name is not made, when that is tried for the time of this number."""
    turns = 0

    def observe(phase, now, what):
        nonlocal turns
        turns += phase == "before" and now == "mkdir" and what == name
        if turns == turn and phase == "before" and what == name:
            raise OSError(number, os.strerror(number), what)

    return observe


@pytest.mark.parametrize("number", CASES, ids=errno.errorcode.get)
@pytest.mark.parametrize("name", [STAGED, "conf"])
def test_a_refused_call_says_where_and_what_to_do(name, number, sandbox):
    # The folder `conf` is first made in the generation, then in the home.
    filesystem.observer = refusing(name, number, 1 if name == STAGED else 2)
    with pytest.raises(EngineError) as caught:
        sandbox.switch({"conf/a": "1"})
    filesystem.observer = None
    message = caught.value.message
    assert str((sandbox.state if name == STAGED else sandbox.home) / name) in message
    assert os.strerror(number) in message
    assert errno.errorcode[number] in message
    assert CASES[number] in message
    assert caught.value.details["errno"] == number
    assert sandbox.switch({"conf/a": "1"})["changed"]


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.EOPNOTSUPP, errno.EIO], ids=errno.errorcode.get)
def test_a_file_system_without_locks(number, sandbox, monkeypatch):
    sandbox.switch({"a": "1"})

    def flock(_fd, _operation):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", flock)
    with pytest.raises(EngineError) as caught:
        sandbox.switch({"a": "2"})
    assert f"{sandbox.state}/lock" in caught.value.message
    if number == errno.ENOLCK:
        assert "has no locks, as NFS without its lock service" in caught.value.message
        assert "xdg.stateHome" in caught.value.message
    assert sandbox.read("a") == "1"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts")
def test_a_home_on_a_disk_that_is_read_only(sandbox):
    subprocess.run(["mount", "-t", "tmpfs", "none", str(sandbox.home)], check=True)
    try:
        sandbox.switch({"a": "1"})
        subprocess.run(["mount", "-o", "remount,ro", str(sandbox.home)], check=True)
        with pytest.raises(EngineError) as caught:
            sandbox.switch({"a": "2"})
        assert f"{sandbox.state}/" in caught.value.message
        assert "mounted read-only" in caught.value.message
        # To look at it must be possible.
        assert sandbox.ask("verify", check=True)["drift"] == []
        assert len(sandbox.ask("list")["generations"]) == 1
    finally:
        subprocess.run(["umount", str(sandbox.home)], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
@pytest.mark.parametrize("which", ["home", "state"])
def test_what_belongs_to_another_user(which, sandbox):
    sandbox.switch({"a": "1"})
    path = sandbox.home if which == "home" else sandbox.state
    os.chown(path, 12345, -1)
    with pytest.raises(EngineError) as caught:
        sandbox.switch({"a": "2"})
    assert caught.value.kind == "owner"
    assert f"{path} belongs to the user ID 12345" in caught.value.message
    assert "chown" in caught.value.message


def test_a_file_that_cannot_be_put_in_place_says_what_to_do(sandbox):
    begun = False

    def observe(phase, call, what):
        nonlocal begun
        begun = begun or (phase, call, what) == ("before", "rename", "current")
        if begun and phase == "before" and what == "a":
            raise OSError(errno.EBUSY, os.strerror(errno.EBUSY), what)

    filesystem.observer = observe
    answer = sandbox.switch({"a": "1"})
    filesystem.observer = None
    (problem,) = answer["failed"]["problems"]
    assert "Device or resource busy (EBUSY). Something is mounted at that path (`findmnt ~/a`)" in problem["reason"]
    assert not (sandbox.home / "a").exists()
