# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The future /etc: a copy in memory, with the staged files laid over it, bound over /etc in a mount namespace of its own."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import shutil
import stat
from typing import TYPE_CHECKING

from ...contract.errors import EngineError, ErrorKind

if TYPE_CHECKING:
    from typing import Callable, List

_CLONE_NEWNS = 0x00020000
_MS_REC = 0x4000
_MS_PRIVATE = 1 << 18
_MS_BIND = 4096
_SKIPPED = ("alternatives",)


class Unavailable(Exception):
    """No mount namespace can be had here, for instance in a container without the right."""


def _mount(source: str, target: str, kind: str, flags: int, data: str = "") -> None:
    library = ctypes.CDLL(None, use_errno=True)
    if library.mount(source.encode(), target.encode(), kind.encode(), flags, data.encode()) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), target)


def enter(mount_point: str) -> str:
    """Enter a mount namespace of one's own and copy /etc into memory at `mount_point`; the copy's path. Raises Unavailable."""
    library = ctypes.CDLL(None, use_errno=True)
    if library.unshare(_CLONE_NEWNS) != 0:
        raise Unavailable(os.strerror(ctypes.get_errno()))
    try:
        _mount("none", "/", "", _MS_REC | _MS_PRIVATE)
        os.makedirs(mount_point, 0o700, exist_ok=True)
        _mount("tmpfs", mount_point, "tmpfs", 0, "mode=0755,size=256m")
    except OSError as error:
        raise Unavailable(str(error)) from None
    copy = os.path.join(mount_point, "etc")
    copy_tree("/etc", copy)
    return copy


def bind(copy: str) -> None:
    """Let /etc be the copy, in this namespace alone."""
    _mount(copy, "/etc", "", _MS_BIND)


def copy_tree(source: str, target: str) -> None:
    """Copy a folder with owners and modes; sockets and the like are left out."""
    status = os.lstat(source)
    os.makedirs(target, 0o755, exist_ok=True)
    os.chown(target, status.st_uid, status.st_gid)
    os.chmod(target, stat.S_IMODE(status.st_mode))
    with os.scandir(source) as entries:
        for entry in entries:
            path, new = entry.path, os.path.join(target, entry.name)
            found = entry.stat(follow_symlinks=False)
            if stat.S_ISLNK(found.st_mode):
                os.symlink(os.readlink(path), new)
                os.lchown(new, found.st_uid, found.st_gid)
            elif stat.S_ISDIR(found.st_mode):
                copy_tree(path, new)
            elif stat.S_ISREG(found.st_mode):
                with contextlib.suppress(FileNotFoundError):
                    shutil.copyfile(path, new)
                    os.chown(new, found.st_uid, found.st_gid)
                    os.chmod(new, stat.S_IMODE(found.st_mode))


def in_child(function: Callable[[], object]) -> object:
    """The (JSON) result of `function` in a child process, whose namespace ends with it. Raises Unavailable."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        answer: List[object] = []
        try:
            answer = ["ok", function()]
        except Unavailable as problem:
            answer = ["unavailable", str(problem)]
        except EngineError as problem:
            answer = ["error", problem.message]
        except BaseException as problem:
            answer = ["error", f"{type(problem).__name__}: {problem}"]
        with os.fdopen(writer, "wb") as output:
            output.write(json.dumps(answer).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as output:
        text = output.read()
    os.waitpid(child, 0)
    if not text:
        raise EngineError("the check of the new configuration ended without an answer", ErrorKind.CHECK)
    kind, value = json.loads(text)
    if kind == "unavailable":
        raise Unavailable(value)
    if kind == "error":
        raise EngineError(f"the check of the new configuration failed: {value}", ErrorKind.CHECK)
    found: object = value
    return found
