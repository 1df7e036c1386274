# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Checks of the machine: Python and Ansible, the programs that the home configures, and the user's units."""

from __future__ import annotations

import re
import subprocess
import sys
from shutil import which

from ..contract.findings import ERROR, Finding
from ..disk import queries
from ..machine import facts
from ..machine.linger import lingers
from ..packages.installation import choose, is_absent
from ..units.systemctl import Systemctl
from ..voice.failures import INSTALL
from .examined_home import Skipped, listed, warning

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterator

    from .examined_home import ExaminedHome

# What runs the engine in the future, and what calls the spec's playbooks.
_PYTHON = (3, 8)
_CORE = (2, 19)
_PLAYBOOK = "ansible-playbook"
# Seconds for one question to a program.
_PATIENCE = 30
# Seconds after which a login shell is called slow.
_SLOW = 2.0
_MANAGERS = {"apt": "apt-get", "dnf": "dnf", "pacman": "pacman", "zypper": "zypper", "apk": "apk", "brew": "brew"}


def python(_examined: ExaminedHome) -> Iterator[Finding]:
    """It is new enough."""
    if sys.version_info[:2] < _PYTHON:
        found = ".".join(str(part) for part in sys.version_info[:3])
        text = f"Python is {found} here; home.manager needs 3.8 or newer"
        yield Finding("python", ERROR, text, ["set `ansible_python_interpreter` for this host to a newer one"])


def core(_examined: ExaminedHome) -> Iterator[Finding]:
    """The ansible-core that the `home-manager` command calls is new enough."""
    program = which(_PLAYBOOK)
    if program is None:
        raise Skipped(f"{_PLAYBOOK} is not installed here")
    try:
        done = subprocess.run(
            [program, "--version"],
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Skipped(f"{program} cannot be run: {error}") from None
    found = re.search(r"core (\d+)\.(\d+)\S*?(?=\])", done.stdout)
    if found is None:
        text = f"{program} does not print its version"
        yield warning("core", text, f"{program} --version")
    elif (int(found[1]), int(found[2])) < _CORE:
        text = f"home.manager needs ansible-core 2.19 or newer; this is {found[0][5:]} ({program})"
        yield Finding("core", ERROR, text, ["pip install 'ansible-core>=2.19'  in a virtual environment"])


def programs(examined: ExaminedHome) -> Iterator[Finding]:
    """What the home declares is installed."""
    packages = [item for item in examined.manifest.view.packages if item.shown]
    if not packages:
        raise Skipped("the spec declares no package")
    names = sorted(item.name for item in packages if is_absent(choose(item)))
    if names:
        manager = next((name for name, program in _MANAGERS.items() if which(program)), "")
        remedy = (
            f"{INSTALL[manager]} {' '.join(names)}" if manager else "install them with your system's package manager"
        )
        are = "1 program is" if len(names) == 1 else f"{len(names)} programs are"
        yield warning("programs", f"{are} configured, but not installed: {listed(names, 8)}", remedy)


def shell(examined: ExaminedHome) -> Iterator[Finding]:
    """A login shell starts, and quickly."""
    path = examined.account.pw_shell
    if not queries.is_program(path):
        text = f"the login shell of {examined.account.pw_name}, {path}, cannot be run"
        yield Finding("shell", ERROR, text, [f"chsh -s /bin/sh {examined.account.pw_name}"])
    elif examined.slow() > _SLOW:
        yield warning("shell", f"a login shell takes {examined.slow():.1f} s to start", f"time {path} -l -c true")


def manager(examined: ExaminedHome) -> Iterator[Finding]:
    """The user's service manager answers."""
    examined.policy  # noqa: B018 - skipped without units
    if facts.gather(examined.account).service_manager != "systemd":
        yield warning("manager", "the spec has systemd units, but this machine does not run systemd")
    elif not Systemctl(_PATIENCE).reachable():
        yield warning(
            "manager",
            f"the service manager of {examined.account.pw_name} is not running, so no unit is",
            "log in, or start it at boot:  home.linger: true",
        )


def units(examined: ExaminedHome) -> Iterator[Finding]:
    """None has failed."""
    systemctl = Systemctl(_PATIENCE)
    if facts.gather(examined.account).service_manager != "systemd" or not systemctl.reachable():
        raise Skipped("no service manager of the user runs")
    for state in systemctl.show(everything=True):
        if state.failed:
            since = systemctl.failed_since(state.name)
            text = f"{state.name} has failed" + (f" since {since}" if since else "")
            yield Finding("units", ERROR, text, [f"journalctl --user -u {state.name} -n 20"])


def linger(examined: ExaminedHome) -> Iterator[Finding]:
    """Units that are to run without a login do."""
    policy, name = examined.policy, examined.account.pw_name
    if policy.linger and not lingers(name):
        yield Finding(
            "linger",
            ERROR,
            f"{name} does not linger, although the spec sets it",
            [f"sudo loginctl enable-linger {name}"],
        )
    elif policy.linger is None and not lingers(name):
        yield warning(
            "linger", f"{name} does not linger: the units stop when the last session ends", "home.linger: true"
        )
