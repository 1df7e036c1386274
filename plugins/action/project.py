# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Begins a project on the controller: files that are not there yet, and a git repository."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.home.manager.plugins.plugin_utils import importer  # noqa: F401  # pylint: disable=unused-import
from ansible_collections.home.manager.plugins.plugin_utils.play.new_project import NewProject


class ActionModule(ActionBase):
    """Thin adapter: arguments in, `NewProject` writes, its result out. No module runs: it would cost more than all the rest."""

    _supports_check_mode = True
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        _checked, arguments = self.validate_argument_spec(
            {
                "path": {"type": "path", "required": True},
                "files": {"type": "dict", "required": True},
                "git": {"type": "bool", "default": True},
            }
        )
        try:
            project = NewProject(arguments["path"], {str(name): str(text) for name, text in arguments["files"].items()})
            created = project.missing() if self._task.check_mode else project.write(arguments["git"])
        except OSError as error:
            raise AnsibleActionFail(f"the project cannot be written: {error}") from error
        result.update(changed=bool(created), created=created)
        return result
