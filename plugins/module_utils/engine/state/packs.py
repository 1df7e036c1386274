# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Packs: bundles without a manifest that hold a second copy of each object, which nothing in the home is linked to."""

from __future__ import annotations

import os
import stat

from ..contract.bundle import write_bundle
from ..disk import filesystem
from . import layout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .state import State


def names(state: State) -> list[str]:
    """The names of all packs, sorted; of regular files alone, so that none is waited for."""
    found = []
    for name in state.names(layout.PACKS):
        status = filesystem.lstat(f"{layout.PACKS}/{name}", state.fd)
        if not name.startswith(".") and status is not None and stat.S_ISREG(status.st_mode):
            found.append(name)
    return found


class Pack:
    """A pack that is open to be read. Each read is one call of the system, whose error has the path."""

    def __init__(self, state: State, name: str) -> None:
        self._path, self._at = f"{layout.PACKS}/{name}", state.fd
        self._fd = filesystem.open_file(self._path, self._at)

    def __enter__(self) -> Pack:
        return self

    def __exit__(self, *_problem: object) -> None:
        os.close(self._fd)

    def read(self, count: int) -> bytes:
        """Up to so many bytes; none at the end."""
        try:
            return os.read(self._fd, count)
        except OSError as error:
            raise filesystem.with_path(error, self._path, self._at) from None


def opened(state: State, name: str) -> Pack:
    """A pack, open to be read."""
    return Pack(state, name)


def write(state: State, name: str, contents: list[tuple[str, bytes]]) -> None:
    """Write a pack of these objects (ID, content), or replace it."""
    temporary = f"{layout.PACKS}/.{name}"
    filesystem.remove_tree(temporary, state.fd)
    filesystem.write(temporary, write_bundle(None, contents), 0o400, state.fd, sync=True)
    filesystem.rename(temporary, f"{layout.PACKS}/{name}", state.fd, state.fd)
