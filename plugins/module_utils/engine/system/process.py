# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Programs that the engine runs: with a clean environment, a time limit, and their output for people."""

from __future__ import annotations

import contextlib
import os
import shlex
from typing import TYPE_CHECKING, NamedTuple

from ..disk import queries

if TYPE_CHECKING:
    from typing import IO, Dict, List, Mapping, Sequence

SEARCH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_PASSED = ("TZ", "http_proxy", "https_proxy", "no_proxy", "ftp_proxy")
NO_PROGRAM = 127
TIMED_OUT = 124


class Done(NamedTuple):
    """How a program ended, and what it printed on both of its outputs."""

    code: int
    output: str

    @property
    def good(self) -> bool:
        return self.code == 0

    @property
    def last(self) -> str:
        """The last line that says something."""
        return last_line(self.output, self.code)


def last_line(output: str, code: int) -> str:
    """The last line of an output that says something."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return lines[-1] if lines else f"it ended with code {code}"


def environment(more: Mapping[str, str] | None = None) -> Dict[str, str]:
    """What programs are run with."""
    found = {name: os.environ[name] for name in _PASSED if name in os.environ}
    found.update(
        PATH=SEARCH, LC_ALL="C.UTF-8", HOME="/root", USER="root", LOGNAME="root", SYSTEMD_PAGER="", SYSTEMD_COLORS="0"
    )
    found.update(more or {})
    return found


def run(
    command: Sequence[str],
    timeout: float = 60.0,
    more: Mapping[str, str] | None = None,
    stdin: bytes = b"",
    separate: bool = False,
    leaves_processes: bool = False,
) -> Done:
    """Run a program to its end. One that is not there ends with 127, one that takes too long with 124.

    With `separate`, what it prints on its standard error is left out of the output when it ends well. `leaves_processes`: what it
    starts may go on with its output open, so that this goes to a file; the end of a pipe would be waited for.
    """
    import subprocess

    with contextlib.ExitStack() as stack:
        output = stack.enter_context(_file()) if leaves_processes else None
        try:
            done = subprocess.run(
                list(command),
                input=stdin,
                stdout=output or subprocess.PIPE,
                stderr=subprocess.PIPE if separate else subprocess.STDOUT,
                env=environment(more),
                timeout=timeout,
                cwd="/",
                check=False,
            )
        except FileNotFoundError:
            return Done(NO_PROGRAM, f"{command[0]} is not installed")
        except subprocess.TimeoutExpired as problem:
            found = (problem.stdout or b"").decode("utf-8", "replace")
            return Done(TIMED_OUT, found + f"\n{command[0]} did not end within {timeout:g} s")
        if output is not None:
            output.seek(0)
        text = (done.stdout if output is None else output.read()).decode("utf-8", "replace")
    if separate and done.returncode != 0:
        text += done.stderr.decode("utf-8", "replace")
    return Done(done.returncode, text)


def _file() -> IO[bytes]:
    import tempfile

    return tempfile.TemporaryFile()


def as_user(name: str, command: Sequence[str]) -> List[str]:
    """A command as another user runs it: by runuser, and by su where that is not installed."""
    if which("runuser") is not None:
        return ["runuser", "-u", name, "--", *command]
    return ["su", "-s", "/bin/sh", name, "-c", " ".join(shlex.quote(word) for word in command)]


def which(name: str) -> str | None:
    """The path of a program; None when it is not installed."""
    for folder in SEARCH.split(":"):
        path = os.path.join(folder, name)
        if queries.is_program(path):
            return path
    return None
