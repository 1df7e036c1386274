# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Lingering: whether a user's service manager runs from boot on, without a login."""

from __future__ import annotations

import socket
import time

from ..contract.errors import EngineError, ErrorKind
from ..disk import filesystem
from ..launcher import LINGERING

_LOGINCTL = "loginctl"
_SOCKET = "/run/user/{}/systemd/private"
# How long a manager may take to come up: seconds, and between two looks.
_PATIENCE = 10.0
_PAUSE = 0.05


def lingers(user: str) -> bool:
    """Whether the user lingers. One look at the disk."""
    return filesystem.lstat(f"{LINGERING}/{user}") is not None


def let_linger(user: str, wanted: bool) -> bool:
    """Let the user linger, or no longer; whether that changed anything.

    EngineError `service` when the machine refuses, as it does to everybody but root.
    """
    if lingers(user) == wanted:
        return False
    import subprocess

    verb = "enable-linger" if wanted else "disable-linger"
    command = [_LOGINCTL, "--no-ask-password", verb, user]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False
        )
    except OSError as error:
        raise EngineError(f"`{_LOGINCTL}` cannot be run: {error.strerror}", ErrorKind.SERVICE) from None
    if done.returncode:
        problem = done.stderr.decode("utf-8", "replace").strip()
        raise EngineError(f"`{' '.join(command)}` failed: {problem}", ErrorKind.SERVICE)
    return True


def await_manager(uid: int) -> None:
    """Wait until the user's manager listens. One that does not come up is reported by the switch itself: it finds none."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            try:
                probe.connect(_SOCKET.format(uid))
                return
            except OSError:
                time.sleep(_PAUSE)
