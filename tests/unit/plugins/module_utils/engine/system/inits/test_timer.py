# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The process that waits for a confirmation: it outlives who started it, acts once, and not at all when it was called off."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.system.inits import timer

MODULES = Path(timer.__file__).parents[3]
PATIENCE = 10.0


def until(what: Callable[[], bool]) -> bool:
    end = time.monotonic() + PATIENCE
    while not what():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


@pytest.fixture(name="mark")
def fixture_mark(tmp_path: Path) -> Path:
    return tmp_path / "mark"


def command(mark: Path) -> list[str]:
    return ["/bin/sh", "-c", f"echo done >> {mark}"]


def named(state: Path) -> int:
    return int(json.loads((state / timer.NOTE).read_text())["pid"])


def test_it_acts_when_the_time_has_come_and_not_before(tmp_path: Path, mark: Path) -> None:
    assert timer.start(command(mark), 0.3, str(tmp_path)) == ""
    assert timer.started_at(named(tmp_path)) is not None
    assert not mark.exists()
    assert until(mark.exists)
    assert until(lambda: mark.read_text() == "done\n")
    assert not (tmp_path / timer.NOTE).exists()


def test_it_is_called_off(tmp_path: Path, mark: Path) -> None:
    timer.start(command(mark), 60, str(tmp_path))
    pid = named(tmp_path)
    timer.stop(str(tmp_path))
    assert until(lambda: timer.started_at(pid) is None)
    assert not (tmp_path / timer.NOTE).exists()
    timer.stop(str(tmp_path))


def test_a_second_one_takes_the_place_of_the_first(tmp_path: Path, mark: Path) -> None:
    timer.start(command(mark), 60, str(tmp_path))
    first = named(tmp_path)
    timer.start(command(mark), 60, str(tmp_path))
    assert named(tmp_path) != first
    assert until(lambda: timer.started_at(first) is None)
    timer.stop(str(tmp_path))


def test_a_process_that_the_note_does_not_name_does_nothing(tmp_path: Path, mark: Path) -> None:
    timer.start(command(mark), 0.3, str(tmp_path))
    pid = named(tmp_path)
    (tmp_path / timer.NOTE).unlink()
    assert until(lambda: timer.started_at(pid) is None)
    assert not mark.exists()


def test_another_process_with_its_number_is_let_live(tmp_path: Path) -> None:
    with subprocess.Popen(["sleep", "60"]) as other:
        note = {"pid": other.pid, "started": 1, "boot": timer._boot()}
        (tmp_path / timer.NOTE).write_text(json.dumps(note))
        timer.stop(str(tmp_path))
        assert other.poll() is None
        other.kill()


@pytest.mark.parametrize("damage", ["", "null", "{", '{"pid": "x"}'])
def test_a_damaged_note_names_nobody(damage: str, tmp_path: Path) -> None:
    (tmp_path / timer.NOTE).write_text(damage)
    timer.stop(str(tmp_path))
    assert not (tmp_path / timer.NOTE).exists()


def test_the_process_keeps_nothing_of_the_session_that_started_it(tmp_path: Path, mark: Path) -> None:
    script = (
        f"import sys; sys.path.insert(0, {str(MODULES)!r})\n"
        "from engine.system.inits import timer\n"
        f"held = open({str(tmp_path / 'held')!r}, 'w')\n"
        f"print(timer.start({command(mark)!r}, 60, {str(tmp_path)!r}))\n"
    )
    # Its pipes would stay open, and this call would wait for them, if the process had kept them.
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
        start_new_session=True,
    )
    assert done.stdout == "\n"
    pid = named(tmp_path)
    opened = {os.readlink(f"/proc/{pid}/fd/{number}") for number in os.listdir(f"/proc/{pid}/fd")}
    assert opened == {os.devnull}
    assert os.getsid(pid) not in (os.getsid(0), pid)
    assert os.readlink(f"/proc/{pid}/cwd") == "/"
    timer.stop(str(tmp_path))
