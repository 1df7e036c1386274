# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A clock that jumps: names stay unique, numbers go up, nothing young is expired, and a wait ends when it should."""

from __future__ import annotations

import os
import time

import pytest

from . import child
from .scenes import FIRST, SECOND, own

YEARS = 10 * 365 * 86400


@pytest.fixture(name="jump")
def fixture_jump(monkeypatch):
    """A function that sets the engine's clock off by so many seconds."""
    true, true_gmtime = time.time, time.gmtime
    off = 0.0

    def jump(seconds):
        nonlocal off
        off = seconds

    monkeypatch.setattr(time, "time", lambda: true() + off)
    monkeypatch.setattr(time, "gmtime", lambda seconds=None: true_gmtime(true() + off if seconds is None else seconds))
    return jump


def age(place, seconds):
    """Every time on the disk, as if the clock had been set since."""
    for folder, folders, names in os.walk(place.home):
        for name in folders + names:
            path = os.path.join(folder, name)
            changed = os.lstat(path).st_mtime + seconds
            os.utime(path, (changed, changed), follow_symlinks=False)


@pytest.mark.parametrize("seconds", [-YEARS, -1, YEARS])
def test_the_clock_jumps_between_switches(seconds, new_place, jump):
    place = new_place()
    own(place)
    before = place.snapshot()
    for number, spec in enumerate((FIRST, SECOND, FIRST, SECOND)):
        jump(seconds * number)
        answer = place.switch(spec)
        assert answer["changed"]
        assert place.unsound() == []
        assert place.read(".bashrc") == spec[".bashrc"]
        age(place, -seconds)
    assert sorted(item["generation"] for item in place.ask("list")["generations"]) == [1, 2, 3, 4]
    place.ask("rollback")
    assert place.read(".bashrc") == FIRST[".bashrc"]
    place.ask("uninstall")
    (place.home / "seeded").unlink()
    assert place.snapshot() == before


def test_nothing_young_is_expired_by_a_clock_that_went_back(new_place, jump):
    place = new_place()
    jump(YEARS)
    for word in "12":
        place.switch({"a": word})
    jump(0)
    place.switch({"a": "3"})
    assert place.ask("expire", older_than=3600)["removed"] == []
    assert place.ask("expire", keep=2)["removed"] == [1]
    assert place.unsound() == []


def test_a_kill_and_then_a_clock_that_went_back(new_place, jump, tally, choose):
    place = new_place()
    own(place)
    place.switch(FIRST)
    place.keep(place.base / "kept")
    points = child.points_of(place, lambda place: place.switch(SECOND))
    after = place.snapshot()
    row = tally.row("kill, then the clock jumps back ten years", "change", len(points))
    for at in choose(len(points), 20):
        jump(0)
        place.put_back(place.base / "kept")
        assert child.run(place, lambda place: place.switch(SECOND), child.killer(at)).killed
        jump(-YEARS)
        again = child.run(place, lambda place: place.switch(SECOND))
        wrong = place.unsound() + ([] if again.well else [str(again.error or again.answer)])
        wrong += [] if place.snapshot() == after else ["the home is not as it should be"]
        row.strike(str(points[at]), "", wrong)
    row.require()
