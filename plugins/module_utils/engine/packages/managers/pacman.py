# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""pacman, of Arch Linux and its relatives."""

from __future__ import annotations

import re
from typing import List, Sequence

from .manager import Manager, PlannedInstall, matches

_COMING = re.compile(r"^([a-z0-9@_+][^\s:]*) (\d\S*)$", re.MULTILINE)


class Pacman(Manager):
    """Unasked it takes the usual answer, which for a conflict is no. The lists are not read again: a host is upgraded as a whole."""

    name = "pacman"
    program = "pacman"
    install = ("-S", "--needed", "--noconfirm", "--noprogressbar", "--")
    simulate = ("-S", "--needed", "--noconfirm", "--print", "--print-format", "%n %v", "--")
    unknown = re.compile(r"^error: target not found: (\S+)", re.MULTILINE)

    def coming(self, output: str, names: Sequence[str]) -> List[PlannedInstall]:
        """The lines `NAME VERSION`."""
        return matches(_COMING, output)
