# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The records of the ledger: what was put at a managed path, and which file of the user was moved aside for it."""

from __future__ import annotations

from .errors import EngineError, ErrorKind
from .value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict, Optional

    from .value import JsonObject


# The kind of the record of a declared path at which something of the user's was left.
KEPT = "kept"


class Adopted(Value):
    """What the user had at a path when it became managed, in the same words: it is given back when it no longer is.

    The text of a `link`; or the `object` with the content of a file, the mode of the object in the store (`stored`), and the
    file's own `mode` ("0644").
    """

    __slots__ = ("link", "mode", "object", "stored")

    def __init__(
        self,
        link: Optional[str] = None,
        object: Optional[str] = None,  # noqa: A002
        stored: Optional[str] = None,
        mode: Optional[str] = None,
    ) -> None:
        self.link = link
        self.object = object
        self.stored = stored
        self.mode = mode

    def json(self) -> JsonObject:
        """The attributes that are set, by their names."""
        return {name: getattr(self, name) for name in self.__slots__ if getattr(self, name) is not None}

    @classmethod
    def of(cls, value: object) -> Adopted:
        """The inverse of `json`. EngineError `state` for anything else."""
        if not isinstance(value, dict) or not ("link" in value or {"object", "stored", "mode"} <= set(value)):
            raise EngineError("the ledger is damaged: an adopted path has no details", ErrorKind.STATE)
        return cls(*(str(value[name]) if name in value else None for name in ("link", "object", "stored", "mode")))


class Record(Value):
    """What was put at a path.

    - `kind`: the name of the method, `folder` for a folder that took the place of a user's file, or KEPT.
    - `text`: the text of a link.
    - `object`, `stored`: the ID of the object that is shown, and its mode in the store; `tree` for a folder linked
      whole, whose `object` is the hash of all its leaves.
    - `mode`: of a file that was written ("0644").
    - `adopted`: what the user had there before, where that was the same as what was declared.
    - `backup`: the base name of the backup of the user's file, which is restored when the path is no longer managed.
    - `moved`: the name to which the very switch that wrote this record moved a file, for its undo.
    - `follow`: a link among the folders above was followed, since the specification forced it.
    - `memory`: what else the method has to remember (JSON types).
    """

    __slots__ = (
        "adopted",
        "backup",
        "follow",
        "kind",
        "memory",
        "mode",
        "moved",
        "object",
        "sensitive",
        "stored",
        "text",
        "tree",
    )

    def __init__(
        self,
        kind: str,
        text: Optional[str] = None,
        object: Optional[str] = None,  # noqa: A002
        stored: Optional[str] = None,
        mode: Optional[str] = None,
        memory: Optional[Dict[str, object]] = None,
    ) -> None:
        self.kind = kind
        self.text = text
        self.object = object
        self.stored = stored
        self.mode = mode
        self.memory: JsonObject = memory or {}
        self.tree = False
        self.adopted: Optional[Adopted] = None
        self.backup: Optional[str] = None
        self.moved: Optional[str] = None
        self.follow = False
        self.sensitive = False

    def copy(self) -> Record:
        """A copy."""
        return Record.of(self.json())

    def json(self) -> JsonObject:
        """As the ledger keeps it: without what is not set."""
        found: JsonObject = dict(self.memory)
        for name, key in _KEYS.items():
            value = getattr(self, name)
            if value:
                found[key] = value
        if self.adopted is not None:
            found[_ADOPTED] = self.adopted.json()
        return found

    @classmethod
    def of(cls, value: Dict[str, object]) -> Record:
        """The inverse of `json`. EngineError `state` when it is not a record."""
        kind = value.get("kind") if isinstance(value, dict) else None
        if not isinstance(kind, str):
            raise EngineError("the ledger is damaged: a record has no kind", ErrorKind.STATE)
        record = cls(kind)
        for key, member in value.items():
            if key in _NAMES:
                setattr(record, _NAMES[key], member)
            elif key == _ADOPTED:
                record.adopted = Adopted.of(member)
            else:
                record.memory[key] = member
        return record


_ADOPTED = "adopted"
_KEYS = {"kind": "kind", "object": "shows"}
_KEYS.update({name: name for name in Record.__slots__ if name not in ("adopted", "kind", "memory", "object")})
_NAMES = {key: name for name, key in _KEYS.items()}
