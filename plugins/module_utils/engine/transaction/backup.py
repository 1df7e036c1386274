# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Backups that a transaction makes, and removes when it does not need them: only those that are known to be its own.

A backup is a second name of the same file. Where that is not possible it is a copy, and a note in the folder `staging` says
which file it is: what a user has made under the same name, with the same content, is another one.
"""

from __future__ import annotations

import stat

from ..disk import filesystem, renames
from ..home.path_state import inspect
from ..planning.step import Put
from ..state import layout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..state.state import State
    from .journal import Journal

_NOTE = f"{layout.STAGING}/backup-"


def back_up(state: State, step: Put, number: int, name: str, fd: int) -> None:
    """Give what is at the path of a step its second name; a copy gets it only once it is whole and lasting.

    `number` is that of the step in its journal.
    """
    backup, partial = step.displaced.backup or "", step.displaced.partial or ""
    try:
        filesystem.link(name, backup, fd, fd)
        return
    except OSError as error:
        if error.errno not in filesystem.NO_HARD_LINK:
            raise
    text = filesystem.readlink(name, fd)
    if text is not None:
        filesystem.symlink(text, partial, fd)
    else:
        content, status = filesystem.read_with_status(name, fd)
        filesystem.write(partial, content, stat.S_IMODE(status.st_mode), fd, sync=True, mtime=status.st_mtime_ns)
    copy = inspect(partial, fd).status
    if copy is not None:
        step.displaced.copy = copy.st_ino
        filesystem.write(f"{_NOTE}{number}", str(copy.st_ino).encode("ascii"), 0o600, state.fd, sync=True)
    renames.rename_new(partial, backup, fd)


def recall(state: State, journal: Journal) -> None:
    """Recall which backups of an interrupted transaction are copies."""
    for number, step in enumerate(journal.steps):
        if isinstance(step, Put) and step.displaced.partial:
            note = filesystem.read_if_file(f"{_NOTE}{number}", state.fd)
            if note is not None and note.isdigit():
                step.displaced.copy = int(note)


def drop_backup(step: Put, name: str, backup: str, fd: int) -> None:
    """Remove the backup of a step whose original is still where it was."""
    first, second = inspect(name, fd).status, inspect(backup, fd).status
    if first is None or second is None:
        return
    if second.st_ino in (first.st_ino, step.displaced.copy):
        filesystem.unlink(backup, fd)
