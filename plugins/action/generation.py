# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Runs the module of the same name, where it knows the home to be, and says what it did as a plan."""

from __future__ import annotations

from typing import Any

from ansible import context
from ansible.errors import AnsibleAction
from ansible.plugins.action import ActionBase

from ansible_collections.home.manager.plugins.plugin_utils.play import facts
from ansible_collections.home.manager.plugins.plugin_utils.report.generation_result import GenerationResult
from ansible_collections.home.manager.plugins.plugin_utils.report.run_result import Refused


class ActionModule(ActionBase):
    """Thin adapter: the module's arguments, completed by what this controller remembers of the home; its answer as a plan."""

    _supports_check_mode = True
    _supports_diff = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        variables = task_vars or {}
        arguments = dict(self._task.args)
        host = str(variables.get("inventory_hostname", ""))
        known = facts.paths(host, str(arguments.get("user", "")))
        if not arguments.get("home") and not arguments.get("state_path"):
            arguments.update(known)
        answer = self._execute_module(module_name="home.manager.generation", module_args=arguments, task_vars=variables)
        command = " ".join(["ansible-playbook", *context.CLIARGS.get("args", ())])
        told = GenerationResult(arguments, host, bool(self._task.check_mode), bool(self._task.diff), command)
        try:
            result.update(told.of(answer))
        except Refused as refusal:
            self._task._ds = None
            raise AnsibleAction(refusal.text, result={**result, **refusal.result}) from None
        return result
