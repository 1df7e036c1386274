# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Folders that root copies, moves and gives away for a system: all of it seen by the observer, nothing waited for."""

from __future__ import annotations

import errno
import os
import stat

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.disk import filesystem, trees


@pytest.fixture(name="skeleton")
def fixture_skeleton(tmp_path):
    top = tmp_path / "skel"
    (top / "inner").mkdir(parents=True)
    (top / "inner").chmod(0o750)
    (top / ".profile").write_text("text")
    (top / ".profile").chmod(0o640)
    (top / "link").symlink_to("/nowhere")
    os.mkfifo(top / "fifo")
    return top


def check(copied):
    assert sorted(os.listdir(copied)) == [".profile", "inner", "link"]
    assert (copied / ".profile").read_text() == "text"
    assert stat.S_IMODE((copied / ".profile").stat().st_mode) == 0o640
    assert stat.S_IMODE((copied / "inner").stat().st_mode) == 0o750
    assert os.readlink(copied / "link") == "/nowhere"


def test_a_copy_has_files_folders_and_links_alone(skeleton, tmp_path, monkeypatch):
    seen = []
    monkeypatch.setattr(filesystem, "observer", lambda phase, call, _what: seen.append((phase, call)))
    trees.copy(str(skeleton), str(tmp_path / "copied"))
    check(tmp_path / "copied")
    assert {"mkdir", "open", "write", "symlink"} <= {call for phase, call in seen if phase == "before"}


def test_what_cannot_be_renamed_is_copied_and_removed(skeleton, tmp_path, monkeypatch):
    def refuse(phase, call, what):
        if (phase, call) == ("before", "rename"):
            raise OSError(errno.EXDEV, "another file system", what)

    monkeypatch.setattr(filesystem, "observer", refuse)
    trees.move(str(skeleton), str(tmp_path / "moved"))
    check(tmp_path / "moved")
    assert not skeleton.exists()


def test_folders_that_are_there_stay_as_they_are(tmp_path):
    (tmp_path / "a").mkdir(mode=0o700)
    trees.make_folders(str(tmp_path / "a/b/c"), 0o755)
    assert [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("a", "a/b", "a/b/c")] == [0o700, 0o755, 0o755]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_links_are_given_and_not_what_they_lead_to(skeleton, tmp_path):
    (tmp_path / "mine").write_text("")
    (skeleton / "out").symlink_to(tmp_path / "mine")
    trees.give(str(skeleton), 12345, 12345)
    assert {path.lstat().st_uid for path in [skeleton, *skeleton.rglob("*")]} == {12345}
    assert (tmp_path / "mine").stat().st_uid == os.geteuid()
