# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""SIGKILL before and after every system call that changes the file system, and again while the next run recovers."""

from __future__ import annotations

import pytest

from . import child
from .judge import AGAIN, BACK, LOOK, WAYS
from .scenes import SCENES


def where(case, at):
    phase, call, what = case.points[at]
    return f"killed {phase} {call} {what} ({at} of {len(case.points)})"


@pytest.mark.parametrize("case", SCENES, indirect=True)
def test_killed_once(case, tally, choose, whole):
    row = tally.row("kill", case.scene.name, len(case.points))
    for turn, at in enumerate(choose(len(case.points), 40)):
        # The disk is the same before a call as after the one before it: one way is enough there.
        for way in WAYS if whole and at % 2 else [WAYS[turn % 3]]:
            case.reset()
            result = case.disturb(child.killer(at))
            assert result.killed, f"{where(case, at)}: it was not; {result.error or result.answer}"
            row.note(where(case, at), case.verdict(way))
    row.require()


# A whole run meets so many kills of the act with every so-manieth of the recovery that follows, and others each time.
THIN = 31
# The recoveries that differ in kind.
TWICE = {
    "first switch": AGAIN,
    "change": LOOK,
    "collision with backup": AGAIN,
    "return of backups": BACK,
    "copies, seeds and merges": AGAIN,
    "file and folder, link and copy": LOOK,
    "undo of a failed hook": AGAIN,
    "expire": AGAIN,
    "uninstall": AGAIN,
    "repair": LOOK,
}


@pytest.mark.parametrize("case", TWICE, indirect=True)
def test_killed_again_while_recovering(case, tally, choose, whole):
    way = TWICE[case.scene.name]
    row = tally.row("kill during recovery", case.scene.name)
    # The state on disk after a call is the one before the next.
    firsts = range(1, len(case.points), 2)
    for turn, first in enumerate(firsts[index] for index in choose(len(firsts), 8, 60)):
        case.reset()
        case.disturb(child.killer(first))
        seconds = range(1, len(case.recovery_points(way)), 2)
        row.points += len(seconds)
        # Each kill of the act meets other kills of the recovery.
        spread = choose(len(seconds), 5)[turn % 3 :: 3] if not whole else range(turn % THIN, len(seconds), THIN)
        for second in [seconds[index] for index in spread]:
            # From the start each time: a copy of the half-done home would have other inodes than its journal says.
            case.reset()
            case.disturb(child.killer(first))
            again = case.recover(way, child.killer(second))
            assert again.killed, f"{where(case, first)}, then {second} in {way}: it was not killed"
            row.note(f"{where(case, first)}, then at {second} in {way}", case.verdict(way))
    row.require()
