# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The user database: the rows of passwd, shadow, group, gshadow, subuid and subgid. Pure; nothing is read or written here."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ...contract.errors import EngineError, ErrorKind

if TYPE_CHECKING:
    from typing import Callable, Dict, List, Mapping

FILES = ("passwd", "shadow", "group", "gshadow", "subuid", "subgid")
MODES = {"passwd": 0o644, "shadow": 0o640, "group": 0o644, "gshadow": 0o640, "subuid": 0o644, "subgid": 0o644}
LOCKED = "!"
# No password, of an account that is not locked: without PAM, sshd lets nobody in whose account is locked, not even with a key.
UNUSABLE = "*"
NO_PASSWORD = ("", LOCKED, UNUSABLE)


class Account(NamedTuple):
    """A row of passwd."""

    name: str
    password: str
    uid: int
    gid: int
    description: str
    home: str
    shell: str

    def line(self) -> str:
        return ":".join(
            [self.name, self.password, str(self.uid), str(self.gid), self.description, self.home, self.shell]
        )


class Shadow(NamedTuple):
    """A row of shadow; all but the name and the hash are numbers of days, or empty."""

    name: str
    hash: str
    changed: str = ""
    least: str = "0"
    most: str = "99999"
    warn: str = "7"
    inactive: str = ""
    expires: str = ""
    reserved: str = ""

    def line(self) -> str:
        return ":".join(self)


class GroupRow(NamedTuple):
    """A row of group."""

    name: str
    password: str
    gid: int
    members: tuple[str, ...]

    def line(self) -> str:
        return ":".join([self.name, self.password, str(self.gid), ",".join(self.members)])


class GroupShadow(NamedTuple):
    """A row of gshadow."""

    name: str
    password: str
    administrators: str
    members: tuple[str, ...]

    def line(self) -> str:
        return ":".join([self.name, self.password, self.administrators, ",".join(self.members)])


class Range(NamedTuple):
    """A row of subuid or subgid."""

    name: str
    start: int
    size: int

    def line(self) -> str:
        return f"{self.name}:{self.start}:{self.size}"


class Database:
    """All rows, in the order of the files. Lines that are no rows (NIS, comments) are kept where they are."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        """EngineError `accounts` for a row that cannot be read: nothing is guessed about accounts."""
        self.accounts: Dict[str, Account] = {}
        self.shadows: Dict[str, Shadow] = {}
        self.groups: Dict[str, GroupRow] = {}
        self.group_shadows: Dict[str, GroupShadow] = {}
        self.ranges: Dict[str, List[Range]] = {"subuid": [], "subgid": []}
        self._kept: Dict[str, List[str]] = {name: [] for name in FILES}
        self.present = {name for name in FILES if name in texts}
        for name in FILES:
            for number, line in enumerate(texts.get(name, "").splitlines(), 1):
                try:
                    self._take(name, line)
                except (ValueError, TypeError, IndexError):
                    raise EngineError(
                        f"/etc/{name} line {number} is invalid; repair it with pwck or grpck",
                        ErrorKind.ACCOUNTS,
                    ) from None

    def _take(self, name: str, line: str) -> None:
        fields = line.split(":")
        if not line or line[0] in "#+-":
            self._kept[name].append(line)
        elif name == "passwd":
            user, password, uid, gid, description, home, shell = fields
            self.accounts.setdefault(user, Account(user, password, int(uid), int(gid), description, home, shell))
        elif name == "shadow":
            self.shadows.setdefault(fields[0], Shadow(*(fields + [""] * 9)[:9]))
        elif name == "group":
            group, password, gid, members = fields
            self.groups.setdefault(group, GroupRow(group, password, int(gid), _members(members)))
        elif name == "gshadow":
            group, password, administrators, members = fields
            self.group_shadows.setdefault(group, GroupShadow(group, password, administrators, _members(members)))
        else:
            owner, start, size = fields
            self.ranges[name].append(Range(owner, int(start), int(size)))

    def keep_passwords(self, shadow: str) -> None:
        """Give the accounts the passwords that they have in another /etc/shadow."""
        former = Database({"shadow": shadow}).shadows
        self.shadows.update(
            {name: row._replace(hash=former[name].hash) for name, row in self.shadows.items() if name in former}
        )

    def texts(self) -> Dict[str, str]:
        """The content of the files. Those that did not exist are left out as long as they have no row."""
        rows: Dict[str, List[str]] = {
            "passwd": [row.line() for row in self.accounts.values()],
            "shadow": [row.line() for row in self.shadows.values()],
            "group": [row.line() for row in self.groups.values()],
            "gshadow": [row.line() for row in self.group_shadows.values()],
            "subuid": [row.line() for row in self.ranges["subuid"]],
            "subgid": [row.line() for row in self.ranges["subgid"]],
        }
        found = {}
        for name in FILES:
            lines = rows[name] + self._kept[name]
            if lines or name in self.present:
                found[name] = "".join(line + "\n" for line in lines)
        return found

    def group_of(self, gid: int) -> GroupRow | None:
        """The group of a number."""
        return next((row for row in self.groups.values() if row.gid == gid), None)

    def set_members(self, group: str, members: tuple[str, ...]) -> None:
        """Give a group these members, in both of its rows."""
        self.groups[group] = self.groups[group]._replace(members=members)
        if group in self.group_shadows:
            self.group_shadows[group] = self.group_shadows[group]._replace(members=members)

    def add_group(self, name: str, gid: int) -> None:
        """A new group without members."""
        self.groups[name] = GroupRow(name, "x", gid, ())
        self.complete_group(name)

    def complete_group(self, name: str) -> None:
        """Add the row of gshadow that a group lacks, where the host has such rows."""
        if "gshadow" in self.present and name not in self.group_shadows:
            self.group_shadows[name] = GroupShadow(name, LOCKED, "", self.groups[name].members)

    def remove_user(self, name: str) -> None:
        """Remove an account from every file."""
        self.accounts.pop(name, None)
        self.shadows.pop(name, None)
        for group, row in list(self.groups.items()):
            if name in row.members:
                self.set_members(group, tuple(member for member in row.members if member != name))
        for kind in self.ranges:
            self.ranges[kind] = [row for row in self.ranges[kind] if row.name != name]

    def remove_group(self, name: str) -> None:
        """Remove a group from both files."""
        self.groups.pop(name, None)
        self.group_shadows.pop(name, None)


def _members(text: str) -> tuple[str, ...]:
    return tuple(member for member in text.split(",") if member)


def read_database(read: Callable[[str], bytes | None]) -> Database:
    """The database; `read` gives the content of a file of /etc, None where there is none. OSError passes through."""
    texts = {}
    for name in FILES:
        content = read(name)
        if content is not None:
            texts[name] = content.decode("utf-8", "surrogateescape")
    return Database(texts)
