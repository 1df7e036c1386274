# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The host's own package manager, and what it calls a package."""

from __future__ import annotations

from collections.abc import Mapping

from ..packages.catalogue import Catalogue

_MANAGERS = {
    "alpine": "apk",
    "arch": "pacman",
    "manjaro": "pacman",
    "debian": "apt",
    "ubuntu": "apt",
    "linuxmint": "apt",
    "pop": "apt",
    "raspbian": "apt",
    "fedora": "dnf",
    "rhel": "dnf",
    "centos": "dnf",
    "rocky": "dnf",
    "almalinux": "dnf",
    "opensuse-leap": "zypper",
    "opensuse-tumbleweed": "zypper",
}


def manager_of(host: Mapping[str, object]) -> str:
    """The command of a host's package manager, found by its facts; empty if it is not known."""
    if host.get("platform") == "darwin":
        return "brew"
    return _MANAGERS.get(str(host.get("distribution") or ""), "")


def host_name(name: str, manager: str, catalogue: Catalogue | None) -> str:
    """The name of a package for a package manager: the one in the catalogue, or else the name itself."""
    return (catalogue.host_names(name).get(manager) if catalogue is not None else None) or name
