# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""dnf and pacman: the commands of each, and what they print."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ...contract.errors import EngineError, ErrorKind
from ..process import run
from .dpkg import Package
from .foreign import Foreign
from .manager import Simulated

if TYPE_CHECKING:
    from typing import Dict, Iterable, List, Sequence, Set

    from ..process import Done


def _packages(pairs: Iterable[Sequence[str]]) -> Dict[str, Package]:
    """Packages of pairs of name and version."""
    return {pair[0]: Package(pair[0], pair[1], True, False, False, False) for pair in pairs if len(pair) == 2}


class Dnf(Foreign):
    """Fedora and its kin, with dnf 4 or 5."""

    program = "dnf"
    _heading = re.compile(r"^(Installing|Upgrading|Removing|Downgrading|Reinstalling)[\w ]*:\s*$", re.IGNORECASE)
    _row = re.compile(r"^ +(\S+) +\S+ +\S+ +\S+ +[\d.]+ *[kMG]?\s*$")
    _no_match = re.compile(r"^(?:No match for argument: |Error: Unable to find a match: )(.+)$", re.MULTILINE)

    def packages(self) -> Dict[str, Package]:
        root = [word.replace("--installroot", "--root") for word in self.options if word.startswith("--installroot")]
        done = run(["rpm", *root, "-qa", "--queryformat", r"%{NAME} %{VERSION}-%{RELEASE}\n"], 60.0, separate=True)
        return _packages(line.split() for line in done.output.splitlines())

    def automatic(self) -> Set[str]:
        return set(self.packages()) - set(self._names("--userinstalled"))

    def unneeded(self) -> Set[str]:
        return set(self._names("--unneeded"))

    def _names(self, which: str) -> List[str]:
        done = self.call("-q", "-C", "repoquery", which, "--qf", r"%{name}\n")
        return done.output.split() if done.good else []

    def named(self, item: str) -> str:
        return item.replace("=", "-", 1)

    def try_install(self, names: Sequence[str]) -> Done:
        # It ends with 1, since its question is answered with no.
        return self.call("--assumeno", "install", *names)

    def read_simulation(self, output: str) -> Simulated:
        found = Simulated([], [])
        target: List[str] = []
        for line in output.splitlines():
            heading = self._heading.match(line)
            row = self._row.match(line)
            if heading is not None:
                target = found.remove if heading[1].lower() == "removing" else found.install
            elif row is not None:
                target.append(row[1])
        return found

    def unknown(self, output: str) -> List[str]:
        return list(dict.fromkeys(name for line in self._no_match.findall(output) for name in line.split()))

    def fetch(self, names: Sequence[str]) -> Done:
        return self.call("-y", "--downloadonly", "install", *names)

    def add(self, names: Sequence[str]) -> Done:
        return self.call("-y", "install", *names)

    def mark(self, names: Sequence[str], manual: bool) -> Done:
        fifth = "dnf5" in self.call("--version").output.split("\n", 1)[0]
        words = ("user", "dependency") if fifth else ("install", "remove")
        return self.call("-y", "mark", words[0 if manual else 1], *names)

    def remove(self, names: Sequence[str]) -> Done:
        # Without this option it also takes the leftovers of others.
        return self.call("-y", "--setopt=clean_requirements_on_remove=False", "remove", *names)

    def update(self) -> Done:
        return self.call("-y", "makecache")


class Pacman(Foreign):
    """Arch and its kin. The lists are only read again by a whole upgrade, which is the administrator's."""

    program = "pacman"
    _missing = re.compile(r"^error: target not found: (\S+)$", re.MULTILINE)

    def packages(self) -> Dict[str, Package]:
        return _packages(line.split() for line in self.call("-Q").output.splitlines())

    def automatic(self) -> Set[str]:
        return set(self._query("-Qdq"))

    def unneeded(self) -> Set[str]:
        return set(self._query("-Qdtq"))

    def _query(self, what: str) -> List[str]:
        # It ends with 1 where there is none.
        done = self.call(what)
        return done.output.split() if done.good else []

    def named(self, item: str) -> str:
        if "=" in item:
            raise EngineError(
                f'the repositories of {self.distribution} hold one version of a package, so "{item}" cannot be asked for',
                ErrorKind.PACKAGES,
            )
        return item

    def try_install(self, names: Sequence[str]) -> Done:
        return self.call("-S", "--needed", "--print", "--print-format", "%n", *names)

    def read_simulation(self, output: str) -> Simulated:
        # Without a person to ask it never removes anything.
        return Simulated([line for line in output.split("\n") if re.fullmatch(r"[\w@.+-]+", line)], [])

    def unknown(self, output: str) -> List[str]:
        return self._missing.findall(output)

    def fetch(self, names: Sequence[str]) -> Done:
        return self._whole(self.call("--noconfirm", "-Sw", *names))

    def add(self, names: Sequence[str]) -> Done:
        return self._whole(self.call("--noconfirm", "-S", "--needed", *names))

    def _whole(self, done: Done) -> Done:
        if not done.good and "failed retrieving file" in done.output:
            raise EngineError(
                f"the package lists of {self.distribution} are older than its mirrors, and a part of it cannot be upgraded alone. "
                f'Run "pacman -Syu" there first.',
                ErrorKind.PACKAGES,
                output=done.output[-2000:],
            )
        return done

    def mark(self, names: Sequence[str], manual: bool) -> Done:
        return self.call("-D", "--asexplicit" if manual else "--asdeps", *names)

    def remove(self, names: Sequence[str]) -> Done:
        return self.call("--noconfirm", "-R", *names)

    def update(self) -> Done:
        raise EngineError('pacman reads its lists with a whole upgrade alone: run "pacman -Syu"', ErrorKind.PACKAGES)
