# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The command that units start: recover at boot, revert what nobody confirmed, and expire old generations."""

from __future__ import annotations

import os
import sys
from typing import List

from ..contract.errors import EngineError, ErrorKind
from ..state.lock import Lock
from .changes import SystemChanges
from .generations import ExpireAnswer
from .recovery import recover, revert
from .request import HostRequest

_USAGE = "usage: STATE recover|revert [--boot] [--log] | STATE expire [DAYSd] | STATE ready"


def main(arguments: List[str]) -> int:
    """Run one command; 0 when it went well."""
    if len(arguments) < 2:
        sys.stderr.write(_USAGE + "\n")
        return 2
    root, command, boot = arguments[0], arguments[1], "--boot" in arguments[2:]
    if command == "ready":
        return 0
    verbs = SystemChanges(_no_homes, root)
    try:
        fd = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
        with Lock(fd, 600.0):
            if command == "expire":
                days = [word[:-1] for word in arguments[2:] if word.endswith("d") and word[:-1].isdigit()]
                request = HostRequest("expire", days=int(days[0]) if days else None)
                removed = ExpireAnswer.of(verbs.expire(request)).removed
                message = f"removed {len(removed)} generation(s)" if removed else None
            elif command in ("recover", "revert"):
                message = (recover if command == "recover" else revert)(verbs.context(), boot)
            else:
                sys.stderr.write(_USAGE + "\n")
                return 2
    except (EngineError, OSError) as problem:
        sys.stderr.write(f"home.manager: {problem}\n")
        _log(str(problem), arguments)
        return 1
    if message:
        sys.stdout.write(f"home.manager: {message}\n")
        _log(message, arguments)
    return 0


def _log(message: str, arguments: List[str]) -> None:
    """Tell the system's log, where nothing else collects what is printed."""
    if "--log" in arguments:
        import syslog

        syslog.syslog(f"home.manager: {message}")


def _no_homes(_request: dict[str, object]) -> dict[str, object]:
    raise EngineError("homes can only be switched from a controller", ErrorKind.REQUEST)
