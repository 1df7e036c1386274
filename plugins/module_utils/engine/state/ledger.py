# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The ledger: every path of the home that is managed, and what was put there.

A record of `files` is one of
  {"kind": "link", "text": TEXT, "shows": ID or hash of a tree's entries}      (`tree`: true for a folder linked whole)
  {"kind": "symlink", "text": TEXT}
  {"kind": "copy" | "seed", "shows": ID, "stored": "0444", "mode": "0644"}
  {"kind": "merge", "shows": ID, "format": FORMAT, "record": what the merge remembers,
   "hash": SHA-256 of the text written, "made": true when there was no file before}
and may carry "backup": the base name of the user's file that gave way (it comes back when the path is no longer
managed), "moved": the name to which the very switch that wrote the record moved a file (for its undo), "follow": true
when a link among its parents was followed because the spec forced it, and "sensitive": true.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..contract.errors import EngineError
from . import layout

if TYPE_CHECKING:
    from .state import State

    Record = dict[str, Any]

VERSION = 1
# Objects longer than this (bytes) are hashed only when size, time or mode differ from what the ledger remembers.
LARGE = 64 * 1024


class Ledger:
    """What is remembered of the home between switches."""

    def __init__(
        self, files: dict[str, Record], folders: list[str], last: int, large: dict[str, list[int]], home: str
    ) -> None:
        self.files = files
        # Folders of the home that a switch made, relative, sorted.
        self.folders = folders
        # The highest number that a generation ever had: numbers do not come back.
        self.last = last
        # Large objects: ID to [size, modification time in nanoseconds] when they were last known to be right.
        self.large = large
        self.home = home

    @classmethod
    def read(cls, state: State | None, home: str) -> Ledger:
        """The ledger of a state folder; an empty one when there is none yet. EngineError `state` when it is damaged."""
        found = state.json(layout.LEDGER) if state is not None else None
        if found is None:
            last = max(state.generations() or [0]) if state is not None else 0
            return cls({}, [], last, {}, home)
        if not isinstance(found, dict) or found.get("version") != VERSION:
            raise EngineError("the ledger was written by another version of the engine", "state")
        if found["home"] != home and found["files"]:
            message = f"this state folder belongs to the home {found['home']}, not to {home}"
            raise EngineError(message, "owner")
        return cls(found["files"], found["folders"], found["last"], found["large"], home)

    def value(self) -> dict[str, Any]:
        """The JSON value that `read` takes."""
        return {
            "version": VERSION,
            "home": self.home,
            "files": self.files,
            "folders": sorted(self.folders),
            "last": self.last,
            "large": self.large,
        }
