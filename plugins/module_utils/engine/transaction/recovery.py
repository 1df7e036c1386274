# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the next run does first: finish or undo what a crash left, and remove what nothing refers to."""

from __future__ import annotations

from ..contract.errors import EngineError, ErrorKind
from ..contract.outcomes import Recovered
from ..disk import filesystem
from ..state import layout
from ..state.garbage import collect
from ..state.ledger import Ledger
from .backup import recall
from .commit import finish, undo
from .expiry import forget_repointing
from .journal import Journal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..home.folder import HomeFolder


class Recovery:
    """What a recovery did: messages for people, and the switch that it finished or undid."""

    def __init__(self) -> None:
        self.messages: list[str] = []
        self.recovered: Recovered | None = None


def recover(home: HomeFolder) -> Recovery:
    """Finish or undo the transaction of the journal, then sweep. To be called with the lock held."""
    state, done = home.require_state(), Recovery()
    if not state.interrupted():
        return done
    journal = Journal.read(state)
    if journal is not None:
        if journal.home != home.path:
            message = f"an interrupted switch of the home {journal.home} must be finished there"
            raise EngineError(message, ErrorKind.OWNER)
        recall(state, journal)
        committed = journal.committed(state)
        if committed:
            forward = finish(home, journal)
            done.messages += [str(problem) for problem in forward.problems]
            done.messages += [f"{item.path}: {item.detail}" for item in forward.kept]
        else:
            undo(home, journal)
        number = layout.parse_reference(journal.to)[0] if journal.to is not None else None
        done.recovered = Recovered(number, "finished" if committed else "undone", journal.started())
    sweep(home)
    return done


def sweep(home: HomeFolder) -> None:
    """Remove what a crash left in the state folder: staged things, temporaries, a generation that was never finished."""
    state = home.require_state()
    ledger = Ledger.read(state, home.path, settled=False)
    for folder in (layout.STORE, layout.GENERATIONS, layout.PACKS, layout.DRIFT):
        for name in state.names(folder):
            if name.startswith("."):
                filesystem.remove_tree(f"{folder}/{name}", state.fd)
    current = state.current()
    if filesystem.lstat(layout.LEDGER, state.fd) is not None or current is None:
        kept = layout.parse_reference(current)[0] if current is not None else 0
        for number in state.generations():
            if number > ledger.last and number != kept:
                filesystem.remove_tree(layout.reference(number), state.fd)
    if current is None and filesystem.lstat(layout.COMPLETED, state.fd) is not None and not ledger.files:
        filesystem.unlink(layout.COMPLETED, state.fd)
    forget_repointing(home)
    collect(state)
    # Last, for while it is there the next run knows that there is something to sweep.
    filesystem.remove_tree(layout.STAGING, state.fd)


def sweep_quickly(home: HomeFolder) -> None:
    """The sweep after a transaction that ended well: only what it staged can be left."""
    filesystem.remove_tree(layout.STAGING, home.require_state().fd)
