# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Packages: kills and errors while trees, caches and profiles are made and freed, and while the programs that make them run."""

from __future__ import annotations

import errno
import os
import time
from pathlib import Path

import pytest

from . import child
from .judge import AGAIN, WAYS, Case
from .packaged import SCENES, Stocked

RUNNING = {
    "packages of every provider": (
        "cargo generate-lockfile",
        "cargo install",
        "go mod",
        "go install",
        "nix",
        "brew --cellar",
        "brew info",
        "brew install",
        "flatpak info",
        "flatpak install",
    ),
    "packages with caches": ("update-mime-database", "glib-compile-schemas", "gtk-update-icon-cache"),
}


@pytest.fixture(name="case")
def fixture_case(request, scratch, tmp_path):
    # The memory of a container may be mounted noexec, where packages are refused.
    folder = tmp_path if os.statvfs(scratch).f_flag & os.ST_NOEXEC else scratch
    return Case(SCENES[request.param], Stocked(folder), folder / "kept")


def where(case, at):
    phase, call, what = case.points[at]
    return f"killed {phase} {call} {what} ({at} of {len(case.points)})"


def left_over(case):
    """What stays half made once the act was done again."""
    case.recover(AGAIN)
    return case.place.begun()


@pytest.mark.parametrize("case", SCENES, indirect=True)
def test_killed_once(case, tally, choose, whole):
    row = tally.row("kill", case.scene.name, len(case.points))
    for turn, at in enumerate(choose(len(case.points), 30, 400)):
        # The disk is the same before a call as after the one before it: one way is enough there.
        for way in WAYS if whole and at % 2 else [WAYS[turn % 3]]:
            case.reset()
            result = case.disturb(child.killer(at))
            assert result.killed, f"{where(case, at)}: it was not; {result.error or result.answer}"
            verdict = case.verdict(way)
            row.note(where(case, at), verdict._replace(wrong=verdict.wrong + left_over(case)))
    row.require()


@pytest.mark.parametrize("case", SCENES, indirect=True)
def test_a_full_disk_or_a_failing_one(case, tally, choose):
    """One call fails; or from one on nothing can be allocated any more."""
    begins = [at for at, point in enumerate(case.points) if point[0] == "before"]
    row = tally.row("one error, or a full disk from here on", case.scene.name, len(begins))
    for turn, at in enumerate(begins[index] for index in choose(len(begins), 16, 200)):
        case.reset()
        lasting = turn % 2 == 1
        number = errno.ENOSPC if lasting else errno.EIO
        result = case.disturb(child.refuser(at, number, lasting))
        verdict = case.verdict(AGAIN, result)
        what = f"{errno.errorcode[number]} at {case.points[at]} ({at} of {len(case.points)})"
        row.note(what, verdict._replace(wrong=verdict.wrong + left_over(case)))
    row.require(until=True)


def ended(process: str) -> bool:
    """Whether a process ends within some seconds: a busy machine may let its guard wait."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            state = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        # A container may have nobody who takes note of the end of orphans.
        if state in ("Z", "X"):
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize(
    ("case", "program"), [(scene, program) for scene in RUNNING for program in RUNNING[scene]], indirect=["case"]
)
def test_killed_while_a_program_runs(case, program, tally):
    """The program ends with the engine, and what it had begun is begun anew."""
    fault = "kill while a program builds a package or a cache"
    known = (row for row in tally.rows if (row.fault, row.scene) == (fault, case.scene.name))
    row = next(known, None) or tally.row(fault, case.scene.name)
    row.points += 1
    case.reset()
    (case.place.base / "host/kill").write_text(program)
    result = child.run(case.place, case.scene.act)
    assert result.killed, result.error or result.answer
    wrong = case.verdict(AGAIN)
    row.note(f"killed while {program} runs", wrong._replace(wrong=wrong.wrong + left_over(case)))
    assert not (case.place.base / "host/kill").exists()
    assert ended((case.place.base / "host/running").read_text().strip())
    row.require()
