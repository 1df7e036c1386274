# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Replaces several files of the user database as one: an interruption between two renames is finished later."""

from __future__ import annotations

import hashlib
import json
import os
from typing import TYPE_CHECKING

from ...disk import filesystem
from .database import MODES

if TYPE_CHECKING:
    from typing import Dict, List, Mapping, Tuple

STAGED = ".home-manager-new"
# It is there while the staged files are whole and not all of them are in place: name to the hashes of the content before and after.
NOTE = ".home-manager-new-accounts"


def put_in_place(etc: str, names: List[str]) -> None:
    """Rename the staged files of these names. Rows of an account in one file and not in the other would be nobody's."""
    if len(names) > 1:
        _remove(etc, NOTE)
        hashes = {name: [_hash(etc, name), _hash(etc, name + STAGED)] for name in names}
        filesystem.write(os.path.join(etc, NOTE), json.dumps(hashes).encode(), 0o600, sync=True)
        filesystem.sync_named(etc)
    for name in names:
        filesystem.rename(os.path.join(etc, name + STAGED), os.path.join(etc, name))
    filesystem.sync_named(etc)
    _remove(etc, NOTE)


def finish(etc: str) -> None:
    """After an interruption: put the rest in place where that had begun, and remove every other staged file."""
    names = [
        name
        for name, (before, after) in _noted(etc).items()
        if _hash(etc, name) == before and _hash(etc, name + STAGED) == after
    ]
    for name in names:
        filesystem.rename(os.path.join(etc, name + STAGED), os.path.join(etc, name))
    for name in MODES:
        _remove(etc, name + STAGED)
    if names:
        filesystem.sync_named(etc)
    _remove(etc, NOTE)


def _noted(etc: str) -> Mapping[str, Tuple[str, str]]:
    """What the note says. One that was cut short was written before the first rename: nothing is to be finished."""
    try:
        found = json.loads(filesystem.read(os.path.join(etc, NOTE)))
    except (FileNotFoundError, ValueError):
        return {}
    noted: Dict[str, Tuple[str, str]] = {}
    for name, hashes in found.items() if isinstance(found, dict) else ():
        if name in MODES and isinstance(hashes, list) and len(hashes) == 2:
            noted[name] = (str(hashes[0]), str(hashes[1]))
    return noted


def _hash(etc: str, name: str) -> str:
    """The hash of a file, empty where there is none."""
    try:
        return hashlib.sha256(filesystem.read(os.path.join(etc, name))).hexdigest()
    except FileNotFoundError:
        return ""


def _remove(etc: str, name: str) -> None:
    path = os.path.join(etc, name)
    if filesystem.lstat(path) is not None:
        filesystem.unlink(path)
