# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the next run does first: finish or undo what a crash left, and sweep what nobody refers to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..contract.errors import EngineError
from ..disk import filesystem
from ..state import layout
from ..state.ledger import Ledger
from .commit import finish, undo
from .journal import Journal

if TYPE_CHECKING:
    from ..home.folder import HomeFolder
    from ..state.state import State


def interrupted(state: State) -> bool:
    """Whether an earlier run did not end."""
    return any(filesystem.lstat(name, state.fd) is not None for name in (layout.JOURNAL, layout.STAGING))


def begin(home: HomeFolder, dry: bool) -> list[str]:
    """Recover from a crash, if there was one; messages for people."""
    if home.state is None or not interrupted(home.state):
        return []
    if dry:
        return ["an earlier switch was interrupted; the next real run finishes or undoes it first"]
    return recover(home)


def recover(home: HomeFolder) -> list[str]:
    """Go forward or back as the journal says, then sweep; messages for people. To be called with the lock held."""
    state = home.require_state()
    if not interrupted(state):
        return []
    messages = []
    journal = Journal.read(state)
    if journal is not None:
        if journal.home != home.path:
            raise EngineError(f"an interrupted switch of the home {journal.home} must be finished there", "owner")
        if journal.committed(state):
            forward = finish(home, journal)
            home.recovered = _recovered(journal, "finished")
            messages += [f"{item['path']}: {item['reason']}" for item in forward.problems]
            messages += [f"{item['path']}: {item['detail']}" for item in forward.kept]
        else:
            undo(home, journal)
            home.recovered = _recovered(journal, "undone")
    sweep(home)
    return messages


def _recovered(journal: Journal, direction: str) -> dict[str, Any]:
    import calendar
    import time

    # The name of a transaction begins with its time, in UTC.
    try:
        started = calendar.timegm(time.strptime(journal.tx[:15], "%Y%m%dT%H%M%S"))
    except ValueError:
        started = 0
    number = layout.parse_reference(journal.to)[0] if journal.to is not None else None
    return {"to": number, "direction": direction, "started": started}


def sweep(home: HomeFolder) -> None:
    """Remove what a crash left in the state folder: staged things, temporaries, a generation that never came to be."""
    from ..state.garbage import collect
    from .expiry import forget_repointing

    state = home.require_state()
    ledger = Ledger.read(state, home.path)
    for folder in (layout.STORE, layout.GENERATIONS, layout.PACKS):
        for name in state.names(folder):
            if name.startswith("."):
                filesystem.remove_tree(f"{folder}/{name}", state.fd)
    if filesystem.lstat(layout.LEDGER, state.fd) is not None or state.current() is None:
        current = state.current()
        for number in state.generations():
            chosen = layout.reference(number)
            if (number > ledger.last and chosen != current) or not state.exists(chosen):
                filesystem.remove_tree(layout.reference(number), state.fd)
    if state.current() is None and filesystem.lstat(layout.COMPLETED, state.fd) is not None and not ledger.files:
        filesystem.unlink(layout.COMPLETED, state.fd)
    forget_repointing(home)
    collect(state)
    # Last, for while it is there the next run knows that there is something to sweep.
    filesystem.remove_tree(layout.STAGING, state.fd)
