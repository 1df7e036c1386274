# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A process that runs a command after a time, on hosts whose init has no timers. It outlives the session that started it.

A note in the state folder names the process; one that it does not name any more does nothing when its time has come.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import time
from typing import TYPE_CHECKING

from ...contract.errors import EngineError, ErrorKind
from ...contract.members import Members
from ...disk import filesystem, queries
from ..process import environment

if TYPE_CHECKING:
    from typing import Dict, List, NoReturn, Tuple

NOTE = "timer.json"
_PATIENCE = 10.0
_ROOT = "/sys/fs/cgroup"
# How often the clock is looked at: it goes on while the host is suspended, and a sleep does not.
_STEP = 5.0


def start(command: List[str], seconds: float, state: str) -> str:
    """Start the process and look that it runs; why that did not succeed, empty when it did."""
    stop(state)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        _wait(command, seconds, os.path.join(state, NOTE), writer)
    os.close(writer)
    os.waitpid(child, 0)
    pid = _first_line(reader)
    started = started_at(int(pid)) if pid.isdigit() else None
    if started is None:
        return "the waiting process has ended"
    _save(state, {"pid": int(pid), "started": started, "boot": _boot()})
    return "" if _named(state) is not None else "the waiting process has ended"


def stop(state: str) -> None:
    """End the process, unless it is this one. Nothing happens to another process that has its number by now."""
    pid = _named(state)
    if pid is not None and pid != os.getpid():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
    if filesystem.lstat(os.path.join(state, NOTE)) is not None:
        filesystem.unlink(os.path.join(state, NOTE))


def started_at(pid: int) -> int | None:
    """When a process started, in ticks since the boot; None when it has ended."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as source:
            fields = source.read().rpartition(b")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The third field of the file is the first one here. One that is only not yet waited for has ended.
    return None if fields[0] in (b"Z", b"X") else int(fields[19])


def _named(state: str) -> int | None:
    """The process that the note names, as long as it runs."""
    path = os.path.join(state, NOTE)
    if filesystem.lstat(path) is None:
        return None
    try:
        members = Members(json.loads(filesystem.read(path)), NOTE, ErrorKind.STATE)
        pid, started, boot = members.number("pid"), members.number("started"), members.text("boot")
    except (ValueError, EngineError):
        return None
    return pid if boot == _boot() and started_at(pid) == started else None


def _save(state: str, note: Dict[str, object]) -> None:
    path = os.path.join(state, NOTE)
    filesystem.write(path, json.dumps(note).encode(), 0o600, sync=True)
    filesystem.sync_named(state)


def _first_line(reader: int) -> str:
    """The first line that comes through a pipe; what there is of it when the time has run out."""
    import select

    text, end = b"", time.monotonic() + _PATIENCE
    while not text.endswith(b"\n") and time.monotonic() < end:
        if select.select([reader], [], [], 0.5)[0]:
            piece = os.read(reader, 64)
            if not piece:
                break
            text += piece
    os.close(reader)
    return text.decode("ascii").strip()


def _wait(command: List[str], seconds: float, note: str, writer: int) -> NoReturn:
    """In the child: leave the session behind, tell the own number, wait, and become the command."""
    try:
        os.setsid()
        if os.fork():
            os._exit(0)
        _leave(writer)
        with os.fdopen(writer, "wb") as told:
            told.write(b"%d\n" % os.getpid())
        end = time.clock_gettime(time.CLOCK_BOOTTIME) + seconds
        while True:
            left = end - time.clock_gettime(time.CLOCK_BOOTTIME)
            if left <= 0:
                break
            time.sleep(min(left, _STEP))
        if _named(os.path.dirname(note)) == os.getpid():
            filesystem.unlink(note)
            os.execve(command[0], command, environment())
    finally:
        os._exit(1)


def _leave(writer: int) -> None:
    """Let go of everything that belongs to the session: its terminal, its files, its folder and its control group."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nothing, standard)
    # A lock counts as held as long as any process has the file open.
    last = max(int(name) for name in os.listdir("/proc/self/fd"))
    os.closerange(3, writer)
    os.closerange(writer + 1, last + 1)
    os.chdir("/")
    for path in _control_groups():
        # Where it may not be left, the process only ends early if OpenRC is set to clean up after services.
        with contextlib.suppress(OSError):
            filesystem.fill(path, b"%d" % os.getpid())


def _control_groups() -> List[str]:
    """The files by which a process gets out of the groups that OpenRC makes for services."""
    found: List[str] = []
    with open("/proc/self/cgroup", encoding="ascii") as lines:
        for line in lines:
            hierarchy, controllers, path = _fields(line)
            if path == "/":
                continue
            if hierarchy == "0":
                found += [f"{_ROOT}/cgroup.procs", f"{_ROOT}/unified/cgroup.procs"]
            elif controllers == "name=openrc":
                found.append(f"{_ROOT}/openrc/cgroup.procs")
    return [path for path in found if queries.exists(path)]


def _fields(line: str) -> Tuple[str, str, str]:
    hierarchy, controllers, path = line.rstrip("\n").split(":", 2)
    return hierarchy, controllers, path


def _boot() -> str:
    return filesystem.read("/proc/sys/kernel/random/boot_id").decode("ascii").strip()
