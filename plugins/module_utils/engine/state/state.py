# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The open state folder of one home, and its generations."""

from __future__ import annotations

import contextlib
import json
import os
import stat

from ..contract.errors import EngineError, ErrorKind
from ..contract.value import Value
from ..disk import filesystem
from . import layout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..contract.manifest import Manifest
    from ..contract.provenance import Provenance
    from ..contract.value import JsonObject

# More of the name of a hook is not shown.
_LONGEST_NAME = 200
# So many manifests are kept in memory.
_REMEMBERED = 3


class About(Value):
    """What is remembered of a generation besides its manifest.

    Its digest, when it was made (seconds since 1970), its transaction, where it came from, and how much it changed
    (`counts`: kind to sign to number, None when not known).
    """

    __slots__ = ("counts", "created", "digest", "provenance", "tx")

    def __init__(self, digest: str = "", created: int = 0, tx: str = "") -> None:
        self.digest = digest
        self.created = created
        self.tx = tx
        self.provenance: Provenance | None = None
        self.counts: dict[str, dict[str, int]] | None = None

    def json(self) -> JsonObject:
        """The attributes that are known, by their names."""
        found: JsonObject = {"digest": self.digest, "created": self.created, "tx": self.tx}
        if self.provenance is not None:
            found["provenance"] = self.provenance.json()
        if self.counts is not None:
            found["counts"] = self.counts
        return found

    @classmethod
    def of(cls, value: object) -> About:
        """The inverse of `json`; without values where there is nothing to read."""
        about = cls()
        if not isinstance(value, dict):
            return about
        about.digest, about.tx = str(value.get("digest", "")), str(value.get("tx", ""))
        created, counts = value.get("created"), value.get("counts")
        about.created = int(created) if isinstance(created, (int, float)) else 0
        about.counts = counts if isinstance(counts, dict) else None
        if "provenance" in value:
            from ..contract.provenance import Provenance

            about.provenance = Provenance.of(value["provenance"])
        return about


class State:
    """An open state folder."""

    def __init__(self, path: str, fd: int) -> None:
        self.path = path
        self.fd = fd
        # Whether this run has made the folder.
        self.made = False
        # Whether the copy of the ledger serves where the ledger is damaged: for those who may not rewrite it.
        self.use_copy = False
        # Manifests that were read, each with what tells its file from another one. One switch asks four times for the same.
        self._manifests: dict[str, tuple[list[int] | None, Manifest]] = {}

    @classmethod
    def open(cls, path: str, create: bool) -> State | None:
        """The state folder at an absolute path; None when there is none and `create` is false.

        EngineError `state`, `owner`.
        """
        made = False
        try:
            fd = filesystem.open_folder(path, follow=True)
        except FileNotFoundError:
            if not create:
                return None
            text = filesystem.readlink(path)
            if text is not None:
                message = (
                    f"the state folder {path} is a link to {text}, which does not exist; mount or create that folder"
                )
                raise EngineError(message, ErrorKind.STATE) from None
            made = _make(path)
            fd = filesystem.open_folder(path, follow=True)
        except OSError as error:
            from ..disk.advice import explain

            raise EngineError(f"the state folder cannot be opened: {explain(error)}", ErrorKind.STATE) from None
        status = os.fstat(fd)
        if status.st_uid != os.geteuid():
            os.close(fd)
            raise EngineError(
                f"the state folder {path} belongs to the user ID {status.st_uid}, not to this user (ID {os.geteuid()})."
                f" Correct that with `chown -R {os.geteuid()} {path}`, as root",
                ErrorKind.OWNER,
            )
        if create and stat.S_IMODE(status.st_mode) != 0o700:
            filesystem.chmod(".", 0o700, fd)
        state = cls(path, fd)
        state.made = made
        return state

    def close(self) -> None:
        """Close the folder."""
        os.close(self.fd)

    def interrupted(self) -> bool:
        """Whether an earlier run did not end."""
        return any(filesystem.lstat(name, self.fd) is not None for name in (layout.JOURNAL, layout.STAGING))

    def current(self) -> str | None:
        """What is chosen, as a reference; None when nothing is."""
        return self._pointer(layout.CURRENT)

    def completed(self) -> str | None:
        """What last finished, as a reference; None when nothing did, or when that generation is gone."""
        return self._pointer(layout.COMPLETED)

    def completed_is(self, wanted: str) -> bool:
        """Whether this reference, of a generation that is there, is what last finished."""
        return filesystem.readlink(layout.COMPLETED, self.fd) == wanted

    def damaged_manifest(self, wanted: str) -> list[str]:
        """The manifest of a generation, when it is missing or empty; nothing when it is not."""
        status = filesystem.lstat(f"{wanted}/{layout.MANIFEST}", self.fd)
        return [] if status is not None and status.st_size else [f"{wanted}/{layout.MANIFEST}"]

    def _pointer(self, name: str) -> str | None:
        status = filesystem.lstat(name, self.fd)
        if status is None:
            return None
        text = filesystem.readlink(name, self.fd) if stat.S_ISLNK(status.st_mode) else None
        if text is None:
            raise self.damage(name, "it is not a symbolic link")
        try:
            layout.parse_reference(text)
        except EngineError as error:
            raise self.damage(name, error.message) from None
        return text if self.exists(text) else None

    def has_pending_services(self) -> bool:
        """Whether units still have to be started: a switch was interrupted, or units failed in it."""
        return filesystem.lstat(layout.SERVICES, self.fd) is not None

    def exists(self, wanted: str) -> bool:
        """Whether the generation of this reference is there, damaged or not."""
        return filesystem.lstat(wanted, self.fd) is not None

    def damage(self, name: str, why: str) -> EngineError:
        """The error about a file of the state that is not what it should be, to be raised. `part` is its name."""
        return EngineError(f"{self.path}/{name} is damaged: {why}", ErrorKind.DAMAGED, part=name)

    def json(self, name: str) -> object:
        """The JSON in a file of the state; None when it is missing.

        EngineError `damaged` when it holds something else or is no file. OSError when it cannot be read.
        """
        try:
            return json.loads(filesystem.read(name, self.fd).decode("utf-8", "surrogateescape"))
        except filesystem.ABSENT:
            return None
        except (ValueError, RecursionError) as error:
            raise self.damage(name, str(error)) from None
        except OSError as error:
            if error.errno not in filesystem.NO_FILE:
                raise
            raise self.damage(name, "it is not a regular file") from None

    def manifest(self, wanted: str) -> Manifest:
        """The manifest of a reference (of a specialisation: its own).

        EngineError `generation` when there is none, `damaged` when it cannot be used.
        """
        from ..contract.manifest import Manifest

        number = layout.parse_reference(wanted)[0]
        name = wanted + "/" + layout.MANIFEST
        signature = self._signature(name)
        if wanted in self._manifests and self._manifests[wanted][0] == signature:
            return self._manifests[wanted][1]
        try:
            found = self.json(name)
            if found is not None:
                self._remember(wanted, signature, Manifest.of(found))
                return self._manifests[wanted][1]
            if not self.exists(wanted):
                raise EngineError(
                    f"there is no generation {wanted[len(layout.GENERATIONS) + 1 :]}", ErrorKind.GENERATION
                )
            why = f"{self.path}/{name} is missing"
        except EngineError as error:
            if error.kind == ErrorKind.GENERATION:
                raise
            why = error.message if error.details.get("part") else f"{self.path}/{name}: {error.message}"
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            why = f"{self.path}/{name}: {error}"
        chosen = filesystem.readlink(layout.CURRENT, self.fd) or ""
        if chosen.split("/")[:2] == wanted.split("/")[:2]:
            advice = "It is the current one: switch again to replace it, or activate another one."
        else:
            advice = f"`home-manager remove-generations {number}` removes it; the others can be used."
        raise EngineError(f"generation {number} is damaged: {why}. {advice}", ErrorKind.DAMAGED, part=name)

    def _signature(self, name: str) -> list[int] | None:
        status = filesystem.lstat(name, self.fd)
        return [status.st_ino, status.st_size, status.st_mtime_ns] if status is not None else None

    def _remember(self, wanted: str, signature: list[int] | None, manifest: Manifest) -> None:
        if len(self._manifests) >= _REMEMBERED:
            del self._manifests[next(iter(self._manifests))]
        self._manifests[wanted] = signature, manifest

    def readable_manifest(self, wanted: str) -> Manifest | None:
        """The manifest of a reference; None when it is damaged. EngineError `generation` when there is none."""
        try:
            return self.manifest(wanted)
        except EngineError as error:
            if error.kind != ErrorKind.DAMAGED:
                raise
            return None

    def about(self, number: int) -> About:
        """What is remembered of a generation; where that is damaged, its age alone."""
        try:
            about = About.of(self.json(f"{layout.reference(number)}/{layout.ABOUT}"))
        except EngineError:
            about = About()
        if not about.created:
            status = filesystem.lstat(layout.reference(number), self.fd)
            about.created = int(status.st_mtime) if status is not None else 0
        return about

    def failed_in(self, number: int) -> str:
        """The hook in which a generation failed; empty where that is not known."""
        try:
            text = filesystem.read(f"{layout.FAILED}/{number}", self.fd)[:_LONGEST_NAME].decode("utf-8", "replace")
        except OSError:
            return ""
        return text if text.isprintable() else ""

    def content(self, name: str) -> bytes:
        """The content of an object in the store. FileNotFoundError when it is not there."""
        return filesystem.read(f"{layout.STORE}/{name}", self.fd)

    def generations(self) -> list[int]:
        """The numbers of all generations, ascending."""
        return sorted(int(name) for name in self.names(layout.GENERATIONS) if name.isdigit())

    def stored_bytes(self) -> int:
        """The size of all contents that the generations keep."""
        total = 0
        for folder in (layout.STORE, layout.PACKS):
            for name in self.names(folder):
                status = filesystem.lstat(f"{folder}/{name}", self.fd)
                total += status.st_size if status is not None else 0
        return total

    def objects(self) -> list[str]:
        """The IDs of all objects in the store, sorted."""
        return [name for name in self.names(layout.STORE) if not name.startswith(".")]

    def names(self, folder: str) -> list[str]:
        """The sorted names in a folder of the state; none when it is missing."""
        return filesystem.names_in(folder, self.fd)

    def folder(self, name: str, mode: int = 0o700) -> None:
        """Make a folder of the state unless it is there."""
        if filesystem.lstat(name, self.fd) is None:
            filesystem.mkdir(name, mode, self.fd)

    def set_aside(self, name: str, suffix: str) -> str:
        """Move a file of the state, or what has its name, to the folder `drift`, for its owner; its path there."""
        self.folder(layout.DRIFT)
        path = f"{layout.DRIFT}/{name}-{suffix}"
        filesystem.rename(name, path, self.fd, self.fd)
        return path

    def write_json(self, name: str, value: object, sync: bool = False, mode: int = 0o600) -> None:
        """A new file with JSON text."""
        filesystem.write(name, json_text(value), mode, self.fd, sync)


def json_text(value: object) -> bytes:
    """A value as a file of the state has it."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8", "surrogateescape")


def _make(path: str) -> bool:
    """Make the state folder; whether it was this run that did."""
    above = os.path.dirname(path)
    if filesystem.lstat(above) is None:
        _make_parents(above)
    # Another switch may be doing the same.
    with contextlib.suppress(FileExistsError):
        filesystem.mkdir(path, 0o700)
        return True
    return False


def _make_parents(path: str) -> None:
    above = os.path.dirname(path)
    if above != path and filesystem.lstat(above) is None:
        _make_parents(above)
    with contextlib.suppress(FileExistsError):
        filesystem.mkdir(path, 0o755)
