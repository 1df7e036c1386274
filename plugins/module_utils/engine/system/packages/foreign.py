# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Package managers of other families than Debian's, by what they have in common: a transaction to install, marks, and leaves to remove."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

from ...contract.errors import EngineError, ErrorKind
from ..process import Done, run
from ..records import PackageRows
from .dpkg import Package
from .manager import Simulated
from .planner import PackagePlan, after_install, after_release, plan_packages, removable

if TYPE_CHECKING:
    from typing import Dict, Iterable, List, Mapping, Pattern, Sequence, Set

    from ..declaration import WantedPackage

_TIMEOUT = 3600.0
# How long another transaction on the host is waited for, in seconds.
_PATIENCE = 30.0
_SIMILAR = 0.75


class Foreign:
    """One of them. `options` come first in every command (another root, in tests).

    What a family adds is below: the queries, and the commands of a transaction. `erasing`: the transaction that was simulated
    last removes packages, and was allowed to.
    """

    starts_services = False
    program = ""
    # What the program prints while another one holds its database, and the lines that say why it failed.
    locked: Pattern[str] = re.compile(r"\Z\A")
    reason: Pattern[str] = re.compile(r"\Z\A")

    def __init__(self, distribution: str = "this host", options: Sequence[str] = ()) -> None:
        self.distribution = distribution
        self.options = list(options)
        self.erasing = False

    # What differs

    @property
    def variables(self) -> Mapping[str, str]:
        """The environment variables that the program needs."""
        return {}

    def packages(self) -> Dict[str, Package]:
        """What is installed, by name."""
        raise NotImplementedError

    def automatic(self) -> Set[str]:
        """What was only installed because something else needed it."""
        raise NotImplementedError

    def unneeded(self) -> Set[str]:
        """What was only installed because something else needed it, and nothing does any more."""
        raise NotImplementedError

    def named(self, item: str) -> str:
        """`NAME=VERSION` as the family's commands take it. EngineError `packages` where they cannot."""
        raise NotImplementedError

    def provider_of(self, name: str) -> Package | None:
        """The installed package that provides a name which is not its own."""
        return None

    def is_version(self, there: str, wanted: str) -> bool:
        """Whether the version of a package that is there is the one that is wanted."""
        return there == wanted

    def available(self) -> List[str]:
        """The names of the repositories' packages; empty where that is not known."""
        return []

    def try_install(self, names: Sequence[str]) -> Done:
        raise NotImplementedError

    def try_afresh(self, names: Sequence[str]) -> Done | None:
        """The same, once the repositories' lists are read again; None where they are not."""
        return None

    def try_with_removals(self, names: Sequence[str]) -> Done | None:
        """The same, but packages may be removed for it; None where `try_install` says so already."""
        return None

    def removals(self, found: Simulated) -> List[str]:
        """The installed packages that have to go for what comes."""
        return found.remove

    def replaced(self, names: Sequence[str], found: Simulated) -> Dict[str, str]:
        """The names that the repositories replace by another package, which would not count as installed."""
        return {}

    def read_simulation(self, output: str) -> Simulated:
        raise NotImplementedError

    def unknown(self, output: str) -> List[str]:
        """The packages that the repositories do not have, by what a failed simulation printed."""
        raise NotImplementedError

    def fetch(self, names: Sequence[str]) -> Done:
        raise NotImplementedError

    def add(self, names: Sequence[str]) -> Done:
        raise NotImplementedError

    def mark(self, names: Sequence[str], manual: bool) -> Done:
        raise NotImplementedError

    def remove(self, names: Sequence[str]) -> Done:
        """Remove exactly these: the command fails where something else needs one of them."""
        raise NotImplementedError

    def without_needed(self, going: Sequence[str]) -> List[str]:
        """Of packages that nothing needs any more, those whose removal takes nothing else along."""
        return list(going)

    def update(self) -> Done:
        raise NotImplementedError

    # What is the same

    def plan(self, wanted: Sequence[WantedPackage], rows: PackageRows) -> PackagePlan:
        if not wanted and not rows.ours and not rows.marked:
            # Asking costs time, and there is nothing to ask for.
            return PackagePlan([], [], [], [], [])
        packages = self.packages()
        there = [self._there(package, packages) for package in wanted]
        return plan_packages(there, rows, packages, self.automatic())

    def _there(self, package: WantedPackage, packages: Dict[str, Package]) -> WantedPackage:
        """A wanted package by the name and the version that it has where it is installed already."""
        found = packages.get(package.name) or self.provider_of(package.name)
        if found is None:
            return package
        same = package.version is not None and self.is_version(found.version, package.version)
        return package._replace(name=found.name, version=found.version if same else package.version)

    def installed(self) -> Set[str]:
        return set(self.packages())

    def check_whole(self, plan: PackagePlan, repair: bool) -> None:
        """Nothing: these managers finish or undo a transaction by themselves."""

    def repair(self) -> None:
        """Nothing, as above."""

    def pristine(self, target: str) -> bool:
        """Whether a file below /etc is known to be as a package has brought it."""
        return False

    def has_lists(self) -> bool:
        """The lists are read again by the commands themselves."""
        return True

    def simulate(
        self, plan: PackagePlan, wanted: Sequence[WantedPackage], allowed: Sequence[str], refresh: bool = True
    ) -> Simulated:
        """What installing would do. EngineError `packages` for what is not to be had, and for removals that nobody allowed."""
        names = [self.named(item) for item in plan.install]
        self.erasing = False
        done = self.try_install(names)
        unknown = self.unknown(done.output)
        if unknown and refresh:
            done = self.try_afresh(names) or done
            unknown = self.unknown(done.output)
        found = self.read_simulation(done.output)
        if unknown or not (done.good or found.install):
            other = None if unknown else self.try_with_removals(names)
            found = self.read_simulation(other.output) if other is not None else Simulated([], [])
            if not found.remove:
                raise self._explained(unknown, done, plan, wanted)
        found = found._replace(remove=self.removals(found))
        self._refuse_removals(set(found.remove) - set(allowed), f"install {', '.join(plan.install)}")
        self.erasing = bool(found.remove)
        for name, other_name in self.replaced(plan.install, found).items():
            raise EngineError(
                f'{_why(name, wanted)}{self.distribution} has replaced "{name}" by "{other_name}". Use that name.',
                ErrorKind.PACKAGES,
            )
        return found

    @staticmethod
    def _refuse_removals(names: Set[str], purpose: str) -> None:
        if not names:
            return
        shown = ", ".join(sorted(names))
        raise EngineError(
            f"The package manager would remove {len(names)} package(s) that are not declared here: {shown} (to {purpose}). Refused. "
            f"Declare them, or set home_system_allow_removal: [{shown}].",
            ErrorKind.PACKAGES,
        )

    def _explained(
        self, unknown: List[str], done: Done, plan: PackagePlan, wanted: Sequence[WantedPackage]
    ) -> EngineError:
        items = {self.named(item): item for item in plan.install}
        lines = []
        for text in unknown:
            name, _equals, version = items.get(text, text).partition("=")
            why = _why(name, wanted)
            if version:
                lines.append(f'{why}{self.distribution} does not have version {version} of "{name}".')
            else:
                lines.append(f'{why}{self.distribution} has no "{name}".{self._near(name)} Use its name on the host.')
        message = "\n".join(lines) or f"The package manager cannot install what is declared: {self.why(done)}"
        return EngineError(message, ErrorKind.PACKAGES, output=done.output[-2000:])

    def _near(self, name: str) -> str:
        """A hint at a package whose name is like this one."""
        import difflib

        like = [other for other in self.available() if other[:1] == name[:1] and abs(len(other) - len(name)) <= 3]
        near = difflib.get_close_matches(name, like, 1, _SIMILAR)
        return f' Did you mean "{near[0]}"?' if near else ""

    def why(self, done: Done) -> str:
        """Why a command failed, in the program's own words."""
        lines = list(dict.fromkeys(line.strip() for line in self.reason.findall(done.output)))
        return "; ".join(lines[:4]) or done.last

    def download(self, plan: PackagePlan) -> None:
        if plan.install:
            self._expect(self.fetch([self.named(item) for item in plan.install]), "the packages cannot be fetched")

    def install(self, plan: PackagePlan, rows: PackageRows) -> PackageRows:
        before = self.installed()
        if plan.install:
            self._expect(self.add([self.named(item) for item in plan.install]), "the packages cannot be installed")
        if plan.mark:
            self._expect(self.mark(plan.mark, True), "the packages cannot be marked")
        after = self.installed()
        names = [item.split("=", 1)[0] for item in plan.install]
        providers = [self.provider_of(name) for name in names if name not in after]
        asked = [*names, *(package.name for package in providers if package is not None)]
        return after_install(rows, plan._replace(install=asked), before, after)

    def release(self, plan: PackagePlan, rows: PackageRows) -> PackageRows:
        """Remove what is ours and no longer wanted, with what it brought, leaf by leaf; never more than that."""
        unmarked = [*plan.unmark, *plan.release]
        if unmarked:
            self._expect(self.mark(unmarked, False), "the packages cannot be marked")
            mine = removable(rows, plan)
            going = self.without_needed(sorted(mine & self.unneeded()))
            while going:
                self._expect(self.remove(going), "the packages cannot be removed")
                left = self.without_needed(sorted(mine & self.unneeded()))
                going = left if left != going else []
        return after_release(rows, plan, self.installed())

    def call(self, *arguments: str, separate: bool = False) -> Done:
        """Run the family's program."""
        return run([self.program, *self.options, *arguments], _TIMEOUT, self.variables, separate=separate)

    def patient(self, *arguments: str) -> Done:
        """The same, where others may hold the database: they are waited for. EngineError `packages` when they go on."""
        end = time.monotonic() + _PATIENCE
        done = self.call(*arguments)
        while not done.good and self.locked.search(done.output):
            if time.monotonic() > end:
                raise EngineError(
                    f"another program has locked the packages of this host: {self.locked_by(done)}",
                    ErrorKind.PACKAGES,
                    output=done.output[-2000:],
                )
            time.sleep(1.0)
            done = self.call(*arguments)
        return done

    def locked_by(self, done: Done) -> str:
        """Who holds the database, and what to do."""
        found = self.locked.search(done.output)
        return f"{found[0] if found else done.last}. Try again when it has finished"

    def _expect(self, done: Done, what: str) -> None:
        if not done.good:
            raise EngineError(f"{what}: {self.why(done)}", ErrorKind.PACKAGES, output=done.output[-2000:])

    def asked(self, done: Done) -> Done:
        """The answer to a query. EngineError `packages` for one that failed: no answer is not an empty one."""
        if not done.good:
            raise EngineError(
                f"{self.program} did not list the installed packages: {self.why(done)}",
                ErrorKind.PACKAGES,
                output=done.output[-2000:],
            )
        return done


def named_packages(pairs: Iterable[Sequence[str]]) -> Dict[str, Package]:
    """Packages of pairs of name and version."""
    return {pair[0]: Package(pair[0], pair[1], True, False) for pair in pairs if len(pair) == 2}


def _why(name: str, wanted: Sequence[WantedPackage]) -> str:
    """The option that asks for a package, for the start of a sentence."""
    return next((f"{package.why}: " for package in wanted if package.name == name and package.why), "")
