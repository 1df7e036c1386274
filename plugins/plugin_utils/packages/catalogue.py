# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The catalogue: which provider has a program, and what the program needs to find its own parts."""

from __future__ import annotations

import functools
import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any, NamedTuple

from ..syntax.errors import SpecError, did_you_mean, summary
from .canonical import canonical

FOLDER = os.path.normpath(
    os.path.join(os.path.dirname(os.path.abspath(__file__)), *[".."] * 3, "roles", "home", "packages")
)
SHIPPED = os.path.join(FOLDER, "catalogue.json")
PROVIDERS = ("deb", "uv", "npm", "archive", "system", "nix", "brew", "flatpak", "cargo", "go")
# Those that are taken only where the user names them: they need a program on the target.
ON_REQUEST = ("cargo", "go", "flatpak", "brew", "nix")
# The package managers of hosts that `system` may name.
MANAGERS = ("apt", "dnf", "pacman", "apk", "brew", "zypper")
_FACTS = ("commands", "launch", "write", "make", "shares", "needs", "optional")
_NOTHING: Mapping[str, Any] = {}


class CatalogueEntry(NamedTuple):
    """What the catalogue says of one name.

    `providers` contains what each provider that has it must know; `commands` the programs and the files in `bin` that
    they are; `needs` other packages, whose programs it starts; nobody misses one that is `optional`; the rest goes into
    the recipe unchanged.
    """

    name: str
    providers: Mapping[str, Mapping[str, Any]] = _NOTHING
    commands: Mapping[str, str] = _NOTHING
    launch: Mapping[str, Any] = _NOTHING
    write: Mapping[str, str] = _NOTHING
    make: tuple[tuple[str, ...], ...] = ()
    shares: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    optional: bool = False

    @classmethod
    def of(cls, name: str, value: Any) -> CatalogueEntry:
        """Raises SpecError for anything malformed."""
        if not isinstance(value, dict):
            raise SpecError(f"the catalogue's entry for {name} must be a mapping, not {summary(value)}")
        unknown = sorted(set(value) - {*PROVIDERS, *_FACTS})
        if unknown:
            hint = did_you_mean(unknown[0], [*PROVIDERS, *_FACTS])
            raise SpecError(f"the catalogue's entry for {name} has an unknown key {unknown[0]!r}", hint=hint)
        commands = value.get("commands") or {}
        if isinstance(commands, list):
            commands = {command: command for command in commands}
        return cls(
            name,
            {key: _details(name, key, value[key]) for key in PROVIDERS if value.get(key)},
            dict(commands),
            value.get("launch") or {},
            value.get("write") or {},
            tuple(tuple(command) for command in value.get("make") or ()),
            tuple(value.get("shares") or ()),
            tuple(value.get("needs") or ()),
            bool(value.get("optional")),
        )


def _details(name: str, provider: str, value: Any) -> Mapping[str, Any]:
    if isinstance(value, str):
        if provider == "system":
            return dict.fromkeys(MANAGERS, value)
        return {"url": value} if provider == "archive" else {"package": value}
    if isinstance(value, dict):
        return value
    raise SpecError(f"the catalogue's {provider} for {name} must be a name or a mapping, not {summary(value)}")


class Catalogue:
    """The shipped catalogue with a user's own entries over it, entry by entry."""

    def __init__(self, overlay: Mapping[str, Any] | None = None) -> None:
        entries, self.closure = _shipped()
        own = {name: CatalogueEntry.of(name, value) for name, value in (overlay or {}).items()}
        self.entries: dict[str, CatalogueEntry] = {**entries, **own}
        self.hash = "sha256:" + hashlib.sha256(_shipped_bytes() + canonical(dict(overlay or {}))).hexdigest()

    def get(self, name: str) -> CatalogueEntry | None:
        """The entry of a name, `None` for one that nobody has heard of."""
        return self.entries.get(name)

    def host_names(self, name: str) -> dict[str, str]:
        """What the package managers of hosts call a package, by manager, as far as that is known."""
        entry = self.get(name)
        if entry is None:
            return {}
        known = {str(manager): str(text) for manager, text in entry.providers.get("system", {}).items()}
        for manager, provider in (("apt", "deb"), ("brew", "brew")):
            package = entry.providers.get(provider, {}).get("package")
            if package:
                known.setdefault(manager, str(package))
        return known

    def others(self, name: str, order: Iterable[str]) -> list[str]:
        """The providers that have a name and are taken only where the user says so; Nix has every name of the shipped catalogue."""
        entry = self.entries.get(name)
        known = entry.providers if entry is not None else {}
        usual = {*order, "system"}
        found = [provider for provider in ON_REQUEST if provider in known and provider not in usual]
        return found + (["nix"] if name in _shipped()[0] and "nix" not in found else [])

    def near(self, name: str, order: Iterable[str]) -> list[str]:
        """Names like this one that a provider of `order` has."""
        usual = set(order)
        names = [other for other, entry in self.entries.items() if other != name and usual & set(entry.providers)]
        return get_close_matches(name, names, 3, 0.75)

    def hint(self, name: str) -> str:
        """What a person who wrote `name` may have meant; names of commands count too."""
        commands = {command: entry.name for entry in self.entries.values() for command in entry.commands}
        if name in commands:
            return f"did you mean `{commands[name]}`?"
        return did_you_mean(name, self.entries)


@functools.cache
def _shipped_bytes() -> bytes:
    with open(SHIPPED, "rb") as source:
        return source.read()


@functools.cache
def _shipped() -> tuple[dict[str, CatalogueEntry], Mapping[str, Any]]:
    value = json.loads(_shipped_bytes())
    return {name: CatalogueEntry.of(name, entry) for name, entry in value["packages"].items()}, value["closure"]
