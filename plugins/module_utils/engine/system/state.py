# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The state folder of a system: objects, generations, the ledger and the journal."""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING

from ..contract.canonical import canonical
from ..contract.errors import EngineError, ErrorKind
from ..contract.objects import content_hash
from ..disk import filesystem, queries, trees
from . import labels
from .declaration import EMPTY, Declaration
from .records import Info, Journal, Ledger

if TYPE_CHECKING:
    from typing import Iterable, List, Mapping, Tuple

    from ..contract.value import JsonObject

LEDGER = "ledger.json"
LEDGER_COPY = "ledger.copy.json"
JOURNAL = "journal.json"
_UNFINISHED = ".new"
FOLDERS = ("store", "generations", "failed", "backups", "debs", "engine")

_DEFERRED = "deferred.json"
_DAMAGED = "damaged"
_FORGOTTEN = (
    "files, accounts and packages that are no longer declared then stay, replaced files of the host stay in the folder "
    "`backups` of the state, and IDs of removed accounts may be reused"
)


class SystemState:
    """The state folder at `root`. Everything in it is root's alone."""

    def __init__(self, root: str) -> None:
        self.root = root

    def path(self, *names: str) -> str:
        return os.path.join(self.root, *names)

    @property
    def exists(self) -> bool:
        return queries.is_folder(self.path("generations"))

    def create(self) -> None:
        """Create what is missing of the folders."""
        trees.make_folders(os.path.dirname(self.root), 0o755)
        trees.make_folders(self.root, 0o711)
        filesystem.chmod(self.root, 0o711)
        for name in FOLDERS:
            mode = 0o711 if name in ("store", "engine") else 0o700
            trees.make_folders(self.path(name), mode)
            filesystem.chmod(self.path(name), mode)

    # Documents

    def document(self, name: str) -> object:
        """A JSON document; None when there is none. EngineError `state` when it cannot be understood, or is no file."""
        try:
            text = filesystem.read(self.path(name))
        except FileNotFoundError:
            return None
        except OSError as error:
            if error.errno not in filesystem.NO_FILE:
                raise
            raise EngineError(f"{self.path(name)} is damaged: it is not a regular file", ErrorKind.STATE) from None
        try:
            return json.loads(text.decode("utf-8", "surrogateescape"))
        except (ValueError, RecursionError):
            raise EngineError(f"{self.path(name)} is damaged", ErrorKind.STATE) from None

    def save(self, name: str, document: object) -> None:
        """Replace a JSON document by one rename, and make it lasting."""
        path = self.path(name)
        new = path + ".new"
        if filesystem.lstat(new) is not None:
            filesystem.unlink(new)
        text = json.dumps(document, sort_keys=True, ensure_ascii=False, indent=1)
        filesystem.write(new, text.encode("utf-8", "surrogateescape"), 0o600, sync=True)
        filesystem.rename(new, path)
        filesystem.sync_named(os.path.dirname(path))

    def forget(self, name: str) -> None:
        """Remove a document; absent is fine."""
        if filesystem.lstat(self.path(name)) is not None:
            filesystem.unlink(self.path(name))
            filesystem.sync_named(os.path.dirname(self.path(name)))

    def set_aside(self, name: str) -> str:
        """Move a damaged document, or what has its name, to the folder `damaged`; its new path."""
        trees.make_folders(self.path(_DAMAGED), 0o700)
        aside = self.path(_DAMAGED, f"{name}-{time.time_ns()}")
        filesystem.rename(self.path(name), aside)
        filesystem.sync_named(self.root)
        return aside

    def ledger(self, begin: bool = False) -> Ledger:
        """The ledger, or its copy when it is damaged. When both are, an empty one to `begin` again, else EngineError `state`."""
        try:
            return Ledger.of(self.document(LEDGER) or {})
        except EngineError as error:
            if error.kind != ErrorKind.STATE:
                raise
            copy = self._ledger_copy()
            if copy is None and begin:
                return Ledger.of({})
            if copy is None:
                text = f"{error.message}, and so is its copy. Set home_system_repair: true to continue without them: {_FORGOTTEN}"
                raise EngineError(text, ErrorKind.STATE) from None
            return copy

    def _ledger_copy(self) -> Ledger | None:
        try:
            document = self.document(LEDGER_COPY)
            return None if document is None else Ledger.of(document)
        except EngineError as error:
            if error.kind != ErrorKind.STATE:
                raise
            return None

    def repair_ledger(self) -> str | None:
        """Begin a new ledger where both copies of it are damaged; a sentence about that."""
        try:
            self.ledger()
        except EngineError as error:
            if error.kind != ErrorKind.STATE:
                raise
        else:
            return None
        kept = [self.set_aside(name) for name in (LEDGER, LEDGER_COPY) if filesystem.lstat(self.path(name)) is not None]
        self.save_ledger(Ledger.of({}))
        return (
            f"the ledger was damaged, and a new one was started: {_FORGOTTEN}. Its remains are in {' and '.join(kept)}"
        )

    def save_ledger(self, ledger: Ledger) -> None:
        """Twice, in files of their own: what is managed is known from it alone."""
        self.save(LEDGER_COPY, ledger.json())
        self.save(LEDGER, ledger.json())

    def interrupted(self) -> bool:
        """Whether there is a journal, damaged or not."""
        return filesystem.lstat(self.path(JOURNAL)) is not None

    def journal(self) -> Journal | None:
        """The journal; None when there is none. EngineError `state` when it is damaged."""
        return Journal.of(self.document(JOURNAL)) if self.interrupted() else None

    def save_journal(self, journal: Journal) -> None:
        self.save(JOURNAL, journal.json())

    # Objects and folders

    def object(self, name: str) -> bytes:
        """The bytes of an object. EngineError `state` when it is gone or damaged."""
        try:
            content = filesystem.read(self.path("store", name))
        except OSError as error:
            raise EngineError(f"the object {name} cannot be read: {error.strerror}", ErrorKind.STATE) from None
        return content

    def has(self, name: str) -> bool:
        return filesystem.lstat(self.path("store", name)) is not None

    def known(self) -> List[str]:
        """The objects that are there."""
        return queries.names(self.path("store"))

    def add(self, contents: Iterable[Tuple[str, bytes]], modes: Mapping[str, str]) -> None:
        """Store objects. EngineError `bundle` for one whose content does not have its name."""
        for name, content in contents:
            mode = modes.get(name, "0444")
            if content_hash(content, mode) != name.split("-", 1)[0]:
                raise EngineError(f"the object {name} does not match the hash in its name", ErrorKind.BUNDLE)
            if not self.has(name):
                temporary = self.path("store", f".new-{os.getpid()}")
                if filesystem.lstat(temporary) is not None:
                    filesystem.unlink(temporary)
                filesystem.write(temporary, content, int(mode, 8), sync=True)
                if int(mode, 8) & 0o111:
                    labels.as_program(temporary)
                filesystem.rename(temporary, self.path("store", name))

    def add_folders(self, declaration: Declaration) -> None:
        """Make the generated folders that a declaration names, out of hard links to objects."""
        for name, inside in declaration.folders.items():
            if self.has(name):
                continue
            temporary = self.path("store", f".new-{os.getpid()}.d")
            self._remove("store", os.path.basename(temporary))
            for relative, leaf in sorted(inside.items()):
                path = os.path.join(temporary, relative)
                trees.make_folders(os.path.dirname(path), 0o755)
                if leaf.object is not None:
                    filesystem.link(self.path("store", leaf.object), path)
                elif leaf.symlink is not None:
                    filesystem.symlink(leaf.symlink, path)
                else:
                    trees.make_folders(path, 0o755)
            filesystem.rename(temporary, self.path("store", name))

    def missing(self, declaration: Declaration) -> List[str]:
        """The objects that a declaration needs and that are not there."""
        return sorted(name for name in declaration.objects if not self.has(name))

    # Generations

    def numbers(self) -> List[int]:
        """The generations, the oldest first."""
        return sorted(int(name) for name in queries.names(self.path("generations")) if name.isdigit())

    def current(self, name: str = "current") -> int:
        """The number that a link such as `current` or `completed` leads to; 0 for none."""
        text = filesystem.readlink(self.path(name)) if self.exists else None
        base = os.path.basename(text) if text else ""
        return int(base) if base.isdigit() else 0

    def defer(self, number: int) -> None:
        """Note that services run what generation `number` says until the next boot."""
        if self.in_effect(-1) < 0:
            self.save(_DEFERRED, {"from": number, "boot": _boot()})

    def in_effect(self, current: int) -> int:
        """The generation that services run: `current`, unless it was put in place for the next boot."""
        try:
            found = self.document(_DEFERRED)
        except EngineError as error:
            if error.kind != ErrorKind.STATE:
                raise
            return current
        if not isinstance(found, dict) or found.get("boot") != _boot():
            return current
        number = found.get("from")
        return number if isinstance(number, int) else current

    def point(self, name: str, number: int) -> None:
        """Let `current` or `completed` lead to a generation, by one rename; 0 removes it."""
        if number == 0:
            self.forget(name)
            return
        temporary = self.path(f".{name}.new")
        if filesystem.lstat(temporary) is not None:
            filesystem.unlink(temporary)
        filesystem.symlink(f"generations/{number}", temporary)
        filesystem.rename(temporary, self.path(name))
        filesystem.sync_named(self.root)

    def add_generation(self, manifest: JsonObject, digest: str) -> int:
        """Write a new generation; its number. It has its name once it is whole."""
        number = max([0, *self.numbers()]) + 1
        self._remove("generations", _UNFINISHED)
        folder = self.path("generations", _UNFINISHED)
        filesystem.mkdir(folder, 0o700)
        filesystem.write(os.path.join(folder, "manifest.json"), canonical(dict(manifest)), 0o600, sync=True)
        info = {"digest": digest, "time": int(time.time()), "label": str(manifest.get("label", ""))}
        filesystem.write(os.path.join(folder, "generation.json"), json.dumps(info).encode(), 0o600, sync=True)
        filesystem.sync_named(folder)
        filesystem.rename(folder, self.path("generations", str(number)))
        filesystem.sync_named(self.path("generations"))
        return number

    def info(self, number: int) -> Info:
        """What is noted of a generation; where that is damaged, its age alone."""
        name = os.path.join("generations", str(number), "generation.json")
        try:
            found = Info.of(self.document(name) or {})
        except EngineError:
            found = Info("", 0, "(its note is damaged)")
        if found.time:
            return found
        status = filesystem.lstat(self.path("generations", str(number)))
        return found._replace(time=status.st_mtime if status is not None else 0)

    def declaration(self, number: int) -> Declaration | None:
        """The declaration of a generation, None for 0. EngineError `state` when it is not there."""
        if number == 0:
            return None
        manifest = self.document(os.path.join("generations", str(number), "manifest.json"))
        if manifest is None:
            raise EngineError(f"there is no generation {number}", ErrorKind.GENERATION)
        return Declaration.of(manifest)

    def readable(self, number: int) -> Declaration | None:
        """The declaration of a generation, an empty one for 0; None when it is gone or damaged."""
        try:
            return self.declaration(number) or EMPTY
        except EngineError:
            return None

    def remove_generation(self, number: int) -> None:
        """Remove a generation, with the note that it failed: its number may be given again."""
        self._remove("generations", str(number))
        self.forget(f"failed/{number}")

    def _remove(self, folder: str, name: str) -> None:
        fd = os.open(self.path(folder), os.O_RDONLY | os.O_DIRECTORY)
        try:
            filesystem.remove_tree(name, fd)
        finally:
            os.close(fd)

    def sweep(self) -> List[str]:
        """Remove the objects and folders that no generation names; their names. None as long as a generation is damaged."""
        needed = set()
        for number in self.numbers():
            try:
                declaration = self.declaration(number)
            except EngineError:
                return []
            if declaration is not None:
                needed |= set(declaration.objects) | set(declaration.folders)
        gone = [name for name in self.known() if name not in needed]
        for name in gone:
            self._remove("store", name)
        return gone


def _boot() -> str:
    """What distinguishes this boot from all others."""
    return filesystem.read("/proc/sys/kernel/random/boot_id").decode("ascii").strip()
