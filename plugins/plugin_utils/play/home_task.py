# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A task `home.manager.home`: its arguments, and what the plan of its home can depend on besides files and variables."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from typing import Any

from ...module_utils.engine.contract.answers import Answer, ProbeAnswer
from ...module_utils.engine.contract.errors import EngineError
from ...module_utils.engine.contract.manifest import Origin
from ...module_utils.engine.verbs.probe import Probe
from ...module_utils.engine.verbs.switch import Switch as SwitchVerb
from ...module_utils.engine.verbs.table import settings
from ...module_utils.engine.verbs.verb import Verb
from ...module_utils.engine.voice.message import Message
from ...module_utils.engine.voice.plan import Owner
from ...module_utils.engine.voice.plan import Plan as Owned
from .. import inputs
from ..report.run_result import Refused
from ..syntax.position import Position
from .answer import expected
from .arguments import CONFIG, PLAN_CACHE, RESTRICTED, Arguments, specification, with_variables
from .circumstances import circumstances
from .datatags import as_written
from .plan_cache import Kept
from .refusals import refusal_of
from .spec_task import SpecTask
from .users import spec_of
from .variables import plain


class HomeTask(SpecTask):
    """The task's arguments, completed by the play's variables."""

    def __init__(self, action: Any, variables: dict[str, Any]) -> None:
        """AnsibleActionFail for wrong arguments, AnsibleError when the user has no spec."""
        self.settings = settings(SwitchVerb)
        values = with_variables(action, variables, self.settings)
        super().__init__(action, variables, Arguments("home.manager.home", values, specification(self.settings)))
        self.user: str = self.arguments.values["user"]
        self.config: Any = self.arguments.given.get(CONFIG)
        self.key: Position | None = None  # of the user in `home_users`
        if CONFIG not in self.arguments.given:
            self.config, self.key = spec_of(self.user, variables, action._templar.template)
        self.owner = Owner(self.user, self.host)
        self.local = self.target.local
        self.restricted: bool = self.arguments.values[RESTRICTED]
        self.on_host = bool(self.arguments.values.get("install_on_host"))
        self.specialisation = self.arguments.text("specialisation")

    @property
    def only_switches(self) -> bool:
        """Whether the plan is used to switch, or to preview that, and may be kept."""
        other = any(self.arguments.given.get(name) is not None for name in ("option", "build_to", "update", "vendor"))
        return not other and bool(self.arguments.values[PLAN_CACHE])

    @functools.cached_property
    def origin(self) -> Origin:
        """What the `home-manager` command needs to call Ansible again. It does not depend on the playbook that is running.

        Without the folder if the home is on another machine, so that two controllers with the same project make the same plan.
        """
        folder = str(self.variables.get("inventory_dir") or "") or None
        own = folder is not None and inputs.kind_of(os.path.join(folder, "home.yml")) != inputs.ABSENT
        inventory = os.path.basename(str(self.variables.get("inventory_file") or "")) or None
        return Origin(
            self.host, folder if self.local else None, "home.yml" if own else "home.manager.switch", inventory
        )

    def circumstances(self) -> list[Any]:
        """Plain data that differs whenever the same facts, files and variables could make another plan. It holds secrets."""
        origin = [self.project, self.origin.json()]
        given = [
            plain(self.special),
            {name: self.arguments.values[name] for name in self.arguments.values if name != "special_args"},
        ]
        written = [as_written(self.config), None if self.key is None else list(self.key)]
        return circumstances(self.action._loader, [self.host, self.user, origin, given, written])

    def ask(self, kept: Kept, only: bool = False) -> ProbeAnswer:
        """The answer to a probe: whether there is anything to do. Raises Refused.

        With `only` no engine is sent, and NoEngine is raised if the target has none.
        """
        request = Probe(
            {
                "user": self.user,
                "home": kept.home,
                "state": kept.state,
                "digest": kept.digest,
                "specialisation": self.specialisation,
                "facts": True,
                "linger": kept.linger,
                "supply": self.on_host,
                "check": self.check,
            }
        )
        answer = self._answer(lambda: self.target.ask_kept(request)) if only else self.call(request)
        return expected(ProbeAnswer, answer)

    def call(self, request: Verb, bundle: bytes | None = None, engine: bool = False) -> Answer:
        """The engine's answer to a request. Raises Refused when it refuses."""
        return self._answer(lambda: self.target.ask(request, bundle, engine))

    def _answer(self, ask: Callable[[], Answer]) -> Answer:
        try:
            return ask()
        except EngineError as error:
            problem = refusal_of(error, self.host, self.variables, self.key)
            raise self.refused(problem, kind=error.kind.value, **error.details) from None

    def refused(self, *problems: Message, **members: Any) -> Refused:
        """The exception for a run that did not take place, for these reasons."""
        # A task that explains an option, or builds, does not switch.
        asked = self.arguments.text("option") or self.arguments.text("build_to")
        return Refused(
            Owned("build" if asked else "switch", self.owner, "refused", self.check, errors=problems),
            **members,
        )
