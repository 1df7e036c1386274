# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Every call refused once, and every call refused from some point on; the home is looked at before anything recovers."""

from __future__ import annotations

import errno
import os

import pytest

from . import child
from .judge import AGAIN

ERRORS = (errno.EIO, errno.EACCES, errno.ENOSPC)
CHOSEN = [
    "first switch",
    "change",
    "rollback",
    "collision with backup",
    "return of backups",
    "copies, seeds and merges",
    "file and folder, link and copy",
    "undo of a failed hook",
    "expire",
    "uninstall",
    "switch over drift",
    "state on another file system",
]


def refused(case, row, at, number, lasting):
    """One try. The error must be told, and what it leaves must be whole; the next run must do what was asked."""
    case.reset()
    result = case.disturb(child.refuser(at, number, lasting))
    where = f"{errno.errorcode[number]} at {case.points[at][1]} {case.points[at][2]} ({at} of {len(case.points)})"
    row.note(where, case.verdict(AGAIN, result, lasting))


@pytest.mark.parametrize("case", CHOSEN, indirect=True)
def test_one_call_is_refused(case, tally, choose, whole):
    row = tally.row("one call fails (EIO, EACCES, ENOSPC)", case.scene.name)
    begins = [at for at, point in enumerate(case.points) if point[0] == "before"]
    row.points = len(begins) * len(ERRORS)
    for turn, at in enumerate(begins[index] for index in choose(len(begins), 24)):
        for number in ERRORS if whole else [ERRORS[turn % 3]]:
            refused(case, row, at, number, lasting=False)
    row.require()


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC, errno.EROFS], ids=errno.errorcode.get)
@pytest.mark.parametrize("case", CHOSEN[:8], indirect=True)
def test_every_call_is_refused_from_here_on(case, number, tally, choose):
    row = tally.row(f"every call fails from here on ({errno.errorcode[number]})", case.scene.name)
    begins = [at for at, point in enumerate(case.points) if point[0] == "before"]
    row.points = len(begins)
    for at in [begins[index] for index in choose(len(begins), 8)]:
        refused(case, row, at, number, lasting=True)
    row.require()


def test_an_error_names_what_was_refused(new_place):
    place = new_place()
    place.switch({"a": "1\n"})
    points = child.points_of(place, lambda place: place.switch({"a": "2\n"}))
    place.switch({"a": "1\n"})
    at = next(index for index, point in enumerate(points) if point[1:] == ["rename", "current"])
    result = child.run(place, lambda place: place.switch({"a": "3\n"}), child.refuser(at, errno.EIO))
    assert result.error is not None
    assert os.strerror(errno.EIO) in result.error["message"]
