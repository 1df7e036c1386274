# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""apk, of Alpine: /etc/apk/world says what is asked for, and every transaction makes the host what it says.

So a package that nobody asks for any more goes with the transaction that takes it out of the world, and a row of ours there is all
that has to be taken back. A transaction that fails has changed the world all the same.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from ...contract.errors import EngineError, ErrorKind
from ...disk import filesystem, queries, trees
from ..process import Done
from ..records import PackageRows
from .dpkg import Package
from .foreign import Foreign
from .manager import Simulated
from .planner import after_release, removable

if TYPE_CHECKING:
    from typing import Dict, Iterable, List, Sequence, Set

    from ..declaration import WantedPackage
    from .planner import PackagePlan

# The older place and the newer one.
_INSTALLED = ("lib/apk/db/installed", "usr/lib/apk/db/installed")
_WORLD = "etc/apk/world"
_LISTS = ("var/cache/apk", "etc/apk/cache")
_ARCHIVES = "apks"
_INDEX = "APKINDEX"
# A row of the world: an optional `!` against a package, its name, a repository's tag, and a version or a checksum.
_ROW = re.compile(r"(!?)([^@<>=~!]+)(.*)")
# The name may have the tag of its repository with it.
_ACTION = re.compile(
    r"^\(\d+/\d+\) (Installing|Upgrading|Downgrading|Replacing|Reinstalling|Purging) ([^\s@]+)\S* \(", re.MULTILINE
)
_NO_PACKAGE = re.compile(r"^  (\S+) \((?:no such package|virtual)\):", re.MULTILINE)


class Apk(Foreign):
    """The package manager. `state` is the state folder: archives are kept in its `apks`."""

    program = "apk"
    reason = re.compile(
        r"^(?:ERROR: (?!unable to select packages).+| {4}(?:breaks|conflicts|masked in|provided by): .+)$", re.MULTILINE
    )

    def __init__(self, distribution: str = "this host", state: str = "", root: str = "/") -> None:
        super().__init__(distribution, ["--no-progress", "--wait", "30"])
        self.state = state
        self.root = root
        self._kept: Dict[str, str] = {}

    # What is there

    def _read(self, path: str) -> str:
        return (filesystem.read_if_file(os.path.join(self.root, path)) or b"").decode("utf-8", "replace")

    def _database(self) -> Iterable[Dict[str, str]]:
        """The fields of what is installed: blocks of lines, each with a letter for its field."""
        text = next((text for text in map(self._read, _INSTALLED) if text), "")
        for block in text.split("\n\n"):
            fields = dict(line.split(":", 1) for line in block.splitlines() if line[1:2] == ":")
            if "P" in fields:
                yield fields

    def packages(self) -> Dict[str, Package]:
        found = map(_package, self._database())
        return {package.name: package for package in found}

    def provider_of(self, name: str) -> Package | None:
        for fields in self._database():
            if name in (item.split("=")[0] for item in fields.get("p", "").split()):
                return _package(fields)
        return None

    def world(self) -> Dict[str, str]:
        """The rows of the world by the names of their packages; those against a package are left out."""
        rows = (_ROW.fullmatch(word) for word in self._read(_WORLD).split())
        return {row[2]: row[0] for row in rows if row is not None and not row[1]}

    def automatic(self) -> Set[str]:
        return set(self.packages()) - set(self.world())

    def has_lists(self) -> bool:
        """Whether the repositories' lists were ever read on this host."""
        folders = [os.path.join(self.root, folder) for folder in _LISTS]
        return any(name.startswith(_INDEX) for folder in [*folders, self._archives()] for name in queries.names(folder))

    def check_whole(self, plan: PackagePlan, repair: bool) -> None:
        """EngineError `packages` when somebody else's transaction was interrupted, unless it may be repaired."""
        if plan.broken and not repair:
            raise EngineError(
                'apk was interrupted earlier. Run "apk fix" on the host, or set home_system_repair: true.',
                ErrorKind.PACKAGES,
            )
        if plan.broken:
            self.repair()

    def repair(self) -> None:
        """Install again what an interrupted transaction left broken."""
        self.call("fix")

    def update(self) -> Done:
        return self._with_archives("update")

    # Installing

    def simulate(
        self, plan: PackagePlan, wanted: Sequence[WantedPackage], allowed: Sequence[str], refresh: bool = True
    ) -> Simulated:
        """What installing would do. EngineError `packages` for what is not to be had, and for removals that nobody allowed.

        With `refresh`, the lists of packages are read again first, where the repositories can be reached.
        """
        self._kept = {}
        if refresh:
            self.update()
            missing = self.call(*self._cache(), "add", "--simulate", *plan.install)
            self._kept = {} if missing.good else self._archives_of(plan.install)
        return super().simulate(plan, wanted, allowed, refresh)

    def named(self, item: str) -> str:
        """`NAME=VERSION`, or the archive of that version where the repositories do not have it any more."""
        return self._kept.get(item, item)

    def try_install(self, names: Sequence[str]) -> Done:
        return self.call(*self._cache(), "add", "--simulate", *names)

    def read_simulation(self, output: str) -> Simulated:
        found = Simulated([], [])
        for action, name in _ACTION.findall(output):
            (found.remove if action == "Purging" else found.install).append(name)
        return found

    def unknown(self, output: str) -> List[str]:
        return _NO_PACKAGE.findall(output)

    def fetch(self, names: Sequence[str]) -> Done:
        """Into the folder of archives, from which `add` takes them."""
        names = [name for name in names if name not in self._kept.values()]
        return self._with_archives("cache", "download", "--add-dependencies", *names)

    def add(self, names: Sequence[str]) -> Done:
        """Without the repositories, what is kept of them is enough. A world that could not be had is taken back."""
        before = self.world()
        done = self._with_archives("add", *names)
        if not done.good:
            done = self._with_archives("--no-network", "add", *names)
        if not done.good:
            self._take_back(before)
        return done

    def _take_back(self, before: Dict[str, str]) -> None:
        now = self.world()
        new = sorted(set(now) - set(before))
        if new:
            self.call("--no-network", "del", *new)
        changed = sorted(row for name, row in before.items() if now.get(name) != row)
        if changed:
            self._with_archives("--no-network", "add", *changed)

    def mark(self, names: Sequence[str], manual: bool) -> Done:
        """In the world, a package stays; out of it, it goes unless another needs it."""
        if not manual:
            return self.call("--no-network", "del", *names)
        going = self.read_simulation(self.call("--no-network", "add", "--simulate", *names).output).remove
        if going:
            # What a world that was edited by hand leaves over goes with the next transaction, whatever that one is for.
            return Done(1, f'apk would remove {", ".join(going)} along with that; run "apk add" for those to keep')
        return self.call("--no-network", "add", *names)

    # Removing

    def release(self, plan: PackagePlan, rows: PackageRows) -> PackageRows:
        """Take our rows out of the world. EngineError `packages` where that would remove what is not ours; nothing has changed."""
        going = sorted({*plan.release, *plan.unmark})
        if not going:
            return after_release(rows, plan, self.installed())
        mine = removable(rows, plan) | set(plan.unmark)
        simulated = self.call("--no-network", "del", "--simulate", *going)
        foreign = sorted(set(self.read_simulation(simulated.output).remove) - mine)
        if simulated.good and foreign:
            shown = ", ".join(foreign)
            raise EngineError(
                f"The package manager would remove {len(foreign)} package(s) that are not managed: {shown} (to remove "
                f'{", ".join(going)}). Refused. Run "apk add" for those to keep.',
                ErrorKind.PACKAGES,
            )
        done = self.mark(going, False) if simulated.good else simulated
        self._expect(done, "the packages cannot be removed")
        return after_release(rows, plan, self.installed())

    # Archives

    def _archives(self) -> str:
        return os.path.join(self.state, _ARCHIVES)

    def _cache(self) -> List[str]:
        """The options for which the archives are a cache, once there are any."""
        return ["--cache-dir", self._archives()] if queries.is_folder(self._archives()) else []

    def _with_archives(self, *arguments: str) -> Done:
        trees.make_folders(self._archives(), 0o700)
        return self.call(*self._cache(), *arguments)

    def _archives_of(self, items: Sequence[str]) -> Dict[str, str]:
        """The kept archives of packages with a version, by `NAME=VERSION`."""
        names = queries.names(self._archives())
        found = {}
        for item in items:
            begin = item.replace("=", "-", 1) + "."
            kept = sorted(name for name in names if "=" in item and name.startswith(begin) and name.endswith(".apk"))
            if kept:
                found[item] = os.path.join(self._archives(), kept[0])
        return found


def _package(fields: Dict[str, str]) -> Package:
    # The field f holds what of a package is broken: its files, its script, its attributes.
    return Package(fields["P"], fields.get("V", ""), True, bool(fields.get("f")))
