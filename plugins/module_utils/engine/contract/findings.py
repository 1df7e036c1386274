# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What an examination of a home found: one finding a check, or several of a check that found several problems."""

from __future__ import annotations

from .errors import ErrorKind
from .members import Members
from .value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Sequence

    from .value import JsonObject

OK, SKIPPED, WARNING, ERROR = STATES = ("ok", "skipped", "warning", "error")


class Finding(Value):
    """One finding. `check` names the check; `text` is the problem, or why it was skipped; `remedies` are lines to read or to type."""

    __slots__ = ("check", "remedies", "state", "text")

    def __init__(self, check: str, state: str = OK, text: str = "", remedies: Sequence[str] = ()) -> None:
        self.check = check
        self.state = state
        self.text = text
        self.remedies = list(remedies)

    def json(self) -> JsonObject:
        """The attributes by their names."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def of(cls, value: object) -> Finding:
        """The inverse of `json`. EngineError `request`."""
        members = Members(value, "a finding", ErrorKind.REQUEST)
        found = cls(members.text("check"), members.choice("state", STATES), members.text("text"))
        found.remedies = members.texts("remedies")
        members.end()
        return found
