# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Switches one system with its homes: evaluates its spec here, ships what the target lacks, reports."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

# Keeps the bytecode of what is imported below; refuses an ansible-core that is too old, before other imports fail on it.
from ansible_collections.home.manager.plugins.plugin_utils import importer  # noqa: F401  # pylint: disable=unused-import
from ansible_collections.home.manager.plugins.plugin_utils.play import ansible_core  # noqa: F401  # pylint: disable=unused-import
from ansible_collections.home.manager.plugins.plugin_utils.play.system import SystemRun
from ansible_collections.home.manager.plugins.plugin_utils.report.system_result import SystemRefused

ARGUMENTS = (
    "action",
    "allow_lockout",
    "allow_removal",
    "config",
    "confirm",
    "days",
    "generation",
    "keep",
    "lock_timeout",
    "repair",
    "special_args",
    "specialisation",
)


class ActionModule(ActionBase):
    """Thin adapter: arguments in, `SystemRun` does the work, its result out."""

    _supports_check_mode = True
    _supports_diff = True

    @classmethod
    def finalize_task_arg(cls, name: str, value: Any, templar: Any, context: Any) -> Any:
        """`config` stays as it was written, for its expressions are the language's; `special_args`, to see which of them are secrets."""
        return value if name in ("config", "special_args") else super().finalize_task_arg(name, value, templar, context)

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        unknown = sorted(set(self._task.args) - set(ARGUMENTS))
        if unknown:
            raise AnsibleActionFail(
                f"home.manager.system has no argument {unknown[0]!r} (known: {', '.join(ARGUMENTS)})"
            )
        try:
            result.update(SystemRun(self, task_vars or {}).run())
        except SystemRefused as refusal:
            result.update(refusal.result)
        return result
