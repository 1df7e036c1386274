# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The journal: what a transaction is about to do, written once, before the home is touched."""

from __future__ import annotations

import os
import time

from ..contract.errors import EngineError, ErrorKind
from ..contract.paths import parents
from ..disk import filesystem
from ..planning.step import step_of
from ..state import layout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..planning.plan import Plan
    from ..planning.step import Step
    from ..state.state import State

VERSION = 1
FLIPPED = layout.STAGING + "/flipped"


def transaction_id() -> str:
    """A name for a transaction, never the same twice, whatever the clock does."""
    return time.strftime("%Y%m%dT%H%M%S", time.gmtime()) + "-" + os.urandom(4).hex()


class Journal:
    """A transaction in progress. `source` and `to` are references (None: nothing is managed before, or after)."""

    def __init__(self, tx: str, home: str, source: str | None, to: str | None) -> None:
        self.tx = tx
        self.home = home
        self.source = source
        self.to = to
        self.steps: list[Step] = []
        self.folders: dict[str, int] = {}
        self.drop: list[str] = []
        self._followed: set[str] | None = None

    @classmethod
    def of(cls, tx: str, home: str, source: str | None, to: str | None, plan: Plan) -> Journal:
        """The journal of a plan."""
        journal = cls(tx, home, source, to)
        journal.steps = plan.steps
        journal.folders = plan.folders
        journal.drop = plan.drop
        return journal

    def write(self, state: State) -> None:
        """Write it durably: temporary file, fsync, rename, fsync of the folder."""
        value = {
            "version": VERSION,
            "tx": self.tx,
            "home": self.home,
            "from": self.source,
            "to": self.to,
            "steps": [step.json() for step in self.steps],
            "folders": self.folders,
            "drop": self.drop,
        }
        temporary = layout.STAGING + "/journal"
        state.write_json(temporary, value, sync=True)
        filesystem.rename(temporary, layout.JOURNAL, state.fd, state.fd)
        filesystem.sync(state.fd, state.path)

    @classmethod
    def read(cls, state: State) -> Journal | None:
        """The journal of a transaction that did not end; None when there is none.

        EngineError `damaged`, or `state` for one that only a newer home.manager can read.
        """
        value = state.json(layout.JOURNAL)
        if value is None:
            return None
        version = value.get("version") if isinstance(value, dict) else None
        if isinstance(version, int) and version > VERSION:
            message = (
                f"a switch by a newer home.manager was interrupted (its journal has version {version}, this one reads"
                f" {VERSION}); switch again with the newer one, which finishes or undoes it. Until then this home can only be read"
            )
            raise EngineError(message, ErrorKind.STATE)
        try:
            return cls._of(value)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise state.damage(layout.JOURNAL, f"it has an invalid structure ({error})") from None

    @classmethod
    def _of(cls, value: Any) -> Journal:
        """The journal of what was written. AttributeError, KeyError, TypeError, ValueError for anything else."""
        if value["version"] != VERSION:
            raise ValueError(f"version {value['version']!r}")
        texts = [value["tx"], value["home"], *(text for text in (value["from"], value["to"]) if text is not None)]
        if not all(isinstance(text, str) for text in texts):
            raise TypeError("a name is no text")
        journal = cls(value["tx"], value["home"], value["from"], value["to"])
        journal.steps = [step_of(step) for step in value["steps"]]
        journal.folders = {str(folder): int(mode) for folder, mode in value["folders"].items()}
        journal.drop = [str(folder) for folder in value["drop"]]
        return journal

    def follows(self, folder: str) -> bool:
        """Whether a folder of the home is reached as the steps below it are: through links."""
        if self._followed is None:
            self._followed = {above for step in self.steps if step.follow for above in parents(step.path)}
        return folder in self._followed

    def started(self) -> int:
        """When the transaction began, in seconds since 1970; its name begins with that."""
        import calendar

        try:
            return calendar.timegm(time.strptime(self.tx[:15], "%Y%m%dT%H%M%S"))
        except ValueError:
            return 0

    def committed(self, state: State) -> bool:
        """Whether the flip has happened."""
        if self.to is None:
            return filesystem.lstat(FLIPPED, state.fd) is not None
        staged = filesystem.lstat(f"{layout.STAGING}/{layout.CURRENT}", state.fd)
        return staged is None and filesystem.readlink(layout.CURRENT, state.fd) == self.to

    def flip(self, state: State) -> None:
        """The commit: one rename."""
        staged = f"{layout.STAGING}/{layout.CURRENT}"
        if self.to is not None:
            filesystem.rename(staged, layout.CURRENT, state.fd, state.fd)
        elif filesystem.lstat(layout.CURRENT, state.fd) is not None:
            filesystem.rename(layout.CURRENT, FLIPPED, state.fd, state.fd)
        else:
            filesystem.rename(staged, FLIPPED, state.fd, state.fd)
        filesystem.sync(state.fd, state.path)

    def end(self, state: State) -> None:
        """Remove the journal, durably."""
        filesystem.unlink(layout.JOURNAL, state.fd)
        filesystem.sync(state.fd, state.path)
