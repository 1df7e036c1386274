# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Programs in a process group of their own, which does not outlive the engine.

A hook may start further programs. Were the engine killed, by a lost connection for example, they would run on while the next
switch runs its own hooks. Each program is therefore the leader of a new session, and a guard, which is a fork of the engine
in yet another session, ends the group as soon as the engine is gone. The guard inherits the engine's open files, the lock
among them, so that the lock is held until the group has ended.
"""

from __future__ import annotations

import contextlib
import os
import time
from typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from subprocess import Popen
    from typing import BinaryIO, Dict, Optional, Sequence, Tuple

# So many bytes of the output are kept, from its end.
OUTPUT = 32 * 1024
OVERDUE = 124
NO_PROGRAM = 127
# Seconds that a group has to end by itself once it was asked to, and then to vanish once it was killed.
GRACE = 5.0
_PAUSE = 0.05
_ENDED = b"ended\n"


class ProcessResult(NamedTuple):
    """How a program ended: its exit code, the end of its output, and whether it was ended for taking too long."""

    code: int
    output: bytes
    overdue: bool


class SeparateOutput(NamedTuple):
    """How a program ended whose output and errors are kept whole, apart from each other."""

    code: int
    output: bytes
    errors: bytes
    overdue: bool


def run(
    command: Sequence[str], text: bytes, environment: Dict[str, str], folder: str, limit: float = 0
) -> ProcessResult:
    """Run a program with `text` as its standard input, for at most `limit` seconds (0: as long as it takes).

    The code is OVERDUE for one that took longer, and NO_PROGRAM for one that cannot be started. What it leaves in the
    background when it ends by itself runs on.
    """
    with _sink() as sink:
        try:
            code, overdue = _run(command, text, environment, folder, limit, (sink, sink))
        except OSError as error:
            sink.write(f"{command[0]}: {error.strerror}\n".encode())
            code, overdue = NO_PROGRAM, False
        sink.flush()
        size = os.fstat(sink.fileno()).st_size
        return ProcessResult(code, os.pread(sink.fileno(), OUTPUT, max(0, size - OUTPUT)), overdue)


def run_separately(
    command: Sequence[str], environment: Dict[str, str], folder: str, limit: float = 0
) -> SeparateOutput:
    """Run a program with an empty standard input. The codes are those of `run`."""
    with _sink() as output, _sink() as errors:
        try:
            code, overdue = _run(command, b"", environment, folder, limit, (output, errors))
        except OSError as error:
            errors.write(f"{command[0]} cannot be run: {error.strerror}\n".encode())
            code, overdue = NO_PROGRAM, False
        return SeparateOutput(code, _whole(output), _whole(errors), overdue)


def _whole(sink: BinaryIO) -> bytes:
    sink.flush()
    sink.seek(0)
    return sink.read()


def _run(
    command: Sequence[str],
    text: bytes,
    environment: Dict[str, str],
    folder: str,
    limit: float,
    sinks: Tuple[BinaryIO, BinaryIO],
) -> tuple[int, bool]:
    import subprocess

    reader, writer = os.pipe()
    guard = _start_guard(reader, writer)
    program: Optional[Popen[bytes]] = None
    try:
        with os.fdopen(writer, "wb", buffering=0) as line:

            def announce() -> None:
                line.write(b"%d\n" % os.getpid())

            try:
                program = subprocess.Popen(
                    list(command),
                    stdin=subprocess.PIPE,
                    stdout=sinks[0],
                    stderr=sinks[1],
                    env=environment,
                    cwd=folder,
                    start_new_session=True,
                    # The guard knows of the program before it runs, as the engine may be killed as soon as it does.
                    # No other thread of the engine runs meanwhile.
                    preexec_fn=announce,  # noqa: PLW1509  pylint: disable=subprocess-popen-preexec-fn
                )
            except OSError:
                line.write(_ENDED)
                raise
            try:
                program.communicate(text, timeout=limit or None)
            except subprocess.TimeoutExpired:
                return OVERDUE, True
            line.write(_ENDED)
        return program.returncode, False
    finally:
        # The end of the line has told the guard to end the group, if it still runs.
        if program is not None:
            _reap(program)
        os.waitpid(guard, 0)


def _reap(program: Popen[bytes]) -> None:
    """Wait for a program's end. A guard that was killed itself, or was told of nothing, does not see to it."""
    import signal
    import subprocess

    try:
        program.wait(2 * GRACE + 1)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(program.pid, signal.SIGKILL)
        program.wait()


def _start_guard(reader: int, writer: int) -> int:
    """Fork the guard, and close its end of the line here; its process ID."""
    guard = os.fork()
    if guard == 0:
        try:
            os.close(writer)
            _guard(reader)
        finally:
            os._exit(0)
    os.close(reader)
    return guard


def _guard(reader: int) -> None:
    """Wait until the engine has closed the line or is gone, and end the group unless it has ended."""
    import signal

    os.setsid()
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM, signal.SIGPIPE):
        signal.signal(number, signal.SIG_IGN)
    # Nobody must wait for the end of an output that only the guard still holds open.
    nothing = os.open(os.devnull, os.O_RDONLY)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    with os.fdopen(reader, "rb") as line:
        heard = line.read()
    group = heard.partition(b"\n")[0]
    if group.isdigit() and not heard.endswith(_ENDED):
        _end(int(group), signal.SIGTERM)
        _end(int(group), signal.SIGKILL)


def _end(group: int, signal: int) -> None:
    """Send a signal to a group, and wait a while until it is gone."""
    end = time.monotonic() + GRACE
    try:
        os.killpg(group, signal)
        while time.monotonic() < end and _lives(group):
            time.sleep(_PAUSE)
    except (ProcessLookupError, PermissionError):
        return  # nobody of ours is left in it


def _lives(group: int) -> bool:
    """Whether anybody runs in a group. A zombie does not, and in a container there may be nobody who reaps it."""
    os.killpg(group, 0)
    try:
        processes = [name for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        # Not known, so it is waited for; a system may have no /proc (macOS).
        return True
    return not processes or any(_runs_in(process, group) for process in processes)


def _runs_in(process: str, group: int) -> bool:
    try:
        with open(f"/proc/{process}/stat", "rb") as status:
            state, _parent, found = status.read().rpartition(b")")[2].split()[:3]
    except OSError as error:
        # It has ended in the meantime, or is somebody else's; of any other it is not known, so it is waited for.
        return not isinstance(error, (FileNotFoundError, ProcessLookupError, PermissionError))
    return int(found) == group and state not in (b"Z", b"X")


def _sink() -> BinaryIO:
    # A file, not a pipe: a program may leave a daemon behind that holds on to its output.
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("output", os.MFD_CLOEXEC), "w+b")
    from tempfile import TemporaryFile

    return TemporaryFile()
