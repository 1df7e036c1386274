# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The user's agents of macOS in a switch: what changed is restarted after the flip, and put back by an undo."""

from __future__ import annotations

import os

from ..contract.errors import ErrorKind
from ..contract.outcomes import Failure
from ..contract.services import ServicesAnswer, UnitFailure
from ..state import layout
from ..units.launchd import Agent, Launchd, command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..contract.manifest import View
    from ..contract.services import ServicePolicy
    from ..home.folder import HomeFolder
    from .generation_change import GenerationChange

FOLDER = "Library/LaunchAgents"


class Agents:
    """The work of one switch on agents. The calls come in the order `preview`, or `prepare`, `stage`, `act`, `settle`."""

    def __init__(self, home: HomeFolder, change: GenerationChange, policy: ServicePolicy) -> None:
        self.home = home
        self.change = change
        self.policy = policy
        self.answer = ServicesAnswer("running" if policy.start else "off")
        self.warnings: list[str] = []
        self._old = self._agents(change.before, change.source)
        self._new = self._agents(change.after, change.goal)
        self._launchd = Launchd(os.geteuid(), _release(), command)

    def concerned(self, paths: list[str]) -> bool:
        """Whether there is anything to do. An agent whose file was only put right runs on."""
        return {a.label: a[1:3] for a in self._old.values()} != {a.label: a[1:3] for a in self._new.values()}

    def prepare(self) -> None:
        """Nothing has to be known before the flip: launchd keeps what it was given."""

    def preview(self) -> None:
        """What would be done. Starts no process."""
        self._launchd.plan(self._old, self._new)
        self._tell()

    def stage(self) -> None:
        """Nothing has to be written down: what an interrupted switch did is done again, to no effect."""

    def act(self) -> None:
        """Boot out and bootstrap; the files are in their places."""
        if not self.policy.start:
            self._launchd.plan(self._old, self._new)
            labels = [*self._launchd.stop, *self._launchd.restart, *self._launchd.start]
            self.warnings.append("not done, because of `startServices`: restart " + ", ".join(labels))
            return
        self._launchd.act(self._old, self._new)
        self._tell()
        self.answer.reloaded = True

    def settle(self) -> None:
        """An agent that failed is tried again when it changes; launchd tries by itself at the next login."""

    def failure(self) -> Failure | None:
        """Why the switch failed, when agents did not come up."""
        if not self.answer.failed:
            return None
        failures = "; ".join(item.message.rstrip(".") for item in self.answer.failed)
        return Failure(ErrorKind.SERVICE, f"{failures}. The new generation is in place")

    def undo_work(self, change: GenerationChange) -> Agents | None:
        """The work of the undo of this switch; None when launchd has not been told of anything."""
        return Agents(self.home, change, self.policy) if self.answer.reloaded else None

    def _tell(self) -> None:
        done, answer = self._launchd, self.answer
        answer.stop, answer.restart, answer.start, answer.keep = done.stop, done.restart, done.start, done.keep
        answer.failed = [
            UnitFailure(item.label, "bootstrap", item.status, item.output.splitlines(), item.message)
            for item in done.failures
        ]
        self.warnings += done.warnings

    def _agents(self, view: View | None, reference: str | None) -> dict[str, Agent]:
        policy = view.services if view is not None else None
        if view is None or policy is None:
            return {}
        kept = f"{self.home.state_path}/{reference}/{layout.PROFILE}/{FOLDER}"
        found: dict[str, Agent] = {}
        for label, domain in policy.agents.items():
            entry = view.files.get(f"{FOLDER}/{label}.plist")
            for name in entry.objects() if entry is not None else ():
                path = f"{self.home.path}/{FOLDER}/{label}.plist"
                found[label] = Agent(label, domain, name, path, f"{kept}/{label}.plist")
        return found


def _release() -> int:
    import platform

    major = platform.mac_ver()[0].partition(".")[0]
    return int(major) if major.isdigit() else 0
