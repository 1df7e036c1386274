# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which package manager a host has. Only that one is imported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...disk import queries

if TYPE_CHECKING:
    from .manager import PackageManager


def manager_of(provider: str, state: str, distribution: str) -> PackageManager:
    """The package manager that a host has."""
    if provider in ("dnf", "pacman", "apk"):
        from .families import Apk, Dnf, Pacman

        return {"dnf": Dnf, "pacman": Pacman, "apk": Apk}[provider](distribution)
    from .apt import Apt

    return Apt(state, distribution)


def present() -> str:
    """The name of the package manager of this host; empty when it is none that is known."""
    known = (
        ("apt", "/var/lib/dpkg/status"),
        ("dnf", "/usr/bin/dnf"),
        ("pacman", "/usr/bin/pacman"),
        ("apk", "/sbin/apk"),
    )
    return next((name for name, path in known if queries.exists(path)), "")
