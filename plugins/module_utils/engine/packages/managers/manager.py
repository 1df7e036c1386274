# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a host's package manager has to be able to do."""

from __future__ import annotations

import re
from typing import List, NamedTuple, Pattern, Sequence, Tuple


class PlannedInstall(NamedTuple):
    """A package that an installation brings; the version is empty where the manager does not show it."""

    name: str
    version: str


class Manager:
    """One package manager. Commands are lists of words, and are run with the locale C.UTF-8 and nobody to ask.

    `install` and `simulate` are commands that the names follow; neither may remove a package that is there. `refresh` reads
    the repositories' lists again, and is empty where `install` does that itself. `refused` are the codes with which a
    simulation ends well. `for_root`: only root may install; else it has to be the owner of the program.
    """

    name = ""
    program = ""
    install: Tuple[str, ...] = ()
    simulate: Tuple[str, ...] = ()
    refresh: Tuple[str, ...] = ()
    variables: Tuple[Tuple[str, str], ...] = ()
    refused: Tuple[int, ...] = ()
    for_root = True
    unknown: Pattern[str] = re.compile(r"\Z\A")

    def coming(self, output: str, names: Sequence[str]) -> List[PlannedInstall]:
        """What a simulation of the installation of `names` says that it would bring."""
        raise NotImplementedError

    def going(self, output: str) -> List[str]:
        """The installed packages that a simulation says it would remove, unasked."""
        return []

    def missing(self, output: str) -> List[str]:
        """The names that the manager does not know, by what it printed."""
        return list(dict.fromkeys(self.unknown.findall(output)))


def matches(pattern: Pattern[str], output: str) -> List[PlannedInstall]:
    """The packages whose name and version a pattern finds in a text."""
    return [PlannedInstall(name, version) for name, version in pattern.findall(output)]
