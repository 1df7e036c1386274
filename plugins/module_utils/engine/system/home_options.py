# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How the homes of a system are switched: what to do with files in the way and with older backups, and how much is reported."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ..contract.errors import ErrorKind
from ..contract.members import Members

if TYPE_CHECKING:
    from ..contract.value import JsonObject


class HomeSwitchOptions(NamedTuple):
    """`backup_command` is run with the path of each thing in the way; `overwrite_backup` lets a new backup take an older one's name."""

    backup_command: str = ""
    overwrite_backup: bool = False
    verbose: bool = False

    @classmethod
    def of(cls, value: object) -> HomeSwitchOptions:
        """The inverse of `json`. EngineError `request`."""
        members = Members(value, "the options of the homes", ErrorKind.REQUEST)
        return cls(members.text("backup_command", ""), members.flag("overwrite_backup"), members.flag("verbose"))

    def json(self) -> JsonObject:
        return dict(self._asdict())
