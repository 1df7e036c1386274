# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One switch of one system with its homes, as the controller runs it: evaluate, ask, send, confirm, report.

A host with nothing to do is asked once, whatever the number of its homes.
"""

from __future__ import annotations

import time
from typing import Any

from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible.utils.display import Display

from ...module_utils.engine.contract import root_state
from ...module_utils.engine.contract.bundle import write_bundle
from ...module_utils.engine.contract.errors import EngineError, ErrorKind
from ...module_utils.engine.system.answer import SystemAnswer
from ...module_utils.engine.system.generations import ExpireAnswer, GenerationsAnswer
from ...module_utils.engine.system.probe_answer import SystemProbeAnswer
from ...module_utils.engine.system.request import HostRequest
from ...module_utils.engine.system.settings import ACTIONS, Settings
from ...module_utils.engine.voice.message import UNCONFIRMED, Message
from ..inputs import Inputs
from ..plan.bridge import Homes
from ..plan.system import LIBRARY
from ..plan.system_manifest import SystemPlan
from ..report.source import Sources
from ..report.spec_messages import messages
from ..report.system_plan import SystemReporter
from ..report.system_result import SystemRefused, expiry_lines, listing_lines, refusal, result_of, with_locations
from ..syntax.errors import SpecError, SpecErrors
from ..syntax.secrets import SECRETS
from . import facts as memory
from .packages import ProjectLock
from .plan_cache import Kept
from .system_evaluator import SystemEvaluator
from .system_homes import HomesInPlay
from .system_reporter import EvaluatedSystem, reporter_of
from .system_task import NAME, AnswerT, SystemTask

# Seconds between two attempts to confirm a switch.
_PAUSE = 2.0


class SystemRun:
    """Runs one task of `home.manager.system`."""

    def __init__(self, task: SystemTask, asked: tuple[HostRequest, SystemProbeAnswer] | None = None) -> None:
        """`asked` is a question that the host has answered, with the answer."""
        self.task = task
        self.arguments, self.host, self.verb = task.arguments, task.host, task.verb
        lock = ProjectLock(task.project, lambda text: Display().display(f"{self.host}: {text}"))
        self.homes = HomesInPlay(lock, task.check or self.verb == "dry-activate", task.diff)
        self.evaluator = SystemEvaluator(task, lock)
        self.found: EvaluatedSystem | None = None
        self.asked = asked
        # The facts for which the plan is right.
        self.facts: dict[str, Any] | None = None

    def run(self) -> dict[str, Any]:
        """The task's result. Raises SystemRefused."""
        if self.verb == "list":
            listing = self._call(GenerationsAnswer, self._request("list"))
            return _shown(listing_lines(listing), {"changed": False, **listing.json()})
        if self.verb == "expire":
            return self._expired()
        if self.verb == "confirm":
            return self._result(self._call(SystemAnswer, self._request("confirm")))
        if self.verb == "rollback":
            return self._rolled_back()
        known = memory.remembered(self.host, NAME) or self._learned()
        plan, homes = self._plan(known)
        if self.verb == "build":
            text = f"{self.host}: {len(plan.targets)} files, {len(homes.plans)} homes"
            return _shown([text], {"changed": False, "msg": text, "manifest": plan.manifest})
        answer = self._probe(plan, homes)
        real = answer.facts
        if real != known:
            memory.remember(self.host, NAME, real)
            plan, homes = self._plan(real)
            answer = self._probe(plan, homes)
        self.facts = real
        if answer.unchanged:
            return self._result(SystemAnswer(answer.generation))
        return self._result(self._supplied(real, homes, self._switch(plan, homes, answer)))

    def _rolled_back(self) -> dict[str, Any]:
        request = self._request("rollback")._replace(generation=self.arguments.values["generation"])
        try:
            done = self._call(SystemAnswer, request)
        except AnsibleConnectionFailure as problem:
            if not request.settings.confirm:
                raise
            raise self._unconfirmed(request.settings.confirm, problem) from None
        if done.armed is not None:
            done = self._confirmed(done, done.armed.seconds, self._request("confirm"), None)
        return self._result(done)

    # Evaluation

    def _plan(self, host: dict[str, Any]) -> tuple[SystemPlan, Homes]:
        """The plans of the system and of its homes. What homes name and the lock lacks is added to it. Raises SystemRefused."""
        found = self._evaluated(host)
        write = not self.homes.dry and self.verb != "build"
        try:
            extended = self.homes.extend(found.homes, self.evaluator.supply(host).platform, write)
        except (SpecError, SpecErrors) as error:
            raise self._refused_spec(error) from None
        self.found = self._evaluated(host) if extended else found
        return self.found.plan, self.found.homes

    def _refused_spec(self, error: SpecError | SpecErrors | AnsibleError) -> SystemRefused:
        """The refusal of a specification that is wrong, with everything that is wrong with it."""
        if isinstance(error, AnsibleError):
            problems: tuple[Message, ...] = (Message(SECRETS.concealed(str(error))),)
        else:
            problems = messages(error, Sources(LIBRARY, error.importers if isinstance(error, SpecErrors) else {}))
        text = f"The system of {self.host} was not switched, nothing was changed.\n{SECRETS.concealed(str(error))}"
        return SystemRefused(refusal("specification", text, self._reporter().refused_for(*problems)))

    def _reporter(self) -> SystemReporter:
        check = self.homes.dry
        if self.found is None:
            return SystemReporter(self.host, check, Sources(LIBRARY), rollback=self.verb == "rollback")
        notes, local = self.homes.notes, self.task.target.local
        return reporter_of(self.found, self.host, check, self.task.diff, notes, local)

    def _evaluated(self, host: dict[str, Any]) -> EvaluatedSystem:
        """The plans as the lock is now. Raises SystemRefused with all errors of the specification."""
        try:
            return self.evaluator.evaluated(host)
        except (SpecError, SpecErrors, AnsibleError) as error:
            raise self._refused_spec(error) from None

    # Requests

    def _request(self, step: str) -> HostRequest:
        """A request with the settings that the task has."""
        given = self.arguments.values
        settings = Settings(
            self.verb if self.verb in ACTIONS else "switch",
            check=self.task.check,
            diff=self.task.diff,
            confirm=given["confirm"],
            allow_lockout=given["allow_lockout"],
            allow_removal=given["allow_removal"],
            repair=given["repair"],
            host=self.host,
        )
        return HostRequest(step, settings, lock_timeout=given["lock_timeout"])

    def _probe(self, plan: SystemPlan, homes: Homes) -> SystemProbeAnswer:
        question = self.task.question(self._kept(plan, homes))
        if self.asked is not None and self.asked[0] == question:
            # Only once: the answer is about the host as it was before this run did anything.
            answer, self.asked = self.asked[1], None
            return answer
        return self._call(SystemProbeAnswer, question)

    def _kept(self, plan: SystemPlan, homes: Homes) -> Kept:
        """The parts of the plans that a probe needs."""
        asked = {
            user: [home.digest, home.manifest.home, home.manifest.state] for user, home in sorted(homes.plans.items())
        }
        return Kept(plan.digest, "", root_state.FOLDER, None, homes=asked)

    def cacheable(self) -> tuple[Kept, Inputs, dict[str, Any]] | None:
        """What can be kept for the next run: the plan, its inputs, and the facts; None if nothing can."""
        found, inputs = self.found, self.evaluator.inputs
        if found is None or self.facts is None or inputs is None or self.homes.notes:
            return None
        if any(item.named for home in found.homes.plans.values() for item in home.packages.lacking):
            return None
        warnings = [warning.json() for warning in self._reporter().warnings]
        kept = self._kept(found.plan, found.homes)._replace(warnings=warnings, texts=found.warnings([]))
        return kept, inputs, self.facts

    def _switch(self, plan: SystemPlan, homes: Homes, there: SystemProbeAnswer) -> SystemAnswer:
        """Send what the host lacks, and switch; the answer. A switch that waits for its confirmation is confirmed."""
        requests, bundles = self.homes.requests(homes, there)
        objects = [*plan.objects(set(there.objects)), *bundles]
        request = self._request("switch")._replace(
            digest=plan.digest, homes=requests, home_options=self.homes.home_options(homes)
        )
        try:
            done = self._call(SystemAnswer, request, write_bundle(plan.manifest, objects))
        except AnsibleConnectionFailure as problem:
            if not request.settings.confirm:
                raise
            raise self._unconfirmed(request.settings.confirm, problem) from None
        if done.armed is not None:
            done = self._confirmed(
                done, done.armed.seconds, request._replace(step="confirm"), write_bundle(plan.manifest, bundles)
            )
        return done

    def _supplied(self, host: dict[str, Any], homes: Homes, done: SystemAnswer) -> SystemAnswer:
        """Switch again with the packages that homes turned out to want, if there are any."""
        if not self.homes.supply_wanting(homes, done.homes, self.evaluator.supply(host).platform):
            return done
        plan, homes = self._plan(host)
        return done.followed_by(self._switch(plan, homes, self._probe(plan, homes)))

    def _confirmed(self, done: SystemAnswer, seconds: int, request: HostRequest, bundle: bytes | None) -> SystemAnswer:
        """Confirm over a new connection. If none can be made in time, the host reverts the switch by itself.

        It is tried again, because what the switch has restarted may need a moment.
        """
        end = time.monotonic() + seconds
        problem: Exception | None = None
        while True:
            try:
                self.task.action._connection.reset()
                return done.confirmed(self._call(SystemAnswer, request, bundle, engine=True))
            except SystemRefused:
                if problem is None:
                    raise
                # The host answers again, and has nothing to confirm any more.
                raise self._unconfirmed(seconds, problem) from None
            except (AnsibleError, OSError) as failure:
                problem = failure
                if time.monotonic() + _PAUSE > end:
                    raise self._unconfirmed(seconds, problem) from None
                time.sleep(_PAUSE)

    def _unconfirmed(self, seconds: int, problem: Exception) -> SystemRefused:
        """The exception for a host that does not answer any more, and reverts the switch by itself."""
        message = (
            f"{self.host} did not answer a new connection within {seconds} s and reverts to the generation before. The new one is kept, "
            f"marked failed. ({str(problem).strip().splitlines()[-1]})"
        )
        return SystemRefused(refusal("confirm", message, self._reporter().refused(UNCONFIRMED, message)))

    def _learned(self) -> dict[str, Any]:
        """The facts of a host that was never asked."""
        question = HostRequest("probe", Settings(check=True), lock_timeout=self.arguments.values["lock_timeout"])
        facts = self._call(SystemProbeAnswer, question, engine=True).facts
        memory.remember(self.host, NAME, facts)
        return facts

    def _expired(self) -> dict[str, Any]:
        given = self.arguments.values
        request = self._request("expire")._replace(keep=given.get("keep"), days=given.get("days"))
        answer = self._call(ExpireAnswer, request)
        return _shown(expiry_lines(answer, self.task.check), answer.json())

    def _result(self, answer: SystemAnswer) -> dict[str, Any]:
        warnings = self.found.warnings(self.homes.notes) if self.found is not None else []
        plans = self._reporter().plans(answer)
        return result_of(self.host, answer, plans, warnings, self.task.diff)

    def _call(
        self, kind: type[AnswerT], request: HostRequest, bundle: bytes | None = None, engine: bool = False
    ) -> AnswerT:
        """The engine's answer, which is of this kind. Raises SystemRefused when it refuses."""
        try:
            return self.task.send(kind, request, bundle, engine)
        except EngineError as error:
            if error.kind == ErrorKind.CONNECTION and request.step == "confirm":
                raise AnsibleError(error.message) from None
            reporter = self._reporter()
            problem = reporter.message(error.message, error.kind.value)
            text = with_locations(error.message, problem)
            raise SystemRefused(refusal(error.kind.value, text, reporter.refused_for(problem))) from None


def _shown(lines: list[str], members: dict[str, object]) -> dict[str, object]:
    """A result whose lines Ansible's own callback prints whatever the verbosity."""
    return {**members, "lines": lines, "_ansible_verbose_always": True}
