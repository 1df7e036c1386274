# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Results of tasks that act on generations: a plan, a checkup, or the list of generations."""

from __future__ import annotations

from ...module_utils.engine.contract.answers import Answer, SwitchAnswer
from ...module_utils.engine.contract.errors import EngineError, ErrorKind
from ...module_utils.engine.verbs.verb import Verb
from ...module_utils.engine.voice.answers import ChoiceCommands
from ...module_utils.engine.voice.checkup import Checkup, checkup_lines
from ...module_utils.engine.voice.generations import Generations, generation_lines
from ...module_utils.engine.voice.message import Message
from ...module_utils.engine.voice.plan import Owner, Plan
from .run_result import Refused, remarks, result_of, summary

# The members of an answer that its plan contains.
_IN_THE_PLAN = (
    "changed",
    "operations",
    "collisions",
    "hooks",
    "session",
    "packages",
    "failed",
    "stock",
    "recovered",
    "warnings",
)


class GenerationResult:
    """Makes the results of one task. `command` runs it again. With `check` nothing was written.

    `unconfirmed`: nothing was written because the task was not confirmed.
    """

    def __init__(self, owner: Owner, check: bool, diff: bool, command: str, unconfirmed: bool = False) -> None:
        self.owner = owner
        self.check = check
        self.diff = diff
        self.command = command
        self.unconfirmed = unconfirmed

    def of(self, verb: type[Verb], answer: Answer) -> dict[str, object]:
        """The result of a task. Raises Refused when something failed."""
        report = verb.report(
            answer, self.owner, self.check, ChoiceCommands(f"{self.command} -e home_backup_extension=bak")
        )
        members: dict[str, object] = answer.json()
        if isinstance(report, Generations):
            lines = [line.text for line in generation_lines(report)]
            return {**members, "listing": report.json(), "lines": lines, "_ansible_verbose_always": True}
        if isinstance(report, Checkup):
            lines = [line.text for line in checkup_lines(report)]
            shown = {**members, "checkup": report.json(), "user": self.owner.user}
            if verb.is_settled(answer):
                return {**shown, "lines": lines, "_ansible_verbose_always": True}
            return {**shown, "failed": True, "msg": "\n".join(lines)}
        if self.unconfirmed and report.outcome != "unchanged":
            text = f"this removes the home of {self.owner.label}; add -e home_confirm=yes to do it"
            report = report._replace(outcome="refused", errors=(*report.errors, Message(text, "confirm")))
        rest = {name: value for name, value in members.items() if name not in _IN_THE_PLAN}
        if isinstance(answer, SwitchAnswer) and (answer.failed or answer.collisions):
            rest["kind"] = (answer.failed.kind if answer.failed else ErrorKind.COLLISION).value
        result = result_of(report, self.diff, **rest)
        if not verb.is_settled(answer):
            # Ansible's own callback would print no more than "ok".
            left = [f"~/{file.path}: {file.note}" for file in report.files if file.note]
            result = {**result, "warnings": [*remarks(report), "; ".join([summary(report), *left])]}
        return result

    def refused(self, verb: type[Verb], error: EngineError, problem: Message) -> Refused:
        """The exception for a request that the engine refused. `problem` is the error for people."""
        kind = error.kind.value
        plan = Plan(verb.title or verb.name, self.owner, "refused", self.check, errors=(problem,))
        return Refused(plan, kind=kind, **error.details)
