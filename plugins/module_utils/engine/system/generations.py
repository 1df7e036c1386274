# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The answers about the generations of a system: which there are, and which were removed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ..contract.errors import ErrorKind
from ..contract.members import Members

if TYPE_CHECKING:
    from typing import List, Sequence

    from ..contract.value import JsonObject


class ListedGeneration(NamedTuple):
    """A generation. `time` is when it was made, in seconds since 1970, 0 where that is not known."""

    number: int
    time: float
    label: str
    current: bool
    completed: bool
    failed: bool

    @classmethod
    def of(cls, value: object) -> ListedGeneration:
        """The inverse of `json`. EngineError `request`."""
        members = Members(value, "a generation", ErrorKind.REQUEST)
        return cls(
            members.number("number"),
            members.optional_real("time") or 0,
            members.text("label"),
            members.flag("current"),
            members.flag("completed"),
            members.flag("failed"),
        )

    def json(self) -> JsonObject:
        return dict(self._asdict())


class GenerationsAnswer(NamedTuple):
    """The answer to `list`: the generations, the newest first."""

    generations: Sequence[ListedGeneration]

    @classmethod
    def of(cls, value: object) -> GenerationsAnswer:
        """The inverse of `json`. EngineError `request`."""
        members = Members(value, "the generations", ErrorKind.REQUEST)
        return cls([ListedGeneration.of(item) for item in members.sequence("generations")])

    def json(self) -> JsonObject:
        return {"generations": [generation.json() for generation in self.generations]}


class ExpireAnswer(NamedTuple):
    """The answer to `expire`: the numbers of the generations that were removed, or in check mode would be."""

    removed: List[int]

    @classmethod
    def of(cls, value: object) -> ExpireAnswer:
        """The inverse of `json`. EngineError `request`."""
        return cls(Members(value, "the removed generations", ErrorKind.REQUEST).numbers("removed"))

    def json(self) -> JsonObject:
        return {"changed": bool(self.removed), "removed": self.removed}
