# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Evaluating the home of a task: the spec and the play's variables make a plan, or errors for people."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from ansible.errors import AnsibleError

from ...module_utils.engine.contract.provenance import Session
from ...module_utils.engine.voice.message import Message
from ..inputs import Inputs, recording
from ..plan.deep_stack import with_deep_stack
from ..plan.home import EvaluatedHome, Request, compiler
from ..plan.manifest import SwitchBundle, build
from ..report.host_packages import manager_of
from ..report.kept_lines import kept_lines_of
from ..report.run_result import Refused
from ..report.session import session_of
from ..report.source import Sources
from ..report.spec_messages import message, messages
from ..syntax.errors import SpecError, SpecErrors
from ..syntax.nodes import Mapping, position_of
from ..syntax.secrets import SECRETS
from ..values import LIBRARY
from . import progress
from .account_name import check_name
from .files import decrypter, reader, reading
from .filters import PlayPlugins
from .home_task import HomeTask
from .inventory import as_node
from .packages import ProjectLock
from .variables import Restricted

Result = TypeVar("Result")


@dataclass(slots=True)
class Evaluated:
    """The plan of a home, with what is reported of it.

    `keeps` are the options that keep a file's lines, and `manager` is the host's package manager.
    """

    plan: SwitchBundle
    session: Session
    keeps: dict[str, tuple[str, str]]
    warnings: tuple[Message, ...]
    manager: str
    sources: Sources


class HomeEvaluator:
    """Evaluates the spec of one task, for any number of facts.

    `inputs` are the files that the evaluations used (None where nobody asks), and `read` the variables. `last` is the last plan.
    """

    def __init__(self, task: HomeTask, lock: ProjectLock) -> None:
        self.task = task
        self.lock = lock
        self.inputs = Inputs() if task.only_switches else None
        self.read: set[tuple[str, str]] = set()
        self.last: Evaluated | None = None
        self._compiler = compiler(plugins=PlayPlugins(task.restricted))

    def plan(self, host: dict[str, Any]) -> Evaluated:
        """The plan of the spec for a host. Raises Refused with all errors of the spec."""

        def use(home: EvaluatedHome) -> Evaluated:
            plan = build(home, self.task.origin)
            sources = Sources(LIBRARY, home.evaluation.collector.importers)
            check_name(home.evaluation, self.task.user, self.task.key)
            warnings = tuple(message(warning, sources) for warning in plan.warnings)
            keeps = kept_lines_of(home.evaluation, sources)
            return Evaluated(plan, session_of(home.evaluation), keeps, warnings, manager_of(host), sources)

        self.last = self.evaluated(host, use)
        return self.last

    def evaluated(self, host: dict[str, Any], use: Callable[[EvaluatedHome], Result]) -> Result:
        """What `use` makes of the spec evaluated for a host. Raises Refused with all errors of the spec."""
        progress.update(self.task.owner.label, "evaluating")
        request = self._request(host)

        def compute() -> Result:
            with recording(self.inputs), reading(self.task.project, self.task.restricted):
                supply = None if request.packages else self.lock.supply(host)
                return use(EvaluatedHome(replace(request, supply=supply)))

        try:
            found: Result = with_deep_stack(compute)
            return found
        except (SpecError, SpecErrors) as error:
            raise self.refused(error) from None
        except AnsibleError as error:
            raise self.task.refused(Message(SECRETS.concealed(str(error)))) from None

    def _request(self, host: dict[str, Any]) -> Request:
        task = self.task
        node = as_node(task.config) if task.config is not None else Mapping(position=task.key)
        if isinstance(node, str):
            node = as_node({"imports": [task.config]}, task.key)
        position = position_of(node)
        variables = task.play_variables()
        variables.read = self.read
        return Request(
            [(node, position.file if position is not None else os.path.join(task.project, "home.yml"))],
            host,
            special={name: value for name, value in task.special.items() if name == "osConfig"},
            variable=Restricted(variables) if task.restricted else variables,
            read=reader(task.action._loader),
            decrypt=decrypter(task.action._loader),
            packages=task.arguments.text("packages"),
            compiler=self._compiler,
        )

    def refused(self, error: SpecError | SpecErrors) -> Refused:
        """A run that did not take place because of errors of the spec, or of its packages."""
        return self.task.refused(*self.messages(error))

    def messages(self, error: SpecError | SpecErrors) -> tuple[Message, ...]:
        """Errors of the spec as messages for people."""
        return messages(error, Sources(LIBRARY, error.importers if isinstance(error, SpecErrors) else {}))
