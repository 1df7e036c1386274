# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Every call that reads the file system refused once, and from some point on: what is not known is never taken for absent."""

from __future__ import annotations

import errno

import pytest

from . import child
from .judge import AGAIN

ERRORS = (errno.EIO, errno.EMFILE, errno.EACCES)
CHOSEN = [
    "first switch",
    "change",
    "rollback",
    "collision with backup",
    "return of backups",
    "copies, seeds and merges",
    "file and folder, link and copy",
    "link and copy, file and folder",
    "undo of a failed hook",
    "expire",
    "uninstall",
    "repair",
    "switch over drift",
]


def refused(case, points, row, at, number, lasting):
    """One try: the error is told, nothing is wrong with the home, and the next run does what was asked."""
    case.reset()
    result = case.disturb(child.Watch(reads=child.refuser(at, number, lasting)))
    where = f"{errno.errorcode[number]} at {points[at][1]} {points[at][2]} ({at} of {len(points)})"
    verdict = case.verdict(AGAIN, result, lasting)
    if result.error is not None and errno.errorcode[number] not in result.error["message"]:
        verdict.wrong.append(f"the message does not name the error: {result.error['message']}")
    row.note(where, verdict)


@pytest.mark.parametrize("case", CHOSEN, indirect=True)
def test_one_call_that_reads_is_refused(case, tally, choose, whole):
    points = child.points_of(case.place, case.scene.act, reads=True)
    row = tally.row("one read call fails (EIO, EMFILE, EACCES)", case.scene.name, len(points) * len(ERRORS))
    for turn, at in enumerate(choose(len(points), 16)):
        for number in ERRORS if whole else [ERRORS[turn % 3]]:
            refused(case, points, row, at, number, lasting=False)
    row.require()


@pytest.mark.parametrize("number", ERRORS, ids=errno.errorcode.get)
@pytest.mark.parametrize("case", CHOSEN, indirect=True)
def test_every_call_that_reads_is_refused_from_here_on(case, number, tally, choose):
    points = child.points_of(case.place, case.scene.act, reads=True)
    name = f"every read call fails from here on ({errno.errorcode[number]})"
    row = tally.row(name, case.scene.name, len(points))
    for at in choose(len(points), 4):
        refused(case, points, row, at, number, lasting=True)
    row.require()
