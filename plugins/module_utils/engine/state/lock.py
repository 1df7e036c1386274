# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One switch a user at a time: a lock that a dead process does not hold."""

from __future__ import annotations

import errno
import os
import stat
import time

from ..contract.errors import EngineError, ErrorKind
from ..disk import filesystem
from . import layout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable

NAME = "lock"
_PAUSE = 0.1
_NO_WRITING = (errno.EROFS, errno.ENOSPC, errno.EDQUOT)


class Lock:
    """The lock of one state folder.

    A context manager; `waiting` is called once, with the holder's process id or "", when it must wait.
    """

    def __init__(
        self, state_fd: int, timeout: float, create: bool = True, waiting: Callable[[str], None] | None = None
    ) -> None:
        self._state = state_fd
        self._timeout = timeout
        self._create = create
        self._waiting = waiting
        self._fd: int | None = None

    def __enter__(self) -> Lock:
        import fcntl

        # Monotonic time: a clock that jumps must neither end the wait nor make it endless.
        end = time.monotonic() + max(self._timeout, 0)
        announced = False
        while True:
            try:
                fd = self._open()
            except FileNotFoundError:
                if self._create:
                    # An uninstall that went before has removed the folder: the caller opens it again.
                    raise EngineError("the state folder was removed during the run", ErrorKind.GONE) from None
                return self
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                holder = os.pread(fd, 32, 0).decode("ascii", "replace").strip()
                os.close(fd)
                if time.monotonic() >= end:
                    who = f" (process {holder})" if holder else ""
                    message = f"another switch is running{who}; gave up after {self._timeout:g} s"
                    raise EngineError(message, ErrorKind.LOCKED, holder=holder) from None
                if not announced and self._waiting is not None:
                    self._waiting(holder)
                announced = True
                time.sleep(_PAUSE)
                continue
            except OSError as error:
                os.close(fd)
                raise filesystem.with_path(error, NAME, self._state) from None
            if self._still_there(fd):
                self._fd = fd
                self._sign(fd)
                return self
            os.close(fd)

    def __exit__(self, *_problem: object) -> None:
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def _open(self) -> int:
        try:
            return filesystem.open_lock(NAME, self._state, self._create)
        except OSError as error:
            if error.errno in filesystem.NO_FILE:
                if self._create:
                    self._set_aside()
                    return filesystem.open_lock(NAME, self._state, self._create)
                # Who only reads goes without a lock, as where there is none.
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), NAME) from None
            if error.errno not in _NO_WRITING:
                raise
            # Reading a home must be possible where nothing can be written; whoever writes gets the error soon enough.
            return filesystem.open_lock(NAME, self._state, False)

    def _set_aside(self) -> None:
        """Move what has the lock's name and is no file out of the way; nobody else may do the same just now."""
        import fcntl

        fcntl.flock(self._state, fcntl.LOCK_EX)
        try:
            there = filesystem.lstat(NAME, self._state)
            if there is not None and not stat.S_ISREG(there.st_mode):
                if filesystem.lstat(layout.DRIFT, self._state) is None:
                    filesystem.mkdir(layout.DRIFT, 0o700, self._state)
                name = f"{layout.DRIFT}/{NAME}-{os.urandom(4).hex()}"
                filesystem.rename(NAME, name, self._state, self._state)
        finally:
            fcntl.flock(self._state, fcntl.LOCK_UN)

    def _still_there(self, fd: int) -> bool:
        # An uninstall that we waited for has removed the file whose lock we now hold.
        there = filesystem.lstat(NAME, self._state)
        return there is not None and there.st_ino == os.fstat(fd).st_ino

    def _sign(self, fd: int) -> None:
        if self._create:
            try:
                filesystem.refill(fd, str(os.getpid()).encode("ascii"))
            except OSError:
                # The number only serves a message; a full disk must not prevent a rollback.
                return
