# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Packages that nobody brought when a generation was made: whether the host has them now."""

from __future__ import annotations

from ..state import packaged
from .host_paths import find_all

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import List

    from ..state.state import State


def newly_available(state: State, number: int) -> List[str]:
    """The names of those that the host has now. EngineError `state` when the generation's record cannot be read."""
    waiting = packaged.awaited(state, number)
    return sorted(name for name, (commands, shares) in waiting.items() if find_all(commands, shares) is not None)
