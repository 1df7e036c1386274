# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What fails after the commit is undone, kept when that was asked for, and owed in any case."""

from __future__ import annotations

import errno
import os

import pytest

from . import child
from .judge import Standing
from .scenes import FIRST, SECOND, own


def refusing(call, name):
    """An observer: this call at this name fails, always."""

    def observe(phase, now, what):
        if phase == "before" and (now, what) == (call, name):
            raise OSError(errno.EIO, os.strerror(errno.EIO), what)

    return observe


def test_a_link_that_fails_is_undone(new_place):
    place = new_place()
    own(place)
    place.switch(FIRST)
    before = place.snapshot()
    result = child.run(place, lambda place: place.switch(SECOND), refusing("link", "three"))
    failed = result.answer["failed"]
    assert failed["kind"] == "link"
    assert failed["entry"] == ".config/new/three"
    assert os.strerror(errno.EIO) in failed["message"]
    assert failed["undone"]
    assert place.snapshot() == before
    assert place.unsound() == []
    # The links made by the generation that failed are known: the next switch starts from a clean home.
    assert place.switch(SECOND)["changed"]
    assert place.read(".config/new/three") == SECOND[".config/new/three"]
    assert not [item for item in place.ask("list")["generations"] if item["failed"]]


def test_a_link_that_fails_may_be_kept(new_place):
    place = new_place()
    place.switch({"a": "1\n"})
    result = child.run(
        place, lambda place: place.switch({"a": "2\n", "b/c": "x\n"}, on_failure="keep"), refusing("link", "c")
    )
    assert result.answer["failed"]["entry"] == "b/c"
    assert not result.answer["failed"]["undone"]
    assert place.read("a") == "2\n"
    listed = {item["generation"]: item for item in place.ask("list")["generations"]}
    assert listed[2]["failed"]
    assert listed[2]["current"]
    assert not listed[2]["completed"]
    assert place.switch({"a": "2\n", "b/c": "x\n"})["changed"]
    assert place.read("b/c") == "x\n"
    assert not any(item["failed"] for item in place.ask("list")["generations"])
    # And when the failed one is left, what it made goes with it.
    place.switch({"a": "3\n"})
    assert sorted(place.snapshot()) == ["a"]


@pytest.mark.parametrize("entry", ["onChange", "activation"])
def test_a_hook_whose_run_is_killed_is_owed(new_place, entry):
    """The hook kills the engine itself: the switch is committed, its hooks are not done."""
    place = new_place()
    log, gate = place.base / "log", place.base / "gate"
    script = f'echo ran >> {log}; test -e {gate} || kill -9 "$PPID"'
    spec = {"a": {"text": "1\n", "onChange": script}} if entry == "onChange" else {"a": "1\n"}
    more = {"activation": [{"name": "act", "script": script, "phase": "write"}]} if entry == "activation" else {}

    def act(place):
        return place.switch(spec, **more)

    result = child.run(place, act)
    assert result.killed
    assert place.read("a") == "1\n"
    assert log.read_text() == "ran\n"
    assert place.ask("verify")["warnings"]
    gate.touch()
    assert place.probe(spec, **more)["hooks_due"]
    answer = act(place)
    assert answer["changed"]
    assert [hook["rc"] for hook in answer["hooks"]] == [0]
    assert log.read_text() == "ran\nran\n"
    assert act(place)["changed"] is False
    assert log.read_text() == "ran\nran\n"
    assert place.unsound() == []


def test_hooks_are_owed_from_what_last_finished(new_place):
    """Two generations whose hooks did not run: the third runs what differs from the last that was completed."""
    place = new_place()
    log = place.base / "log"

    def spec(one, two):
        return {"a": {"text": one, "onChange": f"echo a >> {log}"}, "b": {"text": two, "onChange": f"echo b >> {log}"}}

    place.switch(spec("1", "1"))
    log.unlink()
    dies = [{"name": "dies", "script": 'kill -9 "$PPID"', "phase": "write"}]
    first = {"0": {"text": "x", "onChange": 'kill -9 "$PPID"'}}
    assert child.run(place, lambda place: place.switch({**first, **spec("2", "1")}, activation=dies)).killed
    assert not log.exists()
    place.switch(spec("2", "2"))
    assert log.read_text() == "a\nb\n"


def test_an_undo_that_is_killed_is_ended_by_the_next_run(new_place, tally, choose):
    place = new_place()
    own(place)
    place.switch(FIRST)
    targets = set(FIRST) | set(SECOND)
    before = Standing(place, targets)
    fails = [{"name": "boom", "script": "exit 9", "phase": "write"}]

    def act(place):
        return place.switch(SECOND, activation=fails)

    place.keep(place.base / "kept")
    points = child.points_of(place, act)
    flips = [index for index, point in enumerate(points) if point == ["after", "rename", "current"]]
    assert len(flips) == 2
    row = tally.row("kill between failure and undo", "hook", len(points) - flips[0])
    for at in [flips[0] + index for index in choose(len(points) - flips[0], 20)]:
        place.put_back(place.base / "kept")
        assert child.run(place, act, child.killer(at)).killed
        # What the failed one left is no obstacle to going back to what was asked for before.
        assert child.run(place, lambda place: place.switch(FIRST)).well
        wrong = place.unsound()
        if place.snapshot() != before.tree:
            wrong.append("the home is not as before")
        row.strike(str(points[at]), "", wrong)
    row.require()


def test_the_failed_one_is_marked_and_left_out_of_a_rollback(new_place):
    place = new_place()
    place.switch({"a": "1\n"})
    fails = [{"name": "boom", "script": "echo why; exit 9", "phase": "write"}]
    answer = place.switch({"a": "2\n"}, activation=fails, on_failure="keep")
    assert answer["failed"]["entry"] == "boom"
    assert "why" in answer["failed"]["message"]
    place.switch({"a": "3\n"})
    assert [item["failed"] for item in place.ask("list")["generations"]] == [False, True, False]
    assert place.ask("rollback")["generation"] == 1
