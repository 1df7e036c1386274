# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is at a path below /etc, and the ways to put something else there."""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING, NamedTuple

from ...contract.errors import EngineError, ErrorKind
from ...disk import filesystem, queries, trees
from .. import labels

if TYPE_CHECKING:
    from typing import Callable, Iterable, List

_TEMPORARY = ".home-manager-new-"
# A folder with something in it, or one that a mount holds.
_NOT_EMPTY = (errno.ENOTEMPTY, errno.EEXIST, errno.EBUSY)


class Found(NamedTuple):
    """What a path holds. `content` identifies it: `file HASH`, `link TEXT`, `folder`, `other`, or empty for nothing."""

    content: str
    mode: int = 0
    uid: int = 0
    gid: int = 0

    @property
    def present(self) -> bool:
        return self.content != ""

    @property
    def is_link(self) -> bool:
        return self.content.startswith("link ")


NOTHING = Found("")


def file_content(data: bytes) -> str:
    """What identifies a file with this content."""
    from hashlib import sha256

    return "file " + sha256(data).hexdigest()


def link_content(text: str) -> str:
    """What identifies a link with this text."""
    return "link " + text


class Etc:
    """The folder /etc, or a stand-in for it. Paths are relative to it."""

    def __init__(self, root: str) -> None:
        self.root = root
        # Written in place because a mount holds the name; such a write is not atomic.
        self.in_place: List[str] = []

    def path(self, target: str) -> str:
        return os.path.join(self.root, target)

    def look(self, target: str) -> Found:
        """What is there; OSError when that cannot be told."""
        status = filesystem.lstat(self.path(target))
        if status is None:
            return NOTHING
        mode = stat.S_IMODE(status.st_mode)
        if stat.S_ISLNK(status.st_mode):
            return Found(link_content(filesystem.readlink(self.path(target)) or ""), mode, status.st_uid, status.st_gid)
        if stat.S_ISREG(status.st_mode):
            return Found(file_content(filesystem.read(self.path(target))), mode, status.st_uid, status.st_gid)
        return Found("folder" if stat.S_ISDIR(status.st_mode) else "other", mode, status.st_uid, status.st_gid)

    def read(self, target: str) -> bytes | None:
        """The content of a file, links followed; None when there is none."""
        try:
            return filesystem.read(self.path(target), follow=True)
        except (FileNotFoundError, NotADirectoryError):
            return None

    def missing_folders(self, target: str) -> List[str]:
        """The folders above a target that are not there, the uppermost first. EngineError where a file is in the way."""
        found = []
        folder = os.path.dirname(target)
        while folder:
            try:
                status = os.stat(self.path(folder))
            except FileNotFoundError:
                found.append(folder)
            except NotADirectoryError:
                raise EngineError(
                    f"/etc/{folder} cannot be a folder: a file is in the way", ErrorKind.COLLISION
                ) from None
            else:
                if not stat.S_ISDIR(status.st_mode):
                    raise EngineError(f"/etc/{folder} is not a folder", ErrorKind.COLLISION)
                break
            folder = os.path.dirname(folder)
        return list(reversed(found))

    def make_folders(self, target: str) -> List[str]:
        """Create the folders above a target; those that were created."""
        made = self.missing_folders(target)
        for folder in made:
            filesystem.mkdir(self.path(folder), 0o755)
        return made

    def put_file(self, target: str, content: bytes, mode: int, uid: int, gid: int) -> None:
        """Put a file in place by one rename, or in place where a mount holds the name."""
        self.make_folders(target)
        path = self.path(target)
        temporary = self._temporary(target)
        filesystem.write(temporary, content, 0o600, sync=True)
        trees.chown(temporary, uid, gid)
        filesystem.chmod(temporary, mode)
        labels.keep(path, temporary)
        self._rename(temporary, path, lambda: self._refill(path, content))

    def put_link(self, target: str, text: str) -> None:
        """Put a symbolic link in place by one rename."""
        self.make_folders(target)
        temporary = self._temporary(target)
        filesystem.symlink(text, temporary)
        self._rename(temporary, self.path(target), None)

    def _temporary(self, target: str) -> str:
        folder, base = os.path.split(self.path(target))
        temporary = os.path.join(folder, _TEMPORARY + base[:200])
        if filesystem.lstat(temporary) is not None:
            filesystem.unlink(temporary)
        return temporary

    def _rename(self, temporary: str, path: str, otherwise: Callable[[], None] | None) -> None:
        try:
            filesystem.rename(temporary, path)
        except OSError as error:
            filesystem.unlink(temporary)
            if error.errno != errno.EBUSY or otherwise is None:
                raise
            otherwise()
            self._note_mount(os.path.relpath(path, self.root))

    @staticmethod
    def _refill(path: str, content: bytes) -> None:
        fd = filesystem.open_part(path)
        try:
            filesystem.refill(fd, content)
            filesystem.sync(fd, path)
        finally:
            os.close(fd)

    def remove(self, target: str) -> None:
        """Remove a file or link; absent is fine."""
        path = self.path(target)
        if filesystem.lstat(path) is None:
            return
        try:
            filesystem.unlink(path)
        except OSError as error:
            if error.errno != errno.EBUSY:
                raise
            self._refill(path, b"")
            self._note_mount(target)

    def _note_mount(self, target: str) -> None:
        if target not in self.in_place:
            self.in_place.append(target)

    def remove_folder(self, folder: str) -> bool:
        """Remove an empty folder; False when it is not empty or not there."""
        try:
            filesystem.rmdir(self.path(folder))
        except OSError as error:
            if isinstance(error, filesystem.ABSENT) or error.errno in _NOT_EMPTY:
                return False
            raise
        return True

    def sweep(self, folders: Iterable[str]) -> None:
        """Remove what an interrupted switch left of files that it was about to put in place."""
        for folder in folders:
            path = self.path(folder)
            for name in queries.names(path):
                if name.startswith(_TEMPORARY):
                    filesystem.unlink(os.path.join(path, name))

    def sync(self, target: str) -> None:
        """Make the folder of a target lasting."""
        filesystem.sync_named(os.path.dirname(self.path(target)) or self.root)
