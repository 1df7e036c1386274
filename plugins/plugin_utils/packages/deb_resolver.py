# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Resolving Debian packages: one release, the whole closure, every Linux platform at once."""

from __future__ import annotations

import os
import time
from typing import Any

from ...module_utils.engine.packages.recipe import Launch
from .apt import RELEASE, Apt, Deb
from .catalogue import CatalogueEntry
from .lock import Lock, LockedArtefact, LockedPackage, Source
from .resolver import Context, Resolver
from .wanted import Wanted


class DebResolver(Resolver):
    """Asks apt; what a closure's packages need to be started with goes into the lock as well."""

    provider = "deb"

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._apt: Apt | None = None

    @property
    def apt(self) -> Apt:
        """apt with fresh lists. Raises SpecError."""
        if self._apt is None:
            self._apt = self._refreshed()
        return self._apt

    def prepare(self, always: bool) -> None:
        """Fetch the lists. Raises SpecError."""
        self._apt = self._refreshed(always)

    def _refreshed(self, always: bool = False) -> Apt:
        apt = Apt(os.path.join(self.context.folder, RELEASE), self.context.sources)
        apt.refresh(always)
        if not apt.has_security:
            self.context.report(
                "this machine's apt names no mirror of debian-security, so packages are locked without security updates;"
                " set home.packageSources.debian-security"
            )
        return apt

    def knows(self, name: str) -> bool:
        """Whether Debian has a package of this name."""
        return self.apt.has(name)

    def resolve(self, wanted: Wanted, entry: CatalogueEntry) -> Lock:
        """The closure on each Linux platform. Raises SpecError when none has it."""
        details = entry.providers.get(self.provider, {"package": wanted.name})
        package = str(details["package"])
        names = [package, *details.get("with", ()), *wanted.extra]

        def find(platform: str) -> list[Deb]:
            return self.apt.closure(_pinned(names, wanted), platform)

        found = self.on_linux(find, wanted, "Debian packages")
        debs = [deb for closure in found.values() for deb in closure]
        main = next(deb for deb in debs if deb.name == package)
        own = sorted(
            {deb.name for deb in debs if (deb.source, deb.source_version) == (main.source, main.source_version)}
        )
        locked = LockedPackage(
            provider=self.provider,
            version=main.version,
            asked=wanted.asked(),
            commands=dict(wanted.commands) or dict(entry.commands),
            closure={platform: tuple(f"{d.name}={d.sha256}" for d in closure) for platform, closure in found.items()},
            own=tuple(sorted({*own, *wanted.extra} & {deb.name for deb in debs})),
            source=RELEASE,
            package=package,
            launch=self._launch(entry, debs),
            write=dict(entry.write),
            make=(*self._make(debs), *entry.make),
            shares=entry.shares,
        )
        return Lock(
            platforms=tuple(sorted(found)),
            sources=self._sources(),
            packages={wanted.name: locked},
            artefacts={deb.sha256: LockedArtefact(deb.size, deb.file, (deb.at,)) for deb in debs},
        )

    def _launch(self, entry: CatalogueEntry, debs: list[Deb]) -> dict[str, Any]:
        launch: dict[str, Launch] = {}
        facts = [
            self.context.closure_facts.get(name, {}).get("launch", {}) for name in sorted({deb.name for deb in debs})
        ]
        for declared in [*facts, entry.launch]:
            for pattern, way in declared.items():  # type: ignore[attr-defined]
                made = Launch.of(way)
                launch[pattern] = launch[pattern].merged(made) if pattern in launch else made
        return {pattern: way.json() for pattern, way in launch.items()}

    def _make(self, debs: list[Deb]) -> tuple[tuple[str, ...], ...]:
        found: list[tuple[str, ...]] = []
        for name in sorted({deb.name for deb in debs}):
            commands: Any = self.context.closure_facts.get(name, {}).get("make", ())
            found.extend(tuple(command) for command in commands)
        return tuple(found)

    def _sources(self) -> dict[str, Source]:
        at = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        releases = self.apt.releases()
        return {name: Source(mirrors, at, releases.get(name, "")) for name, mirrors in self.apt.mirrors.items()}


def _pinned(names: list[str], wanted: Wanted) -> list[str]:
    return [f"{names[0]}={wanted.version}", *names[1:]] if wanted.version else names
