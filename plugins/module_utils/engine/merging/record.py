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
from typing import Dict, List, Optional

from ..contract.errors import ErrorKind
from ..contract.members import Members
from .document import Document, Edit
from .errors import MergeError
from .values import ABSENT, Path, leaves, plain, same

VERSION = 1


class PreviousValue:
    """What was at a path before the merge: nothing, or a value and how it was written."""

    def __init__(self, value: object = ABSENT, source: Optional[str] = None) -> None:
        self.value = value
        self.source = source

    @property
    def absent(self) -> bool:
        """Whether nothing was there."""
        return self.value is ABSENT

    def dump(self) -> Optional[Dict[str, object]]:
        """As JSON holds it."""
        return None if self.absent else {"value": plain(self.value), "source": self.source}

    @classmethod
    def load(cls, data: object) -> PreviousValue:
        """The inverse of `dump`."""
        if data is None:
            return cls()
        members = _members(data)
        return cls(members.take("value"), members.optional_text("source"))


class Leaf:
    """A declared leaf."""

    def __init__(self, path: Path, value: object, before: PreviousValue) -> None:
        self.path = path
        self.value = value
        self.before = before


class Container:
    """A mapping which the merge made."""

    def __init__(self, path: Path, before: PreviousValue) -> None:
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

    def holds(self, declared: Dict[str, object]) -> bool:
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

    def dump(self) -> Dict[str, object]:
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
    def load(cls, format_name: str, data: Optional[Dict[str, object]]) -> Record:
        """The inverse of `dump`; None gives an empty record. MergeError when it is of another kind, EngineError `state` when it is damaged."""
        record = cls(format_name)
        if data is None:
            return record
        if data.get("version") != VERSION or data.get("format") != format_name:
            raise MergeError(
                "the record of the last merge is of format {!r}, version {!r}; expected {!r}, version {}".format(
                    data.get("format"), data.get("version"), format_name, VERSION
                )
            )
        whole = _members(data)
        for item in map(_members, whole.sequence("leaves")):
            leaf = Leaf(tuple(item.texts("path")), item.take("set"), PreviousValue.load(item.take("before")))
            record.leaves.append(leaf)
        for item in map(_members, whole.sequence("containers")):
            record.containers.append(Container(tuple(item.texts("path")), PreviousValue.load(item.take("before"))))
        record.blank = whole.optional_text("blank")
        undo = whole.take("undo")
        if undo is not None:
            members = _members(undo)
            record.digest = members.text("sha256")
            record.edits = [_edit(edit) for edit in members.sequence("edits")]
        return record


def _members(value: object) -> Members:
    return Members(value, "the record of a merge", ErrorKind.STATE)


def _edit(value: object) -> Edit:
    start, end, former = value if isinstance(value, list) and len(value) == 3 else (None, None, None)
    if not isinstance(start, int) or not isinstance(end, int) or not isinstance(former, str):
        raise _members({}).error("an edit is a start, an end and a text")
    return start, end, former
