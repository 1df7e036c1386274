# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The entries of a manifest's `files`: one class a type, and the leaves of folders."""

from __future__ import annotations

from .canonical import digest
from .errors import EngineError, ErrorKind
from .members import Members
from .objects import is_mode
from .paths import safe_path
from .value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict, Iterator, Optional, Type

    from .value import JsonObject

# What decides about a file of the user's, or is for messages: a change of it is no change of the file.
_NOT_CONTENT = ("onChange", "origin", "force", "onConflict")


class Leaf(Value):
    """A leaf of a folder: an object, a symbolic link with this text, or (when both are None) an empty folder."""

    __slots__ = ("object", "sensitive", "symlink")

    def __init__(
        self,
        object: Optional[str] = None,  # noqa: A002
        symlink: Optional[str] = None,
        sensitive: bool = False,
    ) -> None:
        self.object = object
        self.symlink = symlink
        self.sensitive = sensitive

    def json(self) -> JsonObject:
        """{"object": ID} or {"symlink": TEXT} or {"dir": true}, perhaps with "sensitive": true."""
        found: JsonObject = {"dir": True}
        if self.object is not None:
            found = {"object": self.object}
        elif self.symlink is not None:
            found = {"symlink": self.symlink}
        if self.sensitive:
            found["sensitive"] = True
        return found

    @classmethod
    def of(cls, path: str, value: object) -> Leaf:
        """The inverse of `json`. EngineError `manifest`, and `target` for a path that leaves its folder."""
        if not safe_path(path):
            raise EngineError("%r is not a path inside its folder" % path, ErrorKind.TARGET, path=path)
        members = Members(value, path, ErrorKind.MANIFEST)
        leaf = cls(members.optional_text("object"), members.optional_text("symlink"), members.flag("sensitive"))
        kinds = [leaf.object is not None, leaf.symlink is not None, members.flag("dir")]
        if sum(kinds) != 1:
            raise members.error("expected one of `object`, `symlink` and `dir`")
        members.end()
        return leaf


class Entry(Value):
    """What all entries have.

    `force` replaces a file of the user's without a backup, `on_change` is a script for when the file changes,
    `sensitive` keeps it out of every diff, `origin` is the position in the specification, for messages.
    """

    __slots__ = ("force", "on_change", "origin", "sensitive")

    def __init__(self) -> None:
        self.force = False
        self.on_change: Optional[str] = None
        self.sensitive = False
        self.origin: Optional[str] = None

    @property
    def method(self) -> str:
        """The name of the method that puts it into the home."""
        raise NotImplementedError

    def objects(self) -> Iterator[str]:
        """The IDs of the objects that it shows."""
        return iter(())

    def leaves(self) -> Dict[str, Leaf]:
        """What the generation holds for it, by path below the target ("" for the target itself)."""
        return {}

    def json(self, with_origin: bool = True) -> JsonObject:
        """As a manifest has it."""
        found = self._body()
        if self.force:
            found["force"] = True
        if self.on_change:
            found["onChange"] = self.on_change
        if self.sensitive:
            found["sensitive"] = True
        if with_origin and self.origin is not None:
            found["origin"] = self.origin
        return found

    def content(self) -> JsonObject:
        """The members whose change is a change of the file."""
        return {name: value for name, value in self.json().items() if name not in _NOT_CONTENT}

    @classmethod
    def of(cls, target: str, value: object) -> Entry:
        """The entry of a target: the inverse of `json`. EngineError `manifest`, `target`.

        What is left for the method of a file is checked by the method itself.
        """
        if not safe_path(target):
            raise EngineError("%r is not a path inside the home" % target, ErrorKind.TARGET, path=str(target))
        members = Members(value, target, ErrorKind.MANIFEST)
        kind, origin = members.choice("type", _KINDS), members.optional_text("origin")
        entry = _TYPES[kind].read(members)
        entry.origin = origin
        # Most entries have nothing more, and a home has thousands.
        if members.names():
            entry.force, entry.sensitive = members.flag("force"), members.flag("sensitive")
            entry.on_change = members.optional_text("onChange")
            entry.read_settings(members)
            members.end()
        return entry

    def _body(self) -> JsonObject:
        raise NotImplementedError

    @classmethod
    def read(cls, members: Members) -> Entry:
        """The entry with its own members alone."""
        raise NotImplementedError

    def read_settings(self, members: Members) -> None:
        """Take what only the method of the entry knows."""


class FileEntry(Entry):
    """A file with the content of an object.

    `mode` ("0644") is that of the file in the home, for the methods that write one; `settings` belong to the method.
    """

    __slots__ = ("_method", "mode", "object", "settings")

    def __init__(
        self,
        object: str,  # noqa: A002
        method: str = "link",
        mode: Optional[str] = None,
        settings: Optional[Dict[str, str]] = None,
    ) -> None:
        super().__init__()
        self.object = object
        self._method = method
        self.mode = mode
        self.settings = settings or {}

    @property
    def method(self) -> str:
        return self._method

    @property
    def permissions(self) -> int:
        """The mode as a number."""
        return int(self.mode or "0644", 8)

    def objects(self) -> Iterator[str]:
        yield self.object

    def leaves(self) -> Dict[str, Leaf]:
        return {"": Leaf(self.object)} if self.method == "link" else {}

    def _body(self) -> JsonObject:
        found: JsonObject = {"type": "file", "object": self.object, "method": self.method, **self.settings}
        if self.mode is not None:
            found["mode"] = self.mode
        return found

    @classmethod
    def read(cls, members: Members) -> FileEntry:
        name, method, mode = members.text("object"), members.optional_text("method"), members.optional_text("mode")
        if mode is not None and not is_mode(mode):
            raise members.error("`mode` must be four octal digits such as 0644, got %r" % mode)
        return cls(name, method or "link", mode)

    def read_settings(self, members: Members) -> None:
        for key, value in members.rest().items():
            if not isinstance(value, str):
                raise members.error("unknown member `%s`" % key)
            self.settings[key] = value


class TreeEntry(Entry):
    """A folder that is linked whole: its leaves by their path in it."""

    __slots__ = ("entries",)

    def __init__(self, entries: Dict[str, Leaf]) -> None:
        super().__init__()
        self.entries = entries

    @property
    def method(self) -> str:
        return "link"

    def objects(self) -> Iterator[str]:
        return (leaf.object for leaf in self.entries.values() if leaf.object is not None)

    def leaves(self) -> Dict[str, Leaf]:
        return {"": Leaf(), **self.entries}

    def hash(self) -> str:
        """One hash over all leaves."""
        return digest({path: leaf.json() for path, leaf in self.entries.items()})[:32]

    def _body(self) -> JsonObject:
        entries = {path: leaf.json() for path, leaf in self.entries.items()}
        return {"type": "tree", "entries": entries, "method": "link"}

    @classmethod
    def read(cls, members: Members) -> TreeEntry:
        members.choice("method", ("link",), "link")
        return cls({path: Leaf.of(path, value) for path, value in members.mapping("entries").items()})


class SymlinkEntry(Entry):
    """A symbolic link to a place outside the store."""

    __slots__ = ("to",)

    def __init__(self, to: str) -> None:
        super().__init__()
        self.to = to

    @property
    def method(self) -> str:
        return "symlink"

    def _body(self) -> JsonObject:
        return {"type": "symlink", "to": self.to}

    @classmethod
    def read(cls, members: Members) -> SymlinkEntry:
        to = members.text("to")
        if not to or "\0" in to:
            raise members.error("`to` must be the text of a link, got %r" % to)
        return cls(to)


_TYPES: Dict[str, Type[Entry]] = {"file": FileEntry, "tree": TreeEntry, "symlink": SymlinkEntry}
_KINDS = tuple(_TYPES)
