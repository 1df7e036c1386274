# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Objects that their owner rewrote in place, as `vim :w!` does: found by hash, saved for the user, and restored."""

from __future__ import annotations

import os
import stat

from ..contract.bundle import read_bundle
from ..contract.errors import EngineError, ErrorKind
from ..contract.objects import content_hash
from ..disk import filesystem
from ..disk.folders import Blocked, Folders
from . import layout, packs
from .ledger import LARGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterable

    from ..contract.objects import StoredObject
    from .state import State


def drifted_objects(state: State, objects: Iterable[str], large: dict[str, list[int]]) -> list[str]:
    """The IDs among these objects whose file in the store is there but is not what it should be."""
    if filesystem.lstat(layout.STORE, state.fd) is None:
        return []
    fd = filesystem.open_folder(layout.STORE, state.fd)
    try:
        return [name for name in sorted(objects) if _drifted(name, name, fd, large)]
    finally:
        os.close(fd)


def drifted_leaves(
    state: State, chosen: str, leaves: list[tuple[str, str]], large: dict[str, list[int]]
) -> list[tuple[str, str]]:
    """The (path, ID) among the leaves of a generation that do not show what they should.

    Folders made writable are closed again.
    """
    fd = filesystem.open_folder(f"{chosen}/{layout.FILES}", state.fd)
    cursor = Folders(fd)
    found: list[tuple[str, str]] = []
    folder, at = "", fd
    try:
        for path, name in leaves:
            above, _slash, base = path.rpartition("/")
            if above != folder:
                try:
                    folder, at = above, cursor.enter(above)
                except Blocked:
                    found.append((path, name))
                    folder = ""
                    at = fd
                    continue
            if _drifted(base, name, at, large, absent=True):
                found.append((path, name))
    finally:
        cursor.close()
        os.close(fd)
    return found


def _drifted(base: str, name: str, at: int, large: dict[str, list[int]], absent: bool = False) -> bool:
    if name in large:
        status = filesystem.lstat(base, at)
        if status is not None and [status.st_size, status.st_mtime_ns, status.st_mode] == large[name]:
            return False
    try:
        content, status = filesystem.read_with_status(base, at)
    except filesystem.ABSENT:
        return absent
    except OSError as error:
        # A repair gives back the permission that its owner took away.
        if error.errno in filesystem.NO_FILE or filesystem.closed_by_owner(error, base, at):
            return True
        raise
    return content_hash(content, f"{status.st_mode & 0o7777:04o}") != name[:32]


def large_objects(state: State, objects: dict[str, StoredObject]) -> dict[str, list[int]]:
    """What the ledger keeps of large objects: ID to [size, modification time in ns, mode]."""
    large: dict[str, list[int]] = {}
    for name, item in objects.items():
        if item.size > LARGE:
            status = filesystem.lstat(f"{layout.STORE}/{name}", state.fd)
            if status is not None:
                large[name] = [status.st_size, status.st_mtime_ns, status.st_mode]
    return large


def repair_object(state: State, name: str, mode: str, tx: str, seen_in: str | None = None) -> str:
    """Repair an object in the store and in every generation; what was done, for people.

    `seen_in` is the path (in the state) where it was found wrong, when that is not the store itself.
    EngineError `object` when its content is nowhere to be found; it is then removed from the store, so that the next
    switch by Ansible brings it again.
    """
    paths = [f"{layout.STORE}/{name}", *_paths(state, name)]
    detail = "mode restored"
    changed = dict.fromkeys(_content(state, path) for path in [seen_in or paths[0], *paths])
    for content in changed:
        if content is not None and content_hash(content, mode) != name[:32]:
            saved = _saved(state, content, name) or _save(state, content, name, tx)
            detail = f"its content was modified in place; the changed text is saved as {saved}"
    right = paths[0]
    good = _content(state, right)
    if good is None or content_hash(good, mode) != name[:32]:
        good = _original(state, name, mode)
        if good is None:
            filesystem.remove_tree(paths[0], state.fd)
            message = f"the stored content of {name[33:]} is lost; the next switch by Ansible restores it ({detail})"
            raise EngineError(message, ErrorKind.OBJECT)
        state.folder(layout.STORE)
        right = f"{layout.STORE}/.{name}"
        filesystem.remove_tree(right, state.fd)
        filesystem.write(right, good, int(mode, 8), state.fd, sync=True)
    else:
        filesystem.chmod(paths[0], int(mode, 8), state.fd)
    for path in paths[1:]:
        _link_again(state, name, right, path, good, mode)
    if right != paths[0]:
        # Last: as long as the store's own is wrong, a run that was killed is done again.
        there = filesystem.lstat(paths[0], state.fd)
        if there is not None and stat.S_ISDIR(there.st_mode):
            # Nothing can be renamed over a folder.
            filesystem.remove_tree(paths[0], state.fd)
        filesystem.rename(right, paths[0], state.fd, state.fd)
    return detail


def intact(state: State, name: str, mode: str) -> bytes | None:
    """The content of an object as it was stored: from the store, or else from a pack; None when neither has it."""
    content = _content(state, f"{layout.STORE}/{name}")
    if content is not None and content_hash(content, mode) == name[:32]:
        return content
    return _original(state, name, mode)


def _content(state: State, path: str) -> bytes | None:
    try:
        return filesystem.read_if_file(path, state.fd)
    except PermissionError as error:
        if not filesystem.closed_by_owner(error, path, state.fd):
            raise
        filesystem.chmod(path, 0o600, state.fd)
        return filesystem.read(path, state.fd)


def _saved(state: State, content: bytes, name: str) -> str | None:
    """Where the same text was saved before; None when it was not."""
    for found in state.names(layout.DRIFT):
        path = f"{layout.DRIFT}/{found}"
        if found.endswith(name[32:]) and filesystem.read_if_file(path, state.fd) == content:
            return f"{state.path}/{path}"
    return None


def _save(state: State, content: bytes, name: str, tx: str) -> str:
    state.folder(layout.DRIFT)
    path = f"{layout.DRIFT}/{tx}-{name[33:]}"
    count = 0
    while filesystem.lstat(path, state.fd) is not None:
        count += 1
        path = f"{layout.DRIFT}/{tx}-{count}-{name[33:]}"
    # What a user finds there is whole.
    partial = f"{layout.DRIFT}/.partial"
    filesystem.remove_tree(partial, state.fd)
    filesystem.write(partial, content, 0o600, state.fd, sync=True)
    filesystem.rename(partial, path, state.fd, state.fd)
    return f"{state.path}/{path}"


def _original(state: State, name: str, mode: str) -> bytes | None:
    for pack in reversed(packs.names(state)):
        try:
            with packs.opened(state, pack) as source:
                bundle = read_bundle(source)
                if name not in dict(bundle.objects):
                    continue
                for found, content in bundle.contents():
                    if found == name and content_hash(content, mode) == name[:32]:
                        return content
        except EngineError:
            continue
    return None


def _paths(state: State, name: str) -> list[str]:
    """Every path below `generations` that shows an object."""
    paths = []
    for number in state.generations():
        manifest = state.readable_manifest(layout.reference(number))
        if manifest is None:
            continue
        for special in [None, *manifest.specialisations]:
            where, view = layout.reference(number, special), manifest.specialised(special).view
            paths += [f"{where}/{layout.FILES}/{path}" for path, shown in view.leaves() if shown == name]
            profile = sorted(view.profile.items())
            paths += [f"{where}/{layout.PROFILE}/{path}" for path, leaf in profile if leaf.object == name]
    return paths


def _link_again(state: State, name: str, right: str, path: str, content: bytes, mode: str) -> None:
    folder = path.rpartition("/")[0]
    first, second = filesystem.lstat(right, state.fd), filesystem.lstat(path, state.fd)
    if first is not None and second is not None and first.st_ino == second.st_ino:
        return
    temporary = f"{layout.STORE}/.link-{name}"
    filesystem.remove_tree(temporary, state.fd)
    try:
        filesystem.link(right, temporary, state.fd, state.fd)
    except OSError as error:
        if error.errno not in filesystem.NO_HARD_LINK:
            raise
        filesystem.write(temporary, content, int(mode, 8), state.fd)
    filesystem.chmod(folder, 0o700, state.fd)
    try:
        filesystem.rename(temporary, path, state.fd, state.fd)
    finally:
        filesystem.chmod(folder, 0o555, state.fd)
