# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The engine in a process of its own, which dies, meets an error, or stands still at one of its system calls."""

from __future__ import annotations

import errno
import json
import os
import signal
import sys
import traceback
from typing import TYPE_CHECKING, Any, NamedTuple

from ansible_collections.home.manager.plugins.module_utils.engine.contract.errors import EngineError
from ansible_collections.home.manager.plugins.module_utils.engine.disk import filesystem

if TYPE_CHECKING:
    from collections.abc import Callable

    from .place import Place

    Observer = Callable[[str, str, str], None]
    Act = Callable[[Place], Any]

# Calls that need room on the disk.
ALLOCATING = ("open", "write", "mkdir", "symlink", "link")


class Result:
    """How a child ended: `killed`, or with an `answer`, or with an `error` ({"kind", "message"}; kind "bug" for a crash)."""

    def __init__(self, told: dict[str, Any] | None, signalled: bool) -> None:
        told = told or {}
        self.killed = signalled
        self.answer: dict[str, Any] | None = told.get("answer")
        self.error: dict[str, str] | None = told.get("error")
        self.points: list[list[str]] = told.get("points", [])
        if not signalled and not told:
            self.error = {"kind": "bug", "message": "the child ended without an answer"}

    @property
    def bug(self) -> str:
        """The trace of an exception that nobody foresaw, or an empty text."""
        return self.error["message"] if self.error is not None and self.error["kind"] == "bug" else ""

    @property
    def well(self) -> bool:
        """Whether it did what was asked, and says so: a verification has nothing left that differs."""
        if self.answer is None or self.answer.get("failed"):
            return False
        return len(self.answer.get("drift") or ()) <= len(self.answer.get("repaired") or ())


class Watch(NamedTuple):
    """Who stands at which calls: `changes` sees those that change the file system, `reads` those that read it."""

    changes: Observer | None = None
    reads: Observer | None = None


def run(
    place: Place, act: Act, observer: Observer | Watch | None = None, points: list[list[str]] | None = None
) -> Result:
    """Let a child `act` on the place. `points` is what the observer (one alone: of changes) fills, if it notes anything."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _live(place, act, observer if isinstance(observer, Watch) else Watch(observer), points, writer)
    os.close(writer)
    with os.fdopen(reader, "rb") as told:
        text = told.read()
    _pid, status = os.waitpid(child, 0)
    told_value = json.loads(text) if text else None
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) in (signal.SIGKILL, signal.SIGTERM)
    if told_value and (told_value.get("error") or {}).get("kind") == "killed":
        # Root's own child, which acts as the user, was the one that died.
        killed = True
    return Result(told_value, killed)


def _live(place: Place, act: Act, watch: Watch, points: list[list[str]] | None, writer: int) -> None:
    try:
        value: dict[str, Any]
        filesystem.observer = watch.changes
        if watch.reads is not None:
            watch_reads(watch.reads)
        try:
            value = {"answer": act(place) or {}}
        except EngineError as error:
            value = {"error": {"kind": error.kind, "message": error.message}}
        except BaseException:
            value = {"error": {"kind": "bug", "message": traceback.format_exc()}}
        filesystem.observer = None
        if value.get("error", {}).get("kind") == "bug" and not value["error"]["message"]:
            value["error"]["message"] = "no message"
        value["points"] = points or []
        with os.fdopen(writer, "wb") as told:
            told.write(json.dumps(value, default=repr).encode("utf-8", "surrogateescape"))
    finally:
        os._exit(0)


READING = ("open", "stat", "lstat", "fstat", "read", "pread", "readlink", "listdir", "scandir")
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
# The engine's own modules, and those of the standard library that read the file system for it.
_READERS = ("os", "genericpath", "posixpath")


def watch_reads(observer: Observer) -> None:
    """Let an observer stand before every call of this process by which the engine reads the file system.

    Unlike changes, they go through no single function: the standard library's own are replaced, so that none goes
    around it. To be called in a child, which ends with them.
    """
    for call in READING:
        setattr(os, call, _watched(call, getattr(os, call), observer))


def _watched(call: str, function: Callable[..., Any], observer: Observer) -> Callable[..., Any]:
    def read(*args: Any, **named: Any) -> Any:
        module = str(sys._getframe(1).f_globals.get("__name__"))
        known = module in _READERS or ".module_utils.engine." in module
        if known and not (call == "open" and args[1] & _WRITING):
            what = args[0] if args else ""
            observer("before", call, os.fsdecode(what) if isinstance(what, (str, bytes)) else "")
        return function(*args, **named)

    return read


def points_of(place: Place, act: Act, reads: bool = False, observer: Observer | None = None) -> list[list[str]]:
    """Every point ([before or after, call, what]) that an undisturbed run passes: of its changes, or of its `reads`.

    With an `observer`, those that it passes while that one stands at its calls.
    """
    noted: list[list[str]] = []

    def note(*point: str) -> None:
        noted.append(list(point))

    watch = Watch(reads=note) if reads else Watch(together(note, observer) if observer is not None else note)
    result = run(place, act, watch, noted)
    if result.bug:
        raise AssertionError(result.bug)
    return result.points


def killer(at: int, by: signal.Signals = signal.SIGKILL) -> Observer:
    """Die at the point of this index; by SIGKILL, without a chance to clean up."""
    count = 0

    def observe(_phase: str, _call: str, _what: str) -> None:
        nonlocal count
        if count == at:
            os.kill(os.getpid(), by)
        count += 1

    return observe


def refuser(at: int, number: int, lasting: bool = False) -> Observer:
    """The call that begins at this point fails with this error; with `lasting`, and every later one that could."""
    count = 0

    def observe(phase: str, call: str, what: str) -> None:
        nonlocal count
        due = count >= at if lasting else count == at
        count += 1
        if due and phase == "before" and (number not in (errno.ENOSPC, errno.EDQUOT) or call in ALLOCATING):
            raise OSError(number, os.strerror(number), what)

    return observe


def kind_refuser(call: str, number: int, first: int = 0) -> Observer:
    """Every call of one kind fails with this error, from the one of this index on."""
    count = 0

    def observe(phase: str, now: str, what: str) -> None:
        nonlocal count
        if phase == "before" and now == call:
            count += 1
            if count > first:
                raise OSError(number, os.strerror(number), what)

    return observe


def together(*observers: Observer) -> Observer:
    """Several observers at the same points."""

    def observe(phase: str, call: str, what: str) -> None:
        for observer in observers:
            observer(phase, call, what)

    return observe


def doer(at: int, deed: Callable[[], None]) -> Observer:
    """Do something in the child when it reaches this point."""
    count = 0

    def observe(_phase: str, _call: str, _what: str) -> None:
        nonlocal count
        count += 1
        if count == at + 1:
            deed()

    return observe


def without_exchange_and_links():
    """A file system without an exchange of names and without hard links, as NFS, FUSE or exFAT may be."""
    return together(
        kind_refuser("exchange", errno.EINVAL),
        kind_refuser("rename_new", errno.EINVAL),
        kind_refuser("link", errno.EPERM),
    )
