# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which init a host was booted by. Only that one is imported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...disk import queries

if TYPE_CHECKING:
    from .init import Init

# What each has while it is the init of the running host, see sd_booted(3) and openrc(8).
_SYSTEMD = "/run/systemd/system"
_OPENRC = "/run/openrc/softlevel"


def booted() -> str:
    """The name of the init: systemd, openrc, or other."""
    if queries.is_folder(_SYSTEMD):
        return "systemd"
    return "openrc" if queries.exists(_OPENRC) else "other"


def init_of(name: str) -> Init:
    """The init of a name that `booted` gives."""
    if name == "openrc":
        from .openrc import OpenRC

        return OpenRC()
    from .systemd import Systemd

    return Systemd(running=name == "systemd")
