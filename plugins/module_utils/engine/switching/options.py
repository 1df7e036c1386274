# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How to switch."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional, Sequence

    from ..contract.value import JsonObject


class SwitchOptions:
    """What a person decides about a switch.

    `user`: whose hooks they are; `backup_extension`: back up what is in the way under this extension; `undo`: put the
    previous generation back when a hook fails; `undo_services`: when a service fails too; `diff`: also answer what the
    files held before; `overwrite`: paths whose declared content replaces the user's edits; `packages`: where packages
    may be downloaded from, which may be missing.
    """

    def __init__(
        self, user: str, backup_extension: Optional[str] = None, undo: bool = True, diff: bool = False
    ) -> None:
        self.undo_services = False
        self.user = user
        self.backup_extension = backup_extension
        self.undo = undo
        self.diff = diff
        self.overwrite: Sequence[str] = ()
        self.packages: Optional[JsonObject] = None
