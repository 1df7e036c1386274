# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Records what an evaluation reads from the controller's file system, so that a later run can find out whether it would read the same.

Every layer inspects paths through these functions, and reads files by `source_file`. Imports the standard library alone.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from collections.abc import Iterator
from contextvars import ContextVar
from typing import NamedTuple

FILE, FOLDER, OTHER, ABSENT = "file", "folder", "other", ""
# Modification and change time in nanoseconds, size, inode, device, mode.
Signature = tuple[int, int, int, int, int, int]


class Member(NamedTuple):
    """A name in a folder: a file, a folder, something else, or a symbolic link (`link`, its text)."""

    name: str
    kind: str
    link: str | None = None


class Read(NamedTuple):
    """A file or folder as it was read: its signature from before, and the SHA-256 of what was in it."""

    signature: Signature
    digest: bytes


class Inputs:
    """All that was asked. `unstable` says why the answers may be others next time though nothing changed; `tainted`: a secret was read."""

    def __init__(self) -> None:
        self.files: dict[str, Read] = {}
        self.folders: dict[str, Read] = {}
        self.kinds: dict[str, str] = {}
        self.real: dict[str, str] = {}
        self.unstable = ""
        self.tainted = False

    def note(self, table: dict[str, Read], path: str, read: Read) -> None:
        """Note what was read. What changes while it is read is not worth remembering."""
        if table.setdefault(path, read) != read:
            self.unstable = f"{path} changed"

    def is_current(self) -> bool:
        """Whether everything is still as it was when it was asked for."""
        if self.unstable:
            return False
        reads = (*self.files.items(), *self.folders.items())
        return (
            all(signature_of(path) == read.signature for path, read in reads)
            # The signature of a file that was read tells that it is one.
            and all(is_still(path, kind) for path, kind in self.kinds.items() if kind != FILE or path not in self.files)
            and all(os.path.realpath(path) == real for path, real in self.real.items())
        )


_noted: ContextVar[Inputs | None] = ContextVar("inputs", default=None)


@contextlib.contextmanager
def recording(inputs: Inputs | None) -> Iterator[None]:
    """While this lasts, what is asked in this thread is noted."""
    token = _noted.set(inputs)
    try:
        yield
    finally:
        _noted.reset(token)


def signature(state: os.stat_result) -> Signature:
    """What changes whenever a file or folder does."""
    return (state.st_mtime_ns, state.st_ctime_ns, state.st_size, state.st_ino, state.st_dev, state.st_mode)


def signature_of(path: str) -> Signature | None:
    """The signature of what a path leads to, or None."""
    try:
        return signature(os.stat(path))
    except (OSError, ValueError):
        return None


def unstable(reason: str) -> None:
    """Note that something was read that may be another next time."""
    inputs = _noted.get()
    if inputs is not None:
        inputs.unstable = inputs.unstable or reason


def tainted() -> None:
    """Note that a secret was read."""
    inputs = _noted.get()
    if inputs is not None:
        inputs.tainted = True


def kind(path: str) -> str:
    """What a path leads to: FILE, FOLDER, OTHER, or ABSENT. Raises OSError where that cannot be known."""
    found = kind_of(path)
    inputs = _noted.get()
    if inputs is not None and inputs.kinds.setdefault(path, found) != found:
        inputs.unstable = f"{path} changed"
    return found


def kind_of(path: str) -> str:
    """The same; nothing is noted."""
    try:
        mode = os.stat(path).st_mode
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return ABSENT
    if stat.S_ISREG(mode):
        return FILE
    return FOLDER if stat.S_ISDIR(mode) else OTHER


def is_still(path: str, kind: str) -> bool:
    """Whether a path is known to lead to what it led to before; nothing is noted."""
    try:
        return kind_of(path) == kind
    except OSError:
        return False


def real_path(path: str) -> str:
    """The path without symbolic links."""
    found = os.path.realpath(path)
    inputs = _noted.get()
    if inputs is not None and inputs.real.setdefault(path, found) != found:
        inputs.unstable = f"{path} changed"
    return found


def expanded(path: str) -> str:
    """The path with `~` replaced by the home folder."""
    if path.startswith("~") and path[1:2] not in ("", "/"):
        unstable("the home folder of another user")
    return os.path.expanduser(path)


def read(path: str, state: os.stat_result, digest: bytes) -> None:
    """Note that a file was read. `state` is from before; `digest` the SHA-256 of its content."""
    inputs = _noted.get()
    if inputs is not None:
        inputs.note(inputs.files, path, Read(signature(state), digest))


def wanted() -> bool:
    """Whether anybody notes, and so wants digests of contents."""
    return _noted.get() is not None


def members(path: str) -> list[Member]:
    """What is in a folder, by name. Raises OSError."""
    state = os.stat(path)
    found = listing(path)
    inputs = _noted.get()
    if inputs is not None:
        inputs.note(inputs.folders, path, Read(signature(state), listing_digest(found)))
    return found


def listing(path: str) -> list[Member]:
    """What is in a folder, by name; nothing is noted. Raises OSError."""
    found = []
    with os.scandir(path) as entries:
        for entry in entries:
            if entry.is_symlink():
                found.append(Member(entry.name, OTHER, os.readlink(entry.path)))
            elif entry.is_dir(follow_symlinks=False):
                found.append(Member(entry.name, FOLDER))
            else:
                found.append(Member(entry.name, FILE if entry.is_file(follow_symlinks=False) else OTHER))
    return sorted(found, key=lambda member: member.name)


def listing_digest(found: list[Member]) -> bytes:
    """The SHA-256 of a listing."""
    text = "\0".join(f"{member.name}\0{member.kind}\0{member.link!r}" for member in found)
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest()
