# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The task `home.manager.system`: asks the host with the kept plan if nothing changed since the last run, else evaluates the system."""

from __future__ import annotations

from typing import Any

from ...module_utils.engine.contract.errors import EngineError
from ...module_utils.engine.system.answer import SystemAnswer
from ...module_utils.engine.system.probe_answer import SystemProbeAnswer
from ...module_utils.engine.system.request import HostRequest
from ...module_utils.engine.voice.message import Message
from ...module_utils.engine.voice.plan import Owner, Plan
from ..report.system_result import result_of
from . import facts as memory
from .plan_cache import Kept, PlanCache
from .system_task import NAME, SystemTask


def switched(action: Any, variables: dict[str, Any]) -> dict[str, Any]:
    """The task's result. `variables` are the play's, raw. Raises SystemRefused."""
    task = SystemTask(action, variables)
    return _Run(task).result() if task.only_switches else _system_run(task).run()


def _system_run(task: SystemTask, asked: tuple[HostRequest, SystemProbeAnswer] | None = None) -> Any:
    from .system_run import SystemRun

    return SystemRun(task, asked)


class _Run:
    """A run that may use a kept plan, and keeps its own."""

    def __init__(self, task: SystemTask) -> None:
        self.task = task
        self.cache = PlanCache((task.host, NAME, task.project, task.origin.inventory or ""))
        # Taken before anything is read.
        self.circumstances = task.circumstances()

    def result(self) -> dict[str, Any]:
        """The task's result. Raises SystemRefused."""
        facts = memory.remembered(self.task.host, NAME)
        kept = None
        if facts is not None:
            kept = self.cache.find([self.circumstances, facts], self.task.play_variables().state)
        if kept is None:
            return self._evaluated(None)
        question = self.task.question(kept)
        try:
            answer = self.task.send(SystemProbeAnswer, question)
        except EngineError:
            # The evaluation asks again, and can say where in the specification the cause is.
            return self._evaluated(None)
        if answer.unchanged and answer.facts == facts:
            return self._settled(kept, answer)
        return self._evaluated((question, answer))

    def _settled(self, kept: Kept, answer: SystemProbeAnswer) -> dict[str, Any]:
        task = self.task
        generation = answer.generation or None
        warnings = tuple(Message.of(warning) for warning in kept.warnings)
        plan = Plan("switch", Owner("", task.host), "unchanged", task.check, None, generation, warnings=warnings)
        settled = SystemAnswer(answer.generation)
        return result_of(task.host, settled, [plan], kept.texts, task.diff)

    def _evaluated(self, asked: tuple[HostRequest, SystemProbeAnswer] | None) -> dict[str, Any]:
        """The result of evaluating the system. The new plan is kept. `asked` is a question that was answered already."""
        run = _system_run(self.task, asked)
        result: dict[str, Any] = run.run()
        found = run.cacheable()
        if found is not None:
            kept, inputs, facts = found
            self.cache.keep(
                [self.circumstances, facts], kept, inputs, (run.evaluator.read, self.task.play_variables().state)
            )
        return result
