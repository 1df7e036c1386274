# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Evaluating the system of a task with its homes: the configuration and the play's variables make plans, or errors."""

from __future__ import annotations

import os
from typing import Any

from ..inputs import Inputs, recording
from ..packages.package_context import PackageContext
from ..plan.deep_stack import with_deep_stack
from ..plan.home import Request, compiler
from ..plan.system import LIBRARY, SystemRequest
from ..plan.system_build import build_with_specialisations
from ..syntax.nodes import position_of
from .files import decrypter, reader
from .filters import PlayPlugins
from .inventory import as_node
from .packages import ProjectLock
from .system_reporter import EvaluatedSystem
from .system_task import SystemTask


class SystemEvaluator:
    """Evaluates the configuration of one task, for any number of facts.

    `inputs` are the files that the evaluations used (None where nobody asks), and `read` the variables.
    """

    def __init__(self, task: SystemTask, lock: ProjectLock) -> None:
        self.task = task
        self.lock = lock
        self.inputs = Inputs() if task.only_switches else None
        self.read: set[tuple[str, str]] = set()
        self._home_compiler = compiler(plugins=PlayPlugins())
        self._system_compiler = compiler(LIBRARY, plugins=PlayPlugins())

    def supply(self, host: dict[str, Any]) -> PackageContext:
        """The project's lock as the homes of a host see it."""
        with recording(self.inputs):
            return self.lock.supply(host)

    def evaluated(self, host: dict[str, Any]) -> EvaluatedSystem:
        """The plans of the system and of its homes, as the lock is now. Raises SpecError, SpecErrors or AnsibleError."""
        task = self.task
        node = as_node(task.config())
        if isinstance(node, str):
            node = as_node({"imports": [node]})
        position = position_of(node)
        file = position.file if position is not None else os.path.join(task.project, "system.yml")
        read, decrypt = reader(task.action._loader), decrypter(task.action._loader)
        variables = task.play_variables()
        variables.read = self.read
        special = {name: value for name, value in task.special.items() if name == "osConfig"}

        def compute() -> EvaluatedSystem:
            request = SystemRequest(
                [(node, file)], host, special=special, variable=variables, read=read, decrypt=decrypt,
                compiler=self._system_compiler,
            )  # fmt: skip
            template = Request(
                [], host, special=special, variable=variables, read=read, decrypt=decrypt, packages="/usr",
                supply=self.supply(host), compiler=self._home_compiler,
            )  # fmt: skip
            chosen = task.arguments.text("specialisation") or ""
            with recording(self.inputs):
                return EvaluatedSystem(*build_with_specialisations(request, template, task.origin, chosen))

        found: EvaluatedSystem = with_deep_stack(compute)
        return found
