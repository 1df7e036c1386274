# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the ledger remembers of accounts: which rows are ours, what they held before, and which ids belong to which name."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ..etc.ledger import ledger_members, texts_by_name

if TYPE_CHECKING:
    from typing import Dict, List

    from ...contract.value import JsonObject

# Under this name `ours` keeps when an account would have expired that was locked because it goes.
LEAVING = "leaving"
FIELDS = ("description", "home", "shell", "gid", "expires")


class UserRow(NamedTuple):
    """One account of the declaration.

    `created` says that it did not exist before; `before` holds the fields that were changed with their former value, and
    `ours` with the value that they were given. `password` identifies the declared password that was set last.
    """

    created: bool
    before: Dict[str, str]
    ours: Dict[str, str]
    password: str

    @classmethod
    def of(cls, value: object) -> UserRow:
        """EngineError `state` when it is damaged."""
        members = ledger_members(value, "a user")
        before, ours = (ledger_members(members.mapping(name), f"`{name}` of a user") for name in ("before", "ours"))
        return cls(
            members.flag("created"),
            {name: before.text(name) for name in before.names()},
            {name: ours.text(name) for name in ours.names()},
            members.text("password", ""),
        )

    def json(self) -> JsonObject:
        return {"created": self.created, "before": self.before, "ours": self.ours, "password": self.password}


class Rows:
    """All rows of accounts that are ours. `ids` are never forgotten: the id of a removed name is given to nobody else."""

    def __init__(
        self,
        users: Dict[str, UserRow] | None = None,
        groups: List[str] | None = None,
        members: Dict[str, List[str]] | None = None,
        ids: Dict[str, Dict[str, int]] | None = None,
        linger: Dict[str, bool] | None = None,
    ) -> None:
        self.users = users if users is not None else {}
        self.groups = groups if groups is not None else []
        self.members = members if members is not None else {}
        self.ids = ids if ids is not None else {"uid": {}, "gid": {}, "subuid": {}, "subgid": {}}
        self.linger = linger if linger is not None else {}

    @classmethod
    def of(cls, value: object) -> Rows:
        """EngineError `state` when it is damaged."""
        members = ledger_members(value, "`accounts`")
        ids = ledger_members(members.mapping("ids"), "`ids`")
        linger = ledger_members(members.mapping("linger"), "`linger`")
        numbers = {kind: ledger_members(ids.mapping(kind), kind) for kind in ("uid", "gid", "subuid", "subgid")}
        return cls(
            {name: UserRow.of(row) for name, row in members.mapping("users").items()},
            members.texts("groups"),
            texts_by_name(members.mapping("members")),
            {kind: {name: inside.number(name) for name in inside.names()} for kind, inside in numbers.items()},
            {name: linger.flag(name) for name in linger.names()},
        )

    def json(self) -> JsonObject:
        return {
            "users": {name: row.json() for name, row in self.users.items()},
            "groups": self.groups,
            "members": self.members,
            "ids": self.ids,
            "linger": self.linger,
        }

    def union(self, other: Rows) -> Rows:
        """What either of the two remembers; where both do, what `other` does. It holds before and after a change."""
        found = self.copy()
        found.users.update(other.copy().users)
        found.groups = sorted({*found.groups, *other.groups})
        for group, members in other.members.items():
            found.members[group] = sorted({*found.members.get(group, []), *members})
        for kind, numbers in other.ids.items():
            found.ids[kind] = {**found.ids[kind], **numbers}
        found.linger.update(other.linger)
        return found

    def copy(self) -> Rows:
        """An independent copy."""
        return Rows.of(self.json())
