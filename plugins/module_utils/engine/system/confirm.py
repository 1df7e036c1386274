# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A switch that must be confirmed over a new connection: a timer reverts it, and so does a boot."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from ..contract.errors import EngineError, ErrorKind
from .process import run
from .runner import command
from .unconfirmed import DOCUMENT, Unconfirmed, pending

if TYPE_CHECKING:
    from .blueprint import Context
    from .state import SystemState


def arm(context: Context, origin: int, target: int, seconds: int, rollback: bool = False) -> Unconfirmed:
    """Start the timer and look that it runs, then note what is unconfirmed. EngineError `confirm`: nothing was changed."""
    state = context.state
    if state.readable(origin) is None:
        why = f"The switch could not be reverted, because generation {origin} is damaged."
        raise EngineError(
            f"{why} Nothing was changed. Leave out home_system_confirm to switch anyway.", ErrorKind.CONFIRM
        )
    ready = run(command(state.root, "ready"), 60.0)
    if not ready.good:
        raise EngineError(f"The revert could not be prepared ({ready.last}). Nothing was changed.", ErrorKind.CONFIRM)
    why = context.init.start_timer(command(state.root, "revert"), seconds, state.root)
    if why:
        disarm(context)
        raise EngineError(f"The revert timer could not be started ({why}). Nothing was changed.", ErrorKind.CONFIRM)
    found = Unconfirmed(origin, target, int(time.time()) + seconds, rollback)
    state.save(DOCUMENT, found.json())
    return found


def note_failure(state: SystemState) -> None:
    """Note that something failed while the switch that waits for its confirmation took effect."""
    waiting = pending(state)
    if waiting is not None:
        state.save(DOCUMENT, waiting._replace(failed=True).json())


def until_boot(state: SystemState, origin: int, target: int, failed: bool = False) -> None:
    """Note that the next boot goes back to what was before."""
    state.save(DOCUMENT, Unconfirmed(origin, target, 0, failed=failed).json())


def disarm(context: Context) -> None:
    """Stop the timer and forget what was unconfirmed; can be repeated."""
    context.init.stop_timer(context.state.root)
    context.state.forget(DOCUMENT)
