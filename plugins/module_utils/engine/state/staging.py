# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Staging: everything of a new generation is laid down in the state folder, where nobody looks yet."""

from __future__ import annotations

import errno
import os
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from ..contract.bundle import write_bundle
from ..contract.errors import EngineError
from ..contract.manifest import all_objects, canonical, content_hash, entry_objects, specialised
from ..disk import filesystem
from . import layout
from .packaged import NOTHING, RECORD, Packaged

if TYPE_CHECKING:
    from ..contract.manifest import Manifest
    from .state import State

# So many new files are synced one by one; more are synced with the whole file system.
FEW = 64
_PER_FILE = 4096


def check_space(state: State, manifest: Manifest, held: dict[str, bytes]) -> None:
    """EngineError of kind `space` when the file system of the state cannot hold what is to come."""
    room = os.fstatvfs(state.fd)
    needed = sum(len(content) + 2 * _PER_FILE for content in held.values()) * 2 + 64 * _PER_FILE
    if room.f_bavail * room.f_frsize < needed:
        message = f"{state.path} has {room.f_bavail * room.f_frsize} bytes free, and the switch needs up to {needed}"
        raise EngineError(message, "space")
    count = 2 * len(held) + len(manifest["files"]) + 64
    if room.f_files and room.f_favail < count:
        raise EngineError(f"{state.path} has {room.f_favail} inodes free, and the switch needs up to {count}", "space")


def stage_objects(state: State, manifest: Manifest, held: dict[str, bytes], raw: bytes, tx: str) -> bool:
    """Put the objects `held` (ID to content) into the store and a pack; whether they still have to be synced.

    `raw` is the bundle that they came in: it becomes the pack when all of them are new.

    EngineError `objects` when the manifest needs one that neither the bundle nor the store has.
    """
    for folder in (layout.STORE, layout.PACKS):
        state.folder(folder)
    wanted = all_objects(manifest)
    present = set(state.objects())
    missing = sorted(set(wanted) - present - set(held))
    if missing:
        raise EngineError(f"the bundle lacks {len(missing)} objects, such as {missing[0]}", "objects", missing=missing)
    fresh: list[tuple[str, bytes]] = []
    sync = len(held) <= FEW
    for name, content in held.items():
        if name not in wanted:
            raise EngineError(f"the bundle holds the object {name}, which its manifest does not know", "bundle")
        mode = wanted[name]["mode"]
        if content_hash(content, mode) != name[:32]:
            raise EngineError(f"the object {name} does not hold what its name says", "bundle")
        if name not in present:
            fresh.append((name, content))
    if fresh:
        # The pack comes first: an object without its second copy could not be mended.
        pack = raw if len(fresh) == len(held) else write_bundle(manifest, fresh)
        filesystem.write(f"{layout.PACKS}/.{tx}", pack, 0o400, state.fd, sync)
        filesystem.rename(f"{layout.PACKS}/.{tx}", f"{layout.PACKS}/{tx}", state.fd, state.fd)
    for name, content in fresh:
        put_object(state, name, content, wanted[name]["mode"], sync)
    return bool(fresh) and not sync


def put_object(state: State, name: str, content: bytes, mode: str, sync: bool) -> None:
    """Write one object under a temporary name and give it its own."""
    temporary = f"{layout.STORE}/.{name}"
    filesystem.write(temporary, content, int(mode, 8), state.fd, sync)
    filesystem.rename(temporary, f"{layout.STORE}/{name}", state.fd, state.fd)


def stage_generation(
    state: State,
    manifest: Manifest,
    about: dict[str, Any],
    number: int,
    packaged: Packaged = NOTHING,
    unsynced: bool = False,
) -> None:
    """Lay down `generations/N` with hard links to the objects, its folders read-only.

    Before it gets its name, all that it shows is lasting: a generation that bears its number can be relied on. With
    `unsynced` the objects are not yet. `about` is what is remembered of it; the time is added. `packaged` is what it
    shows of packages.
    """
    state.folder(layout.GENERATIONS)
    hidden = f"{layout.GENERATIONS}/.{number}"
    filesystem.mkdir(hidden, 0o700, state.fd)
    fd = filesystem.open_folder(hidden, state.fd)
    try:
        about = dict(about, created=int(time.time()))
        few = not unsynced and _leaves(manifest) + sum(map(len, packaged.links.values())) <= FEW
        _lay(state, fd, shown(manifest, packaged, None), about, few)
        if packaged.trees or packaged.host:
            filesystem.write(RECORD, packaged.record(), 0o400, fd, few)
        names = sorted(manifest.get("specialisations") or {})
        if names:
            filesystem.mkdir("specialisation", 0o700, fd)
        for name in names:
            filesystem.mkdir(f"specialisation/{name}", 0o700, fd)
            inner = filesystem.open_folder(f"specialisation/{name}", fd)
            try:
                _lay(state, inner, shown(specialised(manifest, name), packaged, name), None, few)
            finally:
                os.close(inner)
            filesystem.chmod(f"specialisation/{name}", 0o555, fd)
        if names:
            filesystem.chmod("specialisation", 0o555, fd)
    finally:
        os.close(fd)
    if few:
        filesystem.sync_named(hidden, state.fd)
    else:
        filesystem.sync_everything(state.fd)
    # A folder that is being renamed must be writable on some systems, for its own ".." changes hands.
    filesystem.rename(hidden, layout.reference(number), state.fd, state.fd)
    filesystem.chmod(layout.reference(number), 0o555, state.fd)


class Shown(NamedTuple):
    """A view of a manifest, and the links to packages in its profile."""

    view: Manifest
    links: dict[str, str]


def shown(view: Manifest, packaged: Packaged, specialisation: str | None) -> Shown:
    """What one part of a generation shows."""
    return Shown(view, packaged.links.get(specialisation, {}))


def _leaves(manifest: Manifest) -> int:
    """How many names a generation has, about."""
    views = [manifest, *(manifest.get("specialisations") or {}).values()]
    return sum(len(entry.get("entries") or "1") for view in views for entry in view["files"].values())


def _lay(state: State, fd: int, part: Shown, about: dict[str, Any] | None, sync: bool) -> None:
    import json

    filesystem.write(layout.MANIFEST, canonical(part.view), 0o400, fd, sync)
    if about is not None:
        filesystem.write(layout.ABOUT, json.dumps(about, sort_keys=True).encode("ascii"), 0o400, fd, sync)
    for name, lay in ((layout.FILES, _Farm.lay), (layout.PROFILE, _Farm.lay_profile)):
        filesystem.mkdir(name, 0o700, fd)
        inside = filesystem.open_folder(name, fd)
        try:
            lay(_Farm(state, inside, sync), part)
            if sync:
                filesystem.sync(inside, name)
        finally:
            os.close(inside)
        filesystem.chmod(name, 0o555, fd)


class _Farm:
    """The links of one generation, in read-only folders."""

    def __init__(self, state: State, fd: int, sync: bool) -> None:
        self.state = state
        self.fd = fd
        self.sync = sync
        self.made: list[str] = []
        self.known: set[str] = {""}

    def lay(self, part: Shown) -> None:
        """The managed files that links lead to."""
        view = part.view
        leaves: dict[str, dict[str, Any]] = {}
        for target, entry in sorted(view["files"].items()):
            if entry["type"] == "file" and entry.get("method", "link") == "link":
                leaves[target] = {"object": entry["object"]}
            elif entry["type"] == "tree":
                leaves[target] = {"dir": True}
                leaves.update({f"{target}/{rel}": leaf for rel, leaf in sorted(entry["entries"].items())})
        self._leaves(leaves, view["objects"])

    def lay_profile(self, part: Shown) -> None:
        """What the user's profile holds: its packages, and over them what the home itself puts there."""
        leaves = {path: {"symlink": text} for path, text in part.links.items()}
        leaves.update(part.view.get("profile") or {})
        self._leaves(dict(sorted(leaves.items())), part.view["objects"])

    def _leaves(self, leaves: dict[str, dict[str, Any]], objects: dict[str, Any]) -> None:
        store_fd = filesystem.open_folder(layout.STORE, self.state.fd) if objects else -1
        try:
            for path, leaf in leaves.items():
                if "object" in leaf:
                    self._leaf(store_fd, leaf["object"], path, objects)
                elif "symlink" in leaf:
                    self._folder(path.rpartition("/")[0])
                    filesystem.symlink(leaf["symlink"], path, self.fd)
                else:
                    self._folder(path)
        finally:
            if store_fd >= 0:
                os.close(store_fd)
        for folder in reversed(self.made):
            filesystem.chmod(folder, 0o555, self.fd)
            if self.sync:
                filesystem.sync_named(folder, self.fd)

    def _folder(self, path: str) -> None:
        if path in self.known:
            return
        self._folder(path.rpartition("/")[0])
        filesystem.mkdir(path, 0o700, self.fd)
        self.known.add(path)
        self.made.append(path)

    def _leaf(self, store_fd: int, name: str, path: str, objects: dict[str, Any]) -> None:
        self._folder(path.rpartition("/")[0])
        try:
            filesystem.link(name, path, store_fd, self.fd)
        except FileNotFoundError:
            raise EngineError(f"the object {name} is not in the store", "objects", missing=[name]) from None
        except OSError as error:
            if error.errno not in filesystem.NO_HARD_LINK:
                raise
            filesystem.write(path, filesystem.read(name, store_fd), int(objects[name]["mode"], 8), self.fd, self.sync)


def shown_objects(view: Manifest) -> list[tuple[str, str]]:
    """Each leaf of a generation's `home-files` with its object, in sorted order of paths."""
    leaves: list[tuple[str, str]] = []
    for target, entry in view["files"].items():
        if entry["type"] == "file" and entry.get("method", "link") == "link":
            leaves.append((target, entry["object"]))
        elif entry["type"] == "tree":
            leaves += [
                (f"{target}/{rel}", leaf["object"]) for rel, leaf in entry["entries"].items() if "object" in leaf
            ]
    return sorted(leaves, key=lambda leaf: leaf[0].split("/"))


def needs_link_support(error: OSError) -> bool:
    """Whether this is a file system without symbolic links speaking."""
    return error.errno in (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP)


def objects_of(view: Manifest) -> set[str]:
    """The IDs of all objects that the files of a manifest show."""
    return {name for entry in view["files"].values() for name in entry_objects(entry)}
