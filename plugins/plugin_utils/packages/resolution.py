# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Resolving: from names to a lock, by the first provider that the catalogue or the user names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..syntax.errors import SpecError, SpecErrors
from .archive_resolver import ArchiveResolver
from .brew_resolver import BrewResolver
from .cargo_resolver import CargoResolver
from .catalogue import Catalogue, CatalogueEntry
from .deb_resolver import DebResolver
from .flatpak_resolver import FlatpakResolver
from .go_resolver import GoResolver
from .lock import Lock
from .nix_resolver import NixResolver
from .node_resolver import NodeResolver
from .patchelf import patchelf
from .resolver import Context, Resolver, merged
from .wanted import SYSTEM, Wanted
from .wheel_resolver import WheelResolver

LINUX = ("aarch64-linux", "x86_64-linux")
DARWIN = ("aarch64-darwin", "x86_64-darwin")
_KINDS: tuple[type[Resolver], ...] = (
    DebResolver, WheelResolver, NodeResolver, ArchiveResolver, NixResolver, BrewResolver, FlatpakResolver, CargoResolver, GoResolver,
)  # fmt: skip
RESOLVERS: Mapping[str, type[Resolver]] = {kind.provider: kind for kind in _KINDS}
ORDER = ("deb", "uv", "npm", "archive")
ORDER_DARWIN = ("archive", "uv", "npm", "brew")


@dataclass(frozen=True, slots=True)
class Settings:
    """What a resolution depends on besides the names: `order` of providers, and the context that resolvers share."""

    catalogue: Catalogue
    context: Context
    order: tuple[str, ...] = ORDER


class Resolution:
    """Resolves names, each once; every mistake is found before anything is reported."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._resolvers: dict[str, Resolver] = {}

    def resolve(self, wanted: Sequence[Wanted], newest: bool = False) -> Lock:
        """A lock with these packages. Raises SpecErrors with everything that cannot be had."""
        errors: list[SpecError] = []
        locks: list[Lock] = []
        chosen: list[tuple[Wanted, CatalogueEntry, str]] = []
        for item in wanted:
            try:
                chosen.append((item, *self.choose(item)))
            except SpecError as error:
                errors.append(error)
        for provider in dict.fromkeys(provider for _item, _entry, provider in chosen):
            try:
                self.resolver(provider).prepare(newest)
            except SpecError as error:
                # Nothing else of this provider can go well either.
                errors.append(error)
                chosen = [choice for choice in chosen if choice[2] != provider]
        for item, entry, provider in chosen:
            try:
                self.settings.context.report(f"resolving {item.name} ({provider})")
                locks.append(self.resolver(provider).resolve(item, entry))
            except SpecError as error:
                errors.append(self._at(error, item))
        if errors:
            raise SpecErrors(errors)
        lock = merged(locks)
        needed = sorted({need for entry in lock.packages.values() for need in entry.requires} - set(lock.packages))
        if needed:
            return lock.with_packages(self.resolve([Wanted(need) for need in needed], newest))
        if any(package.provider == DebResolver.provider for package in lock.packages.values()):
            lock = lock.with_packages(patchelf(lock.platforms, self.settings.context.sources))
        return lock._replace(catalogue=self.settings.catalogue.hash)

    def choose(self, wanted: Wanted) -> tuple[CatalogueEntry, str]:
        """The catalogue's entry and the provider for a package. Raises SpecError when there is none."""
        entry = self.settings.catalogue.get(wanted.name) or CatalogueEntry(wanted.name)
        if wanted.url is not None:
            return entry, ArchiveResolver.provider
        if wanted.provider is not None:
            if wanted.provider not in RESOLVERS:
                known = ", ".join(sorted([*RESOLVERS, SYSTEM]))
                raise SpecError(
                    f"{wanted.name}: there is no provider {wanted.provider!r} (known: {known})", [wanted.position]
                )
            return entry, wanted.provider
        for provider in self.settings.order:
            if provider in entry.providers and provider in RESOLVERS:
                return entry, provider
        # Debian's names are looked after by people; elsewhere anybody may have taken a name. What the catalogue lists without a
        # provider is another program there.
        deb = DebResolver.provider
        if (
            self.settings.catalogue.get(wanted.name) is None
            and deb in self.settings.order
            and self.resolver(deb).knows(wanted.name)
        ):
            return entry, deb
        raise self._unknown(wanted)

    def _unknown(self, wanted: Wanted) -> SpecError:
        tried = ", ".join(provider for provider in self.settings.order if provider in RESOLVERS)
        name = wanted.name
        if self.settings.catalogue.get(name) is not None:
            message = f"no provider has {name!r}. Tried: {tried}."
            return SpecError(
                message, [wanted.position], hint=without_provider(self.settings.catalogue, name, self.settings.order)
            )
        message = f"no provider has {name!r}. Tried: {tried} (not in the catalogue)."
        return SpecError(message, [wanted.position], hint=self.settings.catalogue.hint(name))

    def _at(self, error: SpecError, wanted: Wanted) -> SpecError:
        """The error of a resolver with its place, and with near names where nobody knows this one."""
        positions = error.positions or ([wanted.position] if wanted.position else [])
        known = self.settings.catalogue.get(wanted.name) is not None or wanted.url is not None
        hint = error.hint or ("" if known else self.settings.catalogue.hint(wanted.name))
        return SpecError(f"{wanted.name}: {error.message}", positions, hint=hint)

    def resolver(self, provider: str) -> Resolver:
        """The resolver of a provider, one for the whole resolution."""
        if provider not in self._resolvers:
            self._resolvers[provider] = RESOLVERS[provider](self.settings.context)
        return self._resolvers[provider]


def without_provider(catalogue: Catalogue, name: str, order: tuple[str, ...]) -> str:
    """What to do about a name that the catalogue knows, and none of the usual providers has."""
    published = f"set where it is published: {{name: {name}, url: ..., sha256: ...}}, or give an archive in home.packageCatalogue"
    others = catalogue.others(name, order)
    near = catalogue.near(name, order)
    lines = []
    if others:
        lines.append(f"it is available from {' or '.join(others)}: write {{name: {name}, provider: {others[0]}}}")
    lines.append(f"else {published}" if others else published)
    if near:
        lines.append(f"similar names that a provider has: {', '.join(near)}")
    return "; ".join(lines)
