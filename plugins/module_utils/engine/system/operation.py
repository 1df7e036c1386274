# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One change, as the plan shows it and the answer reports it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ..contract.errors import ErrorKind
from ..contract.members import Members

if TYPE_CHECKING:
    from ..contract.value import JsonObject


class Operation(NamedTuple):
    """`kind`: etc, user, group, package, unit, runtime, home or script. `op`: add, change, remove, adopt, restore, repair, ...

    `detail` is a short text for people and holds no secret.
    """

    kind: str
    op: str
    name: str
    detail: str = ""

    @classmethod
    def of(cls, value: object) -> Operation:
        """The inverse of `json`. EngineError `request`."""
        members = Members(value, "an operation", ErrorKind.REQUEST)
        return cls(members.text("kind"), members.text("op"), members.text("name"), members.text("detail", ""))

    def json(self) -> JsonObject:
        found: JsonObject = {"kind": self.kind, "op": self.op, "name": self.name}
        if self.detail:
            found["detail"] = self.detail
        return found
