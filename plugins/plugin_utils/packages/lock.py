# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The lock of a project: which bytes every package of every platform is made of. Reviewed like code, written by update."""

from __future__ import annotations

import fcntl
import json
import os
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from ...module_utils.engine.contract.errors import EngineError, ErrorKind
from ...module_utils.engine.contract.members import Members
from ..expressions.source_file import read_file
from ..syntax.errors import SpecError
from ..syntax.position import Position

if TYPE_CHECKING:
    from ...module_utils.engine.contract.value import JsonObject

VERSION = 1
NAME = "home.lock"
# Ends the names of packages that macOS has from elsewhere than Linux.
_DARWIN = "@darwin"
_NOTHING: Mapping[str, Any] = {}


def _members(value: object, what: str) -> Members:
    return Members(value, what, ErrorKind.PACKAGES)


def _texts(value: object) -> dict[str, str]:
    members = _members(value, "a mapping of texts")
    return {name: members.text(name) for name in members.names()}


def _words(value: object) -> tuple[str, ...]:
    return tuple(_members({"make": value}, "a package").texts("make"))


class LockedArtefact(NamedTuple):
    """One file: `at` holds `SOURCE:PATH` or addresses, in the order to try."""

    size: int
    file: str
    at: tuple[str, ...]

    @classmethod
    def of(cls, value: object) -> LockedArtefact:
        """Raises EngineError for anything malformed."""
        members = _members(value, "an artefact")
        return cls(members.number("size"), members.text("file"), tuple(members.texts("at")))

    def json(self) -> JsonObject:
        """The form that `of` reads."""
        return {"size": self.size, "file": self.file, "at": list(self.at)}


class LockedPackage(NamedTuple):
    """A package as it was resolved.

    `asked` is what the spec said beyond the name: it must be the same for the entry to count. `closure` contains
    `NAME=HASH` by platform, `own` the names whose files are shown; `pinned`, by platform, what another package manager
    is held to.
    """

    provider: str
    version: str
    asked: Mapping[str, object] = _NOTHING
    commands: Mapping[str, str] = _NOTHING
    closure: Mapping[str, tuple[str, ...]] = _NOTHING
    own: tuple[str, ...] = ()
    source: str = ""
    package: str = ""
    launch: Mapping[str, object] = _NOTHING
    write: Mapping[str, str] = _NOTHING
    make: tuple[tuple[str, ...], ...] = ()
    place: Mapping[str, str] = _NOTHING
    shares: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    pinned: Mapping[str, Mapping[str, str]] = _NOTHING

    @classmethod
    def of(cls, value: object) -> LockedPackage:
        """Raises EngineError for anything malformed."""
        members = _members(value, "a package")
        closure = _members(members.mapping("closure"), "`closure` of a package")
        return cls(
            members.text("provider"),
            members.text("version"),
            members.mapping("asked"),
            _texts(members.mapping("commands")),
            {platform: tuple(closure.texts(platform)) for platform in closure.names()},
            tuple(members.texts("own")),
            members.text("source", ""),
            members.text("package", ""),
            members.mapping("launch"),
            _texts(members.mapping("write")),
            tuple(_words(command) for command in members.sequence("make")),
            _texts(members.mapping("place")),
            tuple(members.texts("shares")),
            tuple(members.texts("requires")),
            {platform: _texts(pins) for platform, pins in members.mapping("pinned").items()},
        )

    def json(self) -> JsonObject:
        """The form that `of` reads, without what is empty."""
        value = {
            "provider": self.provider,
            "version": self.version,
            "asked": self.asked,
            "commands": self.commands,
            "closure": {platform: list(names) for platform, names in self.closure.items()},
            "own": list(self.own),
            "source": self.source,
            "package": self.package,
            "launch": self.launch,
            "write": self.write,
            "make": [list(command) for command in self.make],
            "place": self.place,
            "shares": list(self.shares),
            "requires": list(self.requires),
            "pinned": {platform: dict(pins) for platform, pins in self.pinned.items()},
        }
        return {key: item for key, item in value.items() if item}


class Source(NamedTuple):
    """Where artefacts came from: mirrors, the moment of resolving, and the hash of each signed release."""

    mirrors: tuple[str, ...] = ()
    at: str = ""
    release: str = ""

    @classmethod
    def of(cls, value: object) -> Source:
        """Raises EngineError for anything malformed."""
        members = _members(value, "a source")
        return cls(tuple(members.texts("mirrors")), members.text("at", ""), members.text("release", ""))

    def json(self) -> JsonObject:
        """The form that `of` reads."""
        return {k: v for k, v in (("mirrors", list(self.mirrors)), ("at", self.at), ("release", self.release)) if v}


class _Item(Protocol):
    def json(self) -> JsonObject:
        """The JSON form."""


class Lock(NamedTuple):
    """The content of `home.lock`. `tools` are programs that packages are built with: name, platform, hash."""

    catalogue: str = ""
    platforms: tuple[str, ...] = ()
    sources: Mapping[str, Source] = _NOTHING
    packages: Mapping[str, LockedPackage] = _NOTHING
    artefacts: Mapping[str, LockedArtefact] = _NOTHING
    tools: Mapping[str, Mapping[str, str]] = _NOTHING

    @classmethod
    def read(cls, path: str) -> Lock:
        """The lock at a path, empty when there is none. Raises SpecError when it cannot be read."""
        try:
            value = json.loads(read_file(path).content)
        except FileNotFoundError:
            return cls()
        except OSError as error:
            raise SpecError(f"{path} cannot be read: {error.strerror}", [Position(path)]) from None
        except ValueError as error:
            raise _damaged(path, str(error)) from None
        version = value.get("version") if isinstance(value, dict) else None
        if not isinstance(version, int):
            raise _damaged(path, "it has no version")
        if version != VERSION:
            newer = version > VERSION
            hint = "install a newer home.manager" if newer else "recreate it with home.manager.update"
            message = f"{path} is of version {version}, and this collection reads version {VERSION}"
            raise SpecError(message, [Position(path)], hint=hint)
        try:
            members = _members(value, "the lock")
            return cls(
                members.text("catalogue", ""),
                tuple(members.texts("platforms")),
                {name: Source.of(item) for name, item in members.mapping("sources").items()},
                {name: LockedPackage.of(item) for name, item in members.mapping("packages").items()},
                {name: LockedArtefact.of(item) for name, item in members.mapping("artefacts").items()},
                {name: _texts(item) for name, item in members.mapping("tools").items()},
            )
        except EngineError as error:
            raise _damaged(path, error.message) from None

    def text(self) -> str:
        """Canonical JSON, an entry a line, so that a change of one package is a change of its lines."""
        groups: tuple[tuple[str, Mapping[str, _Item]], ...] = (
            ("sources", self.sources),
            ("packages", self.packages),
            ("artefacts", self.artefacts),
        )
        lines = [
            f'{{"version": {VERSION}, "catalogue": {_one(self.catalogue)}, "platforms": {_one(list(self.platforms))},'
        ]
        lines.append(f' "tools": {_one({name: dict(item) for name, item in self.tools.items()})},')
        for index, (title, items) in enumerate(groups):
            body = ",\n".join(f"  {_one(name)}: {_one(items[name].json())}" for name in sorted(items))
            end = "}" if index == len(groups) - 1 else ","
            lines.append(f' "{title}": {{\n{body}\n }}{end}' if body else f' "{title}": {{}}{end}')
        return "\n".join(lines) + "\n"

    def seen_from(self, platform: str) -> Lock:
        """The lock as hosts of a platform see it: packages that are locked for macOS apart count there, and nowhere else."""
        darwin = {name[: -len(_DARWIN)]: item for name, item in self.packages.items() if name.endswith(_DARWIN)}
        plain = {name: item for name, item in self.packages.items() if not name.endswith(_DARWIN)}
        return self._replace(packages={**plain, **darwin} if platform.endswith("-darwin") else plain)

    def kept_for(self, platform: str) -> Lock:
        """The inverse for what was resolved for hosts of a platform."""
        if not platform.endswith("-darwin"):
            return self
        return self._replace(packages={name + _DARWIN: item for name, item in self.packages.items()})

    def with_packages(self, other: Lock) -> Lock:
        """This lock with the packages, sources and artefacts of `other` over it; artefacts that nothing names are left out."""
        packages = {**self.packages, **other.packages}
        merged = self._replace(
            catalogue=other.catalogue or self.catalogue,
            platforms=tuple(sorted({*self.platforms, *other.platforms})),
            sources={**self.sources, **other.sources},
            packages=packages,
            artefacts={**self.artefacts, **other.artefacts},
            tools={**self.tools, **other.tools},
        )
        used = {hash_of(item) for entry in packages.values() for names in entry.closure.values() for item in names}
        used.update(item for platforms in merged.tools.values() for item in platforms.values())
        return merged._replace(artefacts={key: item for key, item in merged.artefacts.items() if key in used})

    def only(self, names: Collection[str]) -> Lock:
        """This lock with the packages of these names alone, and with what they are run by; so too what is locked for macOS apart."""
        kept: set[str] = set()
        waiting = [name for name in self.packages if name.removesuffix(_DARWIN) in names]
        while waiting:
            name = waiting.pop()
            if name in self.packages and name not in kept:
                kept.add(name)
                waiting += [need + end for need in self.packages[name].requires for end in ("", _DARWIN)]
        packages = {name: item for name, item in self.packages.items() if name in kept}
        return self._replace(packages=packages).with_packages(Lock())


def hash_of(item: str) -> str:
    """The hash in a `NAME=HASH` of a closure."""
    return item.rpartition("=")[2]


def name_of(item: str) -> str:
    """The name in a `NAME=HASH` of a closure."""
    return item.rpartition("=")[0]


def change(path: str, make: Callable[[Lock], Lock]) -> Lock:
    """Replace the lock at a path by what `make` makes of it, in one rename, alone among the runs of this host.

    Nothing is written when it makes the same. Raises SpecError when it cannot be written.
    """
    try:
        with _alone(path):
            old = Lock.read(path)
            new = make(old)
            if new == old:
                return old
            text = new.text()
            fd, temporary = tempfile.mkstemp(dir=os.path.dirname(path) or ".", prefix=".home.lock-")
            try:
                with os.fdopen(fd, "w", encoding="utf-8") as target:
                    target.write(text)
                    target.flush()
                    os.fsync(fd)
                os.chmod(temporary, 0o644)
                os.replace(temporary, path)
            except BaseException:
                os.unlink(temporary)
                raise
            return new
    except OSError as error:
        raise SpecError(f"{path} cannot be written: {error.strerror}") from None


@contextmanager
def _alone(path: str) -> Iterator[None]:
    fd = os.open(os.path.dirname(path) or ".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)


def _damaged(path: str, why: str) -> SpecError:
    hint = "restore it from your repository, or remove it and let the next switch recreate it"
    return SpecError(f"{path} is damaged: {why}", [Position(path)], hint=hint)


def _one(value: object) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
