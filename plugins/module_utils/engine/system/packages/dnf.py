# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""dnf, of Fedora and its relatives, in the versions 4 and 5: its commands, and what they print."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from ...contract.errors import EngineError, ErrorKind
from ...disk import filesystem
from ..process import run
from .dpkg import Package
from .foreign import Foreign, named_packages
from .manager import Simulated

if TYPE_CHECKING:
    from typing import Dict, List, Sequence, Set

    from ..declaration import WantedPackage
    from ..process import Done
    from ..records import PackageRows
    from .planner import PackagePlan

_FORMAT = r"%{NAME} %|EPOCH?{%{EPOCH}:}|%{VERSION}-%{RELEASE}\n"
_NAME = r"%{name}\n"
# Several versions of these are there side by side.
_PARALLEL = ("kernel", "gpg-pubkey")
# Transactions end at once when another one runs, and what they fetched is kept: an undo needs no network then.
_COMMON = ("--setopt=exit_on_lock=True", "--setopt=keepcache=True")
_NO_NETWORK = re.compile(
    r"Failed to download metadata|Cannot download|Cannot prepare internal mirrorlist|Curl error|Could not resolve host"
)


class Dnf(Foreign):
    """It removes nothing without `--allowerasing` but what another package obsoletes."""

    program = "dnf"
    locked = re.compile(
        r"RPMDB already locked by \d+|(?:can't create|Failed to obtain) \S* ?(?:rpm )?transaction lock[^\n]*"
    )
    reason = re.compile(r"^(?:Error: (\S.*)| *(?:Problem(?: \d+)?: |- )(\S.*))$", re.MULTILINE)
    _heading = re.compile(r"^(Installing|Upgrading|Removing|Downgrading|Reinstalling)[\w ]*:\s*$", re.IGNORECASE)
    # Name, architecture, version, repository, size. A name that is too long for its column has a line of its own.
    _row = re.compile(r"^ +(\S+) +\S+ +\S+ +\S+ +[\d.]+ *(?:[kMG]|[KMGT]?i?B)?\s*$")
    _rest = re.compile(r"^ +\S+ +\S+ +\S+ +[\d.]+ *(?:[kMG]|[KMGT]?i?B)?\s*$")
    _replacing = re.compile(r"^ +replacing +(\S+)")
    _no_match = re.compile(r"^(?:No match for argument: |Error: Unable to find a match: )(.+)$", re.MULTILINE)

    @property
    def variables(self) -> Dict[str, str]:
        """Version 5 would fit its tables to a terminal."""
        return {"FORCE_COLUMNS": "400"}

    # What is installed

    def packages(self) -> Dict[str, Package]:
        found: Dict[str, Package] = {}
        for line in self.asked(self._rpm("-qa", "--queryformat", _FORMAT)).output.splitlines():
            for name, package in named_packages([line.split()]).items():
                # An upgrade that was killed leaves both versions.
                twice = name in found and not name.startswith(_PARALLEL)
                found[name] = package._replace(broken=twice)
        return found

    def _rpm(self, *arguments: str) -> Done:
        root = [word.replace("--installroot", "--root") for word in self.options if word.startswith("--installroot")]
        return run(["rpm", *root, *arguments], 60.0, separate=True)

    def provider_of(self, name: str) -> Package | None:
        done = self._rpm("-q", "--whatprovides", "--queryformat", _FORMAT, name)
        pairs = [line.split() for line in done.output.splitlines()] if done.good else []
        return next(iter(named_packages(pairs).values()), None)

    def is_version(self, there: str, wanted: str) -> bool:
        """With or without its epoch, with or without its release."""
        plain = there.rpartition(":")[2]
        return wanted in (there, f"0:{there}", there.rpartition("-")[0], plain, plain.rpartition("-")[0])

    def automatic(self) -> Set[str]:
        return set(self.packages()) - set(self._names("--userinstalled"))

    def unneeded(self) -> Set[str]:
        return set(self._names("--unneeded"))

    def _names(self, *which: str) -> List[str]:
        return self.asked(self._query("--disablerepo=*", "repoquery", *which, "--qf", _NAME)).output.split()

    def _query(self, *arguments: str) -> Done:
        return self.call("-q", "-C", *arguments, separate=True)

    def available(self) -> List[str]:
        done = self._query("repoquery", "--available", "--qf", _NAME)
        return sorted(set(done.output.split())) if done.good else []

    def plan(self, wanted: Sequence[WantedPackage], rows: PackageRows) -> PackagePlan:
        plan = super().plan(wanted, rows)
        # What others have left twice is theirs.
        ours = {*rows.ours, *(package.name for package in wanted)}
        return plan._replace(broken=[name for name in plan.broken if name in ours])

    def pristine(self, target: str) -> bool:
        path = f"/etc/{target}"
        done = self._rpm("-qf", "--queryformat", r"[%{FILENAMES}\t%{FILEDIGESTS}\n]", path)
        digests = dict(line.split("\t", 1) for line in done.output.splitlines() if "\t" in line) if done.good else {}
        content = filesystem.read_if_file(path)
        return content is not None and hashlib.sha256(content).hexdigest() == digests.get(path)

    # What would be done

    def named(self, item: str) -> str:
        return item.replace("=", "-", 1)

    def try_install(self, names: Sequence[str]) -> Done:
        # It ends with 1, since its question is answered with no.
        return self._with_kept("--assumeno", "install", *names)

    def try_afresh(self, names: Sequence[str]) -> Done | None:
        return self._with_kept("--refresh", "--assumeno", "install", *names)

    def try_with_removals(self, names: Sequence[str]) -> Done | None:
        return self._with_kept("--assumeno", "install", "--allowerasing", *names)

    def _with_kept(self, *arguments: str) -> Done:
        """Run a transaction; without network, by the lists and packages that are kept."""
        done = self.patient(*_COMMON, *arguments)
        if not done.good and _NO_NETWORK.search(done.output):
            kept = self.patient(*_COMMON, "-C", *arguments)
            if kept.good or self.read_simulation(kept.output).install:
                return kept
        return done

    def read_simulation(self, output: str) -> Simulated:
        found = Simulated([], [])
        target: List[str] = []
        waiting = ""
        for line in output.splitlines():
            if line.startswith("Transaction Summary"):
                break
            heading = self._heading.match(line)
            replacing = self._replacing.match(line)
            if heading is not None:
                target = found.remove if heading[1].lower() == "removing" else found.install
            elif replacing is not None:
                found.remove.append(replacing[1])
            elif waiting and self._rest.match(line):
                target.append(waiting)
            elif self._row.match(line) is not None:
                target.append(line.split()[0])
            waiting = line.strip() if line.startswith(" ") and len(line.split()) == 1 else ""
        coming = set(found.install)
        gone = [name for name in map(self._bare, found.remove) if name not in coming]
        return Simulated(found.install, list(dict.fromkeys(gone)))

    @staticmethod
    def _bare(name: str) -> str:
        """A name without the architecture that version 4 adds to what is replaced."""
        return re.sub(r"\.(?:noarch|x86_64|aarch64|i686|ppc64le|s390x|riscv64|armv7hl)$", "", name)

    def replaced(self, names: Sequence[str], found: Simulated) -> Dict[str, str]:
        lost = {}
        for name in (item.split("=", 1)[0] for item in names):
            if name in found.install:
                continue
            providers = set(self._query("repoquery", "--whatprovides", name, "--qf", _NAME).output.split())
            if not providers & set(found.install):
                lost[name] = ", ".join(found.install)
        return lost

    def unknown(self, output: str) -> List[str]:
        return list(dict.fromkeys(name for line in self._no_match.findall(output) for name in line.split()))

    def why(self, done: Done) -> str:
        lines = [first or second for first, second in self.reason.findall(done.output)]
        return "; ".join(dict.fromkeys(line.strip() for line in lines)) or done.last

    # What is done

    def fetch(self, names: Sequence[str]) -> Done:
        return self._with_kept("-y", "--downloadonly", "install", *self._erase(), *names)

    def add(self, names: Sequence[str]) -> Done:
        return self._with_kept("-y", "install", *self._erase(), *names)

    def _erase(self) -> List[str]:
        return ["--allowerasing"] if self.erasing else []

    def mark(self, names: Sequence[str], manual: bool) -> Done:
        fifth = "dnf5" in self.call("--version").output.split("\n", 1)[0]
        words = ("user", "dependency") if fifth else ("install", "remove")
        return self.patient(*_COMMON, "-C", "-y", "mark", words[0 if manual else 1], *names)

    def remove(self, names: Sequence[str]) -> Done:
        # Without this option it also takes the leftovers of others.
        return self.patient(*_COMMON, "-C", "-y", "--setopt=clean_requirements_on_remove=False", "remove", *names)

    def _removed_with(self, names: Sequence[str]) -> Set[str]:
        done = self.patient(
            *_COMMON, "-C", "--assumeno", "--setopt=clean_requirements_on_remove=False", "remove", *names
        )
        return set(self.read_simulation(done.output).remove)

    def without_needed(self, going: Sequence[str]) -> List[str]:
        """dnf removes what needs a removed package too: what only somebody else's leftovers need stays with them."""
        mine = set(going)
        if not mine or self._removed_with(going) <= mine:
            return list(going)
        return [name for name in going if self._removed_with([name]) <= mine]

    def check_whole(self, plan: PackagePlan, repair: bool) -> None:
        """EngineError `packages` when an upgrade was interrupted, unless it may be repaired."""
        if plan.broken and not repair:
            raise EngineError(
                f"an upgrade of {', '.join(plan.broken)} was interrupted earlier, and two versions are installed. "
                'Run "dnf remove --duplicates" on the host, or set home_system_repair: true.',
                ErrorKind.PACKAGES,
            )
        if plan.broken:
            self.repair()

    def repair(self) -> None:
        """Finish upgrades that were interrupted."""
        if any(package.broken for package in self.packages().values()):
            self._expect(self._with_kept("-y", "remove", "--duplicates"), "an interrupted upgrade cannot be finished")

    def update(self) -> Done:
        return self.patient(*_COMMON, "-y", "makecache")
