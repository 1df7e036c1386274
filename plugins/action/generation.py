# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Lists, activates, rolls back, removes, expires, verifies, compares or uninstalls the generations of a home."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleAction
from ansible.plugins.action import ActionBase

# Keeps the bytecode of what is imported below; refuses an ansible-core that is too old, before other imports fail on it.
from ansible_collections.home.manager.plugins.plugin_utils import importer  # noqa: F401  # pylint: disable=unused-import
from ansible_collections.home.manager.plugins.plugin_utils.play import ansible_core  # noqa: F401  # pylint: disable=unused-import
from ansible_collections.home.manager.plugins.plugin_utils.play.generations import Generations
from ansible_collections.home.manager.plugins.plugin_utils.report.run_result import Refused


class ActionModule(ActionBase):
    """Thin adapter: arguments in, `Generations` does the work, its result out."""

    _supports_check_mode = True
    _supports_diff = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        try:
            result.update(Generations(self, task_vars or {}).run())
        except Refused as refusal:
            # Without the task's position in the playbook, which is not the reader's, the text is printed once.
            self._task._ds = None
            raise AnsibleAction(refusal.text, result={**result, **refusal.result}) from None
        return result
