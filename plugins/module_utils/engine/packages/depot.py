# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Where packages are kept: the folders of one depot, its lock, and what it holds."""

from __future__ import annotations

import os
import re
import stat
import time
from typing import Any, Callable, List, Optional

from ..contract.errors import EngineError, ErrorKind
from ..disk import filesystem
from .recipe import Artefact, is_identity

PACKAGES = "packages"
PARTS = "parts"
DOWNLOADS = "downloads"
RECORD = ".hm/realisation.json"
LOCK = "packages/lock"
TEMPORARY = ".tmp-"
# Begins the names of links next to the trees that keep another store from collecting what the trees lead to.
ROOT = ".root-"
_PAUSE = 0.1
_UNSAFE = re.compile(r"[^A-Za-z0-9+_.~-]")


class Depot:
    """The packages below an open state folder `fd`, whose path is `path`."""

    def __init__(self, path: str, fd: int) -> None:
        self.path = path
        self.fd = fd

    @property
    def base(self) -> str:
        """The folder that all finished trees are in; part of their identities."""
        return f"{self.path}/{PACKAGES}"

    def prepare(self) -> None:
        """Make the folders that are missing."""
        for name in (PACKAGES, PARTS, DOWNLOADS):
            if filesystem.lstat(name, self.fd) is None:
                filesystem.mkdir(name, 0o700, self.fd)

    def has(self, identity: str) -> bool:
        """Whether a finished tree (or a link to one of the host's depot) bears this name."""
        status = filesystem.stat_followed(f"{PACKAGES}/{identity}", self.fd)
        return status is not None and stat.S_ISDIR(status.st_mode)

    def identities(self) -> List[str]:
        """The names of all finished trees."""
        return [name for name in filesystem.names_in(PACKAGES, self.fd) if is_identity(name)]

    def parts(self) -> List[str]:
        """The names of all unpacked artefacts."""
        return [name for name in filesystem.names_in(PARTS, self.fd) if not name.startswith(".")]

    def has_part(self, artefact: Artefact) -> bool:
        """Whether an artefact is unpacked."""
        return filesystem.lstat(f"{PARTS}/{part_name(artefact)}", self.fd) is not None

    def record(self, identity: str) -> Any:
        """What a finished tree says of itself (its `realisation.json`). EngineError `package` when it cannot be read."""
        import json

        path = f"{PACKAGES}/{identity}/{RECORD}"
        try:
            # A package of the host's depot is reached through one link, which is the user's own.
            return json.loads(filesystem.read(path, self.fd, follow=True).decode("utf-8", "surrogateescape"))
        except (*filesystem.ABSENT, ValueError) as error:
            raise EngineError(f"{self.path}/{path} cannot be read: {error}", ErrorKind.PACKAGE) from None

    def depends(self, identity: str) -> List[str]:
        """The absolute paths that a finished tree needs elsewhere on the host. EngineError `package`."""
        return list(self.record(identity).get("outside") or ())

    def begun(self) -> List[str]:
        """The folders in which something is being made, or was when a run was interrupted."""
        return [
            f"{folder}/{name}"
            for folder in (PACKAGES, PARTS)
            for name in filesystem.names_in(folder, self.fd)
            if name.startswith(TEMPORARY)
        ]

    def sweep(self) -> None:
        """Remove what an interrupted run left; whole downloads and parts stay. To be called with the lock held."""
        for path in self.begun():
            filesystem.remove_tree(path, self.fd)


def part_name(artefact: Artefact) -> str:
    """The name of an unpacked artefact: its hash, and its file for people."""
    return f"{artefact.sha256[:32]}-{_UNSAFE.sub('_', artefact.file)[:160]}"


class DepotLock:
    """One realiser at a time. It is not the lock of the home: listing and rollback never wait for a download."""

    def __init__(self, depot: Depot, timeout: float, waiting: Optional[Callable[[str], None]] = None) -> None:
        self._depot = depot
        self._timeout = timeout
        self._waiting = waiting
        self._fd: Optional[int] = None

    def __enter__(self) -> DepotLock:
        import fcntl

        end = time.monotonic() + max(self._timeout, 0)
        fd = filesystem.open_lock(LOCK, self._depot.fd, True)
        announced = False
        while True:
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= end:
                    os.close(fd)
                    raise EngineError(
                        f"another run is installing packages in {self._depot.path}; gave up after {self._timeout:g} s",
                        ErrorKind.LOCKED,
                    ) from None
                if not announced and self._waiting is not None:
                    self._waiting("")
                announced = True
                time.sleep(_PAUSE)
                continue
            self._fd = fd
            return self

    def __exit__(self, *_problem: object) -> None:
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None
