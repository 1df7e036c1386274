# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A power cut: the disk as it is at some moment of a switch, copied, mounted elsewhere and recovered.

The child stands still while its disk's image is copied: what the copy holds is what was on the disk, and nothing of what only
the memory knew. With "metadata first" the file system's journal is forced out just before, as another program's fsync does at
any moment; names then reach the disk before the contents of files that nobody synced.
"""

from __future__ import annotations

import os
import subprocess

import pytest

from . import child
from .judge import AGAIN, WAYS, Case
from .mounts import looped, new_image
from .scenes import SCENES

CHOSEN = [
    "first switch",
    "change",
    "collision with backup",
    "file and folder, link and copy",
    "undo of a failed hook",
    "more than 64 files",
    "uninstall",
]


@pytest.fixture(name="disk")
def fixture_disk(tmp_path):
    new_image(tmp_path / "image", 12 << 20)
    # Nothing is written back by itself within the test: the worst that can happen to what was not synced.
    with looped(tmp_path / "image", tmp_path / "disk", "noauto_da_alloc,commit=600") as root:
        yield root


def copy(image, to):
    subprocess.run(["cp", "--sparse=always", str(image), str(to)], check=True)


def hurry(disk):
    """Let the file system commit its names: an fsync of a file that has nothing to do with it."""
    with (disk / "other").open("ab") as other:
        other.write(b"x")
        other.flush()
        os.fsync(other.fileno())


@pytest.mark.parametrize("forced", [False, True], ids=["as it was", "metadata first"])
@pytest.mark.parametrize("scene", CHOSEN)
def test_the_power_is_cut(scene, forced, disk, tmp_path, new_place, tally, choose):
    case = Case(SCENES[scene], new_place(disk), tmp_path / "kept")
    row = tally.row("power cut, metadata first" if forced else "power cut", scene, len(case.points))
    for turn, at in enumerate(choose(len(case.points), 8, 60)):
        case.reset()
        os.sync()

        def cut():
            if forced:
                hurry(disk)
            copy(tmp_path / "image", tmp_path / "copy")

        result = case.disturb(child.doer(at, cut))
        assert not result.bug, result.bug
        side, wrong = after_the_cut(case, tmp_path / "copy", disk, WAYS[turn % 3])
        row.strike(f"cut {case.points[at]} ({at} of {len(case.points)})", side, wrong)
    row.require()


def after_the_cut(case, image, disk, way):
    """Mount the copy where the disk was, so that every absolute path is the same, and let the next run recover."""
    with looped(image, disk):
        side, wrong = case.side(), case.harm()
        if not wrong:
            wrong = case.unrecovered(way, case.recover(way))
        if not wrong and way != AGAIN:
            wrong = [f"then: {item}" for item in case.unrecovered(AGAIN, case.recover(AGAIN))]
    return side, wrong
