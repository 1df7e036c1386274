# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The task `home.manager.generation`: acts on a user's generations, without a specification."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleActionFail

from ...module_utils.engine.contract.errors import EngineError
from ...module_utils.engine.verbs.table import argument_spec, public_verbs, verb_named
from ...module_utils.engine.verbs.verb import Verb
from ...module_utils.engine.voice.plan import Owner
from ..report.generation_result import GenerationResult
from . import facts as memory
from .arguments import Arguments, nearest, with_variables
from .command_line import typed_command
from .refusals import refusal_of
from .target import Target

NAME = "home.manager.generation"
VERB = "verb"
CONFIRMED = "confirmed"


class Generations:
    """Runs the task of `action`. `variables` are the play's, raw."""

    def __init__(self, action: Any, variables: dict[str, Any]) -> None:
        """AnsibleActionFail for wrong arguments."""
        self.action = action
        self.task = action._task
        name = str(action._task.args.get(VERB) or "list")
        known = [verb.name for verb in public_verbs()]
        if name not in known:
            hint = nearest(name, known) or f"; the verbs are {', '.join(known)}"
            raise AnsibleActionFail(f"{NAME} has no verb `{name}`{hint}")
        self.verb = verb_named(name)
        settings = [parameter for parameter in self.verb.parameters.values() if parameter.setting]
        spec = argument_spec()
        self.arguments = Arguments(NAME, with_variables(action, variables, settings), spec)
        self.variables = variables
        self.target = Target(action, variables)
        self.host = str(variables.get("inventory_hostname", "localhost"))
        self.user = str(self.arguments.given.get("user") or "")

    def run(self) -> dict[str, Any]:
        """The task's result. Raises Refused."""
        unconfirmed = self.arguments.values.get(CONFIRMED) is False and not self.task.check_mode
        check = bool(self.task.check_mode or unconfirmed)
        command = typed_command()
        owner = Owner(self.user, self.host)
        result = GenerationResult(owner, check, bool(self.task.diff), command, unconfirmed)
        try:
            return result.of(self.verb, self.target.ask(self.request(check)))
        except EngineError as error:
            problem = refusal_of(error, self.host, self.variables)
            raise result.refused(self.verb, error, problem) from None

    def request(self, check: bool) -> Verb:
        """The request. Unless the task sets other paths, they are those of the last switch from this controller."""
        by_option = {parameter.option: name for name, parameter in self.verb.parameters.items() if parameter.option}
        values: dict[str, Any] = {"check": check, "diff": bool(self.task.diff)}
        for option in self.arguments.given:
            if option == VERB:
                continue
            if option not in by_option:
                raise AnsibleActionFail(f"{NAME}: `{option}` has no effect with `verb: {self.verb.name}`")
            values[by_option[option]] = self.arguments.values[option]
        if not values.get("home") and not values.get("state"):
            known = memory.paths(self.host, self.user)
            values.update({by_option[name]: path for name, path in known.items()})
        return self.verb(values)
