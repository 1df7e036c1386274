# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The task `home.manager.home`: asks the target with the kept plan if nothing changed since the last run, else evaluates the home."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...module_utils.engine.contract.answers import ProbeAnswer
from ...module_utils.engine.voice.answers import plan_of_probe
from ...module_utils.engine.voice.message import Message
from ..report.run_result import result_of, with_remarks
from . import facts as memory
from .home_task import HomeTask
from .plan_cache import Kept, PlanCache
from .target import NoEngine

if TYPE_CHECKING:
    from ..plan.manifest import SwitchBundle
    from .delivery import Believed


def switched(action: Any, variables: dict[str, Any]) -> dict[str, Any]:
    """The task's result. `variables` are the play's, raw. Raises Refused."""
    task = HomeTask(action, variables)
    return _Run(task).result() if task.only_switches else _switch(task).run()


def _switch(
    task: HomeTask, asked: tuple[Kept, ProbeAnswer] | None = None, believed: Believed = lambda _plan: ProbeAnswer()
) -> Any:
    from .switch import Switch

    return Switch(task, asked, believed)


class _Run:
    """A run that may use a kept plan, and keeps its own."""

    def __init__(self, task: HomeTask) -> None:
        self.task = task
        self.cache = PlanCache((task.host, task.user, task.project, task.origin.inventory or ""))
        # Taken before anything is read.
        self.circumstances = task.circumstances()

    def result(self) -> dict[str, Any]:
        """The task's result. Raises Refused."""
        facts = memory.remembered(self.task.host, self.task.user)
        if facts is None:
            return self._evaluated(None)
        kept = self.cache.find(self._identity(facts), self.task.play_variables().state)
        if kept is None:
            return self._evaluated(None)
        try:
            answer = self.task.ask(kept, only=True)
        except NoEngine:
            # The home has lost its engine: the bundle is sent together with it.
            return self._evaluated(None)
        if answer.unchanged and answer.facts is not None and answer.facts.json() == _without_paths(facts):
            return self._settled(kept, answer)
        return self._evaluated((kept, answer))

    def _identity(self, facts: dict[str, Any]) -> list[Any]:
        return [self.circumstances, _without_paths(facts)]

    def _settled(self, kept: Kept, answer: ProbeAnswer) -> dict[str, Any]:
        task = self.task
        plan = plan_of_probe(answer, task.owner._replace(packages=kept.manager), task.check)
        plan = with_remarks(plan, [Message.of(warning) for warning in kept.warnings], [])
        return result_of(plan, task.diff, generation=plan.to)

    def _evaluated(self, asked: tuple[Kept, ProbeAnswer] | None) -> dict[str, Any]:
        """The result of evaluating the home. The new plan is kept. `asked` is a question that was answered already."""
        switch = _switch(self.task, asked, self._believed)
        result: dict[str, Any] = switch.run()
        found = switch.cacheable()
        if found is not None:
            kept, inputs, facts = found
            variables = switch.evaluator.read, self.task.play_variables().state
            self.cache.keep(self._identity(facts), kept, inputs, variables, switch.evaluator.last.plan.contents)
        return result

    def _believed(self, plan: SwitchBundle) -> ProbeAnswer:
        """The answer that the target would give if it still has what this controller sent last; empty if it should be asked.

        It is asked for a check, and if it has no engine or may lack packages.
        """
        answer = ProbeAnswer()
        if self.task.target.kept and not self.task.check and not plan.manifest.names_packages():
            answer.objects = sorted(self.cache.objects_of_last(plan.digest, plan.contents))
        return answer


def _without_paths(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if name != "paths"}
