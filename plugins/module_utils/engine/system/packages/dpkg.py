# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What dpkg and apt know of packages, read from their own files: asking their programs costs a hundred times as much."""

from __future__ import annotations

import glob
import os
import re
from typing import TYPE_CHECKING, NamedTuple

from ...disk import filesystem, queries

if TYPE_CHECKING:
    from typing import Dict, Iterator, Set

_FIELD = re.compile(r"^(Package|Status|Version|Provides|Architecture): *(.*)$", re.MULTILINE)


class Package(NamedTuple):
    """One package that dpkg knows. `installed` is whole; `broken` is in the middle of something."""

    name: str
    version: str
    installed: bool
    broken: bool


def stanzas(text: str) -> Iterator[Dict[str, str]]:
    """The fields that are of interest, package by package."""
    for block in text.split("\n\n"):
        fields = dict(_FIELD.findall(block))
        if fields.get("Package"):
            yield fields


def parse_status(text: str) -> Dict[str, Package]:
    """The packages of a status file by name. Of several architectures, the installed one counts."""
    found: Dict[str, Package] = {}
    for fields in stanzas(text):
        _want, _error, state = ([*fields.get("Status", "unknown ok not-installed").split(), "", "", ""])[:3]
        package = Package(
            fields["Package"],
            fields.get("Version", ""),
            state == "installed",
            state not in ("installed", "config-files", "not-installed"),
        )
        if package.name not in found or package.installed:
            found[package.name] = package
    return found


def parse_automatic(text: str) -> Set[str]:
    """The packages that apt's extended_states calls installed automatically."""
    found = set()
    for block in text.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
        if lines.get("Auto-Installed") == "1" and "Package" in lines:
            found.add(lines["Package"])
    return found


def parse_needs(text: str) -> Dict[str, Set[str]]:
    """What each package of a status file depends on or recommends, alternatives included."""
    found: Dict[str, Set[str]] = {}
    for block in text.split("\n\n"):
        name = re.search(r"^Package: *(\S+)", block, re.MULTILINE)
        if name is not None:
            lists = re.findall(r"^(?:Pre-Depends|Depends|Recommends): *(.*)$", block, re.MULTILINE)
            words = (
                part.split()[0].split(":")[0] for line in lists for part in re.split(r"[,|]", line) if part.strip()
            )
            found.setdefault(name[1], set()).update(words)
    return found


class Dpkg:
    """The database of dpkg and apt on this host, or below another root."""

    def __init__(self, root: str = "/") -> None:
        self.root = root

    def _read(self, path: str) -> str:
        try:
            return filesystem.read(os.path.join(self.root, path)).decode("utf-8", "replace")
        except FileNotFoundError:
            return ""

    @property
    def there(self) -> bool:
        return queries.exists(os.path.join(self.root, "var/lib/dpkg/status"))

    def packages(self) -> Dict[str, Package]:
        return parse_status(self._read("var/lib/dpkg/status"))

    def automatic(self) -> Set[str]:
        return parse_automatic(self._read("var/lib/apt/extended_states"))

    def needed_by(self, names: Set[str]) -> Set[str]:
        """The packages that these need, directly or through each other."""
        needs = parse_needs(self._read("var/lib/dpkg/status"))
        found: Set[str] = set()
        waiting = set(names)
        while waiting:
            more = needs.get(waiting.pop(), set()) - found
            found |= more
            waiting |= more
        return found

    def owned(self) -> Set[str]:
        """The paths below /etc that a package or ucf owns."""
        found: Set[str] = set()
        for path in glob.glob(os.path.join(self.root, "var/lib/dpkg/info/*.list")):
            with open(path, encoding="utf-8", errors="replace") as lines:
                found.update(line.rstrip("\n") for line in lines if line.startswith("/etc/"))
        for line in self._read("var/lib/ucf/registry").splitlines():
            words = line.split()
            if len(words) == 2 and words[1].startswith("/etc/"):
                found.add(words[1])
        return found

    def diverted(self) -> Set[str]:
        """The paths that local diversions move aside."""
        lines = self._read("var/lib/dpkg/diversions").splitlines()
        return {lines[at] for at in range(0, len(lines) - 2, 3)}
