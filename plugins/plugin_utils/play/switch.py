# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One switch of one user's home, from the play's side: evaluate, ask, ship, report.

At most two calls of the target: a probe, which is the only one when there is nothing to do, and a switch with a bundle of what
the target lacks.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ansible import context
from ansible.errors import AnsibleActionFail, AnsibleError
from ansible.utils.display import Display

from ...module_utils.engine.contract.bundle import write_bundle
from ...module_utils.engine.voice.message import Message
from ...module_utils.engine.voice.plan import Owner
from ...module_utils.engine.voice.plan import Plan as Owned
from ..options.describe import described
from ..packages.wanted import Wanted
from ..plan.deep_stack import with_deep_stack
from ..plan.home import LIBRARY, EvaluatedHome, Request, compiler
from ..plan.manifest import SwitchBundle, build
from ..report.home_plan import Telling
from ..report.keeps import keeps_of
from ..report.provenance import provenance
from ..report.run_result import Refused, result_of
from ..report.session import session_of
from ..report.source import Sources
from ..report.spec_messages import message, messages
from ..syntax.errors import SpecError, SpecErrors
from . import facts as memory
from .facts import TrackedFacts
from .files import decrypter, reader
from .filters import PlayPlugins
from .inventory import as_node
from .packages import ANY, ProjectLock, addable, chosen
from .result import write_result
from .target import Target, TargetError
from .variables import Variables


@dataclass(slots=True)
class Evaluated:
    """A home as its spec says it, with what is told of it: its session, and the options that keep a file's lines."""

    plan: SwitchBundle
    session: dict[str, Any]
    keeps: dict[str, tuple[str, str]]
    warnings: tuple[Message, ...]


class Switch:
    """Does what the task `action` asks for. `variables` are the play's, raw."""

    def __init__(self, action: Any, variables: dict[str, Any]) -> None:
        self.action = action
        self.task = action._task
        self.arguments: dict[str, Any] = self.task.args
        self.variables = variables
        self.user = self._text("user") or str(self.variables.get("home_user") or "")
        if not self.user:
            raise AnsibleActionFail("missing required argument: user")
        self.host = str(variables.get("inventory_hostname", "localhost"))
        self.config = self._config()
        self.target = Target(action, variables)
        self.owner = Owner(self.user, self.host)
        self.local = str(variables.get("ansible_connection") or action._play_context.connection) == "local"
        self.special = self.arguments.get("special_args") or {}
        self.compiler = compiler(plugins=PlayPlugins())
        project = str(variables.get("inventory_dir") or action._loader.get_basedir())
        self.lock = ProjectLock(project, lambda text: Display().display(f"{self.user}: {text}"))
        # What a switch says besides what the spec warns of; the packages that the host may lack.
        self.notes: list[str] = []
        self.without: list[str] = [ANY] if self.task.check_mode else []

    def _text(self, name: str) -> str | None:
        value = self.arguments.get(name)
        return None if value is None or value == "" else str(value)

    def _config(self) -> Any:
        if "config" in self.arguments:
            return self.arguments["config"]
        users = self.variables.get("home_users")
        if not isinstance(users, dict) or self.user not in users:
            raise AnsibleActionFail(
                f"there is no home for {self.user!r}: neither `config` nor `home_users.{self.user}` is given"
            )
        return users[self.user]

    def run(self) -> dict[str, Any]:
        """The task's result. Raises Refused."""
        known = memory.remembered(self.host, self.user)
        host = TrackedFacts(known or memory.guess(self.user))
        option = self._text("option")
        if option is not None:
            lines = self.evaluated(host, lambda home: described(home.evaluation, option))
            # What was asked for is the result: Ansible's own callback shows it whatever the verbosity.
            return {"changed": False, "lines": lines, "_ansible_verbose_always": True}
        if self.arguments.get("update") is not None:
            return self.updated(self.plan(host), host)
        target = self._text("build_to")
        try:
            found = self.locked_plan(host)
        except Refused:
            if known is not None or target is not None:
                raise
            known = self.learned(host)
            host = TrackedFacts(known)
            found = self.locked_plan(host)
        if target is not None:
            folder = os.path.join(os.path.abspath(target), self.host, self.user)
            return write_result(found.plan, folder, self.task.check_mode, self.task.diff)
        answer = self.first_contact(found, host) if known is None else self.ask(found.plan)
        real = memory.of_answer(answer["facts"])
        if real != {key: value for key, value in host.items() if key != "paths"}:
            memory.remember(self.host, self.user, real)
            if host.differs(real):
                found = self.locked_plan(real)
                answer = self.ask(found.plan)
        manifest = found.plan.manifest
        memory.remember_paths(self.host, self.user, manifest["home"], manifest["state"])
        if answer.get("wanting"):
            return self.supplied(found, answer, real)
        if "operations" in answer:
            return self.switched(found, answer)
        if answer["unchanged"]:
            return self.settled(found, answer)
        return self.ship(found, answer, real)

    def updated(self, found: Evaluated, host: dict[str, Any]) -> dict[str, Any]:
        """The result of resolving packages anew. No target is touched. Raises Refused."""
        said = self.arguments["update"]
        names = [str(name) for name in (said.replace(",", " ").split() if isinstance(said, str) else said)]
        packages, folder = found.plan.packages, self._text("vendor")
        try:
            wanted = chosen(packages, self.lock.lock, names)
            platform = self.lock.supply(host).platform
            changed = self.lock.update(wanted, packages.settings, platform, not self.task.check_mode) if wanted else []
            lines = [update.line() for update in changed] or ["every package is at its newest version"]
            filled = 0
            if folder is not None and not self.task.check_mode:
                filled = self.lock.vendor(os.path.abspath(folder), packages)
                lines.append(f"{filled} new files in {folder}")
        except (SpecError, SpecErrors) as error:
            raise self.refused(*messages(error, self.sources(error))) from None
        return {"changed": bool(changed or filled), "lines": lines, "_ansible_verbose_always": True}

    def locked_plan(self, host: dict[str, Any]) -> Evaluated:
        """The plan, with what the user names and the lock lacks added to the lock. Raises Refused."""
        found = self.plan(host)
        lacking = [item for item in found.plan.packages.lacking if item.named]
        if not lacking:
            return found
        names = ", ".join(item.name for item in lacking)
        if self._text("build_to") is not None or self.task.check_mode:
            self.notes.append(f"home.lock lacks {names}: a switch resolves and adds them")
            return found
        if self.arguments.get("locked"):
            text = f"home.lock lacks {names}, and home_locked forbids to add anything"
            raise self.refused(Message(text, details=("Run home.manager.update, and commit home.lock.",)))
        self.extend(found, lacking, host)
        return self.plan(host)

    def extend(self, found: Evaluated, wanted: list[Wanted], host: dict[str, Any]) -> None:
        """Add packages to the lock. Raises Refused with everything that cannot be had."""
        try:
            supply = self.lock.supply(host)
            added = self.lock.add(wanted, found.plan.packages.settings, supply.platform)
        except (SpecError, SpecErrors) as error:
            raise self.refused(*messages(error, self.sources(error))) from None
        if added:
            self.notes.append(f"added to home.lock: {', '.join(added)}")

    def supplied(self, found: Evaluated, answer: dict[str, Any], host: dict[str, Any]) -> dict[str, Any]:
        """Switch with packages that the host turned out to lack. Raises Refused."""
        wanting = set(answer["wanting"])
        wanted = [item for item in found.plan.packages.wanted if item.name in wanting]
        if not self.arguments.get("locked"):
            supply = self.lock.supply(host)
            added, why = addable(self.lock, wanted, found.plan.packages.settings, supply.platform)
            self.notes += why
            if added:
                self.notes.append(f"added to home.lock: {', '.join(added)}")
                found = self.plan(host)
        self.without = [ANY]
        asked = self.ask(found.plan)
        return self.ship(found, asked, host)

    def learned(self, host: TrackedFacts) -> dict[str, Any]:
        """The facts of a host that was never asked; a spec may be right with them and wrong with what was supposed."""
        state = f"{host['user']['home']}/.local/state/home.manager"
        probe = {
            "verb": "probe",
            "user": self.user,
            "state": state,
            "digest": "",
            "facts": True,
            "verify": False,
            "check": True,
        }
        facts = memory.of_answer(self.call(probe, engine=True)["facts"])
        memory.remember(self.host, self.user, facts)
        return facts

    def first_contact(self, found: Evaluated, host: TrackedFacts) -> dict[str, Any]:
        """The answer of a host that was never asked: a switch, if the facts that the spec asked for are as supposed; else its facts."""
        plan = found.plan
        objects = plan.declarations() if self.task.check_mode else plan.objects(set())
        request = {**self.switch_request(found), "expected": host.read}
        return self.call(request, write_bundle(plan.manifest, objects), engine=True)

    def plan(self, host: dict[str, Any]) -> Evaluated:
        """The plan of the spec for a host. Raises Refused with all errors of the spec."""

        def use(home: EvaluatedHome) -> Evaluated:
            plan = build(home, self.origin())
            sources = Sources(LIBRARY, home.evaluation.collector.importers)
            warnings = tuple(message(warning, sources) for warning in plan.warnings)
            return Evaluated(plan, session_of(home.evaluation), keeps_of(home.evaluation, sources), warnings)

        found: Evaluated = self.evaluated(host, use)
        return found

    def sources(self, error: SpecError | SpecErrors) -> Sources:
        """The spec's files, as errors show them."""
        return Sources(LIBRARY, error.importers if isinstance(error, SpecErrors) else {})

    def evaluated(self, host: dict[str, Any], use: Callable[[EvaluatedHome], Any]) -> Any:
        """What `use` makes of the spec evaluated for a host. Raises Refused with all errors of the spec."""
        templar = self.action._templar.copy_with_new_env(available_variables=self.variables)
        variables = Variables(templar, self.variables)
        base = os.path.join(str(self.variables.get("inventory_dir") or self.action._loader.get_basedir()), "home.yml")
        node = as_node(self.config)
        if isinstance(node, str):
            node = as_node({"imports": [node]})
        file = node.position.file if getattr(node, "position", None) else base
        request = Request(
            [(node, file)],
            host,
            special=dict(self.special),
            variable=variables,
            read=reader(self.action._loader),
            decrypt=decrypter(self.action._loader),
            packages=self._text("packages"),
            supply=None if self._text("packages") else self.lock.supply(host),
            compiler=self.compiler,
        )

        def compute() -> Any:
            home = EvaluatedHome(request)
            variables.taint = home.evaluation.taint
            return use(home)

        try:
            return with_deep_stack(compute)
        except (SpecError, SpecErrors) as error:
            raise self.refused(*messages(error, self.sources(error))) from None
        except AnsibleError as error:
            raise self.refused(Message(str(error))) from None

    def origin(self) -> dict[str, Any]:
        """What the `home-manager` command needs to call Ansible again; the same whichever playbook is running."""
        folder = str(self.variables.get("inventory_dir") or "") or None
        own = folder is not None and os.path.exists(os.path.join(folder, "home.yml"))
        return {
            "host": self.host,
            "project": folder,
            "playbook": "home.yml" if own else "home.manager.switch",
            "inventory": str(self.variables.get("inventory_file") or "") or None,
        }

    def ask(self, plan: SwitchBundle, engine: bool = False) -> dict[str, Any]:
        """The answer to a probe; `engine` ships the engine with it."""
        return self.call(
            {
                "verb": "probe",
                "user": self.user,
                "home": plan.manifest["home"],
                "state": plan.manifest["state"],
                "digest": plan.digest,
                "specialisation": self._text("specialisation"),
                "facts": True,
                "verify": True,
                "check": self.task.check_mode,
            },
            engine=engine,
        )

    def ship(self, found: Evaluated, answer: dict[str, Any], host: dict[str, Any]) -> dict[str, Any]:
        """Send what the target lacks and switch."""
        plan = found.plan
        known = set(answer.get("objects") or [])
        objects = plan.declarations() if self.task.check_mode else plan.objects(known)
        done = self.call(self.switch_request(found), write_bundle(plan.manifest, objects))
        if done.get("wanting"):
            return self.supplied(found, done, host)
        return self.switched(found, done, answer)

    def switch_request(self, found: Evaluated) -> dict[str, Any]:
        """What the engine is asked for with a bundle."""
        plan = found.plan
        about: dict[str, Any] = {"session": found.session}
        if not self.task.check_mode:
            about.update(provenance(plan.manifest["origin"]["project"], self.local))
        return {
            "about": about,
            "verb": "switch",
            "user": self.user,
            "home": plan.manifest["home"],
            "state": plan.manifest["state"],
            "digest": plan.digest,
            "check": self.task.check_mode,
            "diff": bool(self.task.diff),
            "specialisation": self._text("specialisation"),
            "backup_extension": self._text("backup_extension"),
            "on_failure": self._text("on_failure") or "undo",
            "lock_timeout": self.arguments.get("lock_timeout", 30),
            "packages": self.lock.request(plan.packages, self.without),
        }

    def telling(self, found: Evaluated) -> Telling:
        """How the runs of this home are told."""
        return Telling(
            self.owner,
            found.plan,
            self.task.check_mode,
            bool(self.task.diff),
            command=" ".join(["ansible-playbook", *context.CLIARGS.get("args", ())]),
            local=self.local,
            specialisation=self._text("specialisation"),
            warnings=(*found.warnings, *(Message(text) for text in self.notes)),
            keeps=found.keeps,
        )

    def switched(self, found: Evaluated, done: dict[str, Any], *asked: dict[str, Any]) -> dict[str, Any]:
        """The result of a switch. Raises Refused when it did not take place, or failed."""
        said = [warning for answer in asked for warning in answer.get("warnings") or []]
        recovered = next((answer["recovered"] for answer in asked if answer.get("recovered")), done.get("recovered"))
        answer = {**done, "warnings": [*said, *(done.get("warnings") or [])], "recovered": recovered}
        plan = self.telling(found).switched(answer)
        members = {"generation": done.get("generation"), "previous": done.get("previous")}
        return result_of(plan, bool(self.task.diff), **members)

    def settled(self, found: Evaluated, answer: dict[str, Any]) -> dict[str, Any]:
        """The result when the home is as it shall be."""
        plan = self.telling(found).settled(answer)
        return result_of(plan, bool(self.task.diff), generation=plan.to)

    def refused(self, *problems: Message, **members: Any) -> Refused:
        """A run that did not take place, for these reasons."""
        return Refused(Owned("switch", self.owner, "refused", self.task.check_mode, errors=problems), **members)

    def call(self, request: dict[str, Any], bundle: bytes | None = None, engine: bool = False) -> dict[str, Any]:
        """The engine's answer to a request. Raises Refused when it refuses."""
        try:
            return self.target.ask(request, bundle, engine)
        except TargetError as error:
            raise self.refused(Message(error.message, str(error.result.get("kind", ""))), **error.result) from None
