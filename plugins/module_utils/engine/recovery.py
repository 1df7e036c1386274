# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the next run does first: finish or undo what a crash left, and sweep what nobody refers to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import filesystem, store
from .commit import finish, undo
from .errors import EngineError
from .journal import Journal
from .ledger import Ledger

if TYPE_CHECKING:
    from .home import Home
    from .store import State


def interrupted(state: State) -> bool:
    """Whether an earlier run did not end."""
    return any(filesystem.lstat(name, state.fd) is not None for name in (store.JOURNAL, store.STAGING))


def recover(home: Home) -> list[str]:
    """Go forward or back as the journal says, then sweep; messages for people. To be called with the lock held."""
    state = home.there()
    if not interrupted(state):
        return []
    messages = []
    journal = Journal.read(state)
    if journal is not None:
        if journal.home != home.path:
            raise EngineError(f"an interrupted switch of the home {journal.home} must be finished there", "owner")
        if journal.committed(state):
            forward = finish(home, journal)
            messages.append(f"the switch {journal.tx}, which was interrupted, is now finished")
            messages += [f"{item['path']}: {item['reason']}" for item in forward.problems]
            messages += [f"{item['path']}: {item['detail']}" for item in forward.kept]
        else:
            undo(home, journal)
            messages.append(f"the switch {journal.tx}, which was interrupted, is undone")
    sweep(home)
    return messages


def sweep(home: Home) -> None:
    """Remove what a crash left in the state folder: staged things, temporaries, a generation that never came to be."""
    from .expiry import collect, forget_repointing

    state = home.there()
    ledger = Ledger.read(state, home.path)
    for folder in (store.STORE, store.GENERATIONS, store.PACKS):
        for name in state.names(folder):
            if name.startswith("."):
                filesystem.remove_tree(f"{folder}/{name}", state.fd)
    if filesystem.lstat(store.LEDGER, state.fd) is not None or state.current() is None:
        current = state.current()
        for number in state.generations():
            chosen = store.reference(number)
            if (number > ledger.last and chosen != current) or not state.exists(chosen):
                filesystem.remove_tree(store.reference(number), state.fd)
    if state.current() is None and filesystem.lstat(store.COMPLETED, state.fd) is not None and not ledger.files:
        filesystem.unlink(store.COMPLETED, state.fd)
    forget_repointing(home)
    collect(state)
    # Last, for while it is there the next run knows that there is something to sweep.
    filesystem.remove_tree(store.STAGING, state.fd)
