# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a merge remembers: for each declared leaf what was set and what was there before.

As JSON: `{"version": 1, "format": F, "leaves": [{"path": [...], "set": V, "before": B}],
"containers": [{"path": [...], "before": B}], "blank": TEXT | null,
"undo": {"sha256": HEX, "edits": [[START, END, TEXT], ...]} | null}`, where B is null for "nothing was there" or
`{"value": V, "source": TEXT | null}`. `containers` are the mappings the merge made; `blank` is the former text when it
was empty; `undo` gives back the former text as long as nobody changed the file.
"""

from __future__ import annotations

import hashlib
from typing import Any, Dict, List, Optional

from .document import Document, Edit
from .errors import MergeError
from .values import ABSENT, Path, leaves, plain, same

VERSION = 1


class Former:
    """What was at a path before the merge: nothing, or a value and how it was written."""

    def __init__(self, value: Any = ABSENT, source: Optional[str] = None) -> None:
        self.value = value
        self.source = source

    @property
    def absent(self) -> bool:
        """Whether nothing was there."""
        return self.value is ABSENT

    def dump(self) -> Optional[Dict[str, Any]]:
        """As JSON holds it."""
        return None if self.absent else {"value": plain(self.value), "source": self.source}

    @classmethod
    def load(cls, data: Optional[Dict[str, Any]]) -> Former:
        """The inverse of `dump`."""
        return cls() if data is None else cls(data["value"], data["source"])


class Leaf:
    """A declared leaf."""

    def __init__(self, path: Path, value: Any, before: Former) -> None:
        self.path = path
        self.value = value
        self.before = before


class Container:
    """A mapping which the merge made."""

    def __init__(self, path: Path, before: Former) -> None:
        self.path = path
        self.before = before


def digest(text: str) -> str:
    """SHA-256 of a text, hex."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class Record:
    """The memory of one merged file."""

    def __init__(self, format_name: str) -> None:
        self.format = format_name
        self.leaves: List[Leaf] = []
        self.containers: List[Container] = []
        self.blank: Optional[str] = None
        self.digest = ""
        self.edits: List[Edit] = []

    @property
    def empty(self) -> bool:
        """Whether there is nothing of ours in the file."""
        return not self.leaves and not self.containers

    def holds(self, declared: Dict[str, Any]) -> bool:
        """Whether this is the record of exactly this declaration, in its order."""
        wanted = list(leaves(declared))
        return len(wanted) == len(self.leaves) and all(
            path == leaf.path and same(plain(value), leaf.value, True)
            for (path, value), leaf in zip(wanted, self.leaves)
        )

    def seal(self, document: Document) -> None:
        """Remember how to undo everything that was done to `document`."""
        self.digest = digest(document.text)
        self.edits = list(reversed(document.undo))

    def original(self, text: str) -> Optional[str]:
        """The text before the merge, byte for byte; None when `text` is no longer what the merge made."""
        if not self.digest or digest(text) != self.digest:
            return None
        for start, end, former in self.edits:
            text = text[:start] + former + text[end:]
        return text

    def dump(self) -> Dict[str, Any]:
        """As JSON holds it."""
        return {
            "version": VERSION,
            "format": self.format,
            "leaves": [
                {"path": list(leaf.path), "set": leaf.value, "before": leaf.before.dump()} for leaf in self.leaves
            ],
            "containers": [{"path": list(made.path), "before": made.before.dump()} for made in self.containers],
            "blank": self.blank,
            "undo": {"sha256": self.digest, "edits": [list(edit) for edit in self.edits]} if self.digest else None,
        }

    @classmethod
    def load(cls, format_name: str, data: Optional[Dict[str, Any]]) -> Record:
        """The inverse of `dump`; None gives an empty record. MergeError when the data is of another kind."""
        record = cls(format_name)
        if data is None:
            return record
        if data.get("version") != VERSION or data.get("format") != format_name:
            raise MergeError(
                "the record of the last merge is of format {!r}, version {!r}; expected {!r}, version {}".format(
                    data.get("format"), data.get("version"), format_name, VERSION
                )
            )
        record.leaves = [Leaf(tuple(x["path"]), x["set"], Former.load(x["before"])) for x in data["leaves"]]
        record.containers = [Container(tuple(x["path"]), Former.load(x["before"])) for x in data["containers"]]
        record.blank = data["blank"]
        if data["undo"]:
            record.digest = data["undo"]["sha256"]
            record.edits = [tuple(edit) for edit in data["undo"]["edits"]]
        return record
