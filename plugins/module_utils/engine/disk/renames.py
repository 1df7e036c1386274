# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Renames that replace nothing, or that exchange two names."""

from __future__ import annotations

import errno
import os

from . import filesystem

# Where the system, or this file system, cannot rename with such a flag.
NO_EXCHANGE = (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP)
_NOREPLACE = 1
_EXCHANGE = 2


def rename_new(source: str, name: str, at: int, folder: bool = False) -> None:
    """Rename within a folder to a name that must be free; FileExistsError when it is taken. `folder`: what it is.

    It needs no room: where a second name would, the file is renamed at once.
    """
    if not folder:
        try:
            filesystem.link(source, name, at, at)
        except FileExistsError:
            raise
        except OSError as error:
            # Some file systems count a second name as an inode.
            if error.errno not in (*filesystem.NO_HARD_LINK, errno.ENOSPC, errno.EDQUOT):
                raise
        else:
            filesystem.unlink(source, at)
            return
    try:
        _rename_with(_NOREPLACE, "rename_new", source, name, at)
    except OSError as error:
        if error.errno not in NO_EXCHANGE:
            raise
        if filesystem.lstat(name, at) is not None:
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), name) from None
        filesystem.rename(source, name, at, at)


def exchange(first: str, second: str, at: int) -> None:
    """Exchange two names of one folder atomically. OSError, one of NO_EXCHANGE, where the system cannot."""
    _rename_with(_EXCHANGE, "exchange", first, second, at)


def _rename_with(flag: int, call: str, first: str, second: str, at: int) -> None:
    try:
        import ctypes
    except ImportError:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS)) from None
    library = ctypes.CDLL(None, use_errno=True)
    function = getattr(library, "renameat2", None)
    if function is None:
        # macOS has the same two under another name, with other numbers.
        function, flag = getattr(library, "renameatx_np", None), {_NOREPLACE: 4}.get(flag, flag)
    if function is None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))

    def rename_at() -> None:
        if function(at, filesystem.encode(first), at, filesystem.encode(second), ctypes.c_uint(flag)) != 0:
            error = OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
            raise filesystem.with_path(error, second, at)

    filesystem.change(call, second, rename_at)
