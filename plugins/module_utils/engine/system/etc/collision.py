# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A file of the host that is in the way of a declared one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ...contract.errors import ErrorKind
from ...contract.members import Members

if TYPE_CHECKING:
    from ...contract.value import JsonObject


class Collision(NamedTuple):
    """A path that is in the way. `path` is absolute, `reason` completes the sentence "PATH ...", `origin` is where the file is declared."""

    path: str
    reason: str
    origin: str

    @classmethod
    def of(cls, value: object) -> Collision:
        """The inverse of `json`. EngineError `request`."""
        members = Members(value, "a collision", ErrorKind.REQUEST)
        return cls(members.text("path"), members.text("reason"), members.text("origin"))

    def json(self) -> JsonObject:
        return dict(self._asdict())
