# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Where units are on a host with systemd."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ...disk import queries

if TYPE_CHECKING:
    from typing import FrozenSet

UNITS = "systemd/system/"
USER_UNITS = "systemd/user/"
# Where packages put their units; a unit of ours by the same name becomes a drop-in.
_ROOTS = ("/usr/lib", "/lib")


def packaged(folder: str, unit: str) -> bool:
    """Whether a package ships a unit; `folder` is `UNITS` or `USER_UNITS`."""
    return any(queries.is_taken(os.path.join(root, folder, unit)) for root in _ROOTS)


def packaged_units() -> FrozenSet[str]:
    """The units that packages ship."""
    return frozenset(name for root in _ROOTS for name in queries.names(os.path.join(root, UNITS)))
