# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A folder and a file change places: exchanged where the system can, else by renames that the journal knows.

What is the user's never bears only a hidden name: of a file there is a backup before, and a folder that gives way gets
the name of its backup at the very moment at which it loses its own. Each function looks at what is there, so that it
may be repeated after a crash at any point.
"""

from __future__ import annotations

import errno
import os

from ..disk import filesystem, renames
from ..home.path_state import inspect, shortened
from ..planning.step import NewFolder
from . import pin
from .backup import drop_backup

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..home.path_state import PathState
    from ..planning.step import Put, Step

_STILL_USED = (errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR, errno.ENOENT, errno.EBUSY)


def is_right(step: Put, seen: PathState, name: str, fd: int) -> bool:
    """Whether what bears `name` is what the step puts there."""
    if isinstance(step.new, NewFolder):
        return seen.kind == "folder"
    makes = step.makes
    if makes is None:
        # The journal of an engine that did not note it: what it had made is gone from its temporary name.
        return seen.kind in ("file", "link")
    if makes.link is not None:
        return seen.text == makes.link
    content = filesystem.read_if_file(name, fd) if seen.kind == "file" else None
    return content is not None and makes.fits(content)


def lost(step: Step) -> OSError:
    """The error of a step whose prepared content is gone, and whose path is as it was."""
    return FileNotFoundError(errno.ENOENT, "what was prepared for it is missing", step.path)


def replace_folder(step: Put, fd: int, name: str) -> None:
    """Put a file or link at the path of a folder, which becomes the backup. FileExistsError when either was changed."""
    temp, backup = step.temp, step.displaced.backup or f"{step.temp}.old"
    there, waiting = inspect(name, fd), inspect(temp, fd)
    _settle_aside(step, fd, backup)
    if there.kind == "absent" and waiting.kind not in ("absent", "folder"):
        renames.rename_new(temp, name, fd)
    elif pin.unmoved(step, there):
        _let_folder_give_way(step, fd, name, backup)
    elif waiting.kind == "folder":
        # An engine of an earlier version had exchanged the two.
        renames.rename_new(temp, backup, fd, folder=True)
    elif not is_right(step, there, name, fd):
        raise FileExistsError


def _let_folder_give_way(step: Put, fd: int, name: str, backup: str) -> None:
    temp = step.temp
    waiting, aside = inspect(temp, fd), inspect(backup, fd)
    if waiting.kind == "absent":
        if aside.kind == "folder" or not is_right(step, aside, backup, fd):
            raise lost(step)
    elif aside.kind == "absent":
        renames.rename_new(temp, backup, fd)
    elif aside.identity() == waiting.identity():
        # The crash came when it had both names.
        filesystem.unlink(temp, fd)
    else:
        raise FileExistsError
    try:
        renames.exchange(backup, name, fd)
    except OSError as error:
        if error.errno not in renames.NO_EXCHANGE:
            raise
        renames.rename_new(backup, temp, fd)
        renames.rename_new(name, backup, fd, folder=True)
        renames.rename_new(temp, name, fd)


def replace_by_folder(step: Put, fd: int, name: str) -> None:
    """Put a folder at the path of a file or link, of which there is a backup if it is the user's.

    FileExistsError when the path was changed.
    """
    temp = step.temp
    there, waiting = inspect(name, fd), inspect(temp, fd)
    _settle_aside(step, fd, step.displaced.backup)
    if waiting.kind == "folder":
        if there.kind == "absent":
            renames.rename_new(temp, name, fd, folder=True)
            return
        if not pin.unmoved(step, there):
            raise FileExistsError
        try:
            renames.exchange(temp, name, fd)
        except OSError as error:
            if error.errno not in renames.NO_EXCHANGE:
                raise
            filesystem.unlink(name, fd)
            renames.rename_new(temp, name, fd, folder=True)
            return
        waiting = inspect(temp, fd)
    if waiting.kind == "absent":
        if there.kind == "absent" or pin.unmoved(step, there):
            raise lost(step)
    elif not pin.unmoved(step, waiting):
        # It was saved again between the last look and the exchange.
        renames.exchange(temp, name, fd)
        raise FileExistsError


def give_back_folder(backup: str, fd: int, name: str) -> None:
    """Put a folder that is a backup at its path again, where something of ours is; that may get the backup's name."""
    try:
        renames.exchange(backup, name, fd)
    except OSError as error:
        if error.errno not in renames.NO_EXCHANGE:
            raise
        filesystem.unlink(name, fd)
        renames.rename_new(backup, name, fd, folder=True)


def clean_up(step: Put, fd: int, name: str) -> None:
    """Remove what the step does not need any more: what took no place, and our own from a folder that gave way."""
    temp, backup, folder = step.temp, step.displaced.backup, isinstance(step.new, NewFolder)
    waiting = inspect(temp, fd)
    if waiting.kind != "absent" and (waiting.kind == "folder") == folder:
        # It was not done. What is at the path, or was, is what was there before.
        if backup:
            _take_back(step, backup, fd, name)
        filesystem.remove_tree(temp, fd)
    elif waiting.kind != "absent":
        if not pin.unmoved(step, waiting):
            raise FileExistsError(
                errno.EEXIST, "it is not known which file has it", f"{os.path.dirname(step.path)}/{temp}"
            )
        filesystem.unlink(temp, fd)
    if step.displaced.swap and not folder and backup:
        _clean_up_folder(step, backup, fd, name)


def _take_back(step: Put, backup: str, fd: int, name: str) -> None:
    if not step.displaced.swap or inspect(name, fd).kind != "absent":
        if not (step.was and step.was[0] == "folder"):
            drop_backup(step, name, backup, fd)
        return
    # Without an exchange, it stopped between two renames.
    aside = inspect(backup, fd)
    if aside.kind != "absent":
        renames.rename_new(backup, name, fd, folder=aside.kind == "folder")


def _clean_up_folder(step: Put, backup: str, fd: int, name: str) -> None:
    there, aside = inspect(name, fd), inspect(backup, fd)
    if aside.kind == "folder":
        if is_right(step, there, name, fd):
            _take_apart(step, backup, fd)
    elif aside.kind != "absent" and step.makes is not None and is_right(step, aside, backup, fd):
        # The exchange was refused.
        filesystem.unlink(backup, fd)


def _settle_aside(step: Put, fd: int, backup: str | None) -> None:
    """Without an exchange, earlier versions gave what was at the path a name that no journal knew."""
    aside = shortened(step.temp, 250) + ".old"
    seen = inspect(aside, fd)
    if seen.kind == "folder" and backup is not None:
        renames.rename_new(aside, backup, fd, folder=True)
    elif seen.kind != "absent" and pin.unmoved(step, seen):
        filesystem.unlink(aside, fd)


def _take_apart(step: Put, top: str, fd: int) -> None:
    """Remove what is ours from a folder that gave way; the rest stays, and is the backup."""
    inside = step.displaced.inside or {}
    for rel, ours in sorted(inside.items(), key=lambda item: item[0]):
        path = f"{top}/{rel}"
        if ours.link is not None:
            gone = filesystem.readlink(path, fd) == ours.link
        else:
            content = filesystem.read_if_file(path, fd)
            gone = content is not None and ours.fits(content)
        if gone:
            filesystem.unlink(path, fd)
    every = {""}
    for rel in inside:
        folder = os.path.dirname(rel)
        while folder:
            every.add(folder)
            folder = os.path.dirname(folder)
    for folder in sorted(every, reverse=True):
        try:
            filesystem.rmdir(f"{top}/{folder}" if folder else top, fd)
        except OSError as error:
            if error.errno not in _STILL_USED:
                raise
