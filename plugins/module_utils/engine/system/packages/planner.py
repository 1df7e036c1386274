# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Plans which packages are installed and removed. Pure: what is wanted, what is ours and what dpkg knows give a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ..operation import Operation
from ..records import PackageRows

if TYPE_CHECKING:
    from typing import Collection, Dict, List, Sequence, Set

    from ..declaration import WantedPackage
    from .dpkg import Package

WANTED = "wanted"
BROUGHT = "brought"


class PackagePlan(NamedTuple):
    """What a package manager has to do.

    `install`: what is missing, as the package manager takes it. `mark`: packages that are there automatically and are to
    stay. `release`: what is ours and no longer wanted. `broken`: what another transaction left half done.
    """

    install: List[str]
    mark: List[str]
    release: List[str]
    unmark: List[str]
    broken: List[str]

    @property
    def nothing(self) -> bool:
        return not (self.install or self.mark or self.release or self.unmark)

    def operations(self) -> List[Operation]:
        """What people are told."""
        found = [Operation("package", "add", name) for name in self.install]
        found += [Operation("package", "keep", name, "was installed automatically") for name in self.mark]
        found += [Operation("package", "remove", name) for name in self.release]
        return found


def plan_packages(
    wanted: Sequence[WantedPackage], rows: PackageRows, packages: Dict[str, Package], automatic: Set[str]
) -> PackagePlan:
    """The plan. A package that is there already and was installed by hand is left alone, and is not ours to remove."""
    install, mark = [], []
    names = {package.name for package in wanted}
    for package in wanted:
        there = packages.get(package.name)
        if there is None or not there.installed:
            install.append(package.name if package.version is None else f"{package.name}={package.version}")
        elif package.version is not None and there.version != package.version:
            install.append(f"{package.name}={package.version}")
        elif package.name in automatic:
            mark.append(package.name)
    release = sorted(
        name
        for name, why in rows.ours.items()
        if why == WANTED and name not in names and name in packages and packages[name].installed
    )
    unmark = sorted(name for name in rows.marked if name not in names and name in packages and packages[name].installed)
    broken = sorted(package.name for package in packages.values() if package.broken)
    return PackagePlan(install, mark, release, unmark, broken)


def after_install(rows: PackageRows, plan: PackagePlan, before: Set[str], after: Set[str]) -> PackageRows:
    """The rows once a transaction is done: what it brought is ours, what was asked for as wanted."""
    names = {item.split("=", 1)[0] for item in plan.install}
    ours = dict(rows.ours)
    for name in after - before:
        ours[name] = WANTED if name in names else BROUGHT
    return PackageRows(ours, sorted({*rows.marked, *plan.mark}))


def brought_since(
    rows: PackageRows, before: Collection[str], now: Collection[str], wanted: Sequence[WantedPackage]
) -> PackageRows:
    """The rows after a transaction that was interrupted: whatever came since `before` is ours.

    What it was to install counts as `wanted`: the package manager takes it for installed by hand, so it never goes by itself.
    """
    names = {package.name for package in wanted}
    came = {name: WANTED if name in names else BROUGHT for name in set(now) - set(before)}
    return PackageRows({**came, **rows.ours}, rows.marked)


def after_release(rows: PackageRows, plan: PackagePlan, there: Collection[str]) -> PackageRows:
    """The rows once the unwanted is removed. What somebody else needs stays, and goes once nobody does."""
    ours = {name: BROUGHT if name in plan.release else why for name, why in rows.ours.items() if name in there}
    return PackageRows(ours, [name for name in rows.marked if name not in plan.unmark])


def removable(rows: PackageRows, plan: PackagePlan) -> Set[str]:
    """What may be removed with the packages that are no longer wanted: nothing but what we brought."""
    return {*plan.release, *(name for name, why in rows.ours.items() if why == BROUGHT)}
