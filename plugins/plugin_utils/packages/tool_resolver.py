# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Resolving packages that another package manager builds or installs on the target: the lock pins what it may use."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping

from ...module_utils.engine.contract.errors import EngineError
from ...module_utils.engine.packages.program import find_tool
from ..syntax.errors import SpecError
from .catalogue import CatalogueEntry
from .lock import Lock, LockedPackage
from .resolver import Resolver
from .wanted import Wanted

Pins = Mapping[str, str]


class ToolResolver(Resolver):
    """`program` is asked on this machine; `systems` are the platforms that the provider has, all by default."""

    exact = False
    program = ""
    what = ""
    systems: tuple[str, ...] = ()

    def resolve(self, wanted: Wanted, entry: CatalogueEntry) -> Lock:
        """What each platform is held to. Raises SpecError."""
        platforms = [one for one in self.context.platforms if not self.systems or one in self.systems]
        if not platforms:
            message = f"{self.what} support none of {', '.join(self.context.platforms)}"
            raise SpecError(message, [wanted.position])
        try:
            with tempfile.TemporaryDirectory() as folder:
                version, pins = self.found(wanted, entry, platforms, folder)
        except EngineError as error:
            raise SpecError(error.message, [wanted.position]) from None
        locked = LockedPackage(
            provider=self.provider,
            version=version,
            asked=wanted.asked(),
            commands=dict(wanted.commands) or self.commands(wanted, entry),
            closure=dict.fromkeys(pins, ()),
            package=self.package(wanted, entry),
            shares=entry.shares,
            pinned=pins,
        )
        return Lock(platforms=tuple(sorted(pins)), packages={wanted.name: locked})

    def found(
        self, wanted: Wanted, entry: CatalogueEntry, platforms: list[str], folder: str
    ) -> tuple[str, dict[str, Pins]]:
        """The version, and by platform what the provider is held to. Raises SpecError or EngineError."""
        raise NotImplementedError

    def package(self, wanted: Wanted, entry: CatalogueEntry) -> str:
        """What the provider calls the package."""
        return str(self.details(entry).get("package") or wanted.name)

    def commands(self, wanted: Wanted, entry: CatalogueEntry) -> dict[str, str]:
        """The commands that it must have."""
        # Names that another provider gives its files mean nothing here.
        return {command: command for command in entry.commands}

    def details(self, entry: CatalogueEntry) -> Mapping[str, object]:
        """What the catalogue says for this provider."""
        return entry.providers.get(self.provider, {})

    def tool(self) -> str:
        """The program's path. Raises SpecError when this machine has none."""
        found = find_tool(self.program)
        if found is None:
            raise SpecError(
                f"{self.what} can only be resolved with {self.program}, which this machine does not have",
                hint="run home.manager.update where it is; a switch with a complete lock does not need it",
            )
        return found
