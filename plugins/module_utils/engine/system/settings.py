# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How a system is switched, as the request asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import Sequence


class Settings(NamedTuple):
    """How a switch is made. `confirm`: seconds to wait for a confirmation, 0 for none. `rollback`: it goes back to a generation."""

    action: str = "switch"
    check: bool = False
    diff: bool = False
    confirm: int = 0
    allow_lockout: bool = False
    allow_removal: Sequence[str] = ()
    repair: bool = False
    rollback: bool = False
    host: str = "this host"
