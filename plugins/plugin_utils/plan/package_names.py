# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Names of packages as the package manager of a host has them: by the configuration, the host's family, or the catalogue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from ..expressions.lazy import plain
from ..options.evaluation import Evaluation
from ..packages.catalogue import Catalogue, CatalogueEntry

_DEBIAN = "apt"

Family = Mapping[str, str | Sequence[str]]


@cache
def _catalogue() -> Catalogue:
    return Catalogue()


def _of(entry: CatalogueEntry, provider: str) -> str | None:
    """What an entry says for a package manager; None when that one does not have it."""
    if provider == _DEBIAN:
        details = entry.providers.get("deb")
        return str(details["package"]) if details else None
    named = (entry.providers.get("system") or {}).get(provider)
    return str(named) if named else None


@cache
def _by_debian_name() -> dict[str, str]:
    """The catalogue's names by the names that Debian has for the same programs."""
    catalogue = _catalogue()
    return {
        str(entry.providers["deb"]["package"]): name
        for name, entry in catalogue.entries.items()
        if "deb" in entry.providers
    }


class PackageNames:
    """The names of packages on one host.

    `provider` is its package manager; `own` holds the names that the configuration itself gives, and `family` those of the host's family.
    """

    def __init__(self, provider: str, own: Mapping[str, str], family: Family) -> None:
        self.provider = provider
        self.own = own
        self.family = family

    def native(self, name: str) -> list[str]:
        """What a package is called there: several packages, or none, where the family divides things in another way."""
        if name in self.own:
            return [self.own[name]]
        if name in self.family:
            found = self.family[name]
            return [found] if isinstance(found, str) else list(found)
        return [self._catalogued(name) or name]

    def knows(self, name: str) -> bool:
        """Whether the package manager is known to have a package."""
        return name in self.own or name in self.family or self._catalogued(name) is not None

    def _catalogued(self, name: str) -> str | None:
        catalogue = _catalogue()
        entry = catalogue.get(name)
        if entry is None and self.provider != _DEBIAN:
            entry = catalogue.get(_by_debian_name().get(name, ""))
        return _of(entry, self.provider) if entry is not None else None


def names_of(evaluation: Evaluation) -> PackageNames:
    """The names on the host of an evaluated system."""
    return PackageNames(
        str(evaluation.get("system.provider")),
        plain(evaluation.get("environment.packageAliases")),
        plain(evaluation.get("system.family"))["packages"],
    )
