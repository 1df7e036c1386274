# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""apk, of Alpine Linux."""

from __future__ import annotations

import re
from typing import List, Sequence

from .manager import Manager, PlannedInstall, matches

# The name may have the tag of its repository with it.
_COMING = re.compile(
    r"^\(\d+/\d+\) (?:Installing|Upgrading|Downgrading|Replacing) ([^\s@]+)\S* \((?:\S+ -> )?(\S+)\)", re.MULTILINE
)


class Apk(Manager):
    """`add` removes nothing that was asked for."""

    name = "apk"
    program = "apk"
    install = ("--no-progress", "add")
    simulate = ("--no-progress", "add", "--simulate")
    refresh = ("--no-progress", "update")
    unknown = re.compile(r"^  (\S+) \((?:no such package|virtual)\):", re.MULTILINE)

    def coming(self, output: str, names: Sequence[str]) -> List[PlannedInstall]:
        """The lines `(1/2) Installing NAME (VERSION)`."""
        return matches(_COMING, output)
