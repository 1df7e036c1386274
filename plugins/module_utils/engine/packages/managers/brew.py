# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Homebrew, of macOS."""

from __future__ import annotations

import re
from typing import List, Sequence

from .manager import Manager, PlannedInstall

_TITLE = re.compile(r"^==> Would install \d+ (?:formula|formulae|dependency|dependencies)\b.*:$")


class Brew(Manager):
    """It belongs to a user, and refuses to run as root."""

    name = "brew"
    program = "brew"
    install = ("install", "--formula")
    simulate = ("install", "--formula", "--dry-run")
    variables = (("HOMEBREW_NO_ASK", "1"), ("HOMEBREW_NO_ENV_HINTS", "1"), ("HOMEBREW_NO_INSTALL_CLEANUP", "1"))
    for_root = False
    unknown = re.compile(r"No available formula with the name \"([^\"]+)\"")

    def coming(self, output: str, names: Sequence[str]) -> List[PlannedInstall]:
        """The names below `==> Would install ...`; brew does not show versions there."""
        found: List[PlannedInstall] = []
        inside = False
        for line in output.splitlines():
            if line.startswith("==>"):
                inside = bool(_TITLE.match(line))
            elif inside:
                found.extend(PlannedInstall(name, "") for name in line.split())
        return found
