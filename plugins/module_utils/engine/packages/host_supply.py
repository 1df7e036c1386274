# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Installs what a home wants from its host with the host's own package manager, if the task asks for that."""

from __future__ import annotations

import os
import pwd
import re
from typing import TYPE_CHECKING, Dict, List, NamedTuple, Optional, Sequence

from ..contract.errors import EngineError, ErrorKind
from ..contract.operations import PackageChange
from ..launcher import become
from .installation import choose, is_absent
from .managers.manager import Manager, PlannedInstall
from .managers.table import MANAGERS, manager_here
from .program import Done, run

if TYPE_CHECKING:
    from ..contract.manifest import Manifest

# What a package may be called on the command line of a package manager: never an option.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9+._:@/~-]*\Z")


class Supplied(NamedTuple):
    """What was installed, or would be, for a package of the home: through which manager, and how many others come along."""

    name: str
    manager: str
    version: str
    others: int

    def enter(self, changes: List[PackageChange], check: bool) -> None:
        """Say so in the change of the package."""
        more = f", with {self.others} more" if self.others else ""
        change = next((change for change in changes if change.name == self.name), None)
        if change is None:
            change = PackageChange(self.name, "add")
            changes.append(change)
        change.op, change.provider, change.old = "add", self.manager, ""
        change.new = self.version or "latest"
        change.note = f"{'would be ' if check else ''}installed on the host by {self.manager}{more}"


def supply(manifest: Manifest, names: Dict[str, Dict[str, str]], check: bool) -> List[Supplied]:
    """Install those of `names` (by manager) that the host lacks. With `check` only what that would do.

    EngineError `packages`; then the home was not changed.
    """
    absent = sorted(
        {
            package.name
            for view in manifest.views()
            for package in view.packages
            if package.name in names and is_absent(choose(package))
        }
    )
    if not absent:
        return []
    here = manager_here()
    if here is None:
        known = ", ".join(manager.name for manager in MANAGERS)
        raise EngineError(
            f"{', '.join(absent)} cannot be installed on this host: it has no supported package manager ({known})",
            ErrorKind.PACKAGES,
        )
    manager, program = here
    native = {name: names[name].get(manager.name) or name for name in absent}
    bad = sorted(name for name in native.values() if not _NAME.match(name))
    if bad:
        raise EngineError(f"{bad[0]!r} is not a valid package name for {manager.name}", ErrorKind.PACKAGES)
    installation = Installation(manager, program)
    coming = installation.simulated(list(native.values()))
    if not check:
        installation.install(list(native.values()))
    versions = dict(coming)
    own = set(native.values())
    others = sum(item.name not in own for item in coming)
    return [Supplied(name, manager.name, versions.get(native[name], ""), others) for name in absent]


class Installation:
    """Runs the host's package manager, as the user who may."""

    def __init__(self, manager: Manager, program: str) -> None:
        self.manager = manager
        self.program = program

    def simulated(self, names: Sequence[str]) -> List[PlannedInstall]:
        """What installing would bring. EngineError `packages` for a name that the manager does not have, and whatever else it refuses."""
        done = self._run(self.manager.simulate, names)
        if self._failed(done) and self.manager.refresh and self._may_install():
            # The lists may be old, or were never read.
            refreshed = self._run(self.manager.refresh, ())
            if refreshed.code:
                raise EngineError(
                    f"{self.manager.name} cannot read its repositories: {refreshed.last}", ErrorKind.PACKAGES
                )
            done = self._run(self.manager.simulate, names)
        if self._failed(done):
            raise self._refusal(done, names)
        going = self.manager.going(done.output)
        if going:
            raise EngineError(
                f"{self.manager.name} would remove {', '.join(going)} to install {', '.join(names)}. Install it yourself if this is"
                " intended. Nothing was changed.",
                ErrorKind.PACKAGES,
                output=done.output[-2000:],
            )
        return self.manager.coming(done.output, names)

    def install(self, names: Sequence[str]) -> None:
        """Install. EngineError `packages` when this user may not, or it fails."""
        if not self._may_install():
            words = " ".join([self.manager.program, "install" if self.manager.name != "pacman" else "-S", *names])
            raise EngineError(
                f"{self.manager.name} installs packages for {self._who()} only: run the play with `become: true`, or run"
                f" `{'sudo ' if self.manager.for_root else ''}{words}` on the host. Nothing was changed.",
                ErrorKind.PACKAGES,
            )
        done = self._run(self.manager.install, names)
        if done.code:
            raise self._refusal(done, names)

    def _failed(self, done: Done) -> bool:
        text = done.output + done.errors
        return bool(self.manager.missing(text)) or (done.code != 0 and done.code not in self.manager.refused)

    def _refusal(self, done: Done, names: Sequence[str]) -> EngineError:
        unknown = self.manager.missing(done.output + "\n" + done.errors)
        if unknown:
            message = (
                f"{self.manager.name} has no package {', '.join(unknown)}. Set its name there in"
                f" home.packageCatalogue ({{NAME: {{system: {{{self.manager.name}: ...}}}}}}), or use another provider."
            )
        else:
            message = f"{self.manager.name} cannot install {', '.join(names)}: {done.last}"
        return EngineError(
            f"{message} The home was not changed.", ErrorKind.PACKAGES, output=(done.output + done.errors)[-2000:]
        )

    def _owner(self) -> int:
        return 0 if self.manager.for_root else os.stat(self.program).st_uid

    def _who(self) -> str:
        if self.manager.for_root:
            return "root"
        try:
            return pwd.getpwuid(self._owner()).pw_name
        except KeyError:
            return f"the user {self._owner()}"

    def _may_install(self) -> bool:
        return os.geteuid() in (0, self._owner())

    def _run(self, words: Sequence[str], names: Sequence[str]) -> Done:
        before: Optional[_Become] = None
        variables = dict(self.manager.variables)
        if os.geteuid() == 0 and self._owner() != 0:
            account = pwd.getpwuid(self._owner())
            before = _Become(account)
            variables.update(HOME=account.pw_dir, USER=account.pw_name, LOGNAME=account.pw_name)
        return run([self.program, *words, *names], variables, before=before)


class _Become:
    """Becomes a user, in a process that is about to run a program."""

    def __init__(self, account: pwd.struct_passwd) -> None:
        self.account = account

    def __call__(self) -> None:
        become(self.account)
