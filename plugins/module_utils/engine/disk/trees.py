# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Folders with what is above and below them, and owners: what root needs for the files of a whole system."""

from __future__ import annotations

import errno
import os
import stat

from . import filesystem, queries


def chown(name: str, uid: int, gid: int) -> None:
    """Set the owner and the group; a link is not followed."""
    filesystem.change("chown", name, os.lchown, filesystem.encode(name), uid, gid)


def make_folders(path: str, mode: int) -> None:
    """Make a folder, and those above it that are missing, each with this mode; one that is there stays as it is."""
    if filesystem.stat_followed(path) is not None:
        return
    above = os.path.dirname(path)
    if above != path:
        make_folders(above, mode)
    try:
        filesystem.mkdir(path, mode)
    except FileExistsError:
        return


def copy(source: str, target: str) -> None:
    """Copy a folder with the files, folders and links below it, with their modes; anything else is left out."""
    status = os.lstat(source)
    if stat.S_ISLNK(status.st_mode):
        filesystem.symlink(os.readlink(source), target)
    elif stat.S_ISDIR(status.st_mode):
        filesystem.mkdir(target, 0o700)
        for name in sorted(os.listdir(source)):
            copy(os.path.join(source, name), os.path.join(target, name))
        filesystem.chmod(target, stat.S_IMODE(status.st_mode))
    elif stat.S_ISREG(status.st_mode):
        content = filesystem.read(source)
        filesystem.write(target, content, stat.S_IMODE(status.st_mode), mtime=status.st_mtime_ns)


def move(source: str, target: str) -> None:
    """Rename, or copy and remove where the two are on different file systems."""
    try:
        filesystem.rename(source, target)
        return
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
    copy(source, target)
    folder = filesystem.open_folder(os.path.dirname(source), follow=True)
    try:
        filesystem.remove_tree(os.path.basename(source), folder)
    finally:
        os.close(folder)


def give(top: str, uid: int, gid: int) -> None:
    """Set the owner and the group of a folder and of all that is below it; links are not followed."""
    for where, folders, names in queries.walk(top):
        for name in [*folders, *names]:
            chown(os.path.join(where, name), uid, gid)
    chown(top, uid, gid)
