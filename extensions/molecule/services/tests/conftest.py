# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What the checks of every stage ask with: a user's shell on the host under test, with the user's own service manager."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable


class User:
    """One user of one host."""

    def __init__(self, host: Any, name: str) -> None:
        self.host = host
        self.name = name

    def run(self, command: str) -> str:
        """What a command prints; the test fails when it does."""
        answer = self.try_to(command)
        assert answer.rc == 0, f"{self.name}: {command}: {answer.stdout}{answer.stderr}"
        return str(answer.stdout.rstrip("\n"))

    def try_to(self, command: str) -> Any:
        """The same, whatever comes of it."""
        # Through runuser, which opens no session: a session would start a manager by itself.
        shell = f"cd; export XDG_RUNTIME_DIR=/run/user/$(id -u) HOME=/home/{self.name}; {command}"
        return self.host.run("runuser -u %s -- sh -c %s", self.name, shell)

    def processes(self) -> str:
        """The command lines of all processes."""
        return self.run(r"cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\0' ' '")

    def shows(self, unit: str, *properties: str) -> dict[str, str]:
        """Properties of a unit."""
        names = ",".join(properties)
        lines = self.run(f"systemctl --user show --property={names} {unit}").splitlines()
        return dict(line.partition("=")[::2] for line in lines)

    def state(self, unit: str) -> str:
        """The unit's active state."""
        return self.shows(unit, "ActiveState")["ActiveState"]

    def process(self, unit: str) -> str:
        """The number of the unit's main process."""
        return self.shows(unit, "MainPID")["MainPID"]


@pytest.fixture
def user(host: Any) -> Callable[[str], User]:
    """Gives a user of the host under test."""
    return lambda name: User(host, name)


@pytest.fixture
def kept(host: Any) -> Callable[[str], Any]:
    """Gives a JSON file that an earlier stage left on the host."""
    return lambda path: json.loads(host.file(path).content_string)
