# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Comparing the home with what the current generation put there, and repairing what drifted."""

from __future__ import annotations

from ..contract.answers import Answer
from ..contract.errors import EngineError, ErrorKind
from ..contract.operations import Operation
from ..contract.outcomes import Drift
from ..contract.parameter import FLAG, option
from ..state import layout, packaged
from ..state.ledger import Ledger
from ..switching.drift import described, object_drift, path_drift
from ..switching.repair import repair
from .verb import Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    import pwd
    from typing import List, Optional

    from ..contract.members import Members
    from ..contract.value import JsonObject
    from ..home.folder import HomeFolder
    from ..state.state import State
    from ..voice.answers import ChoiceCommands
    from ..voice.plan import Owner, Plan


class Verification(Answer):
    """What drifted from the current generation, and what of it was repaired."""

    __slots__ = ("drift", "generation", "repaired")

    def __init__(self) -> None:
        super().__init__()
        self.generation: Optional[int] = None
        self.drift: List[Drift] = []
        self.repaired: List[Operation] = []

    def json(self) -> JsonObject:
        return {
            **super().json(),
            "generation": self.generation,
            "drift": [item.json() for item in self.drift],
            "repaired": [item.json() for item in self.repaired],
        }

    def _read(self, members: Members) -> None:
        super()._read(members)
        self.generation = members.optional_number("generation")
        self.drift = [Drift.of(item) for item in members.sequence("drift")]
        self.repaired = [Operation.of(item) for item in members.sequence("repaired")]


def _package_drift(state: State, generation: int) -> List[Drift]:
    """The packages of a generation that were changed in place or are gone, and the host's programs that it shows and that are gone."""
    trees = packaged.trees(state, generation)
    missing = [
        Drift(name, "missing", "the host no longer has it; switch again to get it from another source if possible")
        if name.startswith("/")
        else Drift(f"{packaged.FOLDER}/{name}", "missing", "the package is missing; switch to install it again")
        for name in packaged.lost(state, generation)
    ]
    if not trees:
        return missing
    from ..packages.checking import damaged
    from ..packages.depot import Depot

    detail = "a file of a package was modified in place"
    found = damaged(Depot(state.path, state.fd), trees)
    return missing + [Drift(f"{packaged.FOLDER}/{item.identity}/{item.path}", "object", detail) for item in found]


def _discard(state: State, packages: List[Drift]) -> List[str]:
    """Remove changed packages, which the next switch installs again; the warnings about them."""
    warnings = []
    for item in packages:
        from ..packages.checking import discard
        from ..packages.depot import Depot

        identity = item.path.split("/")[1]
        discard(Depot(state.path, state.fd), identity)
        warnings.append(f"{identity[33:]} was modified in place and is removed; switch to install it again")
    return warnings


class Verify(Verb):
    """See the module."""

    name = "verify"
    answer = Verification
    command = "verify"
    summary = "compare the home with its generation"

    repair: bool = option(FLAG, "Repair links, modes and stored contents that differ. The user's edits stay.", False)

    def run(self, home: HomeFolder, account: pwd.struct_passwd) -> Verification:
        answer, state = Verification(), home.state
        if state is None:
            return answer
        current, ledger = state.current(), Ledger.read(state, home.path)
        if current is None:
            if ledger.targets():
                message = "the link `current` is missing or damaged; switch or activate a generation to repair the home"
                raise EngineError(message, ErrorKind.STATE)
            return answer
        answer.generation = layout.parse_reference(current)[0]
        drifted = object_drift(home, ledger, current)
        packages = _package_drift(state, answer.generation)
        answer.drift = path_drift(home, ledger) + described(drifted) + packages
        if current != state.completed():
            answer.warnings.append("the last switch did not finish: its hooks still have to run")
        if self.repair and answer.drift:
            answer.changed = True
            if not self.check:
                found = repair(home, ledger, current, drifted, account.pw_name)
                answer.repaired, answer.changed = found.done, bool(found.done)
                answer.warnings += found.left
                changed = [item for item in packages if item.problem == "object"]
                answer.warnings += _discard(state, changed)
                answer.changed = answer.changed or bool(changed)
        return answer

    @classmethod
    def report(cls, answer: Answer, home: Owner, check: bool, ways: ChoiceCommands) -> Plan:
        from ..voice.answers import plan_of_verification

        if not isinstance(answer, Verification):
            raise TypeError(f"not the answer of a verification: {answer!r}")
        return plan_of_verification(answer, answer.generation, answer.drift, answer.repaired, home, check)

    @classmethod
    def is_settled(cls, answer: Answer) -> bool:
        return not isinstance(answer, Verification) or len(answer.drift) <= len(answer.repaired)


VERB = Verify
