# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a declaration makes of the user database. Pure: database, declaration, rows of the ledger and limits give a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ...contract.errors import EngineError, ErrorKind
from ..operation import Operation
from .database import LOCKED, NO_PASSWORD, Account, Database, Range, Shadow
from .fields import expiry, identity, with_field
from .limits import Limits, free_downward, free_upward
from .rows import LEAVING, Rows, UserRow

if TYPE_CHECKING:
    from typing import Callable, Dict, List, Set

    from .declared import Accounts, Group, Password, User


class HostContext(NamedTuple):
    """What the planner asks of the host and of the store.

    `today`: days since 1970. `hashed`: the hash that a declared password comes to (None where its file is missing).
    `shell`: the shell as this host has it. `new_passwords` is False where an older declaration is gone back to: its passwords
    may have been replaced since, and are never set again. `without_password`: the hash where there is none (see UNUSABLE).
    """

    limits: Limits
    today: int
    hashed: Callable[[Password], str | None]
    shell: Callable[[str], str]
    new_passwords: bool = True
    without_password: str = LOCKED


class Plan(NamedTuple):
    """The database afterwards, the rows to remember, and what people are told.

    `leaving` are the accounts that go, which happens at the end of a switch; they are locked until then. `homes` are to be
    created where they are missing.
    """

    database: Database
    rows: Rows
    operations: List[Operation]
    warnings: List[str]
    leaving: List[str]
    homes: List[User]
    changed: bool


class AccountsPlanner:
    """Makes one plan. The database that it is given is changed."""

    def __init__(self, wanted: Accounts, database: Database, rows: Rows, around: HostContext) -> None:
        self.wanted = wanted
        self.database = database
        self.before = database.texts()
        self.rows = rows.copy()
        self.around = around
        self.operations: List[Operation] = []
        self.warnings: List[str] = []
        self.leaving: List[str] = []

    def plan(self) -> Plan:
        """EngineError `accounts` where the declaration cannot be realised."""
        for group in self.wanted.groups:
            self._group(group)
        for user in self.wanted.users:
            self._user(user)
        self._memberships()
        self._forget()
        homes = [user for user in self.wanted.users if user.create_home]
        changed = self.database.texts() != self.before or bool(self.leaving)
        return Plan(self.database, self.rows, self.operations, self.warnings, self.leaving, homes, changed)

    def _note(self, kind: str, op: str, name: str, detail: str = "") -> None:
        self.operations.append(Operation(kind, op, name, detail))

    # Groups

    def real(self, group: str) -> str:
        """The name of a group on this host. One that is there under its declared name keeps it."""
        alias = self.wanted.aliases.get(group)
        return group if alias is None or group in self.database.groups else alias

    def _group(self, group: Group) -> None:
        name = self.real(group.name)
        row = self.database.groups.get(name)
        if row is not None:
            if name in self.rows.groups:
                self.database.complete_group(name)
            if group.gid is not None and row.gid != group.gid and name == group.name:
                self.warnings.append(
                    f"users.groups.{name}.gid is {group.gid}, but {name} has {row.gid} on this host. IDs in use are never changed."
                )
            return
        gid = self._new_gid(name, group.gid)
        self.database.add_group(name, gid)
        self.rows.groups = sorted({*self.rows.groups, name})
        self.rows.ids["gid"][name] = gid
        self._note("group", "add", name, f"gid {gid}")

    def _new_gid(self, name: str, wanted: int | None) -> int:
        limits = self.around.limits
        if wanted is not None:
            holder = self.database.group_of(wanted)
            if holder is None:
                return wanted
            self.warnings.append(
                f"users.groups.{name}.gid is {wanted}, which the group {holder.name} has; {name} gets another one"
            )
        known = self.rows.ids["gid"].get(name)
        if known is not None and self.database.group_of(known) is None:
            return known
        taken = {row.gid for row in self.database.groups.values()} | set(self.rows.ids["gid"].values())
        found = free_downward(taken, limits.sys_gid_min, limits.sys_gid_max)
        if found is None:
            raise EngineError(f"there is no free group id for {name}", ErrorKind.ACCOUNTS)
        return found

    # Users

    def _user(self, user: User) -> None:
        gid = self._primary(user)
        row = self.database.accounts.get(user.name)
        if row is None:
            self._create(user, gid)
        else:
            self._adapt(user, row, gid)
        self._sub_ids(user)

    def _primary(self, user: User) -> int:
        name = self.real(user.group)
        if name not in self.database.groups:
            raise EngineError(
                f"users.users.{user.name}.group is {user.group}, which neither exists on the host nor is declared",
                ErrorKind.ACCOUNTS,
            )
        return self.database.groups[name].gid

    def _create(self, user: User, gid: int) -> None:
        uid = self._new_uid(user)
        shell = self.around.shell(user.shell or "/bin/sh")
        self.database.accounts[user.name] = Account(user.name, "x", uid, gid, user.description, user.home, shell)
        fresh = self.around.new_passwords
        found = self.around.hashed(user.password) if user.password is not None and fresh else None
        if user.password is not None and not fresh:
            self.warnings.append(
                f"{user.name} is created without a password: passwords of older generations are never set again"
            )
        elif user.password is not None and found is None:
            self.warnings.append(
                f"users.users.{user.name}: {user.password.source} is missing, so the account has no password"
            )
        password, today = self.around.without_password if found is None else found, str(self.around.today)
        self.database.shadows[user.name] = Shadow(user.name, password, today, expires=expiry(user.expires))
        self.rows.users[user.name] = UserRow(True, {}, {}, identity(user))
        self.rows.ids["uid"][user.name] = uid
        self._note("user", "add", user.name, f"uid {uid}")

    def _new_uid(self, user: User) -> int:
        limits = self.around.limits
        holders = {row.uid: row.name for row in self.database.accounts.values()}
        if user.uid is not None:
            if user.uid not in holders:
                return user.uid
            others = [u.name for u in self.wanted.users if u.uid == user.uid]
            if len(others) > 1:
                return user.uid
            raise EngineError(
                f"users.users.{user.name}.uid is {user.uid}, which {holders[user.uid]} has on this host",
                ErrorKind.ACCOUNTS,
            )
        known = self.rows.ids["uid"].get(user.name)
        if known is not None and known not in holders:
            return known
        taken = (
            set(holders) | set(self.rows.ids["uid"].values()) | {u.uid for u in self.wanted.users if u.uid is not None}
        )
        if user.normal:
            found = free_upward(taken, limits.uid_min, min(limits.uid_max, 29999))
        else:
            found = free_downward(taken, limits.sys_uid_min, limits.sys_uid_max)
        if found is None:
            raise EngineError(f"there is no free user id for {user.name}", ErrorKind.ACCOUNTS)
        return found

    def _adapt(self, user: User, row: Account, gid: int) -> None:
        if user.uid is not None and row.uid != user.uid:
            self.warnings.append(
                f"users.users.{user.name}.uid is {user.uid}, but {user.name} has {row.uid} on this host. IDs in use are never changed."
            )
        shadow = self.database.shadows.get(user.name) or Shadow(user.name, LOCKED)
        known = self.rows.users.get(user.name, UserRow(False, {}, {}, ""))
        new = self._adapted(user, row, gid, known)
        back = LEAVING in known.ours
        if back:
            # It was to go, and stays after all: a switch was taken back, or declares it again.
            shadow = shadow._replace(hash=shadow.hash[len(LOCKED) :] or LOCKED, expires=known.ours.pop(LEAVING))
        changed = {
            "description": (row.description, new.description),
            "home": (row.home, new.home),
            "shell": (row.shell, new.shell),
            "gid": (str(row.gid), str(new.gid)),
        }
        if user.expires is not None:
            changed["expires"] = (shadow.expires, expiry(user.expires))
            shadow = shadow._replace(expires=expiry(user.expires))
        elif "expires" in known.ours:
            shadow = shadow._replace(expires=known.before.get("expires", ""))
        before, ours = dict(known.before), dict(known.ours)
        changes = ["unlocked"] if back else []
        for field, (old, value) in changed.items():
            if old != value:
                changes.append(field)
                if not known.created:
                    before.setdefault(field, old)
                    ours[field] = value
        shadow = self._password(user, shadow, known, changes)
        self.database.accounts[user.name] = new
        self.database.shadows[user.name] = shadow
        self.rows.users[user.name] = UserRow(known.created, before, ours, identity(user) or known.password)
        self.rows.ids["uid"].setdefault(user.name, row.uid)
        if changes:
            self._note("user", "change", user.name, ", ".join(changes))

    def _adapted(self, user: User, row: Account, gid: int, known: UserRow) -> Account:
        """An account that exists, with what is declared of it. Fields that are no longer declared get back what they were."""
        every = known.created or not self.wanted.mutable
        wanted = {
            "group": str(gid),
            "description": user.description,
            "home": user.home,
            "shell": row.shell if user.shell is None else self.around.shell(user.shell),
        }
        for name, value in wanted.items():
            field = "gid" if name == "group" else name
            if every or name in user.explicit:
                row = with_field(row, field, value)
            elif field in known.ours and str(getattr(row, field)) == known.ours[field]:
                row = with_field(row, field, known.before[field])
        return row

    def _password(self, user: User, shadow: Shadow, known: UserRow, changes: List[str]) -> Shadow:
        """A present password is only replaced where accounts are not managed by hand, and where another one is declared."""
        if self.wanted.mutable or user.password is None or user.password.initial or not self.around.new_passwords:
            return shadow
        if user.password.kind != "file" and known.password == identity(user) and shadow.hash not in NO_PASSWORD:
            return shadow
        found = self.around.hashed(user.password)
        if found is None:
            self.warnings.append(f"users.users.{user.name}: {user.password.source} is missing, so the password stays")
            return shadow
        if found != shadow.hash:
            changes.append("password")
            return shadow._replace(hash=found, changed=str(self.around.today))
        return shadow

    def _sub_ids(self, user: User) -> None:
        for kind, ranges in (("subuid", user.uids), ("subgid", user.gids)):
            rows = self.database.ranges[kind]
            own = [row for row in rows if row.name == user.name]
            if ranges:
                new = [Range(user.name, start, count) for start, count in ranges]
            elif user.auto_ids and not own:
                new = [self._new_range(kind, user.name)]
            else:
                continue
            if new != own:
                self.database.ranges[kind] = [row for row in rows if row.name != user.name] + new
                if not any(o.kind == "user" and o.op == "add" and o.name == user.name for o in self.operations):
                    self._note("user", "change", user.name, kind)

    def _new_range(self, kind: str, name: str) -> Range:
        limits = self.around.limits
        count = limits.sub_count
        known = self.rows.ids[kind]
        taken = [(row.start, row.start + row.size) for row in self.database.ranges[kind]]
        taken += [(start, start + count) for other, start in known.items() if other != name]
        start = known.get(name, limits.sub_uid_min if kind == "subuid" else limits.sub_gid_min)
        while any(start < last and first < start + count for first, last in taken):
            start += count
        known[name] = start
        return Range(name, start, count)

    def _memberships(self) -> None:
        declared = {group.name: self.real(group.name) for group in self.wanted.groups}
        wanted: Dict[str, List[str]] = {}
        for group in self.wanted.groups:
            wanted.setdefault(declared[group.name], []).extend(group.members)
        for user in self.wanted.users:
            # Those that name a declared group are among its members already.
            for extra in (name for name in user.extra_groups if name not in declared):
                wanted.setdefault(self.real(extra), []).append(user.name)
        for name in sorted({*wanted, *self.rows.members}):
            if name not in self.database.groups:
                self._unknown_group(name, wanted.get(name, []))
                self.rows.members.pop(name, None)
                continue
            self._members(name, list(dict.fromkeys(wanted.get(name, []))), name in declared.values())

    def _members(self, name: str, wanted: List[str], declared: bool) -> None:
        present = list(self.database.groups[name].members)
        ours = set(self.rows.members.get(name, []))
        exact = declared and not self.wanted.mutable
        kept = [member for member in present if member in wanted or not (member in ours or exact)]
        new = kept + [member for member in wanted if member not in kept and member in self.database.accounts]
        added = [member for member in new if member not in present]
        removed = [member for member in present if member not in new]
        self.rows.members[name] = sorted((ours & set(new)) | set(added))
        if not self.rows.members[name]:
            del self.rows.members[name]
        if added or removed:
            self.database.set_members(name, tuple(new))
            changes = [f"+{member}" for member in added] + [f"-{member}" for member in removed]
            self._note("group", "change", name, " ".join(changes))
        for member in wanted:
            if member not in self.database.accounts:
                self.warnings.append(f"users.groups.{name}.members: this host has no user {member}")

    def _unknown_group(self, name: str, members: List[str]) -> None:
        import difflib

        nearest = difflib.get_close_matches(name, list(self.database.groups), 1)
        for member in members:
            hint = f" Nearest: {nearest[0]}." if nearest else ""
            self.warnings.append(
                f'users.users.{member}.extraGroups: this host has no group "{name}", and no declared package or option creates it.{hint}'
            )

    # What is no longer declared

    def _forget(self) -> None:
        wanted = {user.name for user in self.wanted.users}
        for name, row in list(self.rows.users.items()):
            if name in wanted:
                continue
            if name not in self.database.accounts:
                # Whoever removed it may have left its password.
                self.database.shadows.pop(name, None)
                del self.rows.users[name]
            elif row.created:
                self._leave(name)
            else:
                self._restore(name, row)
        if not self.wanted.mutable:
            limits = self.around.limits
            for account in list(self.database.accounts.values()):
                if limits.uid_min <= account.uid <= limits.uid_max and account.name not in wanted:
                    self.rows.users.setdefault(account.name, UserRow(True, {}, {}, ""))
                    self.rows.ids["uid"].setdefault(account.name, account.uid)
                    self._leave(account.name)
        self._forget_groups()

    def _leave(self, name: str) -> None:
        """Lock an account that goes: its rows are removed at the end, when nothing needs to be taken back any more."""
        if name in self.leaving:
            return
        self.leaving.append(name)
        shadow, row = self.database.shadows.get(name), self.rows.users.get(name)
        if shadow is not None and row is not None and LEAVING not in row.ours:
            row.ours[LEAVING] = shadow.expires
            hashed = shadow.hash if shadow.hash == LOCKED else LOCKED + shadow.hash
            self.database.shadows[name] = shadow._replace(hash=hashed, expires="1")
        self._note("user", "remove", name, "its home stays")

    def _restore(self, name: str, row: UserRow) -> None:
        account = self.database.accounts[name]
        changes = []
        for field, old in row.before.items():
            if field == "expires":
                shadow = self.database.shadows.get(name)
                if shadow is not None and shadow.expires == row.ours.get(field):
                    self.database.shadows[name] = shadow._replace(expires=old)
                    changes.append(field)
            elif str(getattr(account, field)) == row.ours.get(field):
                account = with_field(account, field, old)
                changes.append(field)
        self.database.accounts[name] = account
        del self.rows.users[name]
        if changes:
            self._note("user", "restore", name, ", ".join(changes))

    def _forget_groups(self) -> None:
        wanted = {self.real(group.name) for group in self.wanted.groups} | {
            self.real(u.group) for u in self.wanted.users
        }
        used: Set[int] = {row.gid for row in self.database.accounts.values()}
        for name in list(self.rows.groups):
            row = self.database.groups.get(name)
            if name in wanted:
                continue
            if row is None or (row.gid not in used and not row.members):
                self.database.remove_group(name)
                self.rows.groups.remove(name)
                if row is not None:
                    self._note("group", "remove", name)
