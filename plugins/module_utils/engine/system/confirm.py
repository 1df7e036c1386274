# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A switch that must be confirmed over a new connection: a timer reverts it, and so does a boot."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from ..contract.errors import EngineError, ErrorKind
from .process import run
from .runner import command
from .unconfirmed import DOCUMENT, Unconfirmed

if TYPE_CHECKING:
    from .state import SystemState

UNIT = "home-manager-revert"


def arm(state: SystemState, origin: int, target: int, seconds: int, rollback: bool = False) -> Unconfirmed:
    """Start the timer and look that it runs, then note what is unconfirmed. EngineError `confirm`: nothing was changed."""
    ready = run(command(state.root, "ready"), 60.0)
    if not ready.good:
        raise EngineError(f"The revert could not be prepared ({ready.last}). Nothing was changed.", ErrorKind.CONFIRM)
    # A failed unit that was left over makes systemd refuse a new one of its name.
    run(["systemctl", "stop", f"{UNIT}.timer"], 30.0)
    run(["systemctl", "reset-failed", f"{UNIT}.service", f"{UNIT}.timer"], 30.0)
    started = run(
        ["systemd-run", f"--unit={UNIT}", f"--on-active={seconds}s", "--timer-property=AccuracySec=100ms", "--collect",
         *command(state.root, "revert")],
        30.0,
    )  # fmt: skip
    active = run(["systemctl", "is-active", f"{UNIT}.timer"], 30.0)
    if not started.good or active.output.strip() != "active":
        disarm(state)
        raise EngineError(
            f"The revert timer could not be started ({started.last}). Nothing was changed.", ErrorKind.CONFIRM
        )
    found = Unconfirmed(origin, target, int(time.time()) + seconds, rollback)
    state.save(DOCUMENT, found.json())
    return found


def until_boot(state: SystemState, origin: int, target: int) -> None:
    """Note that the next boot goes back to what was before."""
    state.save(DOCUMENT, Unconfirmed(origin, target, 0).json())


def disarm(state: SystemState) -> None:
    """Stop the timer and forget what was unconfirmed; can be repeated."""
    run(["systemctl", "stop", f"{UNIT}.timer"], 30.0)
    state.forget(DOCUMENT)
