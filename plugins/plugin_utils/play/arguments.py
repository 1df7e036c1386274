# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The arguments of the actions: checked by an argument specification, settings completed by the play's variables."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ...module_utils.engine.contract.parameter import Parameter

ArgumentSpec = dict[str, dict[str, object]]

ACTIONS = ("switch", "boot", "test", "build", "dry-activate", "rollback", "list", "expire", "confirm")
RESTRICTED = "restricted"
PLAN_CACHE = "plan_cache"
# The arguments of `home.manager.home` that are not settings of a switch. `config` is the language's: it is not checked here.
HOME: ArgumentSpec = {
    "user": {"type": "str", "required": True},
    "specialisation": {"type": "str"},
    "special_args": {"type": "dict", "default": {}},
    RESTRICTED: {"type": "bool", "default": False},
    PLAN_CACHE: {"type": "bool", "default": True},
    "build_to": {"type": "str"},
    "option": {"type": "str"},
    "packages": {"type": "path"},
    "update": {"type": "list", "elements": "str"},
    "vendor": {"type": "str"},
    "keep": {"type": "list", "elements": "str"},
    "list_wanted": {"type": "bool", "default": False},
    "locked": {"type": "bool", "default": False},
    "install_on_host": {"type": "bool", "default": False},
}
# The arguments of `home.manager.system`, likewise.
SYSTEM: ArgumentSpec = {
    "action": {"type": "str", "choices": list(ACTIONS), "default": "switch"},
    "confirm": {"type": "int", "default": 0},
    "allow_lockout": {"type": "bool", "default": False},
    "allow_removal": {"type": "list", "elements": "str", "default": []},
    "repair": {"type": "bool", "default": False},
    "specialisation": {"type": "str"},
    "generation": {"type": "int", "default": 0},
    "keep": {"type": "int"},
    "days": {"type": "int"},
    "special_args": {"type": "dict", "default": {}},
    PLAN_CACHE: {"type": "bool", "default": True},
    "lock_timeout": {"type": "int", "default": 60},
}
CONFIG = "config"


class Arguments:
    """Validated arguments of a task. `given` are those that the task sets."""

    def __init__(self, action: str, values: dict[str, Any], spec: ArgumentSpec) -> None:
        """AnsibleActionFail for an unknown, missing or wrong argument."""
        known = [*spec, CONFIG]
        for name in values:
            if name not in known:
                raise AnsibleActionFail(f"{action} has no argument `{name}`{nearest(name, known)}")
        # An empty text is what a role's default for "not set" looks like.
        self.given = {name: value for name, value in values.items() if value is not None and value != ""}
        for name, described in spec.items():
            if described.get("required") and name not in self.given:
                raise AnsibleActionFail(f"missing required argument: {name}")
        result = ArgumentSpecValidator(spec).validate({n: v for n, v in self.given.items() if n != CONFIG})
        if result.error_messages:
            raise AnsibleActionFail(f"{action}: {'; '.join(result.error_messages)}")
        self.values: dict[str, Any] = result.validated_parameters

    def text(self, name: str) -> str | None:
        """An argument as text; None if the task does not set it."""
        value = self.values.get(name)
        return None if value is None else str(value)


def given(action: Any) -> dict[str, Any]:
    """The arguments that the task sets."""
    values = {name: value for name, value in action._task.args.items() if value is not None and value != ""}
    if "special_args" in values:  # the action leaves them as they are written
        values["special_args"] = action._templar.template(values["special_args"])
    return values


def with_variables(action: Any, variables: dict[str, Any], settings: Iterable[Parameter]) -> dict[str, Any]:
    """The task's arguments, and for each setting that is not among them the variable `home_NAME`, if that is defined.

    `restricted` and `plan_cache` are no settings of a switch, but read like them, so that no playbook can forget to pass them.
    """
    values = given(action)
    for name in (*(setting.name for setting in settings), RESTRICTED, PLAN_CACHE):
        variable = f"home_{name}"
        if name not in values and variable in variables:
            values[name] = action._templar.template(variables[variable])
    return values


def specification(settings: Iterable[Parameter]) -> ArgumentSpec:
    """The argument specification of `home.manager.home`."""
    return {**HOME, **{setting.name: setting.argument_spec() for setting in settings}}


def nearest(name: str, known: Iterable[str]) -> str:
    """A hint with the similar names; empty if there are none."""
    found = get_close_matches(name, list(known), 3, 0.6)
    return f"; did you mean {' or '.join(f'`{one}`' for one in found)}?" if found else ""
