# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One kind of call that works no more from some point on, and file systems that have no exchange and no hard links."""

from __future__ import annotations

import errno
import signal

import pytest

from . import child
from .judge import AGAIN, WAYS

KINDS = ["rename", "rename_new", "exchange", "link", "unlink", "symlink", "mkdir", "rmdir", "open", "write", "fsync"]
CHOSEN = [
    "collision with backup",
    "return of backups",
    "copies, seeds and merges",
    "file and folder, link and copy",
    "link and copy, file and folder",
    "undo of a failed hook",
    "rollback",
    "uninstall",
]


@pytest.mark.parametrize("case", CHOSEN, indirect=True)
def test_one_kind_of_call_is_refused_from_here_on(case, tally, choose):
    """The run says so, and what it could not do is done by the next one; or by the one after that, where it is refused again."""
    begins = [point[1] for point in case.points if point[0] == "before"]
    row = tally.row("one kind of call fails from here on (EIO, ENOSPC)", case.scene.name, len(begins))
    for call in KINDS:
        count = begins.count(call)
        for turn, first in enumerate(choose(count, 3, 12)):
            number = (errno.EIO, errno.ENOSPC)[turn % 2]
            case.reset()
            result = case.disturb(child.kind_refuser(call, number, first))
            until, side = case.harm(), case.side()
            if turn % 3 == 2:
                case.recover(AGAIN, child.kind_refuser(call, number))
            verdict = case.verdict(AGAIN, result if turn % 3 != 2 else None, lasting=True)
            where = f"{errno.errorcode[number]} at each {call} from {first} of {count} on"
            row.note(where, verdict._replace(side=side, until=until))
    row.require(until=True)


@pytest.mark.parametrize("case", CHOSEN, indirect=True)
def test_killed_where_names_cannot_be_exchanged_nor_linked(case, tally, choose):
    """A path may be missing between two renames, until the next run; nothing is lost, and no name stays."""
    points = child.points_of(case.place, case.scene.act, observer=child.without_exchange_and_links())
    row = tally.row("kill, without exchange and hard links", case.scene.name, len(points))
    for turn, at in enumerate(choose(len(points), 24)):
        case.reset()
        result = case.disturb(child.together(child.killer(at), child.without_exchange_and_links()))
        assert result.killed, f"{at} of {len(points)}: it was not killed; {result.error or result.answer}"
        phase, call, what = points[at]
        verdict = case.verdict(WAYS[turn % 3], observer=child.without_exchange_and_links())
        row.note(f"killed {phase} {call} {what} ({at} of {len(points)}), then {WAYS[turn % 3]}", verdict)
    row.require(until=True)


@pytest.mark.parametrize(
    "case", ["change", "collision with backup", "undo of a failed hook", "uninstall"], indirect=True
)
def test_ended_by_sigterm(case, tally, choose):
    """As a session's end or a stopped service ends it: like a kill, or better."""
    row = tally.row("SIGTERM", case.scene.name, len(case.points))
    for turn, at in enumerate(choose(len(case.points), 12)):
        case.reset()
        case.disturb(child.killer(at, signal.SIGTERM))
        phase, call, what = case.points[at]
        row.note(f"ended {phase} {call} {what} ({at} of {len(case.points)})", case.verdict(WAYS[turn % 3]))
    row.require()
