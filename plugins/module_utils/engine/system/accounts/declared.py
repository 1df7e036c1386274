# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The accounts that a system declares."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ..well_formed import NAME, matched, members_of, refuse

if TYPE_CHECKING:
    from typing import Dict, Tuple

    from ...contract.members import Members
    from ...contract.value import JsonObject


class Password(NamedTuple):
    """Where a password comes from: `hash` and `clear` are objects of the store, `file` is a path on the host.

    `initial` ones are only set when the account is created.
    """

    kind: str
    source: str
    initial: bool

    @classmethod
    def of(cls, value: object) -> Password:
        """EngineError `manifest` when it is not well formed."""
        members = members_of(value, "a password")
        return cls(members.choice("kind", ("hash", "clear", "file")), members.text("source"), members.flag("initial"))

    def json(self) -> JsonObject:
        """As `of` takes it."""
        return {"kind": self.kind, "source": self.source, "initial": self.initial}


def _ranges(members: Members, name: str) -> Tuple[Tuple[int, int], ...]:
    """Ranges of ids: pairs of the first and the count."""
    found = []
    for pair in members.sequence(name):
        first, count = pair if isinstance(pair, list) and len(pair) == 2 else (None, None)
        if not isinstance(first, int) or not isinstance(count, int):
            raise members.error(f"`{name}` must contain pairs of whole numbers")
        found.append((first, count))
    return tuple(found)


class User(NamedTuple):
    """One account to exist. `uid` None lets the host choose; `shell` None keeps the present one; `linger` None too.

    `explicit` are the fields (group, home, shell, description) that are declared and not only supposed: of an account that
    exists already, the others stay as they are where accounts are also managed by hand.
    """

    name: str
    uid: int | None
    normal: bool
    group: str
    extra_groups: Tuple[str, ...]
    home: str
    home_mode: int
    create_home: bool
    shell: str | None
    description: str
    password: Password | None
    expires: str | None
    linger: bool | None
    auto_ids: bool
    uids: Tuple[Tuple[int, int], ...]
    gids: Tuple[Tuple[int, int], ...]
    keys: bool
    explicit: Tuple[str, ...]
    origin: str

    @classmethod
    def of(cls, value: object) -> User:
        """EngineError `manifest` when it is not well formed."""
        members = members_of(value, "a user")
        name = matched(members.take("name"), NAME, "a user name")
        home, shell, description = members.text("home"), members.optional_text("shell"), members.text("description", "")
        for key, text in (("home", home), ("shell", shell or ""), ("description", description)):
            if ":" in text or "\n" in text:
                raise refuse(f"{key} of the user {name} contains a colon or a newline")
        password = members.take("password")
        return cls(
            name=name,
            uid=members.optional_number("uid"),
            normal=members.flag("normal"),
            group=matched(members.take("group"), NAME, "a group name"),
            extra_groups=tuple(members.texts("extraGroups")),
            home=home,
            home_mode=int(members.text("homeMode", "0700"), 8),
            create_home=members.flag("createHome"),
            shell=shell,
            description=description,
            password=Password.of(password) if password else None,
            expires=members.optional_text("expires"),
            linger=members.optional_flag("linger"),
            auto_ids=members.flag("autoIds"),
            uids=_ranges(members, "uids"),
            gids=_ranges(members, "gids"),
            keys=members.flag("keys"),
            explicit=tuple(members.texts("explicit")),
            origin=members.text("origin", ""),
        )

    def json(self) -> JsonObject:
        """As `of` takes it."""
        return {
            "name": self.name,
            "uid": self.uid,
            "normal": self.normal,
            "group": self.group,
            "extraGroups": list(self.extra_groups),
            "home": self.home,
            "homeMode": "%04o" % self.home_mode,
            "createHome": self.create_home,
            "shell": self.shell,
            "description": self.description,
            "password": self.password.json() if self.password else None,
            "expires": self.expires,
            "linger": self.linger,
            "autoIds": self.auto_ids,
            "uids": [list(pair) for pair in self.uids],
            "gids": [list(pair) for pair in self.gids],
            "keys": self.keys,
            "explicit": list(self.explicit),
            "origin": self.origin,
        }


class Group(NamedTuple):
    """One group to exist, with the members that the declaration gives it. `gid` None lets the host choose."""

    name: str
    gid: int | None
    members: Tuple[str, ...]

    @classmethod
    def of(cls, value: object) -> Group:
        """EngineError `manifest` when it is not well formed."""
        members = members_of(value, "a group")
        name = matched(members.take("name"), NAME, "a group name")
        return cls(name, members.optional_number("gid"), tuple(members.texts("members")))

    def json(self) -> JsonObject:
        """As `of` takes it."""
        return {"name": self.name, "gid": self.gid, "members": list(self.members)}


class Accounts(NamedTuple):
    """The accounts. `mutable` says whether others may be there too; `aliases` gives groups their name on this host."""

    mutable: bool
    users: Tuple[User, ...]
    groups: Tuple[Group, ...]
    aliases: Dict[str, str]

    @classmethod
    def of(cls, value: object) -> Accounts:
        """EngineError `manifest` when it is not well formed."""
        members = members_of(value, "`accounts`")
        return cls(
            members.optional_flag("mutable") is not False,
            tuple(User.of(user) for user in members.sequence("users")),
            tuple(Group.of(group) for group in members.sequence("groups")),
            {str(key): str(name) for key, name in members.mapping("aliases").items()},
        )

    def json(self) -> JsonObject:
        """As `of` takes it."""
        return {
            "mutable": self.mutable,
            "users": [user.json() for user in self.users],
            "groups": [group.json() for group in self.groups],
            "aliases": self.aliases,
        }
