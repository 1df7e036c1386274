# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the checks look at: the home, its account, its current generation, and what a login shell of the user sees."""

from __future__ import annotations

import os
import time

from ..contract.findings import WARNING, Finding
from ..disk import queries
from ..machine import process_group
from ..state import layout

TYPE_CHECKING = False
if TYPE_CHECKING:
    import pwd
    from typing import Dict, Optional, Sequence

    from ..contract.manifest import Manifest
    from ..contract.provenance import Session
    from ..contract.services import ServicePolicy
    from ..home.folder import HomeFolder

# Shells that take `-l -c` and understand the line below.
_SHELLS = ("ash", "bash", "dash", "fish", "ksh", "mksh", "sh", "yash", "zsh")
_MARK = b"\n@@home.manager@@\n"
_LINE = "printf '\\n@@home.manager@@\\n'; env -0"
# Seconds that the start files of a login shell may take.
_PATIENCE = 15
_PATH = "/usr/local/bin:/usr/bin:/bin"


class Skipped(Exception):
    """A check that does not apply here, and why."""


class ExaminedHome:
    """One home to examine. What several checks need is found out once."""

    def __init__(self, home: HomeFolder, account: pwd.struct_passwd) -> None:
        self.home = home
        self.account = account
        self._login: Optional[Dict[str, str]] = None
        self._seconds = 0.0
        self._asked = False

    @property
    def generation(self) -> int:
        """The number of the current generation. Skipped where there is none."""
        return layout.parse_reference(self.current)[0]

    @property
    def current(self) -> str:
        """The current generation as the state refers to it. Skipped where there is none."""
        current = self.home.state.current() if self.home.state is not None else None
        if current is None:
            raise Skipped("there is no generation")
        return current

    @property
    def manifest(self) -> Manifest:
        """The manifest of the current generation. Skipped where there is none."""
        current = self.current
        return self.home.require_state().manifest(current)

    @property
    def session(self) -> Session:
        """The session of the current generation. Skipped where none is known."""
        number = self.generation
        provenance = self.home.require_state().about(number).provenance
        if provenance is None or provenance.session is None:
            raise Skipped("the session of this generation is not known")
        return provenance.session

    @property
    def policy(self) -> ServicePolicy:
        """How the units of the current generation are treated. Skipped where it has none for systemd."""
        policy = self.manifest.view.services
        if policy is None or policy.manager != "systemd":
            raise Skipped("this home has no units of systemd")
        return policy

    def login(self) -> Dict[str, str]:
        """The environment of a login shell. Skipped where it cannot be had."""
        if not self._asked:
            self._asked = True
            self._login = self._ask_login()
        if self._login is None:
            raise Skipped(f"{self.account.pw_shell} is not a shell that can be queried, or took too long")
        return self._login

    def slow(self) -> float:
        """The seconds that a login shell took to start."""
        self.login()
        return self._seconds

    def _ask_login(self) -> Optional[Dict[str, str]]:
        shell = self.account.pw_shell
        if os.path.basename(shell) not in _SHELLS or not queries.is_program(shell):
            return None
        begun = time.monotonic()
        given = {"HOME": self.home.path, "SHELL": shell, "PATH": _PATH, "TERM": "dumb", "LANG": "C.UTF-8"}
        given["USER"] = given["LOGNAME"] = self.account.pw_name
        ran = process_group.run([shell, "-l", "-c", _LINE], b"", given, self.home.path, _PATIENCE)
        self._seconds = time.monotonic() - begun
        _before, mark, display_path = ran.output.rpartition(_MARK)
        if not mark:
            return None
        texts = [item.decode("utf-8", "replace") for item in display_path.split(b"\0")]
        return dict(text.split("=", 1) for text in texts if "=" in text)

    def display_path(self, path: str) -> str:
        """A path as a person writes it."""
        home = self.home.path.rstrip("/") + "/"
        return "~/" + path[len(home) :] if path.startswith(home) else path

    def expanded(self, path: str) -> str:
        """A path that a person wrote."""
        return self.home.path + path[1:] if path == "~" or path.startswith("~/") else path


def listed(names: Sequence[str], most: int = 3) -> str:
    """Some names, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def warning(check: str, text: str, *remedies: str) -> Finding:
    """A problem that the home works with."""
    return Finding(check, WARNING, text, remedies)
