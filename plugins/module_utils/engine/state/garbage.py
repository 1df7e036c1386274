# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Objects that no generation uses any more."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ..contract.bundle import read_bundle, write_bundle
from ..contract.errors import EngineError
from ..disk import filesystem
from . import layout
from .ledger import Ledger

if TYPE_CHECKING:
    from .state import State


def live_objects(state: State) -> set[str]:
    """The IDs of all objects that some generation uses, or that are to be given back to the user."""
    live = set(Ledger.read(state, None).adopted())
    for number in state.generations():
        live |= set(state.manifest(layout.reference(number)).objects())
    return live


def collect(state: State) -> None:
    """Remove the objects that no generation uses, from the packs as well, so that a secret does not outlive its use."""
    live = live_objects(state)
    for name in state.objects():
        if name not in live:
            filesystem.unlink(f"{layout.STORE}/{name}", state.fd)
    for name in state.names(layout.PACKS):
        if not name.startswith("."):
            _trim(state, f"{layout.PACKS}/{name}", f"{layout.PACKS}/.{name}", live)


def _trim(state: State, path: str, temporary: str, live: set[str]) -> None:
    fd = filesystem.open_file(path, state.fd)
    with os.fdopen(fd, "rb") as source:
        try:
            bundle = read_bundle(source)
            if all(name in live for name, _size in bundle.objects):
                return
            kept = [(name, content) for name, content in bundle.contents() if name in live]
        except EngineError:
            # A power cut while it was written: nothing that counts refers to it, and nothing can be had from it.
            filesystem.unlink(path, state.fd)
            return
    if kept:
        filesystem.remove_tree(temporary, state.fd)
        filesystem.write(temporary, write_bundle(None, kept), 0o400, state.fd, sync=True)
        filesystem.rename(temporary, path, state.fd, state.fd)
    else:
        filesystem.unlink(path, state.fd)
