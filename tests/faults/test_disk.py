# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A disk or its inodes run out, before the run or in its midst; a home that may only be read; a folder that may not be entered."""

from __future__ import annotations

import errno
import os
import subprocess

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.state import staging
from ansible_collections.home.manager.plugins.module_utils.engine.switching import switch

from . import child
from .judge import AGAIN, BOTH, LOOK, Case
from .mounts import looped, mounted, needs_root, new_image, tmpfs
from .scenes import SCENES
from .scenes import switch as to

BLOCK = 4096
CHOSEN = ["first switch", "change", "rollback", "collision with backup", "file and folder, link and copy", "uninstall"]


@pytest.fixture(name="disk")
def fixture_disk(scratch):
    with tmpfs(scratch / "disk", "4m", 2000) as root:
        yield root


@pytest.fixture(name="case")
def fixture_case(request, scratch, disk, new_place):
    return Case(SCENES[request.param], new_place(disk), scratch / "kept")


def fill(disk, left):
    """Leave this many blocks."""
    ballast = disk / "ballast"
    with ballast.open("wb") as file:
        free = os.statvfs(disk).f_bavail
        try:
            os.posix_fallocate(file.fileno(), 0, max(1, (free - left)) * BLOCK)
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise


def crowd_out(disk, left):
    """Leave this many inodes."""
    folder = disk / "ballast.d"
    folder.mkdir()
    for number in range(max(0, os.statvfs(disk).f_favail - left)):
        (folder / str(number)).touch()


def relieve(disk):
    subprocess.run(["rm", "-rf", str(disk / "ballast"), str(disk / "ballast.d")], check=True)


def judged(case, row, where, result, disk):
    wrong = case.harm()
    side = case.side()
    if result.bug:
        wrong.append(result.bug)
    elif not result.well and side == BOTH:
        wrong.append(f"a full disk left the home half done: {result.error or result.answer}; {case.mixture()}")
    # Still full: looking at the home must neither fail unforeseen nor do harm.
    wrong += case.harm() if not case.recover(LOOK).bug else ["verify on a full disk failed in a way nobody foresaw"]
    relieve(disk)
    if not wrong:
        wrong = case.unrecovered(AGAIN, case.recover(AGAIN))
    row.strike(where, side, wrong)


@pytest.mark.parametrize("checked", [True, False], ids=["checked", "unchecked"])
@pytest.mark.parametrize("what", ["blocks", "inodes"])
@pytest.mark.parametrize("case", CHOSEN, indirect=True)
def test_little_is_left(case, disk, what, checked, tally, choose, monkeypatch):
    if not checked:
        monkeypatch.setattr(staging, "check_space", lambda *_: None)
        monkeypatch.setattr(switch, "check_space", lambda *_: None)
    how = "checked beforehand" if checked else "not checked beforehand"
    row = tally.row(f"few {what} left, {how}", case.scene.name)
    row.points = 100
    for left in choose(100, 12):
        case.reset()
        (fill if what == "blocks" else crowd_out)(disk, left)
        result = child.run(case.place, case.scene.act)
        judged(case, row, f"{left} {what} left", result, disk)
    row.require()


@pytest.mark.parametrize("case", CHOSEN, indirect=True)
def test_somebody_fills_the_disk_meanwhile(case, disk, tally, choose):
    row = tally.row("disk filled during the switch", case.scene.name, len(case.points))
    for at in choose(len(case.points), 20):
        case.reset()
        result = case.disturb(child.doer(at, lambda: fill(disk, 0)))
        judged(case, row, f"filled {case.points[at]} ({at})", result, disk)
    row.require()


@pytest.mark.parametrize("scene", ["change", "rollback", "collision with backup"])
def test_ext4_runs_full(scene, scratch, tmp_path, new_place, tally, choose):
    new_image(tmp_path / "image", 8 << 20)
    with looped(tmp_path / "image", tmp_path / "disk") as disk:
        case = Case(SCENES[scene], new_place(disk), scratch / "kept")
        row = tally.row("ext4 filled during the switch", scene, len(case.points))
        for at in choose(len(case.points), 12):
            case.reset()
            result = case.disturb(child.doer(at, lambda: fill(disk, 0)))
            judged(case, row, f"filled {case.points[at]} ({at})", result, disk)
        row.require()


def test_a_home_that_may_only_be_read(disk, new_place):
    place = new_place(disk)
    place.write("mine", "MINE\n")
    place.switch({"a": "1\n"})
    before = place.snapshot()
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    try:
        for act in (to({"a": "2\n"}), lambda place: place.ask("rollback"), lambda place: place.ask("uninstall")):
            result = child.run(place, act)
            assert result.error is not None
            assert not result.bug, result.bug
            assert place.snapshot() == before
        looked = child.run(place, lambda place: place.ask("list"))
        assert looked.answer is not None, looked.error
        assert looked.answer["current"] == 1
        # Nothing to do needs no writing.
        assert child.run(place, to({"a": "1\n"})).well
    finally:
        subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
    assert child.run(place, to({"a": "2\n"})).well
    assert place.unsound() == []


def test_a_home_of_another_owner_is_refused(scratch, new_place):
    needs_root()
    place = new_place()
    os.chown(place.home, 12345, 12345)
    result = child.run(place, to({"a": "1\n"}))
    assert result.error is not None
    assert "12345" in result.error["message"]
    assert list(place.home.iterdir()) == []


def test_a_mount_in_the_home(disk, new_place, scratch):
    """A folder of the home that is a file system of its own takes its files all the same, and backups beside them."""
    place = new_place()
    (place.home / "mounted").mkdir()
    with mounted(place.home / "mounted", "-t", "tmpfs", "-o", "size=1m", "tmpfs"):
        place.write("mounted/file", "MINE\n")
        spec = {"mounted/file": "ours\n", "mounted/copied": {"text": "ours\n", "method": "copy"}, "a": "x\n"}
        assert child.run(place, to(spec, backup_extension="bak")).well
        assert place.read("mounted/file") == place.read("mounted/copied") == "ours\n"
        assert place.read("mounted/file.bak") == "MINE\n"
        assert child.run(place, lambda place: place.ask("uninstall")).well
        assert place.read("mounted/file") == "MINE\n"
        assert sorted(place.snapshot()) == ["mounted", "mounted/file"]
