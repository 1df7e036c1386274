# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a check found."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ...contract.errors import ErrorKind
from ...contract.members import Members

if TYPE_CHECKING:
    from typing import List

    from ...contract.value import JsonObject


class Check(NamedTuple):
    """One check: `ok` None means that it could not be made here, and `message` says why."""

    name: str
    ok: bool | None
    message: str = ""

    @classmethod
    def of(cls, value: object) -> Check:
        """EngineError `check` when it is not well formed."""
        members = Members(value, "a check", ErrorKind.CHECK)
        return cls(members.text("name"), members.optional_flag("ok"), members.text("message", ""))

    def json(self) -> JsonObject:
        return {"name": self.name, "ok": self.ok, "message": self.message}


def checks_of(value: object) -> List[Check]:
    """The checks that came from a child process. EngineError `check` when it sent something else."""
    return [Check.of(item) for item in Members({"checks": value}, "the checks", ErrorKind.CHECK).sequence("checks")]
