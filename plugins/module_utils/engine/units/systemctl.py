# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The user's systemd manager, through `systemctl --user` alone."""

from __future__ import annotations

import json
import os
import socket
import time
from typing import Collection, Dict, List, NamedTuple, Tuple

from ..contract.errors import EngineError, ErrorKind
from ..disk import filesystem
from .state import PROPERTIES, States

RUNTIME = "/run/user"
PROGRAM = "systemctl"
_JOURNAL = "journalctl"
_SEARCH = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin"
# Questions and the reload are quick, and must be tried even when the starts have used up their time: seconds.
_PATIENCE = 30.0
_BOOT = 10.0
_LINES = 5
_READ = 40


class Stamps(NamedTuple):
    """When things happened, in microseconds of the monotonic clock.

    `began`: the manager. `loaded`: the last time that it had read all units.
    """

    began: int
    loaded: int


class Systemctl:
    """Calls of systemctl for the calling user. `timeout`: seconds for all jobs together.

    `calls` holds the verbs that were called; `late` whether a call was given up because the time was over.
    """

    def __init__(self, timeout: float, runtime: str | None = None) -> None:
        self.runtime = runtime or f"{RUNTIME}/{os.geteuid()}"
        self.timeout = timeout
        self.calls: List[str] = []
        self.late = False
        self._deadline = time.monotonic() + timeout

    def begin(self) -> None:
        """Let the time-out run from now on."""
        self._deadline = time.monotonic() + self.timeout

    def reachable(self) -> bool:
        """Whether a manager listens; no process is started for that."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            path = f"{self.runtime}/systemd/private"
            try:
                probe.connect(path)
            except (*filesystem.ABSENT, ConnectionError):
                return False
            except OSError as error:
                raise filesystem.with_path(error, path) from None
        return True

    def show(self, units: Collection[str] = (), everything: bool = False) -> States:
        """The states of these units, and of all that are loaded if `everything`."""
        names = [*(["*"] if everything else []), *sorted(units)]
        if not names:
            return States()
        return States.of(self._ask("show", [f"--property={','.join(PROPERTIES)}", "--", *names]))

    def failed_since(self, unit: str) -> str:
        """When a unit failed, as date and time of day in the machine's zone; empty when that is not known."""
        shown = self._ask("show", ["--property=InactiveEnterTimestamp", "--", unit]).strip().partition("=")[2].split()
        return f"{shown[1]} {shown[2][:5]}" if len(shown) >= 3 else ""

    def stamps(self) -> Stamps:
        """When the manager began, and when it last read its units."""
        keys = ("UserspaceTimestampMonotonic", "UnitsLoadTimestampMonotonic", "UnitsLoadStartTimestampMonotonic")
        shown = self._ask("show", [f"--property={','.join(keys)}"])
        values: Dict[str, str] = dict(line.partition("=")[::2] for line in shown.splitlines())
        began, *loaded = (int(values[key]) if values.get(key, "").isdigit() else 0 for key in keys)
        # The end of the first load is not noted until the manager is told to load again.
        return Stamps(began, max(loaded))

    def booted(self) -> None:
        """Wait until the manager has started what it starts by itself."""
        self._call("is-system-running", ["--wait"], _BOOT)

    def reload_manager(self) -> None:
        """Let the manager read all units again."""
        self._ask("daemon-reload", [])

    def run(self, verb: str, units: Collection[str]) -> None:
        """stop, reload, restart, reload-or-restart or start, waiting for the jobs while there is time."""
        if units:
            left = self._deadline - time.monotonic()
            if left <= 0:
                self.late = True
                self._call(verb, ["--no-block", "--", *units], _PATIENCE)
            else:
                self._call(verb, ["--", *units], left)

    def forget(self, units: Collection[str]) -> None:
        """Forget that units failed."""
        if units:
            self._call("reset-failed", ["--", *units], _PATIENCE)

    def journal(self, invocation: str) -> List[str]:
        """The last lines that one run of a unit wrote; what the manager wrote of it where the run itself is silent."""
        if not invocation:
            return []
        wanted = [f"_SYSTEMD_INVOCATION_ID={invocation}", "+", f"USER_INVOCATION_ID={invocation}"]
        command = [_JOURNAL, "--user", "--quiet", "--output=json", f"--lines={_READ}", *wanted]
        try:
            output, _code = self._run(command, _PATIENCE)
        except EngineError:
            return []
        return _last_lines(output, invocation)

    def _ask(self, verb: str, arguments: List[str]) -> str:
        """A call that must succeed: without its answer nothing can be decided. EngineError `service`."""
        late, self.late = self.late, False
        output, code = self._call(verb, arguments, _PATIENCE)
        given_up, self.late = self.late, late
        if given_up or code:
            why = f"did not answer within {_PATIENCE:.0f} s" if given_up else f"ended with status {code}"
            raise EngineError(
                f"the user's service manager cannot be used: `{PROGRAM} --user {verb}` {why}", ErrorKind.SERVICE
            )
        return output

    def _call(self, verb: str, arguments: List[str], timeout: float) -> Tuple[str, int]:
        self.calls.append(verb)
        return self._run([PROGRAM, "--user", verb, *arguments], timeout)

    def _run(self, command: List[str], timeout: float) -> Tuple[str, int]:
        """What a command printed, and its exit status; the time may run out (see `late`)."""
        import subprocess

        environment = dict(os.environ, XDG_RUNTIME_DIR=self.runtime, LC_ALL="C", SYSTEMD_COLORS="0", SYSTEMD_PAGER="")
        environment.setdefault("PATH", _SEARCH)
        try:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment,
                timeout=timeout,
                check=False,
            )
        except subprocess.TimeoutExpired:
            self.late = True
            return "", 0
        except OSError as error:
            raise EngineError(f"{command[0]} cannot be run: {error.strerror}", ErrorKind.SERVICE) from None
        return done.stdout.decode("utf-8", "replace"), done.returncode


def _last_lines(output: str, invocation: str) -> List[str]:
    own: List[str] = []
    of_others: List[str] = []
    for line in output.splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        message = entry.get("MESSAGE")
        if isinstance(message, list):
            # What is no text arrives as numbers.
            message = bytes(message).decode("utf-8", "replace")
        if isinstance(message, str):
            (of_others if entry.get("USER_INVOCATION_ID") == invocation else own).append(message)
    return (own or of_others)[-_LINES:]
