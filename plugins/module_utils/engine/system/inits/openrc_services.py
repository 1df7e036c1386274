# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The services of OpenRC: scripts in /etc/init.d, enabled by runlevels."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from ...disk import queries
from ..process import Done, run

if TYPE_CHECKING:
    from typing import Callable, Collection, FrozenSet, List, Mapping, Set, Tuple

    from ...units.transition import Transition
    from ..declaration import EtcEntry

SCRIPTS = "/etc/init.d"
LEVELS = "/etc/runlevels"
_LEVEL = "default"
_LEAST = 5.0
_FAILED = "/run/openrc/failed"
# What a script ends with that is asked about a service which was started and has no process any more.
_CRASHED = 32
# How a script says that it cannot do what it was asked for.
_UNABLE = 3
_UNKNOWN = "unknown function"
_ALREADY = "has already been started"
_GONE = "found running; none killed"


class OpenRCServices:
    """Services, by the names of their scripts. `timeout`: seconds for all that is asked."""

    ssh: Tuple[str, ...] = ("sshd", "ssh")

    def __init__(self, timeout: float) -> None:
        self._deadline = time.monotonic() + timeout

    def transition(
        self, old: Mapping[str, EtcEntry], new: Mapping[str, EtcEntry], read: Callable[[str], bytes]
    ) -> Transition | None:
        return None

    def packaged(self) -> FrozenSet[str]:
        return frozenset()

    def running(self, names: Collection[str]) -> Set[str]:
        return {name for name in names if self.there(name) and self._service(name, "status").good}

    def failed(self, names: Collection[str]) -> Set[str]:
        """Those that OpenRC has noted as failed, and those whose process has ended by itself."""
        found = {name for name in names if queries.is_taken(os.path.join(_FAILED, name))}
        return found | {name for name in names if self.there(name) and self._service(name, "status").code == _CRASHED}

    def there(self, name: str) -> bool:
        return queries.exists(os.path.join(SCRIPTS, name))

    def lacking(self, name: str) -> str:
        return "" if self.there(name) else f"no installed package brings the service {SCRIPTS}/{name}"

    def enabled(self, name: str) -> bool | None:
        return bool(_levels(name)) if self.there(name) else None

    def enable(self, name: str) -> Done:
        return self._run(["rc-update", "--quiet", "add", name, _LEVEL])

    def disable(self, name: str) -> Done:
        others = [level for level in _levels(name) if level != _LEVEL]
        if others:
            return Done(
                1, f"{name} is in the runlevel {others[0]}, which is left alone: run `rc-update del {name} {others[0]}`"
            )
        return self._run(["rc-update", "--quiet", "del", name, _LEVEL])

    def forget(self, name: str) -> None:
        if self.failed([name]):
            self._service(name, "zap")

    def act(self, verb: str, name: str) -> Done:
        """A service whose process is gone counts as started for OpenRC, so it is not started, and cannot be stopped."""
        done = self._service(name, verb)
        unable = done.code == _UNABLE or _UNKNOWN in done.output
        if (verb == "reload" and not done.good and unable) or (verb == "start" and _ALREADY in done.output):
            verb, done = "restart", self._service(name, "restart")
        if verb == "restart" and not done.good and _GONE in done.output:
            self._service(name, "zap")
            return self._service(name, "start")
        return done

    def _service(self, name: str, verb: str) -> Done:
        return self._run(["rc-service", "--nocolor", name, verb])

    def _run(self, command: List[str]) -> Done:
        return run(command, max(self._deadline - time.monotonic(), _LEAST), leaves_processes=True)


def _levels(name: str) -> List[str]:
    """The runlevels that have a service."""
    return sorted(level for level in queries.names(LEVELS) if queries.is_taken(os.path.join(LEVELS, level, name)))
