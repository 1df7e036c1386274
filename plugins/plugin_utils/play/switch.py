# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One switch of one user's home, as the controller runs it: evaluate, ask, send, report.

At most two calls of the target: a probe, which is the only one when there is nothing to do, and a switch with a bundle of what
the target lacks.
"""

from __future__ import annotations

import os
from typing import Any

from ...module_utils.engine.contract.answers import Answer, ProbeAnswer, SwitchAnswer
from ...module_utils.engine.contract.facts import differ
from ...module_utils.engine.packages.package_request import ANY
from ...module_utils.engine.verbs.probe import Probe
from ...module_utils.engine.verbs.switch import Switch as SwitchVerb
from ...module_utils.engine.verbs.verb import Verb
from ...module_utils.engine.voice.message import Message
from ..inputs import Inputs
from ..packages.wanted import SYSTEM, Wanted
from ..plan.manifest import SwitchBundle
from ..report.build_plan import build_plan, without_texts
from ..report.home_plan import HomeReporter
from ..report.provenance import provenance
from ..report.run_result import Refused, result_of
from ..syntax.errors import SpecError, SpecErrors
from . import facts as memory
from . import progress
from .answer import expected
from .build_folder import write_result
from .command_line import typed_command
from .delivery import Believed, deliver, is_small
from .downloading import Listener, downloading, meter_reader, needed
from .facts import TrackedFacts
from .home_evaluator import Evaluated, HomeEvaluator
from .home_task import HomeTask
from .packages import ProjectLock, addable, forbids, unobtainable, updated
from .plan_cache import Kept
from .target import NoEngine


class Switch:
    """Runs one task that switches, builds, updates packages or explains an option."""

    def __init__(self, task: HomeTask, asked: tuple[Kept, ProbeAnswer] | None, believed: Believed) -> None:
        """`asked` is a question that the target has answered; see `Believed`."""
        self.task = task
        self.arguments = task.arguments
        self.host, self.user, self.owner = task.host, task.user, task.owner
        self.lock = ProjectLock(task.project, lambda text: progress.print_line(f"{self.user}: {text}"))
        self.evaluator = HomeEvaluator(task, self.lock)
        # Notes to report besides the warnings of the spec.
        self.notes: list[str] = []
        # The errors that a switch would fail with, as far as a preview can find them.
        self.problems: tuple[Message, ...] = ()
        self.without: list[str] = [ANY] if self.task.check else []
        self.on_host = task.on_host
        # The facts for which the last plan is right.
        self.facts: dict[str, Any] | None = None
        self.asked = asked
        self.believed = believed

    def run(self) -> dict[str, Any]:
        """The task's result. Raises Refused."""
        known = memory.remembered(self.host, self.user)
        host = TrackedFacts(known or memory.guess(self.user, self.host))
        option = self.arguments.text("option")
        if option is not None:
            return self.explained(host, option)
        if self.arguments.values.get("update") is not None:
            return self.updated(self.evaluator.plan(host), host)
        target = self.arguments.text("build_to")
        try:
            found = self.locked_plan(host)
        except Refused:
            if known is not None or target is not None:
                raise
            known = self.learned(host)
            host = TrackedFacts(known)
            found = self.locked_plan(host)
        if target is not None:
            return self.built(found, target, host.read if known is None else {})
        return self.switch(found, host, known is not None)

    def switch(self, found: Evaluated, host: TrackedFacts, known: bool) -> dict[str, Any]:
        """Ask the target, and send what it lacks. `known`: it was asked before, so `host` is no guess."""
        answer = self.asked_or_delivered(found, host) if known else self.delivered(found, supposed=host.read)
        real = answer.facts.json() if answer.facts is not None else {}
        if real != {key: value for key, value in host.items() if key != "paths"}:
            memory.remember(self.host, self.user, real)
            if differ(host.read, real):
                found = self.locked_plan(real)
                answer = self.ask(found.plan)
        self.facts = real
        manifest = found.plan.manifest
        memory.remember_paths(self.host, self.user, manifest.home, manifest.state)
        if isinstance(answer, SwitchAnswer):
            return self.supplied(found, answer, real) if answer.wanting else self.switched(found, answer)
        if answer.unchanged:
            return self.settled(found, answer)
        return self.ship(found, answer, real)

    def updated(self, found: Evaluated, host: dict[str, Any]) -> dict[str, Any]:
        """The result of resolving packages again. No target is touched. Raises Refused."""
        packages = found.plan.packages
        try:
            changed, lines = updated(self.lock, packages, host, self.arguments.values, not self.task.check)
        except (SpecError, SpecErrors) as error:
            raise self.evaluator.refused(error) from None
        wanted = sorted(item.name for item in packages.wanted) if self.arguments.values["list_wanted"] else []
        more = {"wanted": wanted} if wanted else {}
        return {"changed": changed, "lines": lines, **more, "_ansible_verbose_always": True}

    def built(self, found: Evaluated, target: str, supposed: dict[str, Any]) -> dict[str, Any]:
        """The result of a build; `supposed` are the facts that nobody has asked the host for."""
        folder = os.path.join(os.path.abspath(target), self.host, self.user)
        try:
            before, after = write_result(found.plan, folder, self.task.check)
        except OSError as error:
            text = f"the result cannot be written: {error.filename or folder}: {error.strerror or error}"
            raise self.refused(Message(text, details=("Set another folder with -e home_build_to=FOLDER.",))) from None
        plan = build_plan(self.owner, folder, before, after, supposed)._replace(warnings=found.warnings)
        plan = plan if self.task.diff else without_texts(plan)
        files = sorted(found.plan.manifest.view.files)
        return result_of(plan, self.task.diff, path=folder, files=files)

    def explained(self, host: TrackedFacts, option: str) -> dict[str, Any]:
        """The result of explaining an option. Raises Refused."""
        from .option_lookup import looked_up

        return self.evaluator.evaluated(host, lambda home: looked_up(home, option))

    def locked_plan(self, host: dict[str, Any]) -> Evaluated:
        """The plan, with what the user names and the lock lacks added to the lock. Raises Refused."""
        found = self.evaluator.plan(host)
        lacking = [item for item in found.plan.packages.lacking if item.named]
        if not lacking:
            return found
        names = ", ".join(item.name for item in lacking)
        foreseen = f"home.lock lacks {names}: a switch resolves and adds them"
        if self.arguments.text("build_to") is not None:
            self.notes.append(foreseen)
            return found
        forbidden = (forbids(names),) if self.arguments.values.get("locked") else ()
        if self.task.check:
            self.problems = forbidden or self.unobtainable(found, lacking, host)
            self.notes += [] if self.problems else [foreseen]
            return found
        if forbidden:
            raise self.refused(*forbidden)
        self.extend(found, lacking, host)
        return self.evaluator.plan(host)

    def unobtainable(self, found: Evaluated, wanted: list[Wanted], host: dict[str, Any]) -> tuple[Message, ...]:
        """The errors that a switch will report for packages that cannot be added to the lock."""
        errors = unobtainable(self.lock, wanted, found.plan.packages.settings, self.lock.supply(host).platform)
        return tuple(message for error in errors for message in self.evaluator.messages(error))

    def extend(self, found: Evaluated, wanted: list[Wanted], host: dict[str, Any]) -> None:
        """Add packages to the lock. Raises Refused with all packages that cannot be resolved."""
        try:
            supply = self.lock.supply(host)
            added = self.lock.add(wanted, found.plan.packages.settings, supply.platform)
        except (SpecError, SpecErrors) as error:
            raise self.evaluator.refused(error) from None
        if added:
            self.notes.append(f"added to home.lock: {', '.join(added)}")

    def supplied(self, found: Evaluated, answer: SwitchAnswer, host: dict[str, Any]) -> dict[str, Any]:
        """Switch with packages that the host turned out to lack. Raises Refused."""
        wanting = set(answer.wanting)
        wanted = [item for item in found.plan.packages.wanted if item.name in wanting and item.provider != SYSTEM]
        if not self.arguments.values.get("locked"):
            supply = self.lock.supply(host)
            added, why = addable(self.lock, wanted, found.plan.packages.settings, supply.platform)
            self.notes += why
            if added:
                self.notes.append(f"added to home.lock: {', '.join(added)}")
                found = self.evaluator.plan(host)
        self.without = [ANY]
        asked = self.ask(found.plan)
        return self.ship(found, asked, host)

    def learned(self, host: TrackedFacts) -> dict[str, Any]:
        """The facts of a host that was never asked. A spec may be valid with them that was not with the assumed ones."""
        state = f"{host['user']['home']}/.local/state/home.manager"
        probe = Probe({"user": self.user, "state": state, "facts": True, "verify": False, "check": True})
        answer = expected(ProbeAnswer, self.call(probe, engine=True))
        facts = answer.facts.json() if answer.facts is not None else {}
        memory.remember(self.host, self.user, facts)
        return facts

    def asked_or_delivered(self, found: Evaluated, host: TrackedFacts) -> ProbeAnswer | SwitchAnswer:
        """The answer to a probe, or to a switch: a small home, or one without an engine, is sent without asking first."""
        there = self.believed(found.plan) if self.asked is None else ProbeAnswer()
        if there.objects and is_small(found.plan, there.objects):
            return self.delivered(found, there, host.read)
        if not is_small(found.plan):
            return self.ask(found.plan)
        try:
            return self.ask(found.plan, kept=True)
        except NoEngine:
            return self.delivered(found, supposed=host.read)

    def ask(self, plan: SwitchBundle, kept: bool = False) -> ProbeAnswer:
        """The answer to a probe. With `kept` no engine is sent; raises NoEngine if the target has none."""
        question = self.kept(plan)
        if self.asked is not None and self.asked[0][:4] == question[:4]:
            return self.asked[1]
        return self.task.ask(question, kept)

    def kept(self, plan: SwitchBundle) -> Kept:
        """The parts of a plan that a probe needs."""
        return Kept(plan.digest, plan.manifest.home, plan.manifest.state, self.lingers(plan))

    def cacheable(self) -> tuple[Kept, Inputs, dict[str, Any]] | None:
        """What can be kept for the next run: the plan, its inputs, and the facts; None if nothing can."""
        found, inputs = self.evaluator.last, self.evaluator.inputs
        if found is None or self.facts is None or inputs is None or self.notes:
            return None
        if any(item.named for item in found.plan.packages.lacking):
            return None
        warnings = [warning.json() for warning in found.warnings]
        return self.kept(found.plan)._replace(manager=found.manager, warnings=warnings), inputs, self.facts

    def lingers(self, plan: SwitchBundle) -> bool | None:
        """Whether the user has to linger, where the spec says so."""
        policy = plan.manifest.specialised(self.task.specialisation).view.services
        return policy.linger if policy is not None else None

    def ship(self, found: Evaluated, answer: ProbeAnswer, host: dict[str, Any]) -> dict[str, Any]:
        """Send what the target lacks and switch."""
        done = self.delivered(found, answer)
        if done.wanting:
            return self.supplied(found, done, host)
        done.warnings[:0] = answer.warnings
        done.recovered = answer.recovered or done.recovered
        return self.switched(found, done)

    def delivered(
        self, found: Evaluated, there: ProbeAnswer | None = None, supposed: dict[str, Any] | None = None
    ) -> SwitchAnswer:
        """Send a bundle with what is not `there`, and switch, if the facts that the spec read are as `supposed`."""
        plan, there = found.plan, there or ProbeAnswer()
        files = needed(plan.manifest, plan.packages, there.trees, bool(self.without)) if not self.task.check else []
        read_meter = meter_reader(self.task.action._connection, plan.manifest.state, self.task.local)
        with downloading(files, Listener(self.task.owner.label, read_meter, self.lock.report)):
            request, held = self.request(found, supposed), set(there.objects)
            return expected(SwitchAnswer, deliver(self.call, plan, request, held, supposed is not None and not held))

    def request(self, found: Evaluated, supposed: dict[str, Any] | None = None) -> SwitchVerb:
        """What the engine is asked for with a bundle; with `supposed` facts only if these are right."""
        plan, write = found.plan, not self.task.check
        source = provenance(self.task.project, self.task.local, self.task.check)
        source.session = found.session
        return SwitchVerb(
            {
                "user": self.user,
                "home": plan.manifest.home,
                "state": plan.manifest.state,
                "digest": plan.digest,
                "check": self.task.check,
                "diff": self.task.diff,
                "specialisation": self.task.specialisation,
                "expected": supposed,
                "provenance": source.json(),
                "packages": self.lock.request(
                    plan.packages, self.without, self.on_host and not (supposed and write)
                ).json(),
                "linger": self.lingers(plan),
                **{setting.name: self.arguments.values.get(setting.name) for setting in self.task.settings},
            }
        )

    def reporter(self, found: Evaluated) -> HomeReporter:
        """The reporter of this home."""
        return HomeReporter(
            self.owner._replace(packages=found.manager),
            found.plan,
            self.task.check,
            found.sources,
            self.task.diff,
            command=typed_command(),
            local=self.task.local,
            specialisation=self.task.specialisation,
            warnings=found.warnings,
            notes=tuple(Message(text) for text in self.notes),
            keeps=found.keeps,
            problems=self.problems,
        )

    def switched(self, found: Evaluated, done: SwitchAnswer) -> dict[str, Any]:
        """The result of a switch. Raises Refused when it did not take place, or failed."""
        plan = self.reporter(found).switched(done)
        return result_of(plan, self.task.diff, generation=done.generation, previous=done.previous)

    def settled(self, found: Evaluated, answer: ProbeAnswer) -> dict[str, Any]:
        """The result when there is nothing to switch."""
        plan = self.reporter(found).settled(answer)
        return result_of(plan, self.task.diff, generation=plan.to)

    def refused(self, *problems: Message, **members: Any) -> Refused:
        """A run that did not take place, for these reasons."""
        return self.task.refused(*problems, **members)

    def call(self, request: Verb, bundle: bytes | None = None, engine: bool = False) -> Answer:
        """The engine's answer to a request. Raises Refused when it refuses."""
        if bundle is not None:
            progress.update(self.task.owner.label, progress.sending(bundle))
        return self.task.call(request, bundle, engine)
