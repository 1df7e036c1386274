# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a switch does: operations on paths, what is in their way, and changes of the session and the packages."""

from __future__ import annotations

from enum import Enum

from .errors import ErrorKind
from .members import Members
from .value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict, List, Optional

    from .value import JsonObject


class OperationKind(str, Enum):
    """What was done, or would be done, to a path. ADOPT: it was right already, and is managed from now on."""

    ADD = "add"
    CHANGE = "change"
    REMOVE = "remove"
    ADOPT = "adopt"
    BACKUP = "backup"
    KEEP = "keep"
    REPAIR = "repair"

    def __str__(self) -> str:
        return self.value


def members_of(value: object, where: str) -> Members:
    return Members(value, where, ErrorKind.REQUEST)


def filled(values: Dict[str, object]) -> JsonObject:
    """Without what is empty."""
    return {name: value for name, value in values.items() if value not in (None, "", 0, False, [])}


class LineDiff(Value):
    """What changes in a text: the numbers of lines, and with a diff the texts; for binary content only the number of bytes."""

    __slots__ = ("added", "after", "before", "bytes", "removed")

    def __init__(self, removed: int = 0, added: int = 0, bytes: int = 0) -> None:  # noqa: A002
        self.removed = removed
        self.added = added
        self.bytes = bytes
        self.before: Optional[str] = None
        self.after: Optional[str] = None

    def json(self) -> JsonObject:
        """The numbers, and both texts if there is one; null for a file that is not there."""
        if self.bytes:
            return {"bytes": self.bytes}
        found: JsonObject = {"removed": self.removed, "added": self.added}
        if self.before is not None or self.after is not None:
            found.update(before=self.before, after=self.after)
        return found

    @classmethod
    def of(cls, value: object) -> LineDiff:
        """The inverse of `json`."""
        members = members_of(value, "a diff")
        numbers = [members.optional_number(name) or 0 for name in ("removed", "added", "bytes")]
        diff = cls(*numbers)
        diff.before, diff.after = members.optional_text("before"), members.optional_text("after")
        return diff

    @classmethod
    def optional(cls, value: object) -> Optional[LineDiff]:
        """The same, of a member that may be missing."""
        return cls.of(value) if value is not None else None


class Operation(Value):
    """One operation: its kind, the path (relative to the home, or to the state folder), and more for people.

    - `method` and `what` (text, program, binary, link, folder) are those of the file; `secret`: nothing of it is shown.
    - `to`: where a backup goes, or a link leads; `restores`: the backup that comes back for what is removed.
    - `found`: what was there in place of what is repaired; `since`: when a kept file was edited (seconds since 1970).
    - `number`: of a folder's files; `note`: shown in place of a difference.
    """

    __slots__ = (
        "detail",
        "diff",
        "found",
        "method",
        "note",
        "number",
        "op",
        "path",
        "restores",
        "secret",
        "since",
        "to",
        "what",
    )

    def __init__(self, op: OperationKind, path: str, detail: str = "") -> None:
        self.op = op
        self.path = path
        self.detail = detail
        self.method = "link"
        self.what = "text"
        self.secret = False
        self.to = ""
        self.restores = ""
        self.found = ""
        self.since = 0
        self.number = 0
        self.note = ""
        self.diff: Optional[LineDiff] = None

    def json(self) -> JsonObject:
        """{"op", "path", "detail"} and what else is known."""
        found: JsonObject = {"op": self.op.value, "path": self.path, "detail": self.detail}
        found.update(filled({name: getattr(self, name) for name in _TEXTS + _NUMBERS}))
        for name, usual in _USUAL.items():
            if getattr(self, name) != usual:
                found[name] = getattr(self, name)
        if self.secret:
            found["secret"] = True
        if self.diff is not None:
            found["diff"] = self.diff.json()
        return found

    @classmethod
    def of(cls, value: object) -> Operation:
        """The inverse of `json`."""
        members = members_of(value, "an operation")
        op = OperationKind(members.choice("op", [kind.value for kind in OperationKind]))
        operation = cls(op, members.text("path"), members.text("detail"))
        for name in _TEXTS:
            setattr(operation, name, members.optional_text(name) or "")
        for name in _NUMBERS:
            setattr(operation, name, members.optional_number(name) or 0)
        for name, usual in _USUAL.items():
            setattr(operation, name, members.optional_text(name) or usual)
        operation.secret, operation.diff = members.flag("secret"), LineDiff.optional(members.take("diff"))
        return operation


_TEXTS = ("to", "restores", "found", "note")
_NUMBERS = ("since", "number")
_USUAL = {"method": "link", "what": "text"}


class Problem(Value):
    """A path, and why nothing could be done there."""

    __slots__ = ("path", "reason")

    def __init__(self, path: str, reason: str) -> None:
        self.path = path
        self.reason = reason

    def __str__(self) -> str:
        return "%s: %s" % (self.path, self.reason)

    def json(self) -> JsonObject:
        """{"path", "reason"}."""
        return {"path": self.path, "reason": self.reason}

    @classmethod
    def of(cls, value: object) -> Problem:
        """The inverse of `json`."""
        members = members_of(value, "a problem")
        return cls(members.text("path"), members.text("reason"))


class Collision(Problem):
    """A path that is in the way.

    - `kind`: file, folder, link, foreign, special, parent-link, parent-file, denied, unreadable, format.
    - `to`: where a link leads; `parent`: the folder above that is in the way; `made`: what it is, or who made it.
    - `number` and `names` are those of a folder's files; `lines` (None for binary content) and `bytes` are a file's size.
    """

    __slots__ = ("bytes", "diff", "kind", "lines", "made", "names", "number", "parent", "secret", "to")

    def __init__(self, path: str, reason: str, kind: str) -> None:
        super().__init__(path, reason)
        self.kind = kind
        self.to = ""
        self.parent = ""
        self.made = ""
        self.number = 0
        self.names: List[str] = []
        self.lines: Optional[int] = None
        self.bytes = 0
        self.secret = False
        self.diff: Optional[LineDiff] = None

    def json(self) -> JsonObject:
        found: JsonObject = {**super().json(), "kind": self.kind}
        found.update(filled({name: getattr(self, name) for name in _COLLISION}))
        if self.lines is not None:
            found["lines"] = self.lines
        if self.diff is not None:
            found["diff"] = self.diff.json()
        return found

    @classmethod
    def of(cls, value: object) -> Collision:
        members = members_of(value, "a collision")
        found = cls(members.text("path"), members.text("reason"), members.text("kind"))
        found.to, found.parent = members.optional_text("to") or "", members.optional_text("parent") or ""
        found.made, found.names = members.optional_text("made") or "", members.texts("names")
        found.number, found.bytes = members.optional_number("number") or 0, members.optional_number("bytes") or 0
        found.lines, found.secret = members.optional_number("lines"), members.flag("secret")
        found.diff = LineDiff.optional(members.take("diff"))
        return found


_COLLISION = ("to", "parent", "made", "number", "names", "bytes", "secret")


class SessionChange(Value):
    """A session variable that changes, or with `kind` `path` a folder of the search path. `op`: add, change, remove.

    `old` and `new` are its values, unless it is secret; `before` is the folder that a new one comes before.
    """

    __slots__ = ("before", "kind", "name", "new", "old", "op", "secret")

    def __init__(self, name: str, op: str, kind: str = "variable") -> None:
        self.name = name
        self.op = op
        self.kind = kind
        self.old: Optional[str] = None
        self.new: Optional[str] = None
        self.before = ""
        self.secret = False

    def json(self) -> JsonObject:
        """{"name", "op", "kind"}, and "from", "to", "before" and "secret" where they are set."""
        found: JsonObject = {"name": self.name, "op": self.op, "kind": self.kind}
        for name, value in (("from", self.old), ("to", self.new)):
            if value is not None:
                found[name] = value
        found.update(filled({"before": self.before, "secret": self.secret}))
        return found

    @classmethod
    def of(cls, value: object) -> SessionChange:
        """The inverse of `json`."""
        members = members_of(value, "a change of the session")
        change = cls(members.text("name"), members.text("op"), members.optional_text("kind") or "variable")
        change.old, change.new = members.optional_text("from"), members.optional_text("to")
        change.before, change.secret = members.optional_text("before") or "", members.flag("secret")
        return change


class PackageChange(Value):
    """A package that comes, goes or becomes another version. `op`: add, change, remove; lack: nobody brings it.

    `old` and `new` are versions, or `host`; `download` is the bytes to download, `trust`: what vouches for them.
    """

    __slots__ = ("download", "name", "new", "note", "old", "op", "provider", "trust")

    def __init__(self, name: str, op: str, provider: str = "") -> None:
        self.name = name
        self.op = op
        self.provider = provider
        self.old = ""
        self.new = ""
        self.download: Optional[int] = None
        self.trust = ""
        self.note = ""

    def json(self) -> JsonObject:
        """{"name", "op"}, and "from", "to" and the other attributes where they are set."""
        more: Dict[str, object] = {
            "from": self.old,
            "to": self.new,
            "provider": self.provider,
            "trust": self.trust,
            "note": self.note,
        }
        found: JsonObject = {"name": self.name, "op": self.op, **filled(more)}
        if self.download is not None:
            found["download"] = self.download
        return found

    @classmethod
    def of(cls, value: object) -> PackageChange:
        """The inverse of `json`."""
        members = members_of(value, "a change of a package")
        change = cls(members.text("name"), members.text("op"), members.optional_text("provider") or "")
        change.old, change.new = members.optional_text("from") or "", members.optional_text("to") or ""
        change.trust, change.note = members.optional_text("trust") or "", members.optional_text("note") or ""
        change.download = members.optional_number("download")
        return change
