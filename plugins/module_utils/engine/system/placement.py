# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Where the units of a declaration go on this host."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ..disk import queries

if TYPE_CHECKING:
    from typing import Callable, Dict, FrozenSet, Mapping

    from .declaration import EtcEntry

UNITS = "systemd/system/"
DROPIN = "home-manager.conf"
# Where packages put their units; a unit of ours by the same name becomes a drop-in.
PACKAGED = ("/usr/lib/systemd/system", "/lib/systemd/system")


def is_booted() -> bool:
    """Whether systemd is the init of this host."""
    return queries.is_folder("/run/systemd/system")


def packaged(unit: str) -> bool:
    """Whether a package ships a unit."""
    return any(queries.is_taken(os.path.join(folder, unit)) for folder in PACKAGED)


def packaged_units() -> FrozenSet[str]:
    """The units that packages ship."""
    return frozenset(name for folder in PACKAGED for name in queries.names(folder))


def as_dropins(entries: Mapping[str, EtcEntry], ships: Callable[[str], bool] = packaged) -> Dict[str, EtcEntry]:
    """The entries with each unit that a package ships turned into a drop-in for that one."""
    found = {}
    for target, entry in entries.items():
        if entry.unit is not None and entry.link is None and ships(entry.unit):
            target = f"{UNITS}{entry.unit}.d/{DROPIN}"
            entry = entry._replace(target=target)
        found[target] = entry
    return found
