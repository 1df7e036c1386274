# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A task `home.manager.system`: its arguments, and what the plan of its system can depend on besides files and variables."""

from __future__ import annotations

import os
from typing import Any, Protocol, Self, TypeVar

from ansible.errors import AnsibleActionFail

from ...module_utils.engine.contract import root_state
from ...module_utils.engine.contract.manifest import Origin
from ...module_utils.engine.system.request import HostRequest
from ...module_utils.engine.system.settings import Settings
from .arguments import CONFIG, PLAN_CACHE, SYSTEM, Arguments, given
from .circumstances import circumstances
from .datatags import as_written, live
from .plan_cache import Kept
from .spec_task import SpecTask
from .variables import plain

# The name under which the facts of a host are remembered for its system. No user can have it.
NAME = "@system"
# The actions that switch to a plan, or preview that.
_SWITCHES = ("switch", "boot", "test", "dry-activate")


class _Answer(Protocol):
    """What the engine answers about a system."""

    @classmethod
    def of(cls, value: object) -> Self:
        """The answer in plain data. EngineError for anything else."""


AnswerT = TypeVar("AnswerT", bound=_Answer)


class SystemTask(SpecTask):
    """The task's arguments, and how its host is reached."""

    def __init__(self, action: Any, variables: dict[str, Any]) -> None:
        """AnsibleActionFail for wrong arguments."""
        super().__init__(action, variables, Arguments("home.manager.system", given(action), SYSTEM))
        self.verb: str = self.arguments.values["action"]

    @property
    def only_switches(self) -> bool:
        """Whether the plan is used to switch, or to preview that, and may be kept."""
        return self.verb in _SWITCHES and bool(self.arguments.values[PLAN_CACHE])

    def config(self) -> Any:
        """The configuration as it is written. AnsibleActionFail when there is none."""
        if CONFIG in self.arguments.given:
            config = self.arguments.given[CONFIG]
            # A configuration that is one expression names a variable of the play, which holds the module.
            return self.action._templar.template(config) if isinstance(config, str) and live(config) else config
        if "system_config" not in self.variables:
            raise AnsibleActionFail(
                f"there is no system for {self.host}: neither `config` nor `system_config` is given"
            )
        return self.variables["system_config"]

    @property
    def origin(self) -> Origin:
        """What the `home-manager` command of a home needs to call Ansible again."""
        folder = str(self.variables.get("inventory_dir") or "") or None
        inventory = os.path.basename(str(self.variables.get("inventory_file") or "")) or None
        return Origin(self.host, folder if self.target.local else None, "home.manager.rebuild", inventory)

    def circumstances(self) -> list[Any]:
        """What the plan depends on besides files, variables and facts. It holds secrets."""
        given_here = [plain(self.special), self.arguments.text("specialisation"), self.arguments.given.get(CONFIG)]
        own = [self.host, self.project, self.origin.json(), as_written(given_here), as_written(self.config())]
        return circumstances(self.action._loader, own)

    def question(self, kept: Kept) -> HostRequest:
        """The first request: whether the system and its homes are as planned."""
        homes: dict[str, dict[str, object]] = {
            user: {
                "verb": "probe",
                "user": user,
                "home": home,
                "state": state,
                "digest": digest,
                "verify": True,
                "check": True,
            }
            for user, (digest, home, state) in kept.homes.items()
        }
        timeout = self.arguments.values["lock_timeout"]
        return HostRequest("probe", Settings(check=self.check), kept.digest, homes, lock_timeout=timeout)

    def send(
        self, kind: type[AnswerT], request: HostRequest, bundle: bytes | None = None, engine: bool = False
    ) -> AnswerT:
        """The engine's answer, which is of this kind. EngineError when it refuses, or answers something else."""
        envelope = {"verb": "system", "user": "root", "state": root_state.FOLDER, **request.json()}
        return kind.of(self.target.send(envelope, bundle, engine))
