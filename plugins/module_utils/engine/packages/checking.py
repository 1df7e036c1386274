# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Comparing finished packages with what was written when they were made."""

from __future__ import annotations

import stat
from typing import Any, List, NamedTuple

from ..contract.errors import EngineError
from ..disk import filesystem
from .depot import PACKAGES, PARTS, TEMPORARY, Depot
from .tree import file_hash


class Damage(NamedTuple):
    """A package that is not as it was made, and the first file that shows it."""

    identity: str
    path: str


def damaged(depot: Depot, identities: List[str]) -> List[Damage]:
    """The packages of this depot that were changed. Those of the host's depot are root's to look after."""
    found = []
    for identity in identities:
        status = filesystem.lstat(f"{PACKAGES}/{identity}", depot.fd)
        if status is None or not stat.S_ISDIR(status.st_mode):
            continue
        path = _first_difference(depot, identity)
        if path is not None:
            found.append(Damage(identity, path))
    return found


def discard(depot: Depot, identity: str) -> None:
    """Remove a package and the parts that it shares its files with, so that the next switch creates it again."""
    try:
        parts: List[str] = list(depot.record(identity).get("parts") or ())
    except EngineError:
        parts = depot.parts()
    for folder, name in [*((PARTS, part) for part in parts), (PACKAGES, identity)]:
        if filesystem.lstat(f"{folder}/{name}", depot.fd) is not None:
            hidden = f"{folder}/{TEMPORARY}{name}"
            filesystem.remove_tree(hidden, depot.fd)
            filesystem.rename(f"{folder}/{name}", hidden, depot.fd, depot.fd)
            filesystem.remove_tree(hidden, depot.fd)


def _first_difference(depot: Depot, identity: str) -> Any:
    try:
        files = depot.record(identity)["files"]
    except (EngineError, KeyError):
        return ".hm/realisation.json"
    for path, expected in sorted(files.items()):
        where = f"{PACKAGES}/{identity}/{path}"
        try:
            if expected.startswith("-> "):
                same = filesystem.readlink(where, depot.fd) == expected[3:]
            else:
                same = file_hash(where, depot.fd) == expected
        except OSError as error:
            if not (
                isinstance(error, filesystem.ABSENT)
                or error.errno in filesystem.NO_FILE
                or filesystem.closed_by_owner(error, where, depot.fd)
            ):
                raise
            same = False
        if not same:
            return path
    return None
