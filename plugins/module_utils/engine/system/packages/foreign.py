# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Package managers of other families than Debian's, by what they have in common: a transaction to install, marks, and leaves to remove."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...contract.errors import EngineError, ErrorKind
from ..process import Done, run
from ..records import PackageRows
from .manager import Simulated
from .planner import PackagePlan, after_install, after_release, plan_packages, removable

if TYPE_CHECKING:
    from typing import Dict, List, Sequence, Set

    from ..declaration import WantedPackage
    from .dpkg import Package

_TIMEOUT = 3600.0


class Foreign:
    """One of them. `options` come first in every command (another root, in tests).

    What a family adds is below: the queries, and the commands of a transaction.
    """

    starts_services = False
    program = ""

    def __init__(self, distribution: str = "this host", options: Sequence[str] = ()) -> None:
        self.distribution = distribution
        self.options = list(options)

    # What differs

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

    def try_install(self, names: Sequence[str]) -> Done:
        raise NotImplementedError

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

    def update(self) -> Done:
        raise NotImplementedError

    # What is the same

    def plan(self, wanted: Sequence[WantedPackage], rows: PackageRows) -> PackagePlan:
        if not wanted and not rows.ours and not rows.marked:
            # Asking costs time, and there is nothing to ask for.
            return PackagePlan([], [], [], [], [])
        return plan_packages(wanted, rows, self.packages(), self.automatic())

    def installed(self) -> Set[str]:
        return set(self.packages())

    def check_whole(self, plan: PackagePlan, repair: bool) -> None:
        """Nothing: these managers finish or undo a transaction by themselves."""

    def repair(self) -> None:
        """Nothing, as above."""

    def has_lists(self) -> bool:
        """The lists are read again by the commands themselves."""
        return True

    def simulate(
        self, plan: PackagePlan, wanted: Sequence[WantedPackage], allowed: Sequence[str], refresh: bool = True
    ) -> Simulated:
        """What installing would do. EngineError `packages` for what is not to be had, and for removals that nobody allowed."""
        names = [self.named(item) for item in plan.install]
        done = self.try_install(names)
        found = self.read_simulation(done.output)
        unknown = self.unknown(done.output)
        if unknown or not (done.good or found.install):
            raise self._explained(unknown, done, wanted)
        foreign = sorted(set(found.remove) - set(allowed))
        if foreign:
            shown = ", ".join(foreign)
            raise EngineError(
                f"The package manager would remove {len(foreign)} package(s) that are not declared here: {shown} (to install "
                f"{', '.join(plan.install)}). Refused. Declare them, or set home_system_allow_removal: [{shown}].",
                ErrorKind.PACKAGES,
            )
        return found

    def _explained(self, unknown: List[str], done: Done, wanted: Sequence[WantedPackage]) -> EngineError:
        whys = {package.name: package.why for package in wanted}
        lines = [
            f'{whys[name] + ": " if whys.get(name) else ""}{self.distribution} has no "{name}". Name it as the host does.'
            for name in unknown
        ]
        message = "\n".join(lines) or f"The package manager cannot install what is declared: {done.last}"
        return EngineError(message, ErrorKind.PACKAGES, output=done.output[-2000:])

    def download(self, plan: PackagePlan) -> None:
        if plan.install:
            self._expect(self.fetch([self.named(item) for item in plan.install]), "the packages cannot be fetched")

    def install(self, plan: PackagePlan, rows: PackageRows) -> PackageRows:
        before = self.installed()
        if plan.install:
            self._expect(self.add([self.named(item) for item in plan.install]), "the packages cannot be installed")
        if plan.mark:
            self._expect(self.mark(plan.mark, True), "the packages cannot be marked")
        return after_install(rows, plan, before, self.installed())

    def release(self, plan: PackagePlan, rows: PackageRows) -> PackageRows:
        """Remove what is ours and no longer wanted, with what it brought, leaf by leaf; never more than that."""
        if plan.unmark:
            self.mark(plan.unmark, False)
        if plan.release:
            self.mark(plan.release, False)
        if plan.release or plan.unmark:
            mine = removable(rows, plan)
            going = sorted(mine & self.unneeded())
            while going:
                self._expect(self.remove(going), "the packages cannot be removed")
                left = sorted(mine & self.unneeded())
                going = left if left != going else []
        return after_release(rows, plan, self.installed())

    def call(self, *arguments: str) -> Done:
        """Run the family's program."""
        return run([self.program, *self.options, *arguments], _TIMEOUT)

    @staticmethod
    def _expect(done: Done, what: str) -> None:
        if not done.good:
            raise EngineError(f"{what}: {done.last}", ErrorKind.PACKAGES, output=done.output[-2000:])
