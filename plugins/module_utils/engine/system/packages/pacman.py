# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""pacman, of Arch Linux and its relatives: its commands, and what they print."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from ...contract.errors import EngineError, ErrorKind
from ...disk import filesystem, queries, trees
from ..process import Done
from .foreign import Foreign, named_packages
from .manager import Simulated

if TYPE_CHECKING:
    from typing import Dict, List, Sequence, Set, Tuple

    from .dpkg import Package
    from .planner import PackagePlan

_ARCHIVE = re.compile(r"(?P<name>.+)-(?P<version>[^-]+-[^-]+)-[^-]+\.pkg\.tar(?:\.\w+)?\Z")
# The bit of `--ask` that turns the answer to "Remove what is in conflict?" round.
_CONFLICTS = "--ask=4"


class Pacman(Foreign):
    """The lists are only read again by a whole upgrade, which is the administrator's.

    Archives are kept in the `debs` of the state folder `state`, where an undo finds them; `root` is another root, in tests.
    """

    program = "pacman"
    locked = re.compile(r"unable to lock database")
    reason = re.compile(
        r"^(?:error: |:: |)(\S.*(?:breaks dependency|are in conflict|exists in filesystem).*|(?<=error: ).*)$",
        re.MULTILINE,
    )
    _missing = re.compile(r"^error: target not found: (\S+)$", re.MULTILINE)
    _no_network = re.compile(r"failed retrieving file|failed to retrieve some files|Could not resolve host")
    _coming = re.compile(r"^([\w@.+-]+) (\S+)$", re.MULTILINE)

    def __init__(
        self, state: str, distribution: str = "this host", options: Sequence[str] = (), root: str = "/"
    ) -> None:
        super().__init__(distribution, options)
        self.root = root
        self.kept = os.path.join(state, "debs")

    def _path(self, path: str) -> str:
        return os.path.join(self.root, path)

    # What is installed

    def packages(self) -> Dict[str, Package]:
        return named_packages(line.split() for line in self._lines("-Q"))

    def automatic(self) -> Set[str]:
        return set(self._lines("-Qdq"))

    def unneeded(self) -> Set[str]:
        return set(self._lines("-Qdtq"))

    def _query(self, *arguments: str) -> Done:
        return self.call(*arguments, separate=True)

    def _lines(self, what: str) -> List[str]:
        # It ends with 1 and prints nothing where there is none.
        done = self._query(what)
        return (done if done.code == 1 and not done.output.strip() else self.asked(done)).output.splitlines()

    def provider_of(self, name: str) -> Package | None:
        done = self._query("-Q", name)
        return (
            next(iter(named_packages(line.split() for line in done.output.splitlines()).values()), None)
            if done.good
            else None
        )

    def is_version(self, there: str, wanted: str) -> bool:
        """With or without the number of the package's release."""
        return wanted in (there, there.rpartition("-")[0])

    def available(self) -> List[str]:
        return self._query("-Slq").output.split()

    def has_lists(self) -> bool:
        return any(name.endswith(".db") for name in queries.names(self._path("var/lib/pacman/sync")))

    def pristine(self, target: str) -> bool:
        path = self._path(f"etc/{target}")
        owner = self._query("-Qoq", path)
        if not owner.good:
            return False
        return f"UNMODIFIED\t{path}" in self._query("-Qii", *owner.output.split()).output.splitlines()

    # What would be done

    def named(self, item: str) -> str:
        return item

    def try_install(self, names: Sequence[str]) -> Done:
        if not self.has_lists():
            raise EngineError(
                'the package lists of this host were never read: run "pacman -Syu" there first', ErrorKind.PACKAGES
            )
        return self._print(self._split(names))

    def _print(self, targets: Tuple[List[str], List[str]]) -> Done:
        shown = ("--print", "--print-format", "%n %v")
        wanted, archives = targets
        done = self.call("-S", "--needed", *shown, *wanted) if wanted else Done(0, "")
        if not archives or not done.good:
            return done
        more = self.call("-U", *shown, *archives)
        return Done(more.code, done.output + more.output)

    def _split(self, names: Sequence[str]) -> Tuple[List[str], List[str]]:
        """The targets for the repositories, and the archives for versions that only a kept one has."""
        wanted: List[str] = []
        archives: List[str] = []
        for name in names:
            archive = None
            if "=" in name and not self.call("-S", "--print", "--nodeps", "--nodeps", name).good:
                archive = self.archive(*name.split("=", 1))
            (wanted if archive is None else archives).append(archive or name)
        return wanted, archives

    def archive(self, name: str, version: str | None = None) -> str | None:
        """The archive of a package that this host has kept: of a version, or the newest file."""
        found: List[Tuple[float, str]] = []
        for folder in (self.kept, self._path("var/cache/pacman/pkg")):
            for file in queries.names(folder):
                match = _ARCHIVE.match(file)
                if match and match["name"] == name and (version is None or self.is_version(match["version"], version)):
                    path = os.path.join(folder, file)
                    status = filesystem.lstat(path)
                    found.append((status.st_mtime if status is not None else 0.0, path))
        return max(found)[1] if found else None

    def read_simulation(self, output: str) -> Simulated:
        return Simulated([name for name, _version in self._coming.findall(output)], [])

    def removals(self, found: Simulated) -> List[str]:
        """What is in conflict: a simulation does not look at that."""
        if not found.install:
            return []
        coming = set(found.install)
        clashes = [
            name
            for text in self._conflicts("-Si", found.install).values()
            for name in text
            if self._holds(name, coming)
        ]
        going = {package.name for package in map(self.provider_of, dict.fromkeys(clashes)) if package is not None}
        for name, texts in self._conflicts("-Qi", []).items():
            if any(re.split(r"[<>=]", text)[0] in coming for text in texts):
                going.add(name)
        return sorted(going - coming)

    def _holds(self, expression: str, coming: Set[str]) -> bool:
        """Whether a package that is not about to change is what another one is in conflict with."""
        return re.split(r"[<>=]", expression)[0] not in coming and self._query("-T", expression).good

    def _conflicts(self, query: str, names: Sequence[str]) -> Dict[str, List[str]]:
        found: Dict[str, List[str]] = {}
        name = ""
        for line in self._query(query, *names).output.splitlines():
            field, _colon, value = line.partition(" : ")
            if field.strip() == "Name":
                name = value.strip()
            elif field.strip() == "Conflicts With" and value.strip() != "None":
                found[name] = value.split()
        return found

    def unknown(self, output: str) -> List[str]:
        return list(dict.fromkeys(self._missing.findall(output)))

    # What is done

    def _transaction(self, *arguments: str) -> Done:
        trees.make_folders(self.kept, 0o700)
        caches = ("--cachedir", self.kept, "--cachedir", self._path("var/cache/pacman/pkg"))
        return self.patient(*caches, "--noconfirm", *([_CONFLICTS] if self.erasing else []), *arguments)

    def fetch(self, names: Sequence[str]) -> Done:
        wanted, _archives = self._split(names)
        if not wanted:
            return Done(0, "")
        done = self._transaction("-Sw", *wanted)
        return Done(0, "") if self._old_archives(done, wanted) else self._whole(done)

    def add(self, names: Sequence[str]) -> Done:
        wanted, archives = self._split(names)
        done = Done(0, "")
        if wanted:
            done = self._transaction("-S", "--needed", *wanted)
            old = self._old_archives(done, wanted)
            if old:
                done = self._from_archives(old, wanted)
            done = self._whole(done)
        if archives and done.good:
            done = self._transaction("-U", *archives)
        return done

    def _old_archives(self, done: Done, names: Sequence[str]) -> List[str]:
        """The kept archives of everything that was to come, where the network has none of it."""
        if done.good or not self._no_network.search(done.output):
            return []
        found = [self.archive(name) for name in self.read_simulation(self._print((list(names), [])).output).install]
        return [path for path in found if path is not None] if None not in found else []

    def _from_archives(self, archives: Sequence[str], asked: Sequence[str]) -> Done:
        done = self._transaction("-U", "--needed", *archives)
        names = {_ARCHIVE.match(os.path.basename(path))["name"] for path in archives}  # type: ignore[index]
        brought = sorted(names - {name.split("=", 1)[0] for name in asked})
        return self.mark(brought, False) if done.good and brought else done

    def _whole(self, done: Done) -> Done:
        if not done.good and "failed retrieving file" in done.output:
            raise EngineError(
                f"the package lists of {self.distribution} are older than its mirrors, or these cannot be reached, and a part of it cannot be "
                'upgraded alone. Run "pacman -Syu" there first.',
                ErrorKind.PACKAGES,
                output=done.output[-2000:],
            )
        return done

    def mark(self, names: Sequence[str], manual: bool) -> Done:
        return self.patient("-D", "--asexplicit" if manual else "--asdeps", *names)

    def remove(self, names: Sequence[str]) -> Done:
        return self.patient("--noconfirm", "-R", *names)

    def update(self) -> Done:
        raise EngineError('pacman only updates its lists with a full upgrade: run "pacman -Syu"', ErrorKind.PACKAGES)

    # A transaction that was interrupted

    @property
    def _lock(self) -> str:
        return self._path("var/lib/pacman/db.lck")

    def locked_by(self, done: Done) -> str:
        return (
            f"{self._lock} exists. Try again when the program that created it has finished; if none runs, remove that file, or set "
            "home_system_repair: true"
        )

    def check_whole(self, plan: PackagePlan, repair: bool) -> None:
        """Remove the lock of a program that is gone, where that may be repaired."""
        if repair:
            self.repair()

    def repair(self) -> None:
        if filesystem.lstat(self._lock) is not None and not _alpm_is_used():
            filesystem.unlink(self._lock)


def _alpm_is_used() -> bool:
    """Whether a process has pacman's library loaded."""
    for number in (name for name in queries.names("/proc") if name.isdigit()):
        try:
            with open(f"/proc/{number}/maps", "rb") as lines:
                if any(b"/libalpm.so" in line for line in lines):
                    return True
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has ended
    return False
