# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""After a switch that was interrupted, and for one that nobody confirmed: back to the old state, or forward to the new one."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ..contract.errors import EngineError, ErrorKind
from . import confirm
from .accounts.writer import finish_interrupted
from .blueprint import make_blueprint
from .declaration import EMPTY
from .effects import Effects
from .packages.apt import release_services
from .packages.planner import brought_since
from .records import Journal
from .settings import Settings
from .state import JOURNAL
from .switch import SystemSwitch
from .unconfirmed import DOCUMENT, pending

if TYPE_CHECKING:
    from typing import Tuple

    from .blueprint import Blueprint, Context
    from .declaration import Declaration
    from .state import SystemState

PREPARE = "prepare"
_COMMIT = "commit"


def recover(context: Context, boot: bool = False) -> str | None:
    """Finish or undo what the journal names; a sentence about it, None when there was nothing.

    `boot`: only files and rows, since most services do not run yet.
    """
    state = context.state
    journal, damaged = _journal(state) if state.exists else (None, "")
    if journal is None:
        # The removal of accounts at the end of a switch has no journal, but may have been cut short between two files.
        if state.exists:
            finish_interrupted(context.etc.root)
        return None
    back = journal.phase == PREPARE and state.current() != journal.target
    # What goes to an older generation, in either direction, brings no password and no key back.
    older = back or journal.target < journal.origin
    switch = SystemSwitch(
        context._replace(new_passwords=False, old_keys=False) if older else context, Settings(journal.action)
    )
    _repair_packages(switch, journal, boot)
    number = journal.origin if back else journal.target
    declaration = state.readable(number)
    if declaration is None:
        return _given_up(switch, number)
    blueprint = _carry(switch, declaration)
    if back:
        switch.take_out(blueprint)
        confirm.disarm(context)
        if journal.target not in (journal.origin, state.current(), state.current("completed")):
            # Nobody means this one by "the generation before".
            state.save(f"failed/{journal.target}", {"why": "interrupted"})
    else:
        state.point("current", number)
    if not boot:
        other = state.readable(journal.target if back else journal.origin) or EMPTY
        Effects(context, switch.answer).after(other, blueprint, switch.ledger)
        state.save_ledger(switch.ledger)
    state.forget(JOURNAL)
    if boot:
        context.init.recovered_at_boot()
    if damaged:
        return f"{damaged}; the host is at generation {number}" if number else f"{damaged}; nothing is managed now"
    if back:
        return "an interrupted switch was undone; it had not taken effect"
    return f"an interrupted switch to generation {number} was finished"


def _journal(state: SystemState) -> Tuple[Journal | None, str]:
    """The journal, with what to say of it where it is damaged: the current generation is then the one to be made whole.

    The rename of `current` is the commit, so nothing else of a damaged journal is needed to know where to go.
    """
    try:
        return state.journal(), ""
    except EngineError as error:
        if error.kind != ErrorKind.STATE:
            raise
    aside = state.set_aside(JOURNAL)
    current = state.current()
    newest = max(state.numbers(), default=0)
    origin = newest if newest != current else state.current("completed")
    stand_in = Journal(_COMMIT, origin, current, "switch", [])
    state.save_journal(stand_in)
    return stand_in, f"the journal of an interrupted switch was damaged and is now {aside}"


def _given_up(switch: SystemSwitch, number: int) -> str:
    """Leave the parts of an interrupted switch as they are: the generation that they should be made whole by is damaged."""
    finish_interrupted(switch.context.etc.root)
    confirm.disarm(switch.context)
    switch.state.forget(JOURNAL)
    return (
        f"an interrupted switch was left as it is, because generation {number} is damaged; the next switch repairs this"
    )


def _repair_packages(switch: SystemSwitch, journal: Journal, boot: bool) -> None:
    release_services(switch.state.root)
    if not journal.installed:
        return
    if not boot:
        switch.context.packages.repair()
    wanted = (switch.state.readable(journal.target) or EMPTY).packages
    rows = brought_since(switch.ledger.packages, journal.installed, switch.context.packages.installed(), wanted)
    switch.ledger = switch.ledger._replace(packages=rows)
    switch.state.save_ledger(switch.ledger)


def _carry(switch: SystemSwitch, declaration: Declaration) -> Blueprint:
    """Make files and rows those of a declaration; can be repeated."""
    context = switch.context
    finish_interrupted(context.etc.root)
    context.etc.sweep({"", *(os.path.dirname(target) for target in switch.ledger.etc.files)})
    blueprint = make_blueprint(context, declaration, switch.ledger)
    switch.write_accounts(blueprint)
    writer = switch.writer()
    writer.prepare(blueprint.etc.steps)
    switch.put(blueprint)
    return blueprint


def revert(context: Context, boot: bool = False) -> str | None:
    """Take back the switch that nobody confirmed; a sentence about it, None when there is none."""
    state = context.state
    waiting = pending(state) if state.exists else None
    if waiting is None or (boot is False and waiting.until == 0):
        return None
    recover(context, boot)
    switch = SystemSwitch(context._replace(new_passwords=False), Settings("switch"))
    former = state.readable(waiting.target) or EMPTY
    declaration = state.declaration(waiting.origin) or EMPTY
    if waiting.target != waiting.origin:
        state.save(f"failed/{waiting.target}", {"why": "not confirmed"})
    blueprint = _carry(switch, declaration)
    state.point("current", waiting.origin)
    if state.current("completed") == waiting.target:
        # Otherwise it still leads to what was completed before, and what failed then is tried again.
        state.point("completed", waiting.origin)
    state.forget(DOCUMENT)
    if boot:
        context.init.recovered_at_boot()
    else:
        Effects(context, switch.answer).after(former, blueprint, switch.ledger)
        state.save_ledger(switch.ledger)
    return f"generation {waiting.target} was not confirmed and was reverted to generation {waiting.origin}"
