# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Objects: contents with a mode, named by the hash of both."""

from __future__ import annotations

import re

from .errors import ErrorKind
from .members import Members
from .value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .value import JsonObject

_DROPPED = re.compile(r"[^A-Za-z0-9._+-]")
_OBJECT_ID = re.compile(r"[0-9a-f]{32}-[A-Za-z0-9_+-][A-Za-z0-9._+-]{0,99}\Z")
_MODE = re.compile(r"0[0-7]{3}\Z")


class StoredObject(Value):
    """An object as a manifest lists it: its mode in the store ("0444") and its size in bytes."""

    __slots__ = ("mode", "size")

    def __init__(self, mode: str, size: int) -> None:
        self.mode = mode
        self.size = size

    def json(self) -> JsonObject:
        """{"mode", "size"}."""
        return {"mode": self.mode, "size": self.size}

    @classmethod
    def of(cls, name: str, value: object) -> StoredObject:
        """The inverse of `json`. EngineError `manifest`."""
        # There is one for every file of a home. Only what is wrong is read member by member, for a message that says what it is.
        if isinstance(value, dict) and len(value) == 2 and is_object_id(name):
            mode, size = value.get("mode"), value.get("size")
            if isinstance(mode, str) and is_mode(mode) and isinstance(size, int) and not isinstance(size, bool):
                return cls(mode, size)
        return cls._read(name, value)

    @classmethod
    def _read(cls, name: str, value: object) -> StoredObject:
        members = Members(value, "the object %s" % name, ErrorKind.MANIFEST)
        if not is_object_id(name):
            raise members.error("this is not the name of an object")
        mode = members.text("mode")
        if not is_mode(mode):
            raise members.error("`mode` must be four octal digits such as 0444, got %r" % mode)
        found = cls(mode, members.number("size"))
        members.end()
        return found


def is_object_id(text: str) -> bool:
    """Whether this has the form of an object's ID."""
    return _OBJECT_ID.match(text) is not None


def is_mode(text: object) -> bool:
    """Whether this is a mode as manifests write it: "0644"."""
    return isinstance(text, str) and _MODE.match(text) is not None


def object_id(content: bytes, mode: str, name: str) -> str:
    """The ID of an object: 32 hex digits over `mode` ("0444") and `content`, a dash, the reduced base name."""
    return content_hash(content, mode) + "-" + reduced_name(name)


def content_hash(content: bytes, mode: str) -> str:
    """The first 32 hex digits of SHA-256 over `mode` (four octal digits), a NUL, and `content`."""
    from hashlib import sha256

    return sha256(mode.encode("ascii") + b"\0" + content).hexdigest()[:32]


def is_content_of(content: bytes | None, identifier: str, mode: str) -> bool:
    """Whether this is the content of the object `identifier`, whose mode in the store is `mode`."""
    return content is not None and content_hash(content, mode) == identifier[:32]


def reduced_name(name: str) -> str:
    """The base name of `name` with only `[A-Za-z0-9._+-]`, without leading dots, at most 100 characters.

    `file` when nothing is left.
    """
    base = _DROPPED.sub("", name.rsplit("/", 1)[-1]).lstrip(".")[:100]
    return base or "file"
