# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The packages of a play: the project's lock, and adding to it what a home wants and the lock lacks."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ...module_utils.engine.packages.download import Sources
from ...module_utils.engine.packages.package_request import PackageRequest
from ...module_utils.engine.voice.message import Message
from ..cache_folder import cache_folder
from ..expressions.names import platform_facts
from ..packages.catalogue import Catalogue
from ..packages.lock import NAME, Lock, change
from ..packages.package_context import PackageContext
from ..packages.resolver import Context
from ..packages.updates import Update, updates
from ..packages.vendor import prune, vendor
from ..packages.wanted import SYSTEM, Wanted, missing
from ..plan.packages import PackagePlan, PackageSettings
from ..syntax.errors import SpecError, SpecErrors, did_you_mean

if TYPE_CHECKING:
    from ..packages.resolution import Resolution


class ProjectLock:
    """The lock of one project. `report` says what is being done, for that may take a while."""

    def __init__(self, project: str, report: Callable[[str], None]) -> None:
        self.path = os.path.join(project, NAME)
        self.report = report
        self._lock: Lock | None = None

    @property
    def lock(self) -> Lock:
        """What the file holds. Raises SpecError when it cannot be read."""
        if self._lock is None:
            self._lock = Lock.read(self.path)
        return self._lock

    def supply(self, host: dict[str, Any]) -> PackageContext:
        """The lock as a home on a host sees it."""
        platform = str(platform_facts(host)["system"])
        return PackageContext(self.lock.seen_from(platform), platform)

    def add(self, wanted: Iterable[Wanted], settings: PackageSettings, platform: str) -> list[str]:
        """Resolve what the lock lacks and write it; the names that are new. Raises SpecErrors, and nothing is written then."""
        added: list[str] = []

        def make(old: Lock) -> Lock:
            # Another run on this machine may have added some of it in the meantime.
            lacking = missing(old.seen_from(platform), wanted, platform)
            added.extend(item.name for item in lacking)
            if not lacking:
                return old
            return old.with_packages(self.resolution(old, settings, platform).resolve(lacking).kept_for(platform))

        self._lock = change(self.path, make)
        return added

    def update(self, wanted: list[Wanted], settings: PackageSettings, platform: str, write: bool) -> list[Update]:
        """Resolve again, from the newest lists, and `write` the lock or not: what changed. Raises SpecErrors."""
        found: list[Update] = []

        def make(old: Lock) -> Lock:
            found_now = self.resolution(old, settings, platform).resolve(wanted, newest=True)
            new = old.with_packages(found_now.kept_for(platform))
            found.extend(updates(old, new))
            return new if found else old

        self._lock = change(self.path, make) if write else make(self.lock)
        return found

    def vendor(self, folder: str, plan: PackagePlan) -> int:
        """Download everything that the lock names into a folder, by hash; the number of new files. Raises SpecError."""
        return vendor(self.lock, folder, self.request(plan, ()).sources)

    def keep(self, names: Collection[str], write: bool) -> list[str]:
        """Take every package but these, and what runs them, out of the lock: the names that go. Raises SpecError."""
        before = set(self.lock.packages)
        after = change(self.path, lambda old: old.only(names)) if write else self.lock.only(names)
        self._lock = after if write else self._lock
        return sorted(before - set(after.packages))

    def resolution(self, old: Lock, settings: PackageSettings, platform: str) -> Resolution:
        """A resolution for this platform, and for the lock's others of its kind."""
        from ..packages.resolution import DARWIN, LINUX, ORDER, ORDER_DARWIN, Resolution
        from ..packages.resolution import Settings as ResolutionSettings

        catalogue = settings.catalogue or Catalogue()
        kind = DARWIN if platform in DARWIN else LINUX
        known = [one for one in old.platforms if one in kind] or (LINUX if kind is LINUX else ())
        platforms = tuple(sorted({*known, platform}))
        context = Context(platforms, settings.sources, cache_folder("packages"), dict(catalogue.closure), self.report)
        return Resolution(ResolutionSettings(catalogue, context, ORDER_DARWIN if kind is DARWIN else ORDER))

    def request(self, plan: PackagePlan, without: Iterable[str], on_host: bool = False) -> PackageRequest:
        """What a switch asks for about packages; `on_host`: those of the provider `system` are to be installed there."""
        sources = plan.settings.sources
        lock = self.lock
        mirrors = {name: tuple(sources.addresses.get(name) or source.mirrors) for name, source in lock.sources.items()}
        snapshots: dict[str, tuple[str, ...]] = {}
        for top in sources.addresses.get("debian-snapshot", ()):
            for name, source in lock.sources.items():
                if source.at:
                    snapshots[name] = (*snapshots.get(name, ()), f"{top}/{name}/{source.at}")
        asked = [item.name for item in plan.wanted if on_host and item.provider == SYSTEM]
        # Few ask for it, and it is large.
        catalogue = plan.settings.catalogue or Catalogue() if asked else None
        host = {name: catalogue.host_names(name) for name in asked} if catalogue is not None else {}
        return PackageRequest(Sources(sources.cache, mirrors, snapshots), frozenset(without), host)


def chosen(plan: PackagePlan, lock: Lock, names: list[str]) -> list[Wanted]:
    """What an update is about: the named packages, or all that the home names and the lock has.

    Raises SpecError for a name that the home does not want.
    """
    wanted = {item.name: item for item in plan.wanted}
    unknown = [name for name in names if name not in wanted]
    if unknown:
        hint = did_you_mean(unknown[0], wanted)
        raise SpecError(f"the home uses no package {unknown[0]!r}, so there is nothing to update", hint=hint)
    if names:
        return [wanted[name] for name in names]
    return [item for item in wanted.values() if item.named or item.name in lock.packages]


def updated(
    lock: ProjectLock, plan: PackagePlan, host: dict[str, Any], asked: Mapping[str, Any], write: bool
) -> tuple[bool, list[str]]:
    """Do what the arguments of an update ask for: whether anything changes, and a line for each change.

    `update` are the names of packages of a home to resolve again, none for all. With `keep`, which are the names that any
    home wants, the lock loses the others instead. `vendor` is a folder to fill, or with `keep` to prune.
    Raises SpecError or SpecErrors.
    """
    folder = os.path.abspath(asked["vendor"]) if asked.get("vendor") and write else None
    if asked.get("keep") is not None:
        gone = lock.keep(asked["keep"], write)
        lines = [f"{name} removed from home.lock: no home uses it" for name in gone]
        pruned = prune(lock.lock, folder) if folder is not None else 0
        if pruned:
            lines.append(f"{pruned} files that home.lock does not list were removed from {folder}")
        return bool(lines), lines
    supply = lock.supply(host)
    wanted = chosen(plan, supply.lock, [str(name) for name in asked["update"]])
    changed = lock.update(wanted, plan.settings, supply.platform, write) if wanted else []
    lines = [update.line() for update in changed] or ["every package is at its newest version"]
    filled = lock.vendor(folder, plan) if folder is not None else 0
    if folder is not None:
        lines.append(f"{filled} new files in {folder}")
    return bool(changed or filled), lines


def forbids(names: str) -> Message:
    """The error for packages that would have to be added to a lock that must stay as it is."""
    text = f"home.lock lacks {names}, and home_locked forbids adding anything"
    return Message(text, details=("Run home.manager.update, and commit home.lock.",))


def unobtainable(lock: ProjectLock, wanted: list[Wanted], settings: PackageSettings, platform: str) -> list[SpecError]:
    """Why some packages cannot be added to the lock, as far as their names tell: nothing is resolved, and nothing written."""
    resolution = lock.resolution(lock.lock, settings, platform)
    found = []
    for item in wanted:
        try:
            resolution.choose(item)
        except SpecError as error:
            found.append(error)
    return found


def addable(
    lock: ProjectLock, wanted: list[Wanted], settings: PackageSettings, platform: str
) -> tuple[list[str], list[str]]:
    """Add what can be had of some packages: the names that are new, and why the others are not."""
    reasons: list[str] = []
    known = []
    for item in wanted:
        try:
            lock.resolution(lock.lock, settings, platform).choose(item)
            known.append(item)
        except SpecError as error:
            reasons.append(error.message)
    try:
        return lock.add(known, settings, platform), reasons
    except SpecErrors as errors:
        messages = [error.message.splitlines()[0] for error in errors.errors]
    except SpecError as error:
        return [], [*reasons, error.message]
    if len(known) == 1:
        return [], [*reasons, *messages]
    # One that cannot be had must not keep out the others.
    added: list[str] = []
    for item in known:
        more, why = addable(lock, [item], settings, platform)
        added += more
        reasons += why
    return added, list(dict.fromkeys(reasons))
