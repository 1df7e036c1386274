# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The question before every switch: is there anything to do? Small and quick when there is not."""

from __future__ import annotations

from ..contract.answers import ProbeAnswer
from ..contract.errors import EngineError, ErrorKind
from ..contract.parameter import FLAG, TEXT, internal
from ..state import layout, packaged
from ..state.ledger import Ledger
from .verb import Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    import pwd
    from typing import Optional

    from ..home.folder import HomeFolder


class Probe(Verb):
    """See the module. `digest` and `specialisation` are those of the wanted generation.

    With `verify` what drifted is looked for, and repaired where that removes nothing, unless `check` is set. `linger`:
    whether the user should linger.
    """

    name = "probe"
    summary = "compare the current generation with a digest"
    public = False
    answer = ProbeAnswer

    digest: str = internal(TEXT, "")
    specialisation: Optional[str] = internal(TEXT)
    facts: bool = internal(FLAG, False)
    verify: bool = internal(FLAG, True)
    linger: Optional[bool] = internal(FLAG)
    # Whether packages that nobody brought are to be installed on the host.
    supply: bool = internal(FLAG, False)

    def run(self, home: HomeFolder, account: pwd.struct_passwd) -> ProbeAnswer:
        answer = ProbeAnswer()
        state = home.state
        if self.facts:
            from ..machine.facts import gather

            answer.facts = gather(account)
        if state is None:
            return answer
        current = state.current()
        if current is not None:
            number, specialisation = layout.parse_reference(current)
            answer.generation, answer.specialisation = number, specialisation
            answer.digest = state.about(number).digest
            answer.hooks_due = not state.completed_is(current) or state.has_pending_services()
            if answer.digest == self.digest and specialisation == self.specialisation:
                gone = packaged.lost(state, number) or state.damaged_manifest(current)
                if gone:
                    # Not unchanged, whatever else: the switch restores it or finds another.
                    answer.warnings += [f"{name} is gone" for name in gone]
                elif self.verify:
                    self._verify_generation(home, answer, current, account.pw_name)
                else:
                    answer.unchanged = True
                interrupted = self.check and state.interrupted()
                answer.unchanged = answer.unchanged and not answer.hooks_due and not interrupted
                if answer.unchanged and packaged.awaited(state, number):
                    from ..packages.newly_available import newly_available

                    answer.unchanged = not self.supply and not newly_available(state, number)
                if self.linger is not None:
                    from ..machine.linger import lingers

                    answer.unchanged = answer.unchanged and lingers(account.pw_name) == self.linger
        if not answer.unchanged:
            answer.objects, answer.trees = state.objects(), packaged.there(state)
        return answer

    def _verify_generation(self, home: HomeFolder, answer: ProbeAnswer, current: str, user: str) -> None:
        try:
            self._verify(home, answer, current, user)
        except EngineError as error:
            if error.kind != ErrorKind.DAMAGED or not str(error.details.get("part")).startswith(current):
                raise
            # A switch creates the generation again.
            answer.warnings.append(error.message)

    def _verify(self, home: HomeFolder, answer: ProbeAnswer, current: str, user: str) -> None:
        from ..switching.drift import described, object_drift, path_drift

        ledger = Ledger.read(home.state, home.path)
        drifted = object_drift(home, ledger, current)
        answer.drift = path_drift(home, ledger) + described(drifted)
        if not answer.drift:
            answer.unchanged = True
            return
        from ..switching.repair import examine, kept_files, repair

        if self.check:
            plan = examine(home, ledger, current)
            answer.kept = kept_files(plan.operations)
            answer.unchanged = not drifted and plan.empty
        elif not answer.hooks_due:
            found = repair(home, ledger, current, drifted, user)
            answer.repaired, answer.kept = found.done, found.kept
            answer.changed, answer.unchanged = bool(found.done), not found.left


VERB = Probe
