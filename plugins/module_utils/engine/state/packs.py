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
    from typing import BinaryIO

    from .state import State


def names(state: State) -> list[str]:
    """The names of all packs, sorted; of regular files alone, so that none is waited for."""
    found = []
    for name in state.names(layout.PACKS):
        status = filesystem.lstat(f"{layout.PACKS}/{name}", state.fd)
        if not name.startswith(".") and status is not None and stat.S_ISREG(status.st_mode):
            found.append(name)
    return found


def opened(state: State, name: str) -> BinaryIO:
    """A pack, open to be read."""
    return os.fdopen(filesystem.open_file(f"{layout.PACKS}/{name}", state.fd), "rb")


def write(state: State, name: str, contents: list[tuple[str, bytes]]) -> None:
    """Write a pack of these objects (ID, content), or replace it."""
    temporary = f"{layout.PACKS}/.{name}"
    filesystem.remove_tree(temporary, state.fd)
    filesystem.write(temporary, write_bundle(None, contents), 0o400, state.fd, sync=True)
    filesystem.rename(temporary, f"{layout.PACKS}/{name}", state.fd, state.fd)
