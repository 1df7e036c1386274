# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What one home of a system answered to a switch."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ..contract.answers import SwitchAnswer
from ..contract.errors import EngineError, ErrorKind
from ..contract.members import Members

if TYPE_CHECKING:
    from typing import Sequence

    from ..contract.value import JsonObject


class HomeAnswer(NamedTuple):
    """`error` is the reason why the home was refused, and `answer` then empty; `printed` are the lines that its scripts printed."""

    answer: SwitchAnswer
    error: EngineError | None = None
    printed: Sequence[str] = ()

    @classmethod
    def of(cls, value: object) -> HomeAnswer:
        """The inverse of `json`. EngineError `home` or `request`."""
        members = Members(value, "the answer about a home", ErrorKind.HOME)
        error = members.take("error")
        if error is not None:
            return cls(SwitchAnswer(), EngineError.of(error))
        printed = members.texts("printed")
        return cls(SwitchAnswer.of(members.rest()), None, printed)

    def json(self) -> JsonObject:
        if self.error is not None:
            return {"error": self.error.json()}
        printed: JsonObject = {"printed": list(self.printed)} if self.printed else {}
        return {**self.answer.json(), **printed}

    @property
    def changed(self) -> bool:
        """Whether the switch changed anything, or in check mode would."""
        return self.answer.changed

    def failure(self) -> str | None:
        """Why the home was not switched; None when it was."""
        if self.error is not None:
            return self.error.message
        for collision in self.answer.collisions:
            return f"collision: {collision.path}: {collision.reason}"
        if self.answer.failed is not None:
            return self.answer.failed.message
        wanting = ", ".join(self.answer.wanting)
        return f"it wants packages that this host does not have: {wanting}" if wanting else None
