# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Looking for problems of a home, and of the machine as far as it matters to the home."""

from __future__ import annotations

from ..contract.answers import Answer
from ..contract.errors import EngineError
from ..contract.findings import ERROR, OK, SKIPPED, WARNING, Finding
from .verb import Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    import pwd
    from typing import Callable, Iterator, List

    from ..contract.members import Members
    from ..contract.value import JsonObject
    from ..examination.examined_home import ExaminedHome
    from ..home.folder import HomeFolder
    from ..voice.answers import ChoiceCommands
    from ..voice.checkup import Checkup
    from ..voice.plan import Owner

    Look = Callable[[ExaminedHome], Iterator[Finding]]


class Examination(Answer):
    """What was found, in the order of the checks."""

    __slots__ = ("findings",)

    def __init__(self) -> None:
        super().__init__()
        self.findings: List[Finding] = []

    def json(self) -> JsonObject:
        return {**super().json(), "findings": [item.json() for item in self.findings]}

    def _read(self, members: Members) -> None:
        super()._read(members)
        self.findings = [Finding.of(item) for item in members.sequence("findings")]


class Doctor(Verb):
    """See the module."""

    name = "doctor"
    answer = Examination
    command = "doctor"
    summary = "check the home and the machine for problems"
    writes = False

    def run(self, home: HomeFolder, account: pwd.struct_passwd) -> Examination:
        from ..examination import of_home, of_machine
        from ..examination.examined_home import ExaminedHome

        examined, answer = ExaminedHome(home, account), Examination()
        looks: List[Look] = [
            of_machine.python, of_machine.core, of_home.generation, of_home.files, of_home.folders, of_home.xdg, of_home.path,
            of_home.session, of_home.state, of_home.room, of_machine.programs, of_machine.shell, of_machine.manager,
            of_machine.units, of_machine.linger,
        ]  # fmt: skip
        for look in looks:
            answer.findings += _findings(look, examined)
        return answer

    @classmethod
    def report(cls, answer: Answer, home: Owner, check: bool, ways: ChoiceCommands) -> Checkup:
        from ..voice.checkup import Check, Checkup
        from ..voice.message import Choice

        if not isinstance(answer, Examination):
            raise TypeError(f"not an examination: {answer!r}")
        checks = []
        for item in answer.findings:
            hints = tuple(Choice(command=line) for line in item.remedies)
            checks.append(Check(item.check, item.state, item.text, hints))
        return Checkup(tuple(checks))

    @classmethod
    def is_settled(cls, answer: Answer) -> bool:
        return not isinstance(answer, Examination) or all(item.state != ERROR for item in answer.findings)


def _findings(look: Look, examined: ExaminedHome) -> List[Finding]:
    """What one check found; a check that fails is a problem itself."""
    from ..examination.examined_home import Skipped

    try:
        return list(look(examined)) or [Finding(look.__name__, OK)]
    except Skipped as reason:
        return [Finding(look.__name__, SKIPPED, str(reason))]
    except (EngineError, OSError) as error:
        return [Finding(look.__name__, WARNING, f"the check `{look.__name__}` could not be run: {error}")]


VERB = Doctor
