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

# So many new files are synced one by one; more are synced with the whole file system. So many files and folders of a
# generation are, too: there each one costs the disk a flush, though little is left to be written.
FEW = 64
FEW_IN_GENERATION = 16
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
    state.folder(layout.PACKS)
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
            raise EngineError(
                f"the bundle contains the object {name}, which its manifest does not list", ErrorKind.BUNDLE
            )
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
    if filesystem.lstat(layout.STORE, state.fd) is None:
        _make_store(state, fresh, wanted, sync)
        return bool(fresh) and not sync
    for name, content in fresh:
        temporary = f"{layout.STORE}/.{name}"
        filesystem.write(temporary, content, int(wanted[name].mode, 8), state.fd, sync)
        filesystem.rename(temporary, f"{layout.STORE}/{name}", state.fd, state.fd)
    return bool(fresh) and not sync


def _make_store(state: State, held: list[tuple[str, bytes]], wanted: dict[str, StoredObject], sync: bool) -> None:
    """Make the store with these objects. It is named as a whole, and none of them by itself."""
    hidden = f"{layout.STAGING}/{layout.STORE}"
    filesystem.mkdir(hidden, 0o700, state.fd)
    for name, content in held:
        filesystem.write(f"{hidden}/{name}", content, int(wanted[name].mode, 8), state.fd, sync)
    filesystem.rename(hidden, layout.STORE, state.fd, state.fd)


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
    # What has to be synced. That is done at the end: the first one makes most file systems write down all that was done
    # before, and leaves little to do for the others.
    made: list[str] = []
    try:
        about.created = int(time.time())
        _write(fd, layout.ABOUT, canonical(about.json()), made)
        if not packaged.empty:
            _write(fd, RECORD, packaged.record(), made)
        _fill(state, fd, "", manifest, packaged.links.get(None, {}), made)
        if manifest.specialisations:
            filesystem.mkdir("specialisation", 0o700, fd)
            for name in sorted(manifest.specialisations):
                inside = f"specialisation/{name}"
                filesystem.mkdir(inside, 0o700, fd)
                _fill(state, fd, inside + "/", manifest.specialised(name), packaged.links.get(name, {}), made)
                filesystem.chmod(inside, 0o555, fd)
                made.append(inside)
            filesystem.chmod("specialisation", 0o555, fd)
            made.append("specialisation")
        if unsynced or len(made) > FEW_IN_GENERATION:
            filesystem.sync_everything(state.fd)
        else:
            for name in made:
                filesystem.sync_named(name, fd)
            filesystem.sync(fd, hidden)
    finally:
        os.close(fd)
    # A folder that is being renamed must be writable on some systems, for its own ".." changes hands.
    filesystem.rename(hidden, layout.reference(number), state.fd, state.fd)
    filesystem.chmod(layout.reference(number), 0o555, state.fd)


def _write(fd: int, name: str, content: bytes, made: list[str]) -> None:
    filesystem.write(name, content, 0o400, fd)
    made.append(name)


def _fill(state: State, fd: int, top: str, manifest: Manifest, links: dict[str, str], made: list[str]) -> None:
    """The manifest and the folders of one part of a generation, below `top`; `links` are those of packages."""
    _write(fd, top + layout.MANIFEST, manifest.canonical(), made)
    view = manifest.view
    files = {
        f"{target}/{path}" if path else target: leaf
        for target, entry in sorted(view.files.items())
        for path, leaf in sorted(entry.leaves().items())
    }
    current = state.current()
    before = layout.reference(layout.parse_reference(current)[0]) + "/" if current is not None else None
    # The packages, and over them what the home itself puts there.
    profile = {**{path: Leaf(symlink=text) for path, text in links.items()}, **view.profile}
    for name, leaves in ((layout.FILES, files), (layout.PROFILE, dict(sorted(profile.items())))):
        filesystem.mkdir(top + name, 0o700, fd)
        inside = filesystem.open_folder(top + name, fd)
        try:
            farm = _Farm(state, inside)
            farm.make(leaves, view.objects, before and f"{before}{top}{name}")
        finally:
            os.close(inside)
        filesystem.chmod(top + name, 0o555, fd)
        made.extend(f"{top}{name}/{path}" for path in farm.unsynced)
        made.append(top + name)


class _Farm:
    """The links of one generation, in read-only folders. `unsynced`: the folders that it made, and files that are copies."""

    def __init__(self, state: State, fd: int) -> None:
        self.state = state
        self.fd = fd
        self.unsynced: list[str] = []
        self.made: list[str] = []
        self.known: set[str] = {""}

    def make(self, leaves: dict[str, Leaf], objects: dict[str, StoredObject], before: str | None) -> None:
        """Make them all, then close the folders. `before` is the same part of the current generation, which may not be there."""
        store_fd = filesystem.open_folder(layout.STORE, self.state.fd) if objects else -1
        there = before is not None and filesystem.lstat(before, self.state.fd) is not None
        before_fd = filesystem.open_folder(str(before), self.state.fd) if there else -1
        try:
            for path, leaf in leaves.items():
                if leaf.object is not None:
                    self._leaf(store_fd, leaf.object, path, objects)
                elif leaf.symlink is not None:
                    self._folder(path.rpartition("/")[0])
                    if before_fd < 0 or not self._again(before_fd, leaf.symlink, path):
                        filesystem.symlink(leaf.symlink, path, self.fd)
                else:
                    self._folder(path)
        finally:
            for fd in (store_fd, before_fd):
                if fd >= 0:
                    os.close(fd)
        for folder in reversed(self.made):
            filesystem.chmod(folder, 0o555, self.fd)
            self.unsynced.append(folder)

    def _again(self, before_fd: int, text: str, path: str) -> bool:
        """Give a link of the current generation a second name here: that takes no inode, which is most of what a link costs."""
        if filesystem.readlink(path, before_fd) != text:
            return False
        try:
            filesystem.link(path, path, before_fd, self.fd)
        except OSError as error:
            if error.errno not in filesystem.NO_HARD_LINK:
                raise
            return False
        return True

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
            filesystem.write(path, filesystem.read(name, store_fd), int(objects[name].mode, 8), self.fd)
            self.unsynced.append(path)
