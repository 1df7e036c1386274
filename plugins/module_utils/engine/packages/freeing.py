# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Freeing packages: what no generation names and no process runs from."""

from __future__ import annotations

import os
import stat
from typing import List, NamedTuple, Set

from ..contract.errors import EngineError
from ..disk import filesystem
from .depot import DOWNLOADS, PACKAGES, PARTS, ROOT, TEMPORARY, Depot, DepotLock

_TIMEOUT = 30.0
_PROCESSES = "/proc"
_BLOCK = 512


class Freed(NamedTuple):
    """What was removed, what stays because it runs, and the bytes that were freed on disk."""

    packages: List[str]
    running: List[str]
    size: int


def free(depot: Depot, live: Set[str]) -> Freed:
    """Remove the trees that are not in `live`, then the parts and downloads that nothing is left to use.

    To be called with the lock of the home held: no switch can be about to name one of them.
    """
    if filesystem.lstat(PACKAGES, depot.fd) is None:
        return Freed([], [], 0)
    with DepotLock(depot, _TIMEOUT):
        depot.sweep()
        keep = _with_required(depot, live)
        unused = [identity for identity in depot.identities() if identity not in keep]
        running = running_from(depot, unused) if unused else set()
        kept = _with_required(depot, keep | running)
        removed = [identity for identity in unused if identity not in kept]
        size = sum(_remove(depot, PACKAGES, identity) for identity in removed)
        _release_roots(depot)
        used = {part for identity in depot.identities() for part in _record_list(depot, identity, "parts")}
        size += sum(_remove(depot, PARTS, part) for part in depot.parts() if part not in used)
        size += sum(_remove(depot, DOWNLOADS, name) for name in filesystem.names_in(DOWNLOADS, depot.fd))
    return Freed(removed, sorted(running), size)


def _release_roots(depot: Depot) -> None:
    """Remove the links that keep something in another store for a tree that is gone."""
    there = depot.identities()
    for name in filesystem.names_in(PACKAGES, depot.fd):
        # A store may add the name of an output (`-man`) to that of the tree.
        if name.startswith(ROOT) and not any(name[len(ROOT) :].startswith(identity) for identity in there):
            filesystem.unlink(f"{PACKAGES}/{name}", depot.fd)


def running_from(depot: Depot, identities: List[str]) -> Set[str]:
    """The trees that a process runs from, as far as this user may see: its program, or a path among its arguments."""
    prefixes = {f"{depot.base}/{identity}/": identity for identity in identities}
    found: Set[str] = set()
    try:
        processes = [name for name in os.listdir(_PROCESSES) if name.isdigit()]
    except OSError:
        # Where the system shows no processes (macOS), what ran an hour ago may run still: nothing is freed.
        return set(identities)
    for process in processes:
        texts = []
        try:
            texts.append(os.readlink(f"{_PROCESSES}/{process}/exe"))
            with open(f"{_PROCESSES}/{process}/cmdline", "rb") as source:
                texts.extend(part.decode("utf-8", "surrogateescape") for part in source.read().split(b"\0"))
        except (*filesystem.ABSENT, ProcessLookupError, PermissionError):
            # It ended in the meantime, or is somebody else's.
            pass
        for text in texts:
            found.update(identity for prefix, identity in prefixes.items() if text.startswith(prefix))
    return found


def _with_required(depot: Depot, identities: Set[str]) -> Set[str]:
    found: Set[str] = set()
    waiting = sorted(identities)
    while waiting:
        identity = waiting.pop()
        if identity in found:
            continue
        found.add(identity)
        if depot.has(identity):
            waiting.extend(_record_list(depot, identity, "requires"))
    return found


def _record_list(depot: Depot, identity: str, key: str) -> List[str]:
    try:
        return list(depot.record(identity).get(key) or ())
    except EngineError:
        # A damaged tree: it needs nothing that could be relied on, and the next run creates it again.
        return []


def _remove(depot: Depot, folder: str, name: str) -> int:
    size = _size(depot, f"{folder}/{name}")
    hidden = f"{folder}/{TEMPORARY}{name}"
    status = filesystem.lstat(f"{folder}/{name}", depot.fd)
    if status is None:
        return 0
    if not stat.S_ISDIR(status.st_mode):
        filesystem.unlink(f"{folder}/{name}", depot.fd)
        return size
    filesystem.rename(f"{folder}/{name}", hidden, depot.fd, depot.fd)
    filesystem.remove_tree(hidden, depot.fd)
    return size


def _size(depot: Depot, path: str) -> int:
    """The bytes on disk that go away with a file or folder: of files with one name only."""
    status = filesystem.lstat(path, depot.fd)
    if status is None:
        return 0
    if not stat.S_ISDIR(status.st_mode):
        return status.st_blocks * _BLOCK if status.st_nlink == 1 else 0
    total = status.st_blocks * _BLOCK
    fd = filesystem.open_folder(path, depot.fd)
    try:
        names = filesystem.names(fd)
    finally:
        os.close(fd)
    return total + sum(_size(depot, f"{path}/{name}") for name in names)
