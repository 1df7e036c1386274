# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Scripts of the declaration: what runs when a file has changed, and at the end of a switch."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from .process import run

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
        said = f": {self.output}" if self.output else ""
        return f"{self.name} (exit {self.code}{said})"


def run_script(name: str, text: str, variables: Dict[str, str], sensitive: bool = False) -> Failure | None:
    """Run a script with sh; None when it ends well."""
    done = run(["/bin/sh", "-s"], _TIMEOUT, variables, (_PRELUDE + text + "\n").encode("utf-8", "surrogateescape"))
    if done.good:
        return None
    return Failure(name, done.code, "" if sensitive else done.last[:500])


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
            command = ["runuser", "-u", name, "--", "/bin/sh", "-s"]
            done = run(command, _TIMEOUT, variables, (_PRELUDE + script.text + "\n").encode("utf-8", "surrogateescape"))
            if not done.good:
                output = "" if script.sensitive else done.last[:500]
                failures.append(Failure(f"{script.name} of {name}", done.code, output))
    return failures


def logged_in() -> List[Tuple[str, int]]:
    """The users who have a session or linger: those with a runtime folder."""
    import pwd

    found = []
    for name in sorted(os.listdir("/run/user")) if os.path.isdir("/run/user") else []:
        if name.isdigit() and int(name) > 0:
            try:
                found.append((pwd.getpwuid(int(name)).pw_name, int(name)))
            except KeyError:
                continue
    return found
