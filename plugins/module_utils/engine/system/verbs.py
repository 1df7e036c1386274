# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The verbs of a system: probe, switch, confirm, rollback, list and expire, under the lock and as root alone."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Callable, Dict

from ..contract.errors import EngineError, ErrorKind
from ..state.lock import Lock
from .host import refuse_foreign
from .queries import SystemQueries
from .request import HostRequest

if TYPE_CHECKING:
    from ..contract.value import JsonObject

    Act = Callable[[HostRequest], JsonObject]

CHANGES = ("switch", "confirm", "rollback", "expire")


class SystemVerbs(SystemQueries):
    """Answers the requests about one system."""

    def answer(self, value: JsonObject) -> JsonObject:
        """The answer to a request, as JSON. EngineError for whatever a person has to be told."""
        if os.geteuid() != 0:
            raise EngineError("only root can switch a system; set `become: true`", ErrorKind.ACCOUNT)
        request = HostRequest.of(value)
        step = request.step
        act = self._asked(step) or self._changed(step)
        if step != "list":
            refuse_foreign()
        writes = step in CHANGES and not request.settings.check
        if writes:
            self.state.create()
        if not self.state.exists:
            return act(request)
        fd = os.open(self.state.root, os.O_RDONLY | os.O_DIRECTORY)
        try:
            with Lock(fd, request.lock_timeout, create=writes):
                return act(request)
        finally:
            os.close(fd)

    def _asked(self, step: str) -> Act | None:
        return {"probe": self.probe, "list": self.listing}.get(step)

    def _changed(self, step: str) -> Act:
        """What does a step that changes something. EngineError `request` for one that is not known."""
        if step not in CHANGES:
            known = ", ".join(("probe", "list", *CHANGES))
            raise EngineError(f"unknown step {step!r} (known: {known})", ErrorKind.REQUEST)
        from .changes import SystemChanges

        changes = SystemChanges(self.handle, self.state.root, self.etc)
        steps: Dict[str, Act] = {
            "switch": changes.switch,
            "confirm": changes.confirm,
            "rollback": changes.rollback,
            "expire": changes.expire,
        }
        return steps[step]
