# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The one place that changes the file system, and the careful ways to read it.

Every call that changes anything goes through `change`, so that a test can interfere before and after each of them by
setting `observer`. Names are text; bytes that are not UTF-8 are kept as surrogates, whatever the locale says. All names
are relative to an open folder (`at`); the last part of a name is never followed when it is a link.

Only ENOENT and ENOTDIR say that something is absent. Whatever else a call is refused for is raised, with the whole path.
"""

from __future__ import annotations

import errno
import os
import stat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, TypeVar

    Result = TypeVar("Result")
    # Called with "before" or "after", the name of the system call, and what it is done to; may raise OSError before.
    Observer = Callable[[str, str, str], None]

observer: Observer | None = None

# What says that nothing is there; every other error says that it is not known.
ABSENT = (FileNotFoundError, NotADirectoryError)
# Errors of a path that leads to no regular file: a loop of links, a folder, a socket, a fifo (see `read`).
NO_FILE = (errno.ELOOP, errno.EISDIR, errno.ENXIO, errno.EINVAL)
NO_HARD_LINK = (errno.EXDEV, errno.EMLINK, errno.EPERM, errno.EACCES, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS)
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_PIECE = 1 << 20


def encode(name: str) -> bytes:
    """The bytes of a name on disk."""
    return name.encode("utf-8", "surrogateescape")


def decode(name: bytes) -> str:
    """The text of a name on disk."""
    return name.decode("utf-8", "surrogateescape")


def change(call: str, what: str, function: Callable[..., Result], *args: object, **named: object) -> Result:
    """Do what changes the file system: the one place where an observer stands before and after."""
    try:
        if observer is None:
            return function(*args, **named)
        observer("before", call, what)
        result = function(*args, **named)
        observer("after", call, what)
        return result
    except OSError as error:
        if isinstance(error.filename, str) and error.filename.startswith("/"):
            raise
        raise with_path(error, what, named.get("dir_fd", named.get("dst_dir_fd"))) from None


def with_path(error: OSError, name: str, at: object = None) -> OSError:
    """The same error with the whole path of what it is about, as far as the system tells where the folder is."""
    if isinstance(at, int) and not name.startswith("/"):
        try:
            name = os.path.join(decode(os.readlink(b"/proc/self/fd/%d" % at)), name)
        except OSError:
            # There is no such file system (macOS): the name alone must do.
            return OSError(error.errno, error.strerror, name)
    return OSError(error.errno, error.strerror, name or None)


def describe(error: OSError) -> str:
    """An error in words: the path, what was refused, and the name of the error, as in `/a/b: Input/output error (EIO)`."""
    where = error.filename
    if isinstance(where, bytes):
        where = decode(where)
    return (f"{where}: " if where else "") + reason(error)


def reason(error: OSError) -> str:
    """Why a call was refused, in words and by the name of the error, as in `Input/output error (EIO)`."""
    name = errno.errorcode.get(error.errno or 0)
    return (error.strerror or str(error)) + (f" ({name})" if name else "")


def open_folder(name: str, at: int | None = None, follow: bool = False) -> int:
    """A descriptor of a folder. OSError (ELOOP or ENOTDIR) for a link unless `follow`."""
    try:
        return os.open(encode(name), _FOLDER if follow else _FOLDER | os.O_NOFOLLOW, dir_fd=at)
    except FileNotFoundError:
        # Asked for often, and hardly ever shown: it is not worth the look for the whole path.
        raise
    except OSError as error:
        raise with_path(error, name, at) from None


def open_file(name: str, at: int | None = None, follow: bool = False) -> int:
    """A descriptor of a file to be read; a fifo is not waited for."""
    try:
        return os.open(encode(name), _READ & ~os.O_NOFOLLOW if follow else _READ, dir_fd=at)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise with_path(error, name, at) from None


def lstat(name: str, at: int | None = None) -> os.stat_result | None:
    """What is at a name, links not followed; None for nothing."""
    try:
        return os.lstat(encode(name)) if at is None else os.stat(encode(name), dir_fd=at, follow_symlinks=False)
    except ABSENT:
        return None
    except OSError as error:
        raise with_path(error, name, at) from None


def stat_followed(name: str, at: int | None = None) -> os.stat_result | None:
    """What a name leads to, links followed; None for nothing, as at the end of a dangling link or of a loop of links."""
    try:
        return os.stat(encode(name), dir_fd=at)
    except ABSENT:
        return None
    except OSError as error:
        if error.errno == errno.ELOOP:
            return None
        raise with_path(error, name, at) from None


def readlink(name: str, at: int | None = None) -> str | None:
    """The text of a link; None when there is none, or something else."""
    try:
        return decode(os.readlink(encode(name), dir_fd=at))
    except ABSENT:
        return None
    except OSError as error:
        if error.errno == errno.EINVAL:
            return None
        raise with_path(error, name, at) from None


def names(at: int) -> list[str]:
    """The sorted names in an open folder."""
    try:
        return sorted(decode(os.fsencode(name)) for name in os.listdir(at))
    except OSError as error:
        raise with_path(error, "", at) from None


def names_in(folder: str, at: int | None = None) -> list[str]:
    """The sorted names in a folder; none when it is missing."""
    try:
        fd = open_folder(folder, at)
    except FileNotFoundError:
        return []
    try:
        return names(fd)
    finally:
        os.close(fd)


def read(name: str, at: int | None = None, follow: bool = False) -> bytes:
    """The content of a regular file; OSError EINVAL for anything else (a fifo is never waited for)."""
    return read_with_status(name, at, follow)[0]


def read_with_status(name: str, at: int | None = None, follow: bool = False) -> tuple[bytes, os.stat_result]:
    """The content of a regular file and its status, of one and the same file."""
    fd = open_file(name, at, follow)
    try:
        status = os.fstat(fd)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "not a regular file", name)
        content = os.read(fd, status.st_size + 1)
        if len(content) == status.st_size:
            return content, status
        pieces = [content]
        while pieces[-1]:
            pieces.append(os.read(fd, _PIECE))
        return b"".join(pieces), status
    except OSError as error:
        raise with_path(error, name, at) from None
    finally:
        os.close(fd)


def read_if_file(name: str, at: int | None = None, follow: bool = False) -> bytes | None:
    """The content of a regular file; None when there is nothing, or something else."""
    try:
        return read(name, at, follow)
    except ABSENT:
        return None
    except OSError as error:
        if error.errno in NO_FILE:
            return None
        raise


def closed_by_owner(error: OSError, name: str, at: int | None = None) -> bool:
    """Whether a file could not be read because its owner took away the permission."""
    status = lstat(name, at) if error.errno == errno.EACCES else None
    return status is not None and stat.S_ISREG(status.st_mode) and not status.st_mode & stat.S_IRUSR


def mkdir(name: str, mode: int, at: int | None = None) -> None:
    """A new folder of exactly this mode, whatever the umask."""
    change("mkdir", name, os.mkdir, encode(name), 0o700, dir_fd=at)
    if mode != 0o700:
        chmod(name, mode, at)


def chmod(name: str, mode: int, at: int | None = None) -> None:
    """Set the mode of a file or folder. OSError ELOOP when it is a link."""
    try:
        fd = os.open(encode(name), _READ, dir_fd=at)
    except PermissionError:
        # Not even its owner may open it: it can only be named.
        change("chmod", name, os.chmod, encode(name), mode, dir_fd=at)
        return
    try:
        change("fchmod", name, os.fchmod, fd, mode)
    finally:
        os.close(fd)


def set_attribute(name: str, attribute: str, value: bytes) -> None:
    """Set an extended attribute of a file, or of a link itself."""
    change("setxattr", name, os.setxattr, encode(name), attribute, value, follow_symlinks=False)


def symlink(text: str, name: str, at: int | None = None) -> None:
    """A new link."""
    change("symlink", name, os.symlink, encode(text), encode(name), dir_fd=at)


def link(source: str, name: str, source_at: int | None = None, at: int | None = None) -> None:
    """A second name for a file (or for a link itself)."""
    change(
        "link", name, os.link, encode(source), encode(name), src_dir_fd=source_at, dst_dir_fd=at, follow_symlinks=False
    )


def rename(source: str, name: str, source_at: int | None = None, at: int | None = None) -> None:
    """Rename, replacing what has the new name."""
    change("rename", name, os.rename, encode(source), encode(name), src_dir_fd=source_at, dst_dir_fd=at)


def unlink(name: str, at: int | None = None) -> None:
    """Remove a file or link."""
    change("unlink", name, os.unlink, encode(name), dir_fd=at)


def rmdir(name: str, at: int | None = None) -> None:
    """Remove an empty folder."""
    change("rmdir", name, os.rmdir, encode(name), dir_fd=at)


def touch(name: str, at: int | None = None) -> None:
    """Set the modification time to now."""
    change("utime", name, os.utime, encode(name), dir_fd=at, follow_symlinks=False)


def write(name: str, content: bytes, mode: int, at: int | None = None, sync: bool = False, mtime: int = 0) -> None:
    """A new file with this content and exactly this mode; `mtime` in nanoseconds, 0 for now.

    FileExistsError when there is one.
    """
    fd = change("open", name, os.open, encode(name), _NEW, 0o600, dir_fd=at)
    try:
        rest = memoryview(content)
        while rest:
            rest = rest[change("write", name, os.write, fd, rest) :]
        if mode != 0o600:
            change("fchmod", name, os.fchmod, fd, mode)
        if mtime:
            change("utime", name, os.utime, fd, ns=(mtime, mtime))
        if sync:
            change("fsync", name, os.fsync, fd)
    finally:
        os.close(fd)


def fill(name: str, content: bytes, at: int | None = None) -> None:
    """Give an empty file that is there some content."""
    fd = change("open", name, os.open, encode(name), os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=at)
    try:
        change("write", name, os.write, fd, content)
    finally:
        os.close(fd)


def open_lock(name: str, at: int | None, create: bool) -> int:
    """A descriptor of a lock file. OSError EINVAL for what is not a regular file (a fifo is never waited for)."""
    if not create:
        fd = os.open(encode(name), _READ, dir_fd=at)
    else:
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        fd = change("open", name, os.open, encode(name), flags, 0o600, dir_fd=at)
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise OSError(errno.EINVAL, "not a regular file", name)
    return fd


def refill(fd: int, content: bytes) -> None:
    """Replace the content of an open file with this short one."""
    change("ftruncate", "", os.ftruncate, fd, 0)
    change("write", "", os.pwrite, fd, content, 0)


def sync(fd: int, what: str = "") -> None:
    """Sync an open file or folder."""
    change("fsync", what, os.fsync, fd)


def sync_named(name: str, at: int | None = None) -> None:
    """Sync one file or folder."""
    fd = os.open(encode(name), _READ, dir_fd=at)
    try:
        sync(fd, name)
    finally:
        os.close(fd)


def sync_everything(fd: int) -> None:
    """Sync the whole file system of an open folder."""
    try:
        import ctypes
    except ImportError:
        # A Python without it syncs everything there is.
        change("sync", "", os.sync)
        return
    syncfs = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)
    if syncfs is None:
        change("sync", "", os.sync)
        return

    def call() -> None:
        if syncfs(fd) != 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))

    change("syncfs", "", call)


def remove_tree(name: str, at: int) -> None:
    """Remove a folder of ours with everything below, read-only folders included; links are removed, not followed.

    Absent is fine.
    """
    status = lstat(name, at)
    if status is None:
        return
    if not stat.S_ISDIR(status.st_mode):
        unlink(name, at)
        return
    if status.st_mode & 0o700 != 0o700:
        chmod(name, 0o700, at)
    fd = open_folder(name, at)
    try:
        for inner in names(fd):
            remove_tree(inner, fd)
    finally:
        os.close(fd)
    rmdir(name, at)


def open_part(name: str, at: int | None = None) -> int:
    """A descriptor to write a file that may exist."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor: int = change("open", name, os.open, encode(name), flags, 0o600, dir_fd=at)
    return descriptor


def write_at(fd: int, name: str, content: bytes, offset: int) -> None:
    """Write all of `content` at an offset of an open file."""
    rest = memoryview(content)
    while rest:
        written = change("write", name, os.pwrite, fd, rest, offset)
        rest, offset = rest[written:], offset + written


def truncate(fd: int, name: str, size: int) -> None:
    """Truncate an open file."""
    change("ftruncate", name, os.ftruncate, fd, size)


def set_time(name: str, mtime: int, at: int | None = None) -> None:
    """Set access and modification time, in nanoseconds; a link is not followed."""
    change("utime", name, os.utime, encode(name), ns=(mtime, mtime), dir_fd=at, follow_symlinks=False)
