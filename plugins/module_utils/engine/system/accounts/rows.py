# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the ledger remembers of accounts: which rows are ours, what they held before, and which ids belong to which name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from typing import Dict, List, Mapping

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
    def of(cls, said: Mapping[str, Any]) -> UserRow:
        return cls(bool(said["created"]), dict(said["before"]), dict(said["ours"]), str(said.get("password", "")))

    def json(self) -> Dict[str, Any]:
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
    def of(cls, said: Mapping[str, Any]) -> Rows:
        ids = said.get("ids") or {}
        return cls(
            {str(name): UserRow.of(row) for name, row in (said.get("users") or {}).items()},
            [str(name) for name in said.get("groups") or []],
            {str(name): [str(m) for m in members] for name, members in (said.get("members") or {}).items()},
            {
                kind: {str(n): int(i) for n, i in (ids.get(kind) or {}).items()}
                for kind in ("uid", "gid", "subuid", "subgid")
            },
            {str(name): bool(was) for name, was in (said.get("linger") or {}).items()},
        )

    def json(self) -> Dict[str, Any]:
        return {
            "users": {name: row.json() for name, row in self.users.items()},
            "groups": self.groups,
            "members": self.members,
            "ids": self.ids,
            "linger": self.linger,
        }

    def united(self, other: Rows) -> Rows:
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
