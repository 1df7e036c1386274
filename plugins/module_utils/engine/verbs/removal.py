# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the verbs that remove generations have in common."""

from __future__ import annotations

from ..contract.answers import Answer
from ..contract.errors import EngineError, ErrorKind
from ..contract.operations import Operation, OperationKind
from ..disk import filesystem
from ..state import layout, packaged
from ..transaction import expiry
from .verb import Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    import pwd
    from typing import List, Optional, Set

    from ..contract.members import Members
    from ..contract.value import JsonObject
    from ..home.folder import HomeFolder
    from ..state.state import State
    from ..voice.answers import ChoiceCommands
    from ..voice.plan import Owner, Plan


class Removal(Answer):
    """The numbers of the generations that were removed, and what was done for it; `freed`: the bytes of packages that went."""

    __slots__ = ("freed", "operations", "removed")

    def __init__(self) -> None:
        super().__init__()
        self.removed: List[int] = []
        self.operations: List[Operation] = []
        self.freed = 0

    def json(self) -> JsonObject:
        operations = [operation.json() for operation in self.operations]
        return {**super().json(), "removed": self.removed, "operations": operations, "freed": self.freed}

    def _read(self, members: Members) -> None:
        super()._read(members)
        self.removed = members.numbers("removed")
        self.operations = [Operation.of(item) for item in members.sequence("operations")]
        self.freed = members.optional_number("freed") or 0


class RemovingVerb(Verb):
    """A verb that removes some generations."""

    answer = Removal

    def chosen(self, home: HomeFolder) -> List[int]:
        """Their numbers."""
        raise NotImplementedError

    def run(self, home: HomeFolder, account: pwd.struct_passwd) -> Removal:
        answer, numbers = Removal(), self.chosen(home)
        if home.state is None:
            return answer
        if numbers:
            expiry.require_removable(home.state, numbers)
        answer.removed = numbers
        if self.check:
            answer.operations = [Operation(OperationKind.REMOVE, layout.reference(number)) for number in numbers]
        else:
            answer.operations = expiry.remove(home, numbers) if numbers else []
            # Also where no generation goes: an interrupted run may have left packages that nobody needs.
            _free_packages(home.state, answer)
        answer.changed = bool(answer.operations or answer.freed)
        return answer

    @classmethod
    def report(cls, answer: Answer, home: Owner, check: bool, ways: ChoiceCommands) -> Plan:
        from ..voice.answers import plan_of_removal
        from ..voice.plan import StoreUsage

        if not isinstance(answer, Removal):
            raise TypeError(f"not the answer of a removal: {answer!r}")
        return plan_of_removal(answer, StoreUsage(removed=tuple(answer.removed), freed=answer.freed), home, check)


def _free_packages(state: State, answer: Removal) -> None:
    """Remove the packages that no generation names and no process runs from."""
    if filesystem.lstat(packaged.FOLDER, state.fd) is None:
        return
    from ..packages.depot import Depot
    from ..packages.freeing import free
    from ..packages.installation import needs

    live: Set[str] = set()
    for number in state.generations():
        manifest = state.readable_manifest(layout.reference(number))
        trees = _recorded(state, number)
        if manifest is None or trees is None:
            answer.warnings.append(
                f"no package was removed, because it is unknown what the damaged generation {number} needs"
            )
            return
        live |= needs(manifest) | trees
    freed = free(Depot(state.path, state.fd), live)
    for name in freed.packages:
        answer.operations.append(Operation(OperationKind.REMOVE, f"{packaged.FOLDER}/{name}"))
    answer.freed = freed.size
    answer.warnings += [f"{name[33:]} is kept while it runs" for name in freed.running]


def _recorded(state: State, number: int) -> Optional[Set[str]]:
    """The trees that a generation was made with: caches of its profile, too, which its manifest does not know. None when damaged."""
    try:
        return set(packaged.trees(state, number))
    except EngineError as error:
        if error.kind != ErrorKind.DAMAGED:
            raise
        return None
