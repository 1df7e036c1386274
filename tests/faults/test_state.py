# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Files of the state that are damaged, cut short, gone, or of an older or a newer engine: no verb but their own stops for them."""

from __future__ import annotations

import json
import os

import pytest

from . import child

EMPTY, SHORT, GARBAGE, GONE, NEWER, OLDER, FOLDER, LINK = (
    "empty", "cut short", "garbage", "gone", "of a newer engine", "of an older engine", "a folder", "a dangling link",
)  # fmt: skip
DAMAGES = (EMPTY, SHORT, GARBAGE, GONE, NEWER, OLDER, FOLDER, LINK)


def damage(path, how):
    """Damage a file of the state; False where this file cannot be damaged in this way."""
    os.chmod(path.parent, 0o700)
    text = None if path.is_symlink() else path.read_bytes()
    if how in (NEWER, OLDER):
        value = json.loads(text) if text and text[:1] == b"{" else None
        if not isinstance(value, dict) or "version" not in value:
            return False
        value["version"] += 1 if how == NEWER else -1
    path.unlink()
    if how == FOLDER:
        path.mkdir()
    elif how == LINK:
        path.symlink_to("nowhere")
    elif how in (NEWER, OLDER):
        path.write_text(json.dumps(value))
    elif how != GONE:
        content = text or b""
        path.write_bytes({EMPTY: b"", SHORT: content[: len(content) // 2], GARBAGE: b"\0\xff garbage"}[how])
    return True


def files_of(state):
    """Every file and link of the state but the lock, links of a generation's own left out."""
    found = []
    for path in sorted(state.rglob("*")):
        inside = path.relative_to(state).parts
        if (path.is_symlink() or path.is_file()) and "home-files" not in inside and "home-path" not in inside:
            found.append("/".join(inside))
    return [name for name in found if name != "lock"]


def judged(case, interrupted):
    """What is wrong after the next runs: a switch, a list, a verification, and an uninstall."""
    wrong = []
    switched = child.run(case.place, case.scene.repeat)
    reads = {target: case.place.reads(target) for target in case.targets}
    if switched.well and not interrupted and reads != case.after.reads:
        wrong.append(f"it says that all is well: {case.mixture()}")
    runs = [("switch", switched)]
    for verb in ("list", "verify", "uninstall"):
        runs.append((verb, child.run(case.place, lambda place, verb=verb: place.ask(verb))))
    for verb, result in runs:
        if result.bug:
            wrong.append(f"{verb}: {result.bug}")
        elif not result.well and "newer" not in str(result.error or result.answer) and verb != "verify":
            wrong.append(f"{verb}: {result.error or result.answer['failed']}")
        wrong += [f"{verb}, {item}" for item in case._lost()] if verb == "uninstall" else []
    return wrong


@pytest.mark.parametrize("how", DAMAGES)
@pytest.mark.parametrize("case", ["change", "return of backups"], indirect=True)
def test_a_damaged_file_of_the_state(case, how, tally, choose):
    row = tally.row(f"a state file is {how}", case.scene.name)
    names = files_of(case.place.state)
    for name in [names[index] for index in choose(len(names), 10)]:
        case.reset()
        if damage(case.place.state / name, how):
            row.strike(name, "", judged(case, False))
    if row.tried:
        row.require()


@pytest.mark.parametrize("how", DAMAGES)
@pytest.mark.parametrize("case", ["change", "collision with backup"], indirect=True)
def test_a_damaged_file_of_an_interrupted_switch(case, how, tally, choose):
    row = tally.row(f"a state file is {how}, after a kill", case.scene.name)
    flip = case.points.index(["before", "rename", "current"])
    for at in (flip, flip + 1):
        case.reset()
        case.disturb(child.killer(at))
        names = ["journal", *[name for name in files_of(case.place.state) if name.startswith("staging/")]]
        for name in [names[index] for index in choose(len(names), 4)]:
            case.reset()
            case.disturb(child.killer(at))
            if damage(case.place.state / name, how):
                row.strike(f"{name}, killed {' '.join(case.points[at])}", "", judged(case, True))
    if row.tried:
        row.require()
