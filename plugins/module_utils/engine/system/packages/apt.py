# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Packages through apt: simulated first, one transaction to install, and exactly what is ours to remove."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from ...contract.errors import EngineError, ErrorKind
from ...disk import filesystem, queries, trees
from ..process import Done, run
from ..records import PackageRows
from .dpkg import Dpkg
from .manager import Simulated
from .planner import PackagePlan, after_install, after_release, plan_packages, removable

if TYPE_CHECKING:
    from typing import List, Sequence, Set

    from ..declaration import WantedPackage

POLICY = "/usr/sbin/policy-rc.d"
_POLICY_TEXT = b"#!/bin/sh\n# home.manager: services start once their configuration is in place\nexit 101\n"
_POLICY_KEPT = "policy-rc.d"
_TIMEOUT = 3600.0
_DEFAULTS = (
    "-q",
    "-y",
    "-o",
    "DPkg::Lock::Timeout=30",
    "-o",
    "Dpkg::Options::=--force-confdef",
    "-o",
    "Dpkg::Options::=--force-confold",
)
_INSTALL = re.compile(r"^Inst (\S+)", re.MULTILINE)
_NEEDS = ("-o", "APT::AutoRemove::RecommendsImportant=false", "-o", "APT::AutoRemove::SuggestsImportant=false")
_REMOVE = re.compile(r"^(?:Remv|Purg) (\S+)", re.MULTILINE)
_UNKNOWN = re.compile(
    r"^E: (?:Unable to locate package |Package '?|Couldn't find any package by (?:glob|regex) ')([^\s']+)", re.MULTILINE
)
_VERSION = re.compile(r"^E: Version '([^']+)' for '([^']+)' was not found", re.MULTILINE)
_QUIET = {"DEBIAN_FRONTEND": "noninteractive", "APT_LISTCHANGES_FRONTEND": "none", "NEEDRESTART_MODE": "l"}


class Apt:
    """The package manager. `state` is the state folder: archives are kept in its `debs`."""

    starts_services = True

    def __init__(self, state: str, distribution: str = "this host") -> None:
        self.state = state
        self.distribution = distribution
        self.dpkg = Dpkg()

    def plan(self, wanted: Sequence[WantedPackage], rows: PackageRows) -> PackagePlan:
        return plan_packages(wanted, rows, self.dpkg.packages(), self.dpkg.automatic())

    def installed(self) -> Set[str]:
        """The names of what is installed."""
        return {name for name, package in self.dpkg.packages().items() if package.installed}

    def check_whole(self, plan: PackagePlan, repair: bool) -> None:
        """EngineError `packages` when somebody else's transaction was interrupted, unless it may be repaired."""
        if plan.broken and not repair:
            raise EngineError(
                'dpkg was interrupted earlier. Run "dpkg --configure -a" on the host, or set home_system_repair: true.',
                ErrorKind.PACKAGES,
            )
        if plan.broken:
            self.repair()

    def pristine(self, _target: str) -> bool:
        """Nobody asks: dpkg moves such a file aside."""
        return False

    def repair(self) -> None:
        """Finish what an interrupted transaction left half done."""
        run(["dpkg", "--configure", "-a", "--force-confdef", "--force-confold"], _TIMEOUT, _QUIET)
        self._apt("-f", "install")

    def has_lists(self) -> bool:
        """Whether the repositories' lists were ever read on this host."""
        folder = "/var/lib/apt/lists"
        return any("_Packages" in name for name in queries.names(folder))

    def update(self) -> Done:
        """Read the repositories' lists again."""
        return self._apt("update")

    def simulate(
        self, plan: PackagePlan, wanted: Sequence[WantedPackage], allowed: Sequence[str], refresh: bool = True
    ) -> Simulated:
        """What installing would do. EngineError `packages` for what is not to be had, and for removals that nobody allowed.

        With `refresh`, the lists of packages are read again where they do not know a package.
        """
        done = self._simulated(plan)
        if not done.good and refresh and (_UNKNOWN.search(done.output) or _VERSION.search(done.output)):
            refreshed = self.update()
            done = self._simulated(plan)
            if not refreshed.good and not done.good:
                raise EngineError(
                    f"the package lists cannot be updated: {refreshed.last}",
                    ErrorKind.PACKAGES,
                    output=refreshed.output[-2000:],
                )
        if not done.good:
            raise self._explained(done, wanted)
        found = Simulated(_INSTALL.findall(done.output), _REMOVE.findall(done.output))
        self._refuse_removals(found.remove, set(allowed), ", ".join(plan.install))
        return found

    def _simulated(self, plan: PackagePlan) -> Done:
        return self._apt("--simulate", "--allow-downgrades", "install", *plan.install)

    def _explained(self, done: Done, wanted: Sequence[WantedPackage]) -> EngineError:
        whys = {package.name: package.why for package in wanted}
        lines = []
        for name in dict.fromkeys(_UNKNOWN.findall(done.output)):
            why = f"{whys[name]}: " if whys.get(name) else ""
            lines.append(
                f'{why}{self.distribution} has no "{name}". Use its name on the host, or add a source to apt.sources.'
            )
        for version, name in dict.fromkeys(_VERSION.findall(done.output)):
            lines.append(f'{self.distribution} does not have version {version} of "{name}".')
        errors = [line for line in done.output.splitlines() if line.startswith("E: ")]
        message = "\n".join(lines) or "The package manager cannot install what is declared: " + (
            "; ".join(errors) or done.last
        )
        return EngineError(message, ErrorKind.PACKAGES, output=done.output[-2000:])

    def _refuse_removals(self, removals: List[str], allowed: Set[str], why: str) -> None:
        foreign = sorted(set(removals) - allowed)
        if not foreign:
            return
        names = ", ".join(foreign)
        raise EngineError(
            f"The package manager would remove {len(foreign)} package(s) that are not declared here: {names} (to install {why}). Refused. "
            f"Declare them, or set home_system_allow_removal: [{names}].",
            ErrorKind.PACKAGES,
        )

    def download(self, plan: PackagePlan) -> None:
        """Fetch what will be installed into the folder of archives. EngineError `packages` when that fails; nothing has changed."""
        if not plan.install:
            return
        done = self._apt("--download-only", "--allow-downgrades", "install", *plan.install)
        if not done.good:
            raise EngineError(
                f"the packages cannot be fetched: {done.last}", ErrorKind.PACKAGES, output=done.output[-2000:]
            )

    def install(self, plan: PackagePlan, rows: PackageRows) -> PackageRows:
        """Install and mark, in one transaction, services held back by the caller. EngineError `packages`; the rows hold what came."""
        before = self.installed()
        done = Done(0, "")
        if plan.install:
            done = self._apt("--allow-downgrades", "install", *plan.install)
        if done.good and plan.mark:
            done = run(["apt-mark", "manual", *plan.mark], _TIMEOUT, _QUIET)
        if not done.good:
            raise EngineError(
                f"the packages cannot be installed: {done.last}", ErrorKind.PACKAGES, output=done.output[-3000:]
            )
        return after_install(rows, plan, before, self.installed())

    def release(self, plan: PackagePlan, rows: PackageRows) -> PackageRows:
        """Remove what is ours and no longer wanted, with what it brought and nobody else needs; never more than that."""
        for name in plan.unmark:
            run(["apt-mark", "auto", name], _TIMEOUT, _QUIET)
        if not plan.release:
            return after_release(rows, plan, rows.ours)
        run(["apt-mark", "auto", *plan.release], _TIMEOUT, _QUIET)
        going = self._closure(plan, rows)
        if going:
            done = self._apt("--simulate", "remove", *going)
            if done.good:
                self._refuse_removals(_REMOVE.findall(done.output), set(going), "remove " + ", ".join(plan.release))
                done = self._apt("remove", *going)
            if not done.good:
                raise EngineError(
                    f"the packages cannot be removed: {done.last}", ErrorKind.PACKAGES, output=done.output[-2000:]
                )
        return after_release(rows, plan, self.installed())

    def _closure(self, plan: PackagePlan, rows: PackageRows) -> List[str]:
        """The packages to remove: of those that are no longer wanted, and of what came with them, what nothing else needs."""
        mine = removable(rows, plan)
        # That the host's own packages recommend one of ours does not make it theirs.
        needed = self._apt("--simulate", *_NEEDS, "autoremove")
        released = sorted(set(plan.release) & set(_REMOVE.findall(needed.output))) if needed.good else []
        done = self._apt("--simulate", *(("--auto-remove", "remove", *released) if released else ("autoremove",)))
        if not done.good:
            raise EngineError(
                f"the packages cannot be removed: {done.last}", ErrorKind.PACKAGES, output=done.output[-2000:]
            )
        unneeded = set(_REMOVE.findall(done.output))
        # What only somebody else's leftovers need stays with them: removing it would take them along.
        return sorted((mine & unneeded) - self.dpkg.needed_by(unneeded - mine))

    def _apt(self, *arguments: str) -> Done:
        if "--simulate" in arguments:
            return run(["apt-get", *_DEFAULTS, *arguments], _TIMEOUT, _QUIET)
        archives = os.path.join(self.state, "debs")
        trees.make_folders(os.path.join(archives, "partial"), 0o700)
        keep = (
            "-o",
            f"Dir::Cache::archives={archives}",
            "-o",
            "APT::Keep-Downloaded-Packages=true",
            "-o",
            "APT::Sandbox::User=root",
        )
        return run(["apt-get", *_DEFAULTS, *keep, *arguments], _TIMEOUT, _QUIET)


def hold_services(state: str) -> None:
    """Let no package start a service. What was there of such a policy is kept; see `release_services`."""
    kept = os.path.join(state, _POLICY_KEPT)
    if filesystem.lstat(POLICY) is not None and filesystem.lstat(kept) is None:
        if filesystem.read(POLICY, follow=True) == _POLICY_TEXT:
            return
        trees.move(POLICY, kept)
    if filesystem.lstat(POLICY) is None:
        filesystem.write(POLICY, _POLICY_TEXT, 0o755)


def release_services(state: str) -> None:
    """Put back what was there before `hold_services`; can be repeated."""
    kept = os.path.join(state, _POLICY_KEPT)
    if filesystem.lstat(kept) is not None:
        trees.move(kept, POLICY)
    elif filesystem.lstat(POLICY) is not None and filesystem.read(POLICY, follow=True) == _POLICY_TEXT:
        filesystem.unlink(POLICY)
