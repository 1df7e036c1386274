# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is at an absolute path, links followed. As everywhere in this folder, only ENOENT and ENOTDIR (and a loop of links) mean absent.

The functions of `os.path` of the same meaning take every error for absent; these raise OSError with the path.
"""

from __future__ import annotations

import os
import stat

from . import filesystem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterator, List, Tuple


def exists(path: str) -> bool:
    """Whether a path leads to anything."""
    return filesystem.stat_followed(path) is not None


def is_taken(path: str) -> bool:
    """Whether there is anything at a path, a link that leads nowhere included."""
    return filesystem.lstat(path) is not None


def is_folder(path: str) -> bool:
    """Whether a path leads to a folder."""
    status = filesystem.stat_followed(path)
    return status is not None and stat.S_ISDIR(status.st_mode)


def is_file(path: str) -> bool:
    """Whether a path leads to a regular file."""
    status = filesystem.stat_followed(path)
    return status is not None and stat.S_ISREG(status.st_mode)


def is_program(path: str) -> bool:
    """Whether this user can run a regular file. What is in a folder that the user must not enter is none."""
    try:
        return is_file(path) and os.access(path, os.X_OK)
    except PermissionError:
        return False


def names(folder: str) -> List[str]:
    """The sorted names in a folder; none when there is no folder."""
    try:
        fd = filesystem.open_folder(folder, follow=True)
    except filesystem.ABSENT:
        return []
    try:
        return filesystem.names(fd)
    finally:
        os.close(fd)


def walk(top: str, follow: bool = False) -> Iterator[Tuple[str, List[str], List[str]]]:
    """As `os.walk`: each folder with the names of its folders and of its other members. Nothing when there is no folder.

    OSError for one that cannot be listed.
    """

    def refused(error: OSError) -> None:
        if not isinstance(error, filesystem.ABSENT):
            raise error

    return os.walk(top, onerror=refused, followlinks=follow)
