# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Switches one system with its homes: evaluates its spec here, ships what the target lacks, reports."""

from __future__ import annotations

from typing import Any

# Keeps the bytecode of what is imported below; refuses an ansible-core that is too old, before other imports fail on it.
from ansible_collections.home.manager.plugins.plugin_utils import importer  # noqa: F401  # pylint: disable=unused-import
from ansible_collections.home.manager.plugins.plugin_utils.play import ansible_core  # noqa: F401  # pylint: disable=unused-import
from ansible_collections.home.manager.plugins.plugin_utils.play.spec_action import SpecAction
from ansible_collections.home.manager.plugins.plugin_utils.play.system import switched
from ansible_collections.home.manager.plugins.plugin_utils.report.system_result import SystemRefused


class ActionModule(SpecAction):
    """Thin adapter: arguments in, `switched` does the work, its result out."""

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        try:
            result.update(switched(self, task_vars or {}))
        except SystemRefused as refusal:
            result.update(refusal.result)
        return result
