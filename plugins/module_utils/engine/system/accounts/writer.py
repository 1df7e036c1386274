# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Writes the user database under its own lock, and makes the homes of new accounts."""

from __future__ import annotations

import contextlib
import os
import signal
import stat
import time
from typing import TYPE_CHECKING

from ...contract.errors import EngineError, ErrorKind
from ...disk import filesystem, queries, trees
from .. import labels
from ..process import run, which
from .database import MODES, Database, read_database
from .reading import read_from
from .replacement import STAGED, finish, put_in_place

if TYPE_CHECKING:
    from typing import Dict, Sequence

    from .declared import User

_LOCK = ".pwd.lock"
_PATIENCE = 15.0
_SKELETON = "skel"


class DatabaseLock:
    """The lock that useradd, passwd and their kin respect. It is held for moments only: chpasswd waits for it without end."""

    def __init__(self, etc: str) -> None:
        self._path = os.path.join(etc, _LOCK)
        self._fd: int | None = None

    def __enter__(self) -> DatabaseLock:
        import fcntl

        self._fd = filesystem.open_lock(self._path, None, True)
        end = time.monotonic() + _PATIENCE
        while True:
            try:
                fcntl.lockf(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except (BlockingIOError, PermissionError):
                # Both say that another process holds it, see fcntl(2).
                if time.monotonic() >= end:
                    os.close(self._fd)
                    raise EngineError(
                        f"another program holds the lock of the user database; gave up after {_PATIENCE:g} s",
                        ErrorKind.ACCOUNTS,
                    ) from None
                time.sleep(0.1)
            else:
                return self

    def __exit__(self, *_problem: object) -> None:
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None


def write_database(etc: str, database: Database, expected: Dict[str, str]) -> None:
    """Replace the files that differ, all of them or none, with the former ones kept as `passwd-` and so on.

    EngineError `changed` when somebody changed them since `expected` was read: nothing is written then.
    """
    new = database.texts()
    with DatabaseLock(etc):
        now = read_database(read_from(etc)).texts()
        if now != expected:
            raise EngineError("the user database was changed by another program; run it again", ErrorKind.CHANGED)
        changed = [name for name, text in new.items() if text != now.get(name)]
        for name in changed:
            _stage(etc, name, new[name])
        if changed:
            put_in_place(etc, changed)


def _stage(etc: str, name: str, text: str) -> None:
    path, staged = os.path.join(etc, name), os.path.join(etc, name + STAGED)
    if filesystem.lstat(staged) is not None:
        filesystem.unlink(staged)
    status = filesystem.lstat(path)
    mode = stat.S_IMODE(status.st_mode) if status is not None else MODES[name]
    if status is not None and not stat.S_ISREG(status.st_mode):
        raise EngineError(f"/etc/{name} is not a regular file", ErrorKind.ACCOUNTS)
    filesystem.write(staged, text.encode("utf-8", "surrogateescape"), 0o600, sync=True)
    if status is not None:
        trees.chown(staged, status.st_uid, status.st_gid)
        labels.keep(path, staged)
        _keep_former(path, mode)
    filesystem.chmod(staged, mode)


def _keep_former(path: str, mode: int) -> None:
    """Keep a copy of an account file, as the host's own tools do."""
    backup = path + "-"
    content = filesystem.read(path)
    if filesystem.lstat(backup) is not None:
        filesystem.unlink(backup)
    filesystem.write(backup, content, 0o600)
    labels.keep(path, backup)
    filesystem.chmod(backup, mode)


def finish_interrupted(etc: str) -> None:
    """Finish what an interrupted switch had begun to put in place, and remove what it had only prepared."""
    with DatabaseLock(etc):
        finish(etc)


def invalidate_caches() -> None:
    """Let name caches forget what they knew."""
    for command in (["nscd", "-i", "passwd"], ["nscd", "-i", "group"], ["sss_cache", "-E"]):
        if which(command[0]) is not None:
            run(command, 10.0)


def make_homes(users: Sequence[User], etc: str) -> list[str]:
    """Create the homes that are missing, out of the skeleton; the names of their users. An existing home keeps its owner."""
    import pwd

    made = []
    for user in users:
        if queries.is_taken(user.home):
            continue
        account = pwd.getpwnam(user.name)
        parent = os.path.dirname(user.home)
        trees.make_folders(parent, 0o755)
        temporary = os.path.join(parent, f".home-manager-{user.name}")
        _remove(temporary)
        skeleton = os.path.join(etc, _SKELETON)
        if queries.is_folder(skeleton):
            trees.copy(skeleton, temporary)
        else:
            filesystem.mkdir(temporary, 0o700)
        filesystem.chmod(temporary, user.home_mode)
        trees.give(temporary, account.pw_uid, account.pw_gid)
        filesystem.rename(temporary, user.home)
        labels.restore([user.home], recursive=True)
        made.append(user.name)
    return made


def _remove(folder: str) -> None:
    """Remove a folder of ours with all that is below it; absent is fine."""
    above = filesystem.open_folder(os.path.dirname(folder), follow=True)
    try:
        filesystem.remove_tree(os.path.basename(folder), above)
    finally:
        os.close(above)


def set_linger(name: str, linger: bool) -> None:
    """Let a user's services run without a login, or not."""
    path = f"/var/lib/systemd/linger/{name}"
    if linger and not queries.exists(path):
        if not run(["loginctl", "enable-linger", name], 30.0).good:
            trees.make_folders(os.path.dirname(path), 0o755)
            filesystem.write(path, b"", 0o644)
    elif not linger and queries.exists(path) and not run(["loginctl", "disable-linger", name], 30.0).good:
        filesystem.unlink(path)


def lingers(name: str) -> bool:
    """Whether a user's services run without a login."""
    return queries.exists(f"/var/lib/systemd/linger/{name}")


def end_processes(name: str) -> None:
    """End the sessions and processes of an account that goes."""
    set_linger(name, False)
    run(["loginctl", "terminate-user", name], 30.0)
    for number in _processes(name):
        with contextlib.suppress(ProcessLookupError):
            os.kill(number, signal.SIGTERM)


def _processes(name: str) -> list[int]:
    """The processes of a user."""
    import pwd

    uid = pwd.getpwnam(name).pw_uid
    found = []
    for number in filter(str.isdigit, queries.names("/proc")):
        status = filesystem.lstat(f"/proc/{number}")
        if status is not None and status.st_uid == uid:
            found.append(int(number))
    return found
