# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The package managers that this engine can use, in the order in which they are looked for."""

from __future__ import annotations

from typing import Optional, Tuple

from ..host_paths import program
from .apk import Apk
from .apt import Apt
from .brew import Brew
from .dnf import Dnf
from .manager import Manager
from .pacman import Pacman

MANAGERS: Tuple[Manager, ...] = (Apt(), Dnf(), Pacman(), Apk(), Brew())


def manager_here() -> Optional[Tuple[Manager, str]]:
    """The host's package manager and the path of its program; None when none of them is here."""
    for manager in MANAGERS:
        path = program(manager.program)
        if path is not None:
            return manager, path
    return None
