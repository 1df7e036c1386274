# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which package manager a host has. Only that one is imported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...disk import queries
from ...machine import facts

# Each with what is there where it manages the packages, and the distributions that it belongs to.
_KNOWN = (
    ("apt", "/var/lib/dpkg/status", frozenset(("debian", "ubuntu"))),
    ("dnf", "/usr/bin/dnf", frozenset(("fedora", "rhel", "centos"))),
    ("pacman", "/usr/bin/pacman", frozenset(("arch",))),
    ("apk", "/sbin/apk", frozenset(("alpine",))),
)

if TYPE_CHECKING:
    from .manager import PackageManager


def manager_of(provider: str, state: str, distribution: str) -> PackageManager:
    """The package manager that a host has."""
    if provider == "dnf":
        from .dnf import Dnf

        return Dnf(distribution)
    if provider == "pacman":
        from .pacman import Pacman

        return Pacman(state, distribution)
    if provider == "apk":
        from .apk import Apk

        return Apk(distribution, state)
    from .apt import Apt

    return Apt(state, distribution)


def present() -> str:
    """The name of the package manager of this host; empty when it is none that is known.

    What the distribution says of itself comes first: a host can have the programs of other families as well.
    """
    words = facts.families()
    for name, path, known in _KNOWN:
        if words & known and queries.exists(path):
            return name
    return next((name for name, path, _known in _KNOWN if queries.exists(path)), "")
