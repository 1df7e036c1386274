# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the actions that evaluate a specification have in common."""

from __future__ import annotations

import gc
from typing import Any

from ansible.plugins.action import ActionBase

# Arguments that stay as they are written: the expressions of `config` are the language's, and a secret among the
# `special_args` is known by its source.
RAW = ("config", "special_args")


# When garbage is collected, as `gc.set_threshold` takes it.
SELDOM = (300_000, 20, 100)


class SpecAction(ActionBase):  # type: ignore[misc]  # Ansible has no types
    """An action with a specification among its arguments."""

    _supports_check_mode = True
    _supports_diff = True

    @classmethod
    def finalize_task_arg(cls, name: str, value: Any, templar: Any, context: Any) -> Any:
        """The value of an argument as the action gets it."""
        return value if name in RAW else super().finalize_task_arg(name, value, templar, context)

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """The beginning of a result; an action adds its own."""
        # This process ends with the task. Neither what Ansible has loaded nor what is evaluated is to be searched for garbage again and again.
        gc.freeze()
        gc.set_threshold(*SELDOM)
        result: dict[str, Any] = super().run(tmp, task_vars)
        return result
