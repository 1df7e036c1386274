# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a generation remembers besides its manifest: the session that it makes, and who made it from what."""

from __future__ import annotations

from .errors import ErrorKind
from .members import Members
from .value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict, List, Optional

    from .value import JsonObject


class Session(Value):
    """Session variables by name, the hashes of those that are secret, and the folders added to the search path."""

    __slots__ = ("path", "secrets", "variables")

    def __init__(
        self,
        variables: Optional[Dict[str, str]] = None,
        secrets: Optional[Dict[str, str]] = None,
        path: Optional[List[str]] = None,
    ) -> None:
        self.variables = variables or {}
        self.secrets = secrets or {}
        self.path = path or []

    def json(self) -> JsonObject:
        """{"variables", "secrets", "path"}."""
        return {"variables": self.variables, "secrets": self.secrets, "path": self.path}

    @classmethod
    def of(cls, value: object) -> Session:
        """The inverse of `json`. EngineError `request`."""
        members = Members(value, "the session", ErrorKind.REQUEST)
        variables, secrets = (_texts(members, name) for name in ("variables", "secrets"))
        session = cls(variables, secrets, members.texts("path"))
        members.end()
        return session


class Provenance(Value):
    """Who made a generation (`by`), with what (`via`), from which commit; and its session, None when not known.

    `dirty`: the project had changes that were not committed.
    """

    __slots__ = ("by", "commit", "dirty", "session", "via")

    def __init__(self, session: Optional[Session] = None, by: str = "", via: str = "") -> None:
        self.session = session
        self.by = by
        self.via = via
        self.commit = ""
        self.dirty = False

    def json(self) -> JsonObject:
        """{"session", "by", "via", "commit", "dirty"}, without what is not known."""
        found: JsonObject = {name: getattr(self, name) for name in ("by", "via", "commit") if getattr(self, name)}
        if self.dirty:
            found["dirty"] = True
        if self.session is not None:
            found["session"] = self.session.json()
        return found

    @classmethod
    def of(cls, value: object) -> Provenance:
        """The inverse of `json`. EngineError `request`."""
        members = Members(value, "the provenance", ErrorKind.REQUEST)
        session = members.take("session")
        found = cls(Session.of(session) if session is not None else None)
        found.by, found.via = members.optional_text("by") or "", members.optional_text("via") or ""
        found.commit, found.dirty = members.optional_text("commit") or "", members.flag("dirty")
        return found


def _texts(members: Members, name: str) -> Dict[str, str]:
    found = members.mapping(name)
    texts = {key: value for key, value in found.items() if isinstance(value, str)}
    if len(texts) != len(found):
        raise members.error("`%s` must contain only strings" % name)
    return texts
