# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The answer to the question whether a system and its homes are as they were planned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..contract.errors import ErrorKind
from ..contract.members import Members

if TYPE_CHECKING:
    from typing import Dict, List

    from ..contract.value import JsonObject


class SystemProbeAnswer:
    """`facts` are those of the host, `generation` is the current one (0 for none), and `objects` are those that the host has.

    `homes` are the answers of the homes: each is that of a probe, or {"error"}.
    """

    def __init__(
        self, facts: JsonObject, generation: int, unchanged: bool, objects: List[str], homes: Dict[str, JsonObject]
    ) -> None:
        self.facts = facts
        self.generation = generation
        self.unchanged = unchanged
        self.objects = objects
        self.homes = homes

    @classmethod
    def of(cls, value: object) -> SystemProbeAnswer:
        """The inverse of `json`. EngineError `request`."""
        members = Members(value, "the answer about the system", ErrorKind.REQUEST)
        homes = members.mapping("homes")
        return cls(
            members.mapping("facts"),
            members.number("generation"),
            members.flag("unchanged"),
            members.texts("objects"),
            {user: Members(home, "the answer about a home", ErrorKind.REQUEST).rest() for user, home in homes.items()},
        )

    def json(self) -> JsonObject:
        return {
            "facts": self.facts,
            "generation": self.generation,
            "unchanged": self.unchanged,
            "objects": self.objects,
            "homes": self.homes,
        }

    def objects_of_home(self, user: str) -> List[str]:
        """The objects that a home has; none where it was refused. EngineError `request`."""
        return Members(self.homes.get(user, {}), "the answer about a home", ErrorKind.REQUEST).texts("objects")
