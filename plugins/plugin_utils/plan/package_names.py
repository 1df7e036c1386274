# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Names of packages as the package manager of a host has them: out of the catalogue, and for what a host has and a home does not need."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from ..packages.catalogue import Catalogue, CatalogueEntry

_DEBIAN = "apt"
# Names that configurations of whole hosts use, where those of Debian differ and the catalogue of programs for homes has none.
_OF_HOSTS = {
    "dig": "dnsutils",
    "gnumake": "make",
    "libvirt": "libvirt-daemon-system",
    "mtr": "mtr-tiny",
    "netcat": "netcat-openbsd",
    "p7zip": "p7zip-full",
    "qemu": "qemu-system-x86",
    "sqlite": "sqlite3",
    "wireshark-cli": "tshark",
    "xz": "xz-utils",
}


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


def native(name: str, provider: str, own: Mapping[str, str]) -> str:
    """The name of a package for a package manager; `own` are the names that the configuration itself gives."""
    if name in own:
        return own[name]
    entry = _catalogue().get(name)
    found = _of(entry, provider) if entry is not None else None
    return found or (_OF_HOSTS.get(name, name) if provider == _DEBIAN else name)


def is_available(name: str, provider: str, own: Mapping[str, str]) -> bool:
    """Whether the package manager is known to have a package."""
    entry = _catalogue().get(name)
    return name in own or (entry is not None and _of(entry, provider) is not None)
