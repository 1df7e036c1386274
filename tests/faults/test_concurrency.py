# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One switch a user at a time."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.contract.errors import EngineError
from ansible_collections.home.manager.plugins.module_utils.engine.verbs.dispatch import handle

from . import child
from .scenes import FIRST, SECOND, own


def start(place, act, observer=None):
    """A child at work; its process id."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            child.filesystem.observer = observer
            act(place)
            code = 0
        except EngineError as error:
            sys.stderr.write(error.message)
        finally:
            os._exit(code)
    return pid


@contextlib.contextmanager
def standing_still(place, act, at):
    """A child that has stopped in the midst of its work; it is killed at the end, if it still lives."""
    pid = start(place, act, child.doer(at, lambda: os.kill(os.getpid(), signal.SIGSTOP)))
    os.waitpid(pid, os.WUNTRACED)
    try:
        yield pid
    finally:
        with contextlib.suppress(ProcessLookupError, ChildProcessError):
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def midst(place, act):
    """The point after the journal is there and before the flip."""
    place.keep(place.base / "kept")
    points = child.points_of(place, act)
    place.put_back(place.base / "kept")
    return next(index for index, point in enumerate(points) if point == ["before", "rename", "current"])


def test_two_at_once_come_one_after_the_other(new_place, tally, whole):
    place = new_place()
    own(place)
    row = tally.row("two switches at once", "first and change")
    for turn in range(60 if whole else 12):
        acts = [lambda place: place.switch(FIRST), lambda place: place.switch(SECOND)]
        pids = [start(place, act) for act in (acts if turn % 2 else reversed(acts))]
        ends = [os.waitpid(pid, 0)[1] for pid in pids]
        wrong = place.unsound()
        if ends != [0, 0]:
            wrong.append(f"one of them failed: {ends}")
        read = place.read(".bashrc")
        for spec in (FIRST, SECOND):
            if spec[".bashrc"] == read:
                wrong += [
                    target for target in (".config/app/one", "copied") if place.read(target) != text(spec[target])
                ]
        if b"MINE setting" not in (place.home / "settings.json").read_bytes():
            wrong.append("the user's setting is lost")
        row.strike(f"turn {turn}", "", wrong)
    row.require()


def text(said):
    return said if isinstance(said, str) else said["text"]


def test_a_switch_and_an_uninstall_at_once(new_place, tally, whole):
    place = new_place()
    own(place)
    before = place.snapshot()
    row = tally.row("two switches at once", "switch and uninstall")
    for turn in range(40 if whole else 8):
        pids = [start(place, lambda place: place.switch(FIRST)), start(place, lambda place: place.ask("uninstall"))]
        ends = [os.waitpid(pid, 0)[1] for pid in pids]
        wrong = place.unsound()
        if ends != [0, 0]:
            wrong.append(f"one of them failed: {ends}")
        # Whichever came last, another uninstall ends where all began; a seed is the user's from then on.
        place.ask("uninstall")
        (place.home / "seeded").unlink(missing_ok=True)
        wrong += [] if place.snapshot() == before else ["the home is not as it was"]
        row.strike(f"turn {turn}", "", wrong)
    row.require()


def test_the_second_waits_says_so_and_gives_up(new_place):
    place = new_place()
    place.switch({"a": "1\n"})
    said = []
    with standing_still(place, lambda place: place.switch({"a": "2\n"}), 12) as holder:
        begin = time.monotonic()
        request = {"verb": "verify", "user": place.user, "home": str(place.home), "state": str(place.state)}
        with pytest.raises(EngineError) as caught:
            handle({**request, "lock_timeout": 0.5}, said.append)
        assert time.monotonic() - begin >= 0.5
        assert caught.value.kind == "locked"
        assert str(holder) in caught.value.message
        assert "0.5 s" in caught.value.message
        assert said == [str(holder)]


def test_the_second_goes_on_when_the_first_is_done(new_place):
    place = new_place()
    place.switch({"a": "1\n"})
    with standing_still(place, lambda place: place.switch({"a": "2\n"}), 12) as holder:
        second = start(place, lambda place: place.switch({"a": "3\n"}))
        time.sleep(0.3)
        assert os.waitpid(second, os.WNOHANG) == (0, 0)
        assert place.read("a") == "1\n"
        os.kill(holder, signal.SIGCONT)
        assert os.waitpid(holder, 0)[1] == 0
        assert os.waitpid(second, 0)[1] == 0
    assert place.read("a") == "3\n"
    assert place.unsound() == []


def test_who_waited_says_so_in_the_answer(new_place):
    place = new_place()
    place.switch({"a": "1\n"})
    with standing_still(place, lambda place: place.switch({"a": "2\n"}), 12) as holder:
        waker = os.fork()
        if waker == 0:
            time.sleep(0.5)
            os.kill(holder, signal.SIGCONT)
            os._exit(0)
        answer = place.ask("verify")
        assert answer["warnings"] == [f"waited for another switch of this home (process {holder})"]
        os.waitpid(waker, 0)
        assert os.waitpid(holder, 0)[1] == 0
    assert place.ask("verify")["warnings"] == []


def test_a_dead_process_holds_no_lock(new_place):
    place = new_place()
    own(place)
    place.switch(FIRST)

    def act(place):
        return place.switch(SECOND)

    with standing_still(place, act, midst(place, act)) as holder:
        os.kill(holder, signal.SIGKILL)
        os.waitpid(holder, 0)
        assert (place.state / "lock").read_text() == str(holder)
        assert (place.state / "journal").exists()
        begin = time.monotonic()
        assert place.switch(SECOND, lock_timeout=30)["changed"]
        assert time.monotonic() - begin < 25
    assert place.read(".bashrc") == SECOND[".bashrc"]
    assert place.unsound() == []


def test_a_dry_run_waits_as_well(new_place):
    place = new_place()
    place.switch({"a": "1\n"})
    with (
        standing_still(place, lambda place: place.switch({"a": "2\n"}), 12),
        pytest.raises(EngineError, match="is running"),
    ):
        place.ask("verify", check=True, lock_timeout=0.2)
