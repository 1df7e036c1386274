# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reads the files of the controller that a spec names: regular files of a sensible size, and with `confined` only those in certain folders."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from collections.abc import Iterator
from contextvars import ContextVar
from typing import NamedTuple

from .. import inputs
from ..syntax.errors import SpecError

LARGEST_FILE = 256 * 1024 * 1024
LARGEST_SPEC = 16 * 1024 * 1024
_MIB = 1024 * 1024
_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)

_folders: ContextVar[tuple[str, ...]] = ContextVar("folders", default=())


class SourceFile(NamedTuple):
    """A file as it was read: its bytes and its permission bits."""

    content: bytes
    mode: int


@contextlib.contextmanager
def confined(folders: tuple[str, ...]) -> Iterator[None]:
    """While this lasts, only what really is in one of the folders can be read."""
    token = _folders.set(tuple(inputs.real_path(folder) for folder in folders))
    try:
        yield
    finally:
        _folders.reset(token)


def check_inside(path: str) -> None:
    """Raises SpecError for a path that leads out of the folders a confined evaluation may read."""
    folders = _folders.get()
    if not folders:
        return
    real = inputs.real_path(path)
    if not any(real == folder or real.startswith(folder.rstrip("/") + "/") for folder in folders):
        raise SpecError(
            f"{path} is outside of the project {folders[0]}, and this spec is restricted to it",
            hint="`home_restricted: false` allows a spec to read every file that you can read",
        )


def kind_at(path: str) -> str:
    """What a path leads to, see `inputs`. Raises SpecError where that cannot be known, as below a folder that must not be entered."""
    try:
        return inputs.kind(path)
    except OSError as problem:
        raise SpecError(f"{path} cannot be inspected: {problem.strerror}") from None


def _content(descriptor: int, size: int, most: int) -> bytes:
    """What an open file holds, at most `most` bytes; `size` is how much that ought to be."""
    # Without a file object, which costs more than to read a small file.
    pieces: list[bytes] = []
    wanted = min(size + 1, most)
    while piece := os.read(descriptor, wanted):
        pieces.append(piece)
        most -= len(piece)
        wanted = min(_MIB, most)
    return b"".join(pieces)


def read_file(path: str, largest: int = LARGEST_FILE) -> SourceFile:
    """The content of a regular file. Raises SpecError for any other kind, for too large a file, and OSError."""
    check_inside(path)
    # Without waiting: to open a named pipe would wait for its writer.
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        with contextlib.suppress(OSError):
            inputs.kind(path)
        raise
    try:
        state = os.fstat(descriptor)
        bits = state.st_mode
        if not stat.S_ISREG(bits):
            kind = next((name for test, name in _KINDS if test(bits)), "no file")
            raise SpecError(f"{path} is {kind}, and only a regular file can be read")
        content = _content(descriptor, state.st_size, largest + 1)
    finally:
        os.close(descriptor)
    if len(content) > largest:
        raise SpecError(f"{path} is too large: at most {largest // _MIB} MiB can be read")
    if inputs.wanted():
        inputs.read(path, state, hashlib.sha256(content).digest())
    return SourceFile(content, stat.S_IMODE(bits))
