# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Resolving archives: files that a project publishes, by an address and the hash of the first download."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from typing import IO, Any
from urllib.parse import unquote, urlsplit

from ..syntax.errors import SpecError
from .catalogue import CatalogueEntry
from .lock import Lock, LockedArtefact, LockedPackage
from .resolver import Resolver
from .wanted import Wanted
from .web import answer_of

# What `{triple}`, `{arch}` and `{os}` of an address stand for.
TRIPLES = {
    "x86_64-linux": {"triple": "x86_64-unknown-linux-musl", "arch": "x86_64", "os": "linux", "go": "amd64"},
    "aarch64-linux": {"triple": "aarch64-unknown-linux-musl", "arch": "aarch64", "os": "linux", "go": "arm64"},
    "x86_64-darwin": {"triple": "x86_64-apple-darwin", "arch": "x86_64", "os": "darwin", "go": "amd64"},
    "aarch64-darwin": {"triple": "aarch64-apple-darwin", "arch": "aarch64", "os": "darwin", "go": "arm64"},
}
_PIECE = 1 << 20


class ArchiveResolver(Resolver):
    """What the catalogue may say of an archive.

    `url` may contain `{version}`, `{triple}`, `{arch}`, `{os}` and `{go}`; `platforms` of the catalogue replaces it, or
    what the words stand for, on one platform.
    """

    provider = "archive"

    def resolve(self, wanted: Wanted, entry: CatalogueEntry) -> Lock:
        """Each platform's archive, downloaded once to learn its hash. Raises SpecError."""
        details = dict(entry.providers.get(self.provider, {}))
        url = wanted.url or details.get("url")
        version = wanted.version or str(details.get("version") or "")
        if not url:
            raise SpecError(f"{wanted.name} needs a url to be an archive", [wanted.position])
        if "{version}" in url and not version:
            raise SpecError(f"the address of {wanted.name} needs a version", [wanted.position], hint="say version: ...")
        closure, artefacts = {}, {}
        seen: dict[str, tuple[str, int]] = {}
        for platform in self.context.platforms:
            address = _address(url, version, platform, details.get("platforms") or {})
            if address is None:
                continue
            if address not in seen:
                seen[address] = _first_sight(address)
            sha256, size = seen[address]
            expected = wanted.sha256 or _checksum(details, platform)
            if expected and expected != sha256 and (len(self.context.platforms) == 1 or address == url):
                raise SpecError(
                    f"{address}: SHA-256 is {sha256[:12]}…, {expected[:12]}… was expected. The lock was not changed."
                )
            file = unquote(os.path.basename(urlsplit(address).path)) or wanted.name
            closure[platform] = (f"{wanted.name}={sha256}",)
            artefacts[sha256] = LockedArtefact(size, file, (address,))
        if not closure:
            raise SpecError(f"{wanted.name} has no archive for {', '.join(self.context.platforms)}", [wanted.position])
        locked = LockedPackage(
            provider=self.provider,
            version=version or "0",
            asked=wanted.asked(),
            commands=dict(wanted.commands) or dict(entry.commands),
            closure=closure,
            own=(wanted.name,),
            launch=entry.launch,
            write=dict(entry.write),
            place=dict(wanted.place) or _texts(details.get("map") or {}, version),
            make=entry.make,
            shares=entry.shares,
        )
        return Lock(platforms=tuple(sorted(closure)), packages={wanted.name: locked}, artefacts=artefacts)


def _address(url: str, version: str, platform: str, own: Mapping[str, Any]) -> str | None:
    words = {**TRIPLES.get(platform, {}), "version": version}
    own_address = own.get(platform)
    if own and own_address is None and "{" in url:
        return None
    if isinstance(own_address, str):
        url = own_address
    elif isinstance(own_address, dict):
        words.update({str(key): str(value) for key, value in own_address.items()})
    for word, text in words.items():
        url = url.replace("{" + word + "}", text)
    return url


def _texts(place: Mapping[str, str], version: str) -> dict[str, str]:
    return {target: pattern.replace("{version}", version) for target, pattern in place.items()}


def _checksum(details: Mapping[str, Any], platform: str) -> str | None:
    checksum = details.get("sha256")
    return checksum.get(platform) if isinstance(checksum, dict) else checksum


def _first_sight(address: str) -> tuple[str, int]:
    """Hash and size of what is at an address. Raises SpecError when it cannot be had."""
    if not address.startswith("/"):
        with answer_of(address) as source:
            return _hashed(source)
    try:
        with open(address, "rb") as source:
            return _hashed(source)
    except OSError as error:
        raise SpecError(f"{address} cannot be read: {error.strerror}") from None


def _hashed(source: IO[bytes]) -> tuple[str, int]:
    found, size = hashlib.sha256(), 0
    while piece := source.read(_PIECE):
        found.update(piece)
        size += len(piece)
    return found.hexdigest(), size
