# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a person can do about a call that the system refused."""

from __future__ import annotations

import errno

from .filesystem import describe, reason

_FULL = "Free some space or inodes there (`df -h`, `df -i`), by `home-manager expire` for example, and switch again"
_ADVICE = {
    errno.EROFS: "The file system is mounted read-only. Mount it for writing (`findmnt -T PATH` shows it), and switch again",
    errno.ENOSPC: _FULL,
    errno.EDQUOT: "The disk quota of this user is used up. Free some space (`quota`, `du -sh ~`), or have the quota raised",
    errno.EACCES: "Check the owner and the mode of that path and of the folders above it (`namei -l PATH`)",
    errno.EPERM: "Check the owner of that path, and whether it is immutable (`lsattr -d PATH`)",
    errno.ENOLCK: "The file system has no locks, as NFS without its lock service. Start that, or put the state on a local disk with"
    " `xdg.stateHome`",
    errno.ESTALE: "The file server has replaced the file. Mount it again (`findmnt -T PATH`), and switch again",
    errno.EIO: "The disk or the file server did not answer; see the kernel log (`dmesg`)",
    errno.EFBIG: "The file is larger than this user or the file system allows (`ulimit -f` shows the user's limit)",
    errno.EBUSY: "Something is mounted at that path (`findmnt PATH`), or a program uses it",
    errno.EMFILE: "This process may not open more files. Raise the limit (`ulimit -n`)",
    errno.ENFILE: "The machine can open no more files; see /proc/sys/fs/file-max",
    errno.ENAMETOOLONG: "The file system does not take names of this length. Choose a shorter one",
    errno.ENOENT: "A folder of the path is missing, or is a dangling link (`namei -l PATH` shows it)",
    errno.ENOTDIR: "A part of the path is a file instead of a folder (`namei -l PATH` shows it)",
    errno.ELOOP: "A part of the path is a link where a file or a folder is expected",
}
_ADVICE[errno.ENOSYS] = _ADVICE[errno.EOPNOTSUPP] = (
    "The file system cannot do this; vfat and some network file systems are not supported"
)


def reason_with_advice(error: OSError, path: str) -> str:
    """Why a call was refused, and what to do at the path."""
    advice = _ADVICE.get(error.errno or 0, "")
    return reason(error) + (". " + advice.replace("PATH", path) if advice else "")


def explain(error: OSError) -> str:
    """An error as a person needs it: the path, what was refused, and what to do."""
    advice = _ADVICE.get(error.errno or 0, "")
    where = error.filename
    path = where.decode("utf-8", "surrogateescape") if isinstance(where, bytes) else str(where or "")
    return describe(error) + (". " + advice.replace("PATH", path or ".") if advice else "")
