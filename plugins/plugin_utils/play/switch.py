# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One switch of one user's home, from the play's side: evaluate, ask, ship, report.

At most two calls of the target: a probe, which is the only one when there is nothing to do, and a switch with a bundle of what
the target lacks.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleActionFail, AnsibleError
from ansible.utils.display import Display

from ...module_utils.engine.contract.bundle import write_bundle
from ..options.describe import described
from ..plan.deep_stack import with_deep_stack
from ..plan.diff import diffs
from ..plan.home import Home, Request, compiler
from ..plan.manifest import Plan, build
from ..syntax.errors import SpecError, SpecErrors
from . import facts as memory
from .facts import Consulted
from .files import decrypter, reader
from .filters import PlayPlugins
from .inventory import as_node
from .result import write_result
from .target import Target, TargetError
from .variables import Variables


def package_prefix(host: dict[str, Any]) -> str:
    """The host's own prefix, which stands for every package's place: where Debian's packages are, or Homebrew's."""
    if host["platform"] != "darwin":
        return "/usr"
    return "/usr/local" if host["machine"] == "x86_64" else "/opt/homebrew"


class Refused(Exception):
    """A switch that did not take place; `result` is what the task reports."""

    def __init__(self, result: dict[str, Any]) -> None:
        super().__init__(result.get("msg", ""))
        self.result = {"failed": True, **result}


class Switch:
    """Does what the task `action` asks for. `variables` are the play's, raw."""

    def __init__(self, action: Any, variables: dict[str, Any]) -> None:
        self.action = action
        self.task = action._task
        self.arguments: dict[str, Any] = self.task.args
        self.variables = variables
        self.user = self._text("user") or str(self.variables.get("home_user") or "")
        if not self.user:
            raise AnsibleActionFail("home.manager.home wants a `user`")
        self.host = str(variables.get("inventory_hostname", "localhost"))
        self.config = self._config()
        self.target = Target(action, variables)
        self.special = self.arguments.get("special_args") or {}
        self.compiler = compiler(plugins=PlayPlugins())

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
        host = Consulted(known or memory.guess(self.user))
        option = self._text("option")
        if option is not None:
            return {"changed": False, "lines": self.evaluated(host, lambda home: described(home.evaluation, option))}
        target = self._text("build_to")
        try:
            plan = self.plan(host)
        except Refused:
            if known is not None or target is not None:
                raise
            known = self.learned(host)
            host = Consulted(known)
            plan = self.plan(host)
        if target is not None:
            return write_result(
                plan, os.path.join(os.path.abspath(target), self.host, self.user), self.task.check_mode, self.task.diff
            )
        answer = self.first_contact(plan, host) if known is None else self.ask(plan)
        real = memory.of_answer(answer["facts"])
        if real != {key: value for key, value in host.items() if key != "places"}:
            memory.remember(self.host, self.user, real)
            if host.differs(real):
                plan = self.plan(real)
                answer = self.ask(plan)
        memory.remember_places(self.host, self.user, plan.manifest["home"], plan.manifest["state"])
        if "operations" in answer:
            return self.switched(plan, answer)
        if answer["unchanged"]:
            return self.settled(plan, answer)
        return self.ship(plan, answer)

    def learned(self, host: Consulted) -> dict[str, Any]:
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

    def first_contact(self, plan: Plan, host: Consulted) -> dict[str, Any]:
        """The answer of a host that was never asked: a switch, if the facts that the spec asked for are as supposed; else its facts."""
        objects = plan.declarations() if self.task.check_mode else plan.objects(set())
        request = {**self.switch_request(plan), "expected": host.read}
        return self.call(request, write_bundle(plan.manifest, objects), engine=True)

    def plan(self, host: dict[str, Any]) -> Plan:
        """The plan of the spec for a host. Raises Refused with all errors of the spec."""
        found: Plan = self.evaluated(host, lambda home: build(home, self.origin()))
        return found

    def evaluated(self, host: dict[str, Any], use: Callable[[Home], Any]) -> Any:
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
            packages=self._text("packages") or package_prefix(host),
            compiler=self.compiler,
        )

        def compute() -> Any:
            home = Home(request)
            variables.taint = home.evaluation.taint
            return use(home)

        try:
            return with_deep_stack(compute)
        except (SpecError, SpecErrors, AnsibleError) as error:
            raise Refused({"msg": f"The home of {self.user} was not switched, nothing was changed.\n{error}"}) from None

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

    def ask(self, plan: Plan, engine: bool = False) -> dict[str, Any]:
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

    def ship(self, plan: Plan, answer: dict[str, Any]) -> dict[str, Any]:
        """Send what the target lacks and switch."""
        known = set(answer.get("objects") or [])
        objects = plan.declarations() if self.task.check_mode else plan.objects(known)
        done = self.call(self.switch_request(plan), write_bundle(plan.manifest, objects))
        return self.switched(plan, done, answer)

    def switch_request(self, plan: Plan) -> dict[str, Any]:
        """What the engine is asked for with a bundle."""
        return {
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
        }

    def switched(self, plan: Plan, done: dict[str, Any], *asked: dict[str, Any]) -> dict[str, Any]:
        """The result of a switch. Raises Refused when it did not take place, or failed."""
        result = {
            "changed": bool(done.get("changed")),
            "generation": done.get("generation"),
            "previous": done.get("previous"),
            "operations": done.get("operations") or [],
            "hooks": [{k: h[k] for k in ("name", "rc") if k in h} for h in done.get("hooks") or []],
        }
        self.tell(plan, done, *asked)
        if self.task.diff:
            result["diff"] = diffs(plan, done)
        if done.get("collisions"):
            raise Refused(
                {
                    **result,
                    "changed": False,
                    "collisions": done["collisions"],
                    "msg": collision_text(self.user, done["collisions"]),
                }
            )
        if done.get("failed"):
            if done["failed"].get("entry") in plan.sensitive():
                done["failed"].pop("output", None)
                done["failed"]["message"] = f"{done['failed']['entry']} failed with code {done['failed'].get('rc')}"
            raise Refused({**result, "failure": done["failed"], "msg": failure_text(self.user, done["failed"])})
        return result

    def settled(self, plan: Plan, answer: dict[str, Any]) -> dict[str, Any]:
        """The result when the home is as it shall be."""
        self.tell(plan, answer)
        current = answer.get("current") or {}
        repaired = answer.get("repaired") or []
        return {
            "changed": bool(repaired),
            "generation": current.get("generation"),
            "operations": repaired,
            "drift": answer.get("drift") or [],
        }

    def tell(self, plan: Plan, *answers: dict[str, Any]) -> None:
        """Show warnings, each once."""
        said = [*plan.warnings, *(w for answer in answers for w in answer.get("warnings") or [])]
        for warning in dict.fromkeys(said):
            Display().warning(f"{self.user}: {warning}")

    def call(self, request: dict[str, Any], bundle: bytes | None = None, engine: bool = False) -> dict[str, Any]:
        """The engine's answer to a request. Raises Refused when it refuses."""
        try:
            return self.target.ask(request, bundle, engine)
        except TargetError as error:
            raise Refused(
                {"msg": f"The home of {self.user} was not switched: {error.message}", **error.result}
            ) from None


def failure_text(user: str, failed: dict[str, Any]) -> str:
    """What failed, the lines before its last, which is in the message, and how the home is now."""
    if failed.get("kind") == "check":
        now = "nothing was changed"
    elif failed.get("undone"):
        now = "the generation before is back"
    else:
        now = "the new generation stays, marked as failed"
    said = [line for line in str(failed.get("output") or "").splitlines() if line.strip()][-6:-1]
    text = f"The switch of the home of {user} failed, {now}: {failed.get('message', 'the reason is not known')}"
    return "\n".join([text, *(f"  {line}" for line in said)])


def collision_text(user: str, collisions: list[dict[str, str]]) -> str:
    """All that is in the way, and what can be done about it."""
    lines = [f"The home of {user} was not switched, nothing was changed: {len(collisions)} path(s) are in the way."]
    lines.extend(f"- ~/{c['path']}: {c['reason']}" for c in collisions)
    lines.append(
        "Set `home_backup_extension` (or run with `-e home_backup_extension=bak`) to move such files aside, `force: true` on a file to replace "
        "it, or take the files away."
    )
    return "\n".join(lines)
