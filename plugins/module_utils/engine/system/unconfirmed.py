# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The note of a switch that waits for its confirmation."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from ..contract.errors import EngineError, ErrorKind
from ..contract.members import Members
from ..disk import filesystem

if TYPE_CHECKING:
    from ..contract.value import JsonObject
    from .state import SystemState

DOCUMENT = "unconfirmed.json"


class Unconfirmed(NamedTuple):
    """A switch that is not confirmed yet. `until` is the time of the revert, 0 where only a boot reverts; `rollback`: it went back.

    `failed`: something failed while it took effect, so that the next switch has to try again.
    """

    origin: int
    target: int
    until: int
    rollback: bool = False
    failed: bool = False

    @classmethod
    def of(cls, value: object) -> Unconfirmed:
        """EngineError `state` when it is damaged."""
        members = Members(value, DOCUMENT, ErrorKind.STATE)
        return cls(
            members.number("origin"),
            members.number("target"),
            members.number("until"),
            members.flag("rollback"),
            members.flag("failed"),
        )

    def json(self) -> JsonObject:
        return dict(self._asdict())


def pending(state: SystemState) -> Unconfirmed | None:
    """The switch that waits for its confirmation, if there is one.

    Where the note of it is damaged, it went from the generation that was completed last to the current one.
    """
    if filesystem.lstat(state.path(DOCUMENT)) is None:
        return None
    try:
        return Unconfirmed.of(state.document(DOCUMENT))
    except EngineError as error:
        if error.kind != ErrorKind.STATE:
            raise
        return Unconfirmed(state.current("completed"), state.current(), int(time.time()), rollback=True)
