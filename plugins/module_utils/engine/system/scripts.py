# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Scripts of the declaration: what runs when a file has changed, and at the end of a switch."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ..disk import queries
from ..machine import process_group
from .process import as_user, environment, last_line

if TYPE_CHECKING:
    from typing import Dict, List, Sequence, Tuple

    from .declaration import Script

_TIMEOUT = 600.0
_PRELUDE = "set -e\n"


class Failure(NamedTuple):
    """A script that failed: its name, its exit status, and the end of its output (empty where that may be a secret)."""

    name: str
    code: int
    output: str

    @property
    def message(self) -> str:
        detail = f": {self.output}" if self.output else ""
        return f"{self.name} failed (exit {self.code}{detail})"


def run_script(name: str, text: str, variables: Dict[str, str], sensitive: bool = False) -> Failure | None:
    """Run a script with sh; None when it ends well."""
    return _run(["/bin/sh", "-s"], name, text, variables, sensitive)


def run_all(scripts: Sequence[Script], action: str) -> List[Failure]:
    """Run the activation scripts in their order; one that fails does not stop the others."""
    variables = {"NIXOS_ACTION": action, "HOME_MANAGER_ACTION": action}
    found = (run_script(script.name, script.text, variables, script.sensitive) for script in scripts)
    return [failure for failure in found if failure is not None]


def run_for_users(scripts: Sequence[Script], users: Sequence[Tuple[str, int]]) -> List[Failure]:
    """Run scripts as each of these logged-in users (name, uid)."""
    failures = []
    for script in scripts:
        for name, uid in users:
            runtime = f"/run/user/{uid}"
            variables = {"XDG_RUNTIME_DIR": runtime, "DBUS_SESSION_BUS_ADDRESS": f"unix:path={runtime}/bus"}
            command = as_user(name, ["/bin/sh", "-s"])
            found = _run(command, f"{script.name} of {name}", script.text, variables, script.sensitive)
            if found is not None:
                failures.append(found)
    return failures


def _run(command: List[str], name: str, text: str, variables: Dict[str, str], sensitive: bool) -> Failure | None:
    """Run a script with a command that reads it; what it has started ends with it when the switch does."""
    script = (_PRELUDE + text + "\n").encode("utf-8", "surrogateescape")
    ran = process_group.run(command, script, environment(variables), "/", _TIMEOUT)
    if ran.code == 0:
        return None
    if ran.overdue:
        return Failure(name, ran.code, f"ended after {_TIMEOUT:g} seconds")
    output = ran.output.decode("utf-8", "replace")
    shown = "" if sensitive or not output.strip() else last_line(output, ran.code)[:500]
    return Failure(name, ran.code, shown)


def logged_in() -> List[Tuple[str, int]]:
    """The users who have a session or linger: those with a runtime folder."""
    import pwd

    found = []
    for name in queries.names("/run/user"):
        if name.isdigit() and int(name) > 0:
            try:
                found.append((pwd.getpwuid(int(name)).pw_name, int(name)))
            except KeyError:
                continue
    return found
