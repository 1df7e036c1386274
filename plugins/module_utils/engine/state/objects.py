# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Objects that their owner rewrote in place (as `vim :w!` does): found by hash, the user's bytes saved, the object
made anew.
"""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING, Any

from ..contract.bundle import read_bundle
from ..contract.errors import EngineError
from ..contract.manifest import content_hash
from ..disk import filesystem
from ..disk.folders import Blocked, Folders
from . import layout
from .ledger import LARGE
from .staging import shown_objects

if TYPE_CHECKING:
    from .state import State


def drifted_objects(state: State, objects: dict[str, dict[str, Any]], large: dict[str, list[int]]) -> list[str]:
    """The IDs among these objects (ID to {"mode"}) whose file in the store is there but is not what it should be."""
    if not objects or filesystem.lstat(layout.STORE, state.fd) is None:
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
    except FileNotFoundError:
        return absent
    except OSError as error:
        if error.errno in (errno.EACCES, errno.ELOOP, errno.EINVAL):
            return True
        raise
    return content_hash(content, f"{status.st_mode & 0o7777:04o}") != name[:32]


def large_objects(state: State, objects: dict[str, dict[str, Any]]) -> dict[str, list[int]]:
    """What the ledger keeps of large objects: ID to [size, modification time in ns, mode]."""
    large: dict[str, list[int]] = {}
    for name, item in objects.items():
        if item.get("size", 0) > LARGE:
            status = filesystem.lstat(f"{layout.STORE}/{name}", state.fd)
            if status is not None:
                large[name] = [status.st_size, status.st_mtime_ns, status.st_mode]
    return large


def repair_object(state: State, name: str, mode: str, tx: str, seen_in: str | None = None) -> str:
    """Put an object right in the store and in every generation; what was done, for people.

    `seen_in` is the path (in the state) where it was found wrong, when that is not the store itself.
    EngineError `object` when its content is nowhere to be found; the object is then taken out of the store, so that
    the next
    switch brings it again.
    """
    places = [f"{layout.STORE}/{name}", *_places(state, name)]
    detail = "mode restored"
    for place in [seen_in or places[0], places[0]]:
        content = _content(state, place)
        if content is not None and content_hash(content, mode) != name[:32]:
            detail = "its content was changed in place; the changed text is kept as " + _save(state, content, name, tx)
            break
    right = places[0]
    good = _content(state, right)
    if good is None or content_hash(good, mode) != name[:32]:
        good = _original(state, name, mode)
        if good is None:
            filesystem.remove_tree(places[0], state.fd)
            raise EngineError(f"the content of {name} is lost; it was {detail}. Run the switch once more", "object")
        right = f"{layout.STORE}/.{name}"
        filesystem.remove_tree(right, state.fd)
        filesystem.write(right, good, int(mode, 8), state.fd, sync=True)
    else:
        filesystem.chmod(places[0], int(mode, 8), state.fd)
    for place in places[1:]:
        _link_again(state, name, right, place, good, mode)
    if right != places[0]:
        # Last: as long as the store's own is wrong, a run that was killed is done again.
        filesystem.rename(right, places[0], state.fd, state.fd)
    return detail


def _content(state: State, path: str) -> bytes | None:
    try:
        return filesystem.read(path, state.fd)
    except FileNotFoundError:
        return None
    except OSError as error:
        status = filesystem.lstat(path, state.fd)
        if error.errno != errno.EACCES or status is None or not stat.S_ISREG(status.st_mode):
            return None
        filesystem.chmod(path, 0o600, state.fd)
        return filesystem.read(path, state.fd)


def _save(state: State, content: bytes, name: str, tx: str) -> str:
    state.folder(layout.DRIFT)
    path = f"{layout.DRIFT}/{tx}-{name[33:]}"
    count = 0
    while filesystem.lstat(path, state.fd) is not None:
        count += 1
        path = f"{layout.DRIFT}/{tx}-{count}-{name[33:]}"
    filesystem.write(path, content, 0o600, state.fd, sync=True)
    return f"{state.path}/{path}"


def _original(state: State, name: str, mode: str) -> bytes | None:
    for pack in reversed(state.names(layout.PACKS)):
        fd = os.open(
            filesystem.encode(f"{layout.PACKS}/{pack}"), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=state.fd
        )
        try:
            with os.fdopen(fd, "rb") as source:
                bundle = read_bundle(source)
                if name not in dict(bundle.objects):
                    continue
                for found, content in bundle.contents():
                    if found == name and content_hash(content, mode) == name[:32]:
                        return content
        except EngineError:
            continue
    return None


def _places(state: State, name: str) -> list[str]:
    """Every path below `generations` that shows an object."""
    places = []
    for number in state.generations():
        chosen = layout.reference(number)
        manifest = state.manifest(chosen)
        views = [(chosen, manifest)]
        for special in manifest.get("specialisations") or {}:
            inner = layout.reference(number, special)
            views.append((inner, state.manifest(inner)))
        for where, view in views:
            places += [f"{where}/{layout.FILES}/{path}" for path, shown in shown_objects(view) if shown == name]
            profile = sorted((view.get("profile") or {}).items())
            places += [f"{where}/{layout.PROFILE}/{path}" for path, leaf in profile if leaf.get("object") == name]
    return places


def _link_again(state: State, name: str, right: str, place: str, content: bytes, mode: str) -> None:
    folder = place.rpartition("/")[0]
    first, second = filesystem.lstat(right, state.fd), filesystem.lstat(place, state.fd)
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
        filesystem.rename(temporary, place, state.fd, state.fd)
    finally:
        filesystem.chmod(folder, 0o555, state.fd)
