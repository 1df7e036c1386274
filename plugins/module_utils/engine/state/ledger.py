# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The ledger: every path of the home that is managed, and what was put there.

As JSON: `{"version", "home", "files": {TARGET: RECORD}, "folders": [PATH], "last": NUMBER, "large": {ID: [SIZE, TIME, MODE]}}`,
and `"owed": [PATH]` where there is any.
"""

from __future__ import annotations

from ..contract.errors import EngineError, ErrorKind
from ..contract.records import Record
from ..disk import filesystem
from . import layout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict, Iterator, List, Optional, Tuple

    from .state import State

VERSION = 1
# Objects longer than this (bytes) are hashed only when size, time or mode differ from what the ledger remembers.
LARGE = 64 * 1024
_LINKS = ("link", "symlink")


class Ledger:
    """What is remembered of the home between switches.

    Records are read when they are asked for: a switch with nothing to do only compares the texts of links.
    """

    def __init__(
        self, home: str, files: Dict[str, Record], folders: List[str], last: int, large: Dict[str, List[int]]
    ) -> None:
        self.home = home
        # Folders of the home that a switch made, relative, sorted.
        self.folders = folders
        # The highest number that a generation ever had: numbers do not come back.
        self.last = last
        # Large objects: ID to [size, modification time in nanoseconds, mode] when they were last known to be right.
        self.large = large
        # Paths that a switch could not bring up to date, since the system refused it: their records are the former ones.
        self.unfinished: List[str] = []
        self._read = files
        self._raw: Dict[str, Dict[str, object]] = {}

    @classmethod
    def read(cls, state: Optional[State], home: Optional[str], settled: bool = True) -> Ledger:
        """The ledger of a state folder; an empty one when there is none yet.

        EngineError `damaged` when it cannot be used, or is missing though a generation is current, unless a switch is just
        being finished (not `settled`); `owner` when it belongs to another home than `home`, unless that is None.
        """
        ledger = cls._found(state, layout.LEDGER) if state is not None else None
        if ledger is None:
            if state is not None and settled and filesystem.readlink(layout.CURRENT, state.fd) is not None:
                raise state.damage(layout.LEDGER, "it is missing")
            last = max(state.generations() or [0]) if state is not None else 0
            return cls(home or "", {}, [], last, {})
        if home is None:
            return ledger
        if ledger.home != home and ledger._raw:
            message = f"this state folder belongs to the home {ledger.home}, not to {home}"
            raise EngineError(message, ErrorKind.OWNER)
        ledger.home = home
        return ledger

    @classmethod
    def home_of(cls, state: State) -> Optional[str]:
        """The home that a state folder belongs to; None when there is no ledger yet."""
        try:
            ledger = cls._found(state, layout.LEDGER)
        except EngineError as error:
            if error.kind != ErrorKind.DAMAGED:
                raise
            return None
        return ledger.home if ledger is not None else None

    @classmethod
    def _found(cls, state: State, name: str) -> Optional[Ledger]:
        """The ledger in a file of the state; None when that is missing."""
        try:
            found = state.json(name)
            return cls.of(found) if found is not None else None
        except EngineError as error:
            if error.kind != ErrorKind.DAMAGED:
                raise
            if state.use_copy and name != layout.LEDGER_COPY:
                copy = cls.copy(state)
                if copy is not None:
                    return copy
            raise EngineError(error.message, ErrorKind.DAMAGED, part=name) from None

    @classmethod
    def copy(cls, state: State) -> Optional[Ledger]:
        """The copy of the ledger; None when it is missing or damaged, too."""
        try:
            return cls._found(state, layout.LEDGER_COPY)
        except EngineError as error:
            if error.kind != ErrorKind.DAMAGED:
                raise
            return None

    @classmethod
    def of(cls, value: object) -> Ledger:
        """The inverse of `json`. EngineError `damaged`, or `state` for one of a newer version."""
        version = value.get("version") if isinstance(value, dict) else None
        if isinstance(version, int) and version > VERSION:
            message = (
                f"a newer home.manager has written the ledger of this home (version {version}, this one reads {VERSION});"
                " use the newer one"
            )
            raise EngineError(message, ErrorKind.STATE)
        types = {"home": str, "folders": list, "last": int, "large": dict, "files": dict}
        if not isinstance(value, dict) or not all(isinstance(value.get(name), kind) for name, kind in types.items()):
            raise EngineError("the ledger is damaged: its structure is invalid", ErrorKind.DAMAGED)
        ledger = cls(value["home"], {}, value["folders"], value["last"], value["large"])
        ledger._raw = value["files"]
        unfinished = value.get("owed")
        ledger.unfinished = [str(path) for path in unfinished] if isinstance(unfinished, list) else []
        return ledger

    def json(self) -> Dict[str, object]:
        """As it is kept."""
        unfinished: Dict[str, object] = {"owed": self.unfinished} if self.unfinished else {}
        return {
            **unfinished,
            "version": VERSION,
            "home": self.home,
            "files": {target: record.json() for target, record in self.files.items()},
            "folders": sorted(self.folders),
            "last": self.last,
            "large": self.large,
        }

    @property
    def files(self) -> Dict[str, Record]:
        """Target to record."""
        for target in list(self._raw):
            self.record(target)
        return self._read

    def targets(self) -> List[str]:
        """All managed paths."""
        return [*self._read, *self._raw]

    def record(self, target: str) -> Optional[Record]:
        """The record of a path, if it is managed."""
        if target in self._raw:
            try:
                self._read[target] = Record.of(self._raw.pop(target))
            except (EngineError, TypeError, ValueError):
                raise _wrong_record(target) from None
        return self._read.get(target)

    def adopted(self) -> List[str]:
        """The IDs of the objects whose contents are to be given back to the user."""
        found = [record.adopted.object for record in self.files.values() if record.adopted is not None]
        return [name for name in found if name is not None]

    def links(self) -> Iterator[Tuple[str, str, bool]]:
        """Of each managed link its path, its text, and whether links are followed on the way to it."""
        for target, raw in self._raw.items():
            try:
                if raw["kind"] not in _LINKS:
                    continue
                found = target, str(raw["text"]), "follow" in raw
            except (KeyError, TypeError):
                raise _wrong_record(target) from None
            yield found
        for target, record in self._read.items():
            if record.kind in _LINKS:
                yield target, record.text or "", record.follow

    def leaves(self) -> Optional[List[Tuple[str, str]]]:
        """Each managed file that is a link, with the ID of its object; None when folders are linked whole too."""
        found: List[Tuple[str, str]] = []
        for target, raw in self._raw.items():
            try:
                if raw["kind"] == "link":
                    if "tree" in raw:
                        return None
                    found.append((target, str(raw["shows"])))
            except (KeyError, TypeError):
                raise _wrong_record(target) from None
        for target, record in self._read.items():
            if record.kind == "link":
                if record.tree:
                    return None
                found.append((target, record.object or ""))
        return found


def _wrong_record(target: str) -> EngineError:
    return EngineError(
        f"the ledger is damaged: its entry for {target} is invalid", ErrorKind.DAMAGED, part=layout.LEDGER
    )
