# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The state folder of a system: objects, generations, the ledger and the journal."""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING, NamedTuple

from ..contract.canonical import canonical
from ..contract.errors import EngineError, ErrorKind
from ..contract.members import Members
from ..contract.objects import content_hash
from ..disk import filesystem, trees
from .accounts.rows import Rows
from .declaration import Declaration
from .etc.ledger import EtcLedger, ledger_members

if TYPE_CHECKING:
    from typing import Dict, Iterable, List, Mapping, Tuple

    from ..contract.value import JsonObject

LEDGER_COPY = "ledger.copy.json"
_UNFINISHED = ".new"
FOLDERS = ("store", "generations", "failed", "backups", "debs", "engine")

_DEFERRED = "deferred.json"


class PackageRows:
    """Packages that are ours: those that we installed with why, the mark of those that we marked manual, and versions kept."""

    def __init__(self, ours: Dict[str, str] | None = None, marked: List[str] | None = None) -> None:
        self.ours = ours if ours is not None else {}
        self.marked = marked if marked is not None else []

    @classmethod
    def of(cls, value: object) -> PackageRows:
        """EngineError `state` when it is damaged."""
        members = ledger_members(value, "`packages`")
        ours = ledger_members(members.mapping("ours"), "`ours`")
        return cls({name: ours.text(name) for name in ours.names()}, members.texts("marked"))

    def json(self) -> JsonObject:
        return {"ours": self.ours, "marked": self.marked}


class Ledger(NamedTuple):
    """All that is ours on this host, with what was there before. `provided`: unit to whether it was enabled before."""

    etc: EtcLedger
    accounts: Rows
    packages: PackageRows
    provided: Dict[str, bool]
    shells: List[str]

    @classmethod
    def of(cls, value: object) -> Ledger:
        """EngineError `state` when it is damaged."""
        members = ledger_members(value, "all of it")
        provided = ledger_members(members.mapping("provided"), "`provided`")
        return cls(
            EtcLedger.of(members.mapping("etc")),
            Rows.of(members.mapping("accounts")),
            PackageRows.of(members.mapping("packages")),
            {name: provided.flag(name) for name in provided.names()},
            members.texts("shells"),
        )

    def json(self) -> JsonObject:
        return {
            "etc": self.etc.json(),
            "accounts": self.accounts.json(),
            "packages": self.packages.json(),
            "provided": self.provided,
            "shells": self.shells,
        }


class Journal(NamedTuple):
    """The transaction under way. `phase`: prepare (nothing committed), commit (forward only), finish (what cannot be taken back).

    `origin` and `target` are generations, 0 for none; `installing` are the packages that were there before a transaction of the
    package manager began; `policy` says that the policy of starting services is held back; `running` are the units that ran.
    """

    phase: str
    origin: int
    target: int
    action: str
    installed: List[str]
    policy: bool
    running: List[str]

    @classmethod
    def of(cls, value: object) -> Journal:
        """EngineError `state` when it is damaged."""
        members = Members(value, "the journal of the system is damaged", ErrorKind.STATE)
        return cls(
            members.text("phase"),
            members.number("origin"),
            members.number("target"),
            members.text("action"),
            members.texts("installed"),
            members.flag("policy"),
            members.texts("running"),
        )

    def json(self) -> JsonObject:
        return dict(self._asdict())


class Info(NamedTuple):
    """What is noted of a generation: the digest of its manifest, when it was made (seconds since 1970), its label."""

    digest: str
    time: float
    label: str

    @classmethod
    def of(cls, value: object) -> Info:
        """EngineError `state` when it is damaged."""
        members = Members(value, "the note of a generation is damaged", ErrorKind.STATE)
        return cls(members.text("digest", ""), members.optional_real("time") or 0, members.text("label", ""))


class SystemState:
    """The state folder at `root`. Everything in it is root's alone."""

    def __init__(self, root: str) -> None:
        self.root = root

    def path(self, *names: str) -> str:
        return os.path.join(self.root, *names)

    @property
    def exists(self) -> bool:
        return os.path.isdir(self.path("generations"))

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

    def ledger(self) -> Ledger:
        """The ledger, or its copy when it is damaged. EngineError `state` when both are."""
        try:
            return Ledger.of(self.document("ledger.json") or {})
        except EngineError as error:
            copy = self.document(LEDGER_COPY) if error.kind == ErrorKind.STATE else None
            if copy is None:
                raise
            return Ledger.of(copy)

    def save_ledger(self, ledger: Ledger) -> None:
        """Twice, in files of their own: what is managed is known from it alone."""
        self.save(LEDGER_COPY, ledger.json())
        self.save("ledger.json", ledger.json())

    def journal(self) -> Journal | None:
        document = self.document("journal.json")
        return Journal.of(document) if document else None

    def save_journal(self, journal: Journal) -> None:
        self.save("journal.json", journal.json())

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
        return sorted(os.listdir(self.path("store"))) if self.exists else []

    def add(self, contents: Iterable[Tuple[str, bytes]], modes: Mapping[str, str]) -> None:
        """Store objects. EngineError `bundle` for one whose content does not have its name."""
        for name, content in contents:
            mode = modes.get(name, "0444")
            if content_hash(content, mode) != name.split("-", 1)[0]:
                raise EngineError(
                    f"the object {name} does not have the content that its name promises", ErrorKind.BUNDLE
                )
            if not self.has(name):
                temporary = self.path("store", f".new-{os.getpid()}")
                if filesystem.lstat(temporary) is not None:
                    filesystem.unlink(temporary)
                filesystem.write(temporary, content, int(mode, 8), sync=True)
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
        if not os.path.isdir(self.path("generations")):
            return []
        return sorted(int(name) for name in os.listdir(self.path("generations")) if name.isdigit())

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
        found = self.document(_DEFERRED)
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

    def remove_generation(self, number: int) -> None:
        """Remove a generation's folder."""
        self._remove("generations", str(number))

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
