# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""apt, of Debian and its relatives."""

from __future__ import annotations

import re
from typing import List, Sequence

from .manager import Manager, PlannedInstall, matches

_OPTIONS = ("-q", "-y", "-o", "DPkg::Lock::Timeout=60", "--no-remove")
_COMING = re.compile(r"^Inst (\S+) (?:\[[^\]]*\] )?\((\S+)", re.MULTILINE)


class Apt(Manager):
    """`--no-remove` ends with an error where something would have to go."""

    name = "apt"
    program = "apt-get"
    install = (*_OPTIONS, "-o", "Dpkg::Options::=--force-confold", "install", "--")
    simulate = (*_OPTIONS, "--simulate", "install", "--")
    refresh = ("-q", "update")
    variables = (
        ("DEBIAN_FRONTEND", "noninteractive"),
        ("APT_LISTCHANGES_FRONTEND", "none"),
        ("NEEDRESTART_MODE", "l"),
    )
    unknown = re.compile(r"^E: (?:Unable to locate package |Package ')([^\s']+)", re.MULTILINE)

    def coming(self, output: str, names: Sequence[str]) -> List[PlannedInstall]:
        """The lines `Inst NAME (VERSION ...)`."""
        return matches(_COMING, output)
