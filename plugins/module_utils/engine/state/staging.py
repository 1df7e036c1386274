# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Staging: everything of a new generation is written to the state folder, where nobody looks yet."""

from __future__ import annotations

import os
import time

from ..contract.bundle import write_bundle
from ..contract.canonical import canonical
from ..contract.entries import Leaf
from ..contract.errors import EngineError, ErrorKind
from ..contract.objects import content_hash
from ..disk import filesystem
from . import layout
from .packaged import RECORD

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..contract.manifest import Manifest
    from ..contract.objects import StoredObject
    from .packaged import Packaged
    from .state import About, State

# So many new files are synced one by one; more are synced with the whole file system.
FEW = 64
_PER_FILE = 4096


def check_space(state: State, manifest: Manifest, held: dict[str, bytes]) -> None:
    """EngineError of kind `space` when the file system of the state cannot hold what is to come."""
    room = os.fstatvfs(state.fd)
    needed = sum(len(content) + 2 * _PER_FILE for content in held.values()) * 2 + 64 * _PER_FILE
    if room.f_bavail * room.f_frsize < needed:
        message = f"{state.path} has {room.f_bavail * room.f_frsize} bytes free, and the switch needs up to {needed}"
        raise EngineError(message, ErrorKind.SPACE)
    count = 2 * len(held) + len(manifest.view.files) + 64
    if room.f_files and room.f_favail < count:
        raise EngineError(
            f"{state.path} has {room.f_favail} inodes free, and the switch needs up to {count}", ErrorKind.SPACE
        )


def stage_objects(state: State, manifest: Manifest, held: dict[str, bytes], raw: bytes, tx: str) -> bool:
    """Put the objects `held` (ID to content) into the store and a pack; whether they still have to be synced.

    `raw` is the bundle that they came in: it becomes the pack when all of them are new.

    EngineError `objects` when the manifest needs one that neither the bundle nor the store has.
    """
    for folder in (layout.STORE, layout.PACKS):
        state.folder(folder)
    wanted = manifest.objects()
    present = set(state.objects())
    missing = sorted(set(wanted) - present - set(held))
    if missing:
        raise EngineError(
            f"the bundle lacks {len(missing)} objects, such as {missing[0]}", ErrorKind.OBJECTS, missing=missing
        )
    fresh: list[tuple[str, bytes]] = []
    sync = len(held) <= FEW
    for name, content in held.items():
        if name not in wanted:
            raise EngineError(f"the bundle holds the object {name}, which its manifest does not know", ErrorKind.BUNDLE)
        mode = wanted[name].mode
        if content_hash(content, mode) != name[:32]:
            raise EngineError(f"the object {name} does not match the hash in its name", ErrorKind.BUNDLE)
        if name not in present:
            fresh.append((name, content))
    if fresh:
        # The pack comes first: an object without its second copy could not be repaired.
        pack = raw if len(fresh) == len(held) else write_bundle(manifest.json(), fresh)
        filesystem.write(f"{layout.PACKS}/.{tx}", pack, 0o400, state.fd, sync)
        filesystem.rename(f"{layout.PACKS}/.{tx}", f"{layout.PACKS}/{tx}", state.fd, state.fd)
    for name, content in fresh:
        put_object(state, name, content, wanted[name].mode, sync)
    return bool(fresh) and not sync


def put_object(state: State, name: str, content: bytes, mode: str, sync: bool) -> None:
    """Write one object under a temporary name and give it its own."""
    temporary = f"{layout.STORE}/.{name}"
    filesystem.write(temporary, content, int(mode, 8), state.fd, sync)
    filesystem.rename(temporary, f"{layout.STORE}/{name}", state.fd, state.fd)


def stage_generation(
    state: State, manifest: Manifest, about: About, number: int, packaged: Packaged, unsynced: bool = False
) -> None:
    """Make `generations/N` with hard links to the objects, its folders read-only.

    Before it gets its name, all that it shows is lasting: a generation that bears its number can be relied on. With
    `unsynced` the objects are not yet. `about` gets the time; `packaged` is what it shows of packages.
    """
    state.folder(layout.GENERATIONS)
    hidden = f"{layout.GENERATIONS}/.{number}"
    filesystem.mkdir(hidden, 0o700, state.fd)
    fd = filesystem.open_folder(hidden, state.fd)
    try:
        about.created = int(time.time())
        few = not unsynced and _names(manifest) + sum(map(len, packaged.links.values())) <= FEW
        filesystem.write(layout.ABOUT, canonical(about.json()), 0o400, fd, few)
        if not packaged.empty:
            filesystem.write(RECORD, packaged.record(), 0o400, fd, few)
        _fill(state, fd, manifest, packaged.links.get(None, {}), few)
        if manifest.specialisations:
            filesystem.mkdir("specialisation", 0o700, fd)
            for name in sorted(manifest.specialisations):
                filesystem.mkdir(f"specialisation/{name}", 0o700, fd)
                inner = filesystem.open_folder(f"specialisation/{name}", fd)
                try:
                    _fill(state, inner, manifest.specialised(name), packaged.links.get(name, {}), few)
                finally:
                    os.close(inner)
                filesystem.chmod(f"specialisation/{name}", 0o555, fd)
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


def _names(manifest: Manifest) -> int:
    """How many names a generation has, about."""
    return sum(len(entry.leaves()) or 1 for view in manifest.views() for entry in view.files.values())


def _fill(state: State, fd: int, manifest: Manifest, links: dict[str, str], sync: bool) -> None:
    """The manifest and the folders of one part of a generation; `links` are those of packages."""
    filesystem.write(layout.MANIFEST, manifest.canonical(), 0o400, fd, sync)
    view = manifest.view
    files = {
        f"{target}/{path}" if path else target: leaf
        for target, entry in sorted(view.files.items())
        for path, leaf in sorted(entry.leaves().items())
    }
    # The packages, and over them what the home itself puts there.
    profile = {**{path: Leaf(symlink=text) for path, text in links.items()}, **view.profile}
    for name, leaves in ((layout.FILES, files), (layout.PROFILE, dict(sorted(profile.items())))):
        filesystem.mkdir(name, 0o700, fd)
        inside = filesystem.open_folder(name, fd)
        try:
            _Farm(state, inside, sync).make(leaves, view.objects)
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

    def make(self, leaves: dict[str, Leaf], objects: dict[str, StoredObject]) -> None:
        """Make them all, then close the folders."""
        store_fd = filesystem.open_folder(layout.STORE, self.state.fd) if objects else -1
        try:
            for path, leaf in leaves.items():
                if leaf.object is not None:
                    self._leaf(store_fd, leaf.object, path, objects)
                elif leaf.symlink is not None:
                    self._folder(path.rpartition("/")[0])
                    filesystem.symlink(leaf.symlink, path, self.fd)
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

    def _leaf(self, store_fd: int, name: str, path: str, objects: dict[str, StoredObject]) -> None:
        self._folder(path.rpartition("/")[0])
        try:
            filesystem.link(name, path, store_fd, self.fd)
        except FileNotFoundError:
            message = f"the object {name} is not in the store"
            raise EngineError(message, ErrorKind.OBJECTS, missing=[name]) from None
        except OSError as error:
            if error.errno not in filesystem.NO_HARD_LINK:
                raise
            filesystem.write(path, filesystem.read(name, store_fd), int(objects[name].mode, 8), self.fd, self.sync)
