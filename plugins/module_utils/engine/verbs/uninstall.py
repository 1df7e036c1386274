# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Removing everything: links go, backups come back, the state folder goes last."""

from __future__ import annotations

from ..contract.answers import StateUsage, SwitchAnswer
from ..contract.errors import ErrorKind
from ..contract.operations import OperationKind
from ..contract.outcomes import Failure
from ..contract.parameter import FLAG, option
from ..disk import filesystem
from ..launcher import ENGINES
from ..state import layout, lock, packaged
from ..state.ledger import Ledger
from ..switching.goal import nothing
from .switching_verb import SwitchingVerb

TYPE_CHECKING = False
if TYPE_CHECKING:
    import pwd
    from typing import Optional

    from ..contract.value import JsonObject
    from ..home.folder import HomeFolder
    from ..switching.goal import Goal

_PARTS = (
    packaged.FOLDER,
    "parts",
    "downloads",
    layout.GENERATIONS,
    layout.FAILED,
    layout.STORE,
    layout.PACKS,
    layout.COMPLETED,
    layout.LEDGER_COPY,
    layout.LEDGER,
    layout.SERVICES,
    ENGINES,
)


class Uninstall(SwitchingVerb):
    """See the module. What the user has edited stays, and is part of the answer."""

    name = "uninstall"
    title = "uninstall"
    summary = "remove all managed files and restore backups"
    command = "uninstall"
    question = "Take all this away?"

    confirmed: bool = option(
        FLAG, "Confirm V(uninstall). With V(false), the task shows what it would remove, and fails.", True
    )

    def __init__(self, values: JsonObject) -> None:
        super().__init__(values)
        self.check = self.check or not self.confirmed

    def goal(self, home: HomeFolder) -> Goal:
        return nothing()

    def run(self, home: HomeFolder, account: pwd.struct_passwd) -> SwitchAnswer:
        if home.state is None:
            return SwitchAnswer()
        stock = StateUsage(len(home.state.generations()), home.state.stored_bytes())
        answer = super().run(home, account)
        answer.changed, answer.stock = True, stock
        if not self.check and answer.failed is None:
            answer.failed = _unfinished(home, answer)
        if not self.check and answer.failed is None:
            answer.warnings += _remove_state(home)
        return answer


def _unfinished(home: HomeFolder, answer: SwitchAnswer) -> Optional[Failure]:
    """What the system refused to remove: as long as the ledger has it, another run can."""
    folders = Ledger.read(home.require_state(), home.path).folders
    for operation in answer.operations:
        if operation.op == OperationKind.KEEP and operation.path in folders:
            failed = Failure(ErrorKind.LINK, f"{operation.path}: {operation.detail}; run uninstall again")
            failed.entry = operation.path
            return failed
    return None


def _remove_state(home: HomeFolder) -> list[str]:
    state = home.require_state()
    # Each goes in one rename, so that no half of it is ever taken for the whole; the next run sweeps `staging`.
    state.folder(layout.STAGING)
    for name in _PARTS:
        if filesystem.lstat(name, state.fd) is not None:
            filesystem.rename(name, f"{layout.STAGING}/{name}", state.fd, state.fd)
    filesystem.remove_tree(layout.STAGING, state.fd)
    rest = [name for name in state.names(".") if name != lock.NAME]
    if rest:
        message = f"{state.path} is kept, because it contains {', '.join(rest)}"
        return [message + (" (what was changed in managed files)" if layout.DRIFT in rest else "")]
    filesystem.remove_tree(lock.NAME, state.fd)
    if filesystem.readlink(state.path) is None:
        filesystem.rmdir(state.path)
    return []


VERB = Uninstall
