# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Objects that no generation uses any more."""

from __future__ import annotations

import os
import stat

from ..contract.bundle import read_bundle
from ..contract.errors import EngineError, ErrorKind
from ..contract.objects import content_hash, is_object_id
from ..disk import filesystem
from . import layout, packs
from .ledger import Ledger

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .state import State


# How the names of packs begin that were made of what the store holds.
RESTORED = "restored"


def live_objects(state: State) -> set[str] | None:
    """The IDs of all objects that some generation uses, or that are to be given back to the user.

    None when that is not known, for a generation or the ledger is damaged.
    """
    try:
        live = set(Ledger.read(state, None, settled=False).adopted())
        for number in state.generations():
            live |= set(state.manifest(layout.reference(number)).objects())
    except EngineError as error:
        if error.kind != ErrorKind.DAMAGED:
            raise
        return None
    return live


def collect(state: State) -> None:
    """Remove the objects that no generation uses, from the packs as well, so that a secret does not outlive its use.

    Nothing is removed as long as a generation is damaged.
    """
    live = live_objects(state)
    if live is None:
        return
    for name in state.objects():
        # What does not have the name of an object is not ours.
        if name not in live and is_object_id(name):
            filesystem.remove_tree(f"{layout.STORE}/{name}", state.fd)
    packed: set[str] = set()
    for name in packs.names(state):
        packed |= _trim(state, name, live)
    single = [name for name in state.objects() if name in live and name not in packed]
    if single:
        _pack(state, single)


def _trim(state: State, name: str, live: set[str]) -> set[str]:
    """Remove from a pack what nobody uses; the IDs of what it holds then."""
    path = f"{layout.PACKS}/{name}"
    with packs.opened(state, name) as source:
        try:
            bundle = read_bundle(source)
            held = {found for found, _size in bundle.objects}
            kept = [(found, content) for found, content in bundle.contents() if found in live]
        except EngineError:
            # It is damaged: nothing can be had from it.
            filesystem.unlink(path, state.fd)
            return set()
    if not kept:
        filesystem.unlink(path, state.fd)
    elif held - live:
        packs.write(state, name, kept)
    return held & live


def _pack(state: State, names: list[str]) -> None:
    """Give these objects a second copy again: the pack that they came in is lost. One that was rewritten gets none."""
    kept = []
    for name in names:
        status = filesystem.lstat(f"{layout.STORE}/{name}", state.fd)
        if status is None or not stat.S_ISREG(status.st_mode) or not status.st_mode & stat.S_IRUSR:
            continue
        content = filesystem.read(f"{layout.STORE}/{name}", state.fd)
        if content_hash(content, f"{status.st_mode & 0o7777:04o}") == name[:32]:
            kept.append((name, content))
    if kept:
        packs.write(state, f"{RESTORED}-{os.urandom(4).hex()}", kept)
