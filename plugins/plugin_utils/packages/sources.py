# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Where packages come from: what the spec says, else what this machine's own package managers are set to.

No address is written here.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from typing import Any, NamedTuple

from ..syntax.errors import SpecError

DEBIAN, SECURITY, SNAPSHOT = "debian", "debian-security", "debian-snapshot"
PYPI, NPM = "pypi", "npm"
NAMES = (DEBIAN, SECURITY, SNAPSHOT, PYPI, NPM)
_TIMEOUT = 60
_LABELS = {"Debian": DEBIAN, "Debian-Security": SECURITY}
_NOTHING: Mapping[str, Any] = {}


class PackageSources(NamedTuple):
    """The addresses of each source by name; `cache` is a folder or address that is asked first."""

    addresses: Mapping[str, tuple[str, ...]] = _NOTHING
    cache: str | None = None

    def of(self, name: str) -> tuple[str, ...]:
        """The addresses of a source. Raises SpecError when neither the spec nor this machine knows any."""
        found = self.addresses.get(name) or _configured(name)
        if not found:
            raise SpecError(
                f"no address of {name} is known: this machine's package manager has none configured",
                hint=f"set home.packageSources.{name} to a list of addresses",
            )
        return found


def _configured(name: str) -> tuple[str, ...]:
    if name in (DEBIAN, SECURITY):
        return _apt().get(name, ())
    if name == NPM:
        return _output_of(["npm", "config", "get", "registry"])
    if name == PYPI:
        return _output_of(["pip", "config", "get", "global.index-url"]) or _output_of(
            ["pip3", "config", "get", "global.index-url"]
        )
    return ()


def _apt() -> dict[str, tuple[str, ...]]:
    """The mirrors of Debian that this machine's apt uses, by source."""
    form = "$(REPO_URI)|$(ORIGIN)|$(LABEL)"
    found: dict[str, list[str]] = {}
    for line in _lines(["apt-get", "indextargets", "Created-By: Packages", "--format", form]):
        address, origin, label = [*line.split("|"), "", ""][:3]
        source = _LABELS.get(label)
        if origin == "Debian" and source and address.rstrip("/") not in found.setdefault(source, []):
            found[source].append(address.rstrip("/"))
    if not found:
        # The lists were never read here, so apt does not know yet whose repositories these are.
        for line in _lines(["apt-get", "update", "--print-uris"]):
            address, dists, suite = line.split(" ")[0].strip("'").partition("/dists/")
            if dists and address.endswith((f"/{DEBIAN}", f"/{SECURITY}")):
                source = SECURITY if suite.split("/")[0].endswith("-security") else DEBIAN
                if address not in found.setdefault(source, []):
                    found[source].append(address)
    return {name: tuple(addresses) for name, addresses in found.items()}


def _output_of(command: list[str]) -> tuple[str, ...]:
    lines = [line.strip() for line in _lines(command)]
    return tuple(line.rstrip("/") for line in lines[:1] if line.startswith(("http://", "https://", "file://")))


def _lines(command: list[str]) -> list[str]:
    if shutil.which(command[0]) is None:
        return []
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_TIMEOUT, stdin=subprocess.DEVNULL, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    return done.stdout.splitlines() if done.returncode == 0 else []


def sources_of(value: Any, cache: Any = None) -> PackageSources:
    """The sources that a spec says (`home.packageSources`, `home.packageCache`). Raises SpecError for unknown names."""
    mirrors: dict[str, tuple[str, ...]] = {}
    for name, addresses in (value or {}).items():
        if name not in NAMES:
            raise SpecError(f"home.packageSources has no source {name!r} (known: {', '.join(NAMES)})")
        words = [addresses] if isinstance(addresses, str) else addresses
        mirrors[name] = tuple(str(word).rstrip("/") for word in words)
    return PackageSources(mirrors, str(cache) if cache else None)
