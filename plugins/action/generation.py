# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tells the module of the same name where a home is, when an earlier switch has shown it to lie elsewhere than usual."""

from __future__ import annotations

from typing import Any

from ansible.plugins.action import ActionBase

from ansible_collections.home.manager.plugins.module_utils.engine.command import terminal
from ansible_collections.home.manager.plugins.plugin_utils.play import facts


class ActionModule(ActionBase):
    """Thin adapter: the module's arguments, completed by what this controller remembers of the home."""

    _supports_check_mode = True
    _supports_diff = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        variables = task_vars or {}
        arguments = dict(self._task.args)
        known = facts.places(str(variables.get("inventory_hostname", "")), str(arguments.get("user", "")))
        if not arguments.get("home") and not arguments.get("state_path"):
            arguments.update(known)
        result.update(
            self._execute_module(module_name="home.manager.generation", module_args=arguments, task_vars=variables)
        )
        if "generations" in result:
            result["lines"] = [terminal.generation(item) for item in result["generations"]]
        return result
