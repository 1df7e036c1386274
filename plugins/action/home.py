# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Switches one user's home: evaluates its spec here, ships what the target lacks, reports."""

from __future__ import annotations

import gc
from typing import Any

from ansible.errors import AnsibleAction
from ansible.plugins.action import ActionBase

# Keeps the bytecode of what is imported below; refuses an ansible-core that is too old, before other imports fail on it.
from ansible_collections.home.manager.plugins.plugin_utils import importer  # noqa: F401  # pylint: disable=unused-import
from ansible_collections.home.manager.plugins.plugin_utils.play import ansible_core  # noqa: F401  # pylint: disable=unused-import
from ansible_collections.home.manager.plugins.plugin_utils.play.home import switched
from ansible_collections.home.manager.plugins.plugin_utils.report.run_result import Refused


class ActionModule(ActionBase):
    """Thin adapter: arguments in, `switched` does the work, its result out."""

    _supports_check_mode = True
    _supports_diff = True

    @classmethod
    def finalize_task_arg(cls, name: str, value: Any, templar: Any, context: Any) -> Any:
        """`config` stays as it was written, for its expressions are the language's; `special_args`, to see which of them are secrets."""
        return value if name in ("config", "special_args") else super().finalize_task_arg(name, value, templar, context)

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        # This process ends with the task. What Ansible has loaded is not to be searched for garbage again and again.
        gc.freeze()
        try:
            result.update(switched(self, task_vars or {}))
        except Refused as refusal:
            # Without the task's position in the role, which is not the reader's, the text is printed once.
            self._task._ds = None
            raise AnsibleAction(refusal.text, result={**result, **refusal.result}) from None
        return result
