# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Changed and removed files whose scripts or services failed. Nothing else would tell the next switch to try again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..contract.errors import EngineError, ErrorKind
from ..contract.members import Members

if TYPE_CHECKING:
    from typing import Dict, Iterable, Set

    from ..contract.value import JsonObject
    from .state import SystemState

_DOCUMENT = "unfinished.json"


class Unfinished:
    """`changed` are targets below /etc, `removed` the scripts of targets that are gone."""

    def __init__(self, changed: Iterable[str] = (), removed: Dict[str, str] | None = None) -> None:
        self.changed: Set[str] = set(changed)
        self.removed: Dict[str, str] = dict(removed or {})

    @classmethod
    def of(cls, value: object) -> Unfinished:
        """The inverse of `json`. EngineError `state`."""
        members = Members(value, f"{_DOCUMENT} is damaged", ErrorKind.STATE)
        return cls(members.texts("changed"), members.text_mapping("removed"))

    def json(self) -> JsonObject:
        return {"changed": sorted(self.changed), "removed": self.removed}

    @classmethod
    def load(cls, state: SystemState) -> Unfinished:
        """What the last switch left; nothing where that is damaged."""
        try:
            return cls.of(state.document(_DOCUMENT) or {})
        except EngineError as error:
            if error.kind != ErrorKind.STATE:
                raise
            return cls()

    def save(self, state: SystemState) -> None:
        """Keep it for the next switch; nothing is kept where nothing is left."""
        if self.changed or self.removed:
            state.save(_DOCUMENT, self.json())
        else:
            state.forget(_DOCUMENT)
