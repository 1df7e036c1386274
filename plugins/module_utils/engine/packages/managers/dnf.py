# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""dnf, of Fedora and its relatives, in the versions 4 and 5."""

from __future__ import annotations

import re
from typing import List, Sequence

from .manager import Manager, PlannedInstall, matches

# The rows of the table of a transaction: name, architecture, version, repository, size. A long name has a line of its own.
_COMING = re.compile(
    r"^ (\S+)\s+(?:x86_64|aarch64|noarch|i686|ppc64le|s390x|riscv64) +(\S+)\s+\S+ +[\d.]+(?: +\S+)? *$", re.MULTILINE
)
_REPLACED = re.compile(
    r"^ +replacing +(\S+?)(?:\.(?:x86_64|aarch64|noarch|i686|ppc64le|s390x|riscv64))? ", re.MULTILINE
)
_SECTION = re.compile(r"^(\S.*):$", re.MULTILINE)


class Dnf(Manager):
    """Without `--allowerasing` it removes nothing but what another package replaces."""

    name = "dnf"
    program = "dnf"
    # Version 5 would fit its table to a terminal.
    variables = (("FORCE_COLUMNS", "400"),)
    install = ("-y", "install", "--")
    # It asks, and is answered no: that ends with the code 1.
    simulate = ("--assumeno", "install", "--")
    refused = (1,)
    unknown = re.compile(r"^(?:Error: )?No match for argument: (\S+)", re.MULTILINE)

    def coming(self, output: str, names: Sequence[str]) -> List[PlannedInstall]:
        """The rows below the titles that begin with `Installing` or `Upgrading`."""
        parts = _SECTION.split(output)
        found: List[PlannedInstall] = []
        for title, rows in zip(parts[1::2], parts[2::2]):
            if title.startswith(("Installing", "Upgrading")):
                found.extend(matches(_COMING, rows.partition("\nTransaction Summary")[0]))
        return found

    def going(self, output: str) -> List[str]:
        """The packages that the lines `replacing NAME` name, but for upgrades, which version 5 shows so too."""
        coming = {item.name for item in self.coming(output, ())}
        return [name for name in dict.fromkeys(_REPLACED.findall(output)) if name not in coming]
