# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The steps of a transaction in the home, as the plan makes them and the journal keeps them."""

from __future__ import annotations

from ..contract.objects import is_content_of
from ..contract.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict, Optional, Union

    from ..contract.value import JsonObject
    from ..home.path_state import Identity

    NewItem = Union["NewLink", "NewFile", "NewText", "NewFolder"]


class NewLink(Value):
    """A symbolic link to be made."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text


class NewFile(Value):
    """A file to be made with the content of an object, of this mode (a number); `stored` is the object's in the store."""

    __slots__ = ("mode", "object", "stored")

    def __init__(self, object: str, mode: int, stored: str) -> None:  # noqa: A002
        self.object = object
        self.mode = mode
        self.stored = stored


class NewText(Value):
    """A file to be made with this content and mode."""

    __slots__ = ("content", "mode")

    def __init__(self, content: bytes, mode: int) -> None:
        self.content = content
        self.mode = mode


class NewFolder(Value):
    """A folder to be made, with all that it holds, by relative path."""

    __slots__ = ("inside", "mode")

    def __init__(self, mode: int, inside: Dict[str, NewItem]) -> None:
        self.mode = mode
        self.inside = inside


class Evidence(Value):
    """How something of ours is recognised: the text of a link, an object with its mode, or the hash of a content."""

    __slots__ = ("hash", "link", "object", "stored")

    def __init__(
        self,
        link: Optional[str] = None,
        object: Optional[str] = None,  # noqa: A002
        stored: Optional[str] = None,
        hash: Optional[str] = None,  # noqa: A002
    ) -> None:
        self.link = link
        self.object = object
        self.stored = stored
        self.hash = hash

    def fits(self, content: bytes) -> bool:
        """Whether a file with this content is the one."""
        if self.hash is not None:
            from hashlib import sha256

            return sha256(content).hexdigest() == self.hash
        return self.object is not None and is_content_of(content, self.object, self.stored or "0444")

    def json(self) -> JsonObject:
        """The attributes that are set, by their names."""
        return {name: getattr(self, name) for name in self.__slots__ if getattr(self, name) is not None}

    @classmethod
    def of(cls, value: Dict[str, str]) -> Evidence:
        """The inverse of `json`."""
        return cls(**value)


def evidence_of(new: Optional[NewItem]) -> Optional[Evidence]:
    """How something that is to be made is recognised; None for a folder."""
    if isinstance(new, NewLink):
        return Evidence(link=new.text)
    if isinstance(new, NewFile):
        return Evidence(object=new.object, stored=new.stored)
    if isinstance(new, NewText):
        from hashlib import sha256

        return Evidence(hash=sha256(new.content).hexdigest())
    return None


class Displaced(Value):
    """What becomes of that which is at a path when something takes its place.

    Of a file or link, `backup` is a second name before the flip; where it has to be a copy, it is written as `partial` and
    renamed when it is whole. With `swap` a folder and a file change places. A folder that gives way gets the name
    `backup`, and the paths in `inside` (relative to it) then go from it if they are still ours.
    """

    __slots__ = ("backup", "copy", "inside", "partial", "swap")

    def __init__(
        self,
        backup: Optional[str] = None,
        swap: bool = False,
        inside: Optional[Dict[str, Evidence]] = None,
        partial: Optional[str] = None,
    ) -> None:
        self.backup = backup
        self.swap = swap
        self.inside = inside
        self.partial = partial
        # The inode of a backup that is a copy, once it is made; a journal does not know it.
        self.copy: Optional[int] = None


class Pin(Value):
    """Until a step is done its path is a link with this `text`, to the old generation itself (see transaction/pin.py).

    `temp` and `spare` are names next to the path: of the pinned link while it is made, and of the former link.
    """

    __slots__ = ("spare", "temp", "text")

    def __init__(self, text: str, temp: str, spare: str) -> None:
        self.text = text
        self.temp = temp
        self.spare = spare

    def json(self) -> JsonObject:
        """The attributes by their names."""
        return {name: getattr(self, name) for name in self.__slots__}


class Step(Value):
    """What is done to one path after the flip.

    `was` is the identity (`PathState.identity`) that the path must still have; else it is left alone.
    """

    __slots__ = ("follow", "path", "pin", "was")
    do = ""

    def __init__(self, path: str, was: Identity, follow: bool = False) -> None:
        self.path = path
        self.was = was
        self.follow = follow
        self.pin: Optional[Pin] = None

    def json(self) -> JsonObject:
        """As the journal has it: without content, since a journal must not contain a secret."""
        found: JsonObject = {"do": self.do, "path": self.path, **self._more()}
        if self.was:
            found["was"] = self.was
        if self.follow:
            found["follow"] = True
        if self.pin is not None:
            found["pin"] = self.pin.json()
        return found

    def _more(self) -> JsonObject:
        return {}


class Put(Step):
    """Rename `temp`, which was made before, over the path. `new` is what it is.

    A journal knows no content: of a folder only that it is one, of anything else how it is recognised.
    """

    __slots__ = ("_makes", "displaced", "new", "temp")
    do = "put"

    def __init__(
        self, path: str, was: Identity, temp: str, new: Optional[NewItem], displaced: Displaced, follow: bool = False
    ) -> None:
        super().__init__(path, was, follow)
        self.temp = temp
        self.new = new
        self.displaced = displaced
        self._makes: Optional[Evidence] = None

    @property
    def makes(self) -> Optional[Evidence]:
        """How what is put there is recognised; None for a folder, and in a journal of an engine that did not note it."""
        if self._makes is None:
            self._makes = evidence_of(self.new)
        return self._makes

    @makes.setter
    def makes(self, evidence: Optional[Evidence]) -> None:
        self._makes = evidence

    def _more(self) -> JsonObject:
        found: JsonObject = {"temp": self.temp}
        if self.displaced.backup:
            found["backup"] = self.displaced.backup
        if self.displaced.partial:
            found["partial"] = self.displaced.partial
        if self.makes is not None:
            found["makes"] = self.makes.json()
        if self.displaced.swap:
            found["swap"] = True
        if self.displaced.inside:
            found["inside"] = {path: evidence.json() for path, evidence in self.displaced.inside.items()}
        if isinstance(self.new, NewFolder):
            found["holds"] = sorted(self.new.inside)
        return found


class Delete(Step):
    """Remove the path, or rename the backup `restore` to it."""

    __slots__ = ("restore",)
    do = "delete"

    def __init__(self, path: str, was: Identity, restore: Optional[str] = None, follow: bool = False) -> None:
        super().__init__(path, was, follow)
        self.restore = restore

    def _more(self) -> JsonObject:
        return {"restore": self.restore} if self.restore else {}


class SetMode(Step):
    """Set the mode of a file."""

    __slots__ = ("mode",)
    do = "mode"

    def __init__(self, path: str, was: Identity, mode: int, follow: bool = False) -> None:
        super().__init__(path, was, follow)
        self.mode = mode

    def _more(self) -> JsonObject:
        return {"mode": self.mode}


class Restore(Step):
    """Rename the backup `restore` to the path once our folder there is removed."""

    __slots__ = ("restore",)
    do = "restore"

    def __init__(self, path: str, restore: str, follow: bool = False) -> None:
        super().__init__(path, None, follow)
        self.restore = restore

    def _more(self) -> JsonObject:
        return {"restore": self.restore}


def _put_of(value: JsonObject, path: str, was: Identity, follow: bool) -> Put:
    inside, backup, partial, makes = (value.get(name) for name in ("inside", "backup", "partial", "makes"))
    ours = {rel: Evidence.of(item) for rel, item in inside.items()} if isinstance(inside, dict) else None
    displaced = Displaced(
        str(backup) if backup else None, bool(value.get("swap")), ours, str(partial) if partial else None
    )
    step = Put(path, was, str(value["temp"]), NewFolder(0o700, {}) if "holds" in value else None, displaced, follow)
    if isinstance(makes, dict):
        step.makes = Evidence.of(makes)
    return step


def step_of(value: JsonObject) -> Step:
    """The inverse of `Step.json`, as far as recovery needs it."""
    path, was, follow = str(value["path"]), value.get("was"), bool(value.get("follow"))
    identity: Identity = [item for item in was if isinstance(item, (str, int))] if isinstance(was, list) else None
    restore = value.get("restore")
    step: Step
    if value["do"] == Put.do:
        step = _put_of(value, path, identity, follow)
    elif value["do"] == SetMode.do:
        mode = value["mode"]
        step = SetMode(path, identity, mode if isinstance(mode, int) else 0o600, follow)
    elif value["do"] == Restore.do:
        step = Restore(path, str(restore), follow)
    else:
        step = Delete(path, identity, str(restore) if restore else None, follow)
    pin = value.get("pin")
    if isinstance(pin, dict):
        step.pin = Pin(**pin)
    return step
