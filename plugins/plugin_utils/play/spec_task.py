# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the tasks that evaluate a specification have in common: arguments, the play's variables, and the target."""

from __future__ import annotations

from typing import Any

from .arguments import Arguments
from .target import Target
from .variables import Variables


class SpecTask:
    """One task. `variables` are the play's, raw; `special` are the special arguments, and `special_source` how they are written."""

    def __init__(self, action: Any, variables: dict[str, Any], arguments: Arguments) -> None:
        self.action = action
        self.variables = variables
        self.arguments = arguments
        self.host = str(variables.get("inventory_hostname", "localhost"))
        self.project = str(variables.get("inventory_dir") or action._loader.get_basedir())
        self.target = Target(action, variables)
        self.check = bool(action._task.check_mode)
        self.diff = bool(action._task.diff)
        self.special = arguments.values["special_args"]
        self.special_source = action._task.args.get("special_args")  # a secret is known by its source

    def play_variables(self) -> Variables:
        """The play's variables, for expressions."""
        templar = self.action._templar.copy_with_new_env(available_variables=self.variables)
        return Variables(templar, self.variables, self.special, self.special_source)
