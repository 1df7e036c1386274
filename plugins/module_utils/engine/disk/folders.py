# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Walking the folders of a home (or of a generation) by open descriptors, so that no planted link is ever followed."""

from __future__ import annotations

import errno
import os
import stat

from . import filesystem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterator


def make_all(path: str, mode: int) -> None:
    """Make a folder and those above it that are missing, each with this mode."""
    if filesystem.lstat(path) is not None:
        return
    above = os.path.dirname(path)
    if above != path:
        make_all(above, mode)
    filesystem.mkdir(path, mode)


def walk(top: str, at: int | None = None, follow: bool = False) -> Iterator[tuple[str, list[str]]]:
    """Each folder from `top` down with its sorted names; nothing when `top` is absent or no folder.

    Links below it are not followed; `top` itself is with `follow`.
    """
    status = filesystem.stat_followed(top, at) if follow else filesystem.lstat(top, at)
    if status is None or not stat.S_ISDIR(status.st_mode):
        return
    fd = filesystem.open_folder(top, at, follow)
    try:
        found = filesystem.names(fd)
        yield top, found
        for name in found:
            inner = filesystem.lstat(name, fd)
            if inner is not None and stat.S_ISDIR(inner.st_mode):
                yield from walk(f"{top}/{name}", at)
    finally:
        os.close(fd)


class Blocked(Exception):
    """A folder cannot be entered; the `reason`: its `path` (relative) is `absent`, a `link` or a `file`.

    That a folder may not be read, or that reading it failed, is no such reason but an OSError.
    """

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason


class Folders:
    """A cursor in a tree of folders.

    Asked in sorted order, it opens every folder once and holds as many as the tree is deep.
    """

    def __init__(self, root: int) -> None:
        self.root = root
        self._path: str | None = None
        self._follow = False
        self._parts: list[str] = []
        self._fds: list[int] = []

    def enter(self, path: str, follow: bool = False) -> int:
        """A descriptor of the folder `path` ("" is the root), good until the next call. Raises Blocked.

        With `follow`, links among its parts are followed (only for what the spec forces).
        """
        if path == self._path and follow == self._follow:
            return self._fds[-1] if self._fds else self.root
        parts = path.split("/") if path else []
        if follow != self._follow:
            self.close()
            self._follow = follow
        common = 0
        while common < len(parts) and common < len(self._parts) and parts[common] == self._parts[common]:
            common += 1
        self._leave(common)
        for depth in range(common, len(parts)):
            at = self._fds[-1] if self._fds else self.root
            self._fds.append(self._open(parts, depth, at, follow))
            self._parts.append(parts[depth])
        self._path = path
        return self._fds[-1] if self._fds else self.root

    def close(self) -> None:
        """Close the open folders, after folders were made or replaced; they are opened again on demand."""
        self._leave(0)

    def _leave(self, depth: int) -> None:
        self._path = None
        while len(self._fds) > depth:
            os.close(self._fds.pop())
            self._parts.pop()

    @staticmethod
    def _open(parts: list[str], depth: int, at: int, follow: bool) -> int:
        path = "/".join(parts[: depth + 1])
        try:
            return filesystem.open_folder(parts[depth], at, follow)
        except FileNotFoundError:
            status = filesystem.lstat(parts[depth], at)
            raise Blocked(path, "absent" if status is None else "link") from None
        except OSError as error:
            status = filesystem.lstat(parts[depth], at) if error.errno in (errno.ELOOP, errno.ENOTDIR) else None
            if status is None:
                raise
            raise Blocked(path, "link" if stat.S_ISLNK(status.st_mode) else "file") from None
