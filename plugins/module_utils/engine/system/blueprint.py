# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Everything that a declaration asks of this host, planned against what is there. Nothing is changed here."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, NamedTuple

from ..contract.errors import EngineError, ErrorKind
from ..disk import queries
from .accounts.database import Database, read_database
from .accounts.limits import Limits
from .accounts.planner import AccountsPlanner, HostContext
from .accounts.reading import read_from
from .answer import Diff
from .checks.future import Future, FutureFile, future_of, returning
from .declaration import EMPTY
from .etc.disk import Etc
from .etc.lines import plan_lines
from .etc.planner import EtcPlanner, Wanted, wanted_content
from .etc.writer import newer_version
from .operation import Operation
from .packages.dpkg import Dpkg
from .runner import own_entries

if TYPE_CHECKING:
    from typing import Callable, Dict, List, Mapping, Set, Tuple

    from .accounts.declared import Password
    from .accounts.planner import Plan as AccountsPlan
    from .declaration import Declaration, EtcEntry
    from .etc.planner import EtcPlan
    from .inits.init import Init
    from .packages.manager import PackageManager
    from .packages.planner import PackagePlan
    from .records import Ledger
    from .state import SystemState

_SHELL_FOLDERS = ("/bin", "/usr/bin", "/sbin", "/usr/sbin", "/usr/local/bin")
_DAY = 86400


class Context(NamedTuple):
    """Where a plan is made: the state, where /etc is, how an object is read (`read` knows those that are only being shipped), and the host.

    `new_passwords` and `old_keys` are false where an older generation is gone back to: its passwords are not set, and its keys are
    not brought back.
    """

    state: SystemState
    etc: Etc
    read: Callable[[str], bytes]
    packages: PackageManager
    init: Init
    new_passwords: bool = True
    old_keys: bool = True


class Blueprint(NamedTuple):
    """One plan of the whole host. `lines` are the files to write for added lines, `line_rows` the lines that are ours then."""

    declaration: Declaration
    entries: Dict[str, EtcEntry]
    contents: Dict[str, bytes]
    etc: EtcPlan
    lines: Dict[str, str]
    line_rows: Dict[str, List[str]]
    line_operations: List[Operation]
    accounts: AccountsPlan
    before: Dict[str, str]
    packages: PackagePlan
    warnings: List[str]
    returning: Mapping[str, FutureFile]

    @property
    def nothing(self) -> bool:
        """Whether the host is as it was declared."""
        return not (
            self.etc.steps or self.etc.collisions or self.lines or self.accounts.changed or not self.packages.nothing
        )

    def operations(self) -> List[Operation]:
        """All that is going to change, for people."""
        return [
            *self.packages.operations(),
            *self.accounts.operations,
            *self.etc.operations,
            *self.line_operations,
        ]

    def future(self) -> Future:
        """What /etc will be."""
        files = future_of(self.etc.steps, self.entries, self.contents, self.returning)
        for target, text in self.lines.items():
            files.append(FutureFile(target, text.encode("utf-8", "surrogateescape"), None, 0o644, 0, 0, ""))
        new = self.accounts.database.texts()
        changed = {name: text for name, text in new.items() if text != self.before.get(name)}
        return Future(files, changed, frozenset(self.entries), bool(self.packages.install))


def make_blueprint(context: Context, declaration: Declaration, ledger: Ledger) -> Blueprint:
    """The plan. EngineError and OSError where the host cannot be read, or the declaration not be realised."""
    own, own_contents = own_entries(context.init.boot_files(context.state.root))
    entries = context.init.placed({**(own if declaration != EMPTY else {}), **declaration.etc})

    def read(name: str) -> bytes:
        return own_contents[name] if name in own_contents else context.read(name)

    accounts, before = _accounts(context, declaration, ledger)
    kept = set() if context.old_keys else _forward_only(context.etc, entries, read)
    entries = {target: entry for target, entry in entries.items() if target not in kept}
    warnings = [
        *accounts.warnings,
        *(f"/etc/{target} stays as it is: a rollback restores no old keys" for target in sorted(kept)),
    ]
    packages = context.packages.plan(declaration.packages, ledger.packages)
    pending = bool(packages.install)
    wanted = {
        target: Wanted(
            entry,
            wanted_content(entry, read),
            _number(entry.user, accounts.database, "user", target, pending),
            _number(entry.group, accounts.database, "group", target, pending),
        )
        for target, entry in entries.items()
    }
    pristine = None if Dpkg().there else context.packages.pristine
    etc = EtcPlanner(context.etc, ledger.etc, _owned(), _backup_names(context.state), pristine).plan(wanted, kept)
    warnings += [] if pristine is None else _newer_versions(context.etc, entries)
    contents = {target: read(entry.object) for target, entry in entries.items() if entry.object is not None}
    lines, rows, operations = plan_lines(
        _wanted_lines(context, declaration), ledger.etc.lines, _line_contents(context, declaration, ledger)
    )
    back = returning(etc.steps, context.etc, context.state.path("backups"))
    return Blueprint(
        declaration, entries, contents, etc, lines, rows, operations, accounts, before, packages, warnings, back
    )  # fmt: skip


def _forward_only(etc: Etc, entries: Mapping[str, EtcEntry], read: Callable[[str], bytes]) -> Set[str]:
    """The targets that a rollback would change and must not."""
    found = {target: entry for target, entry in entries.items() if entry.forward_only}
    return {target for target, entry in found.items() if etc.look(target).content != wanted_content(entry, read)}


def _accounts(context: Context, declaration: Declaration, ledger: Ledger) -> Tuple[AccountsPlan, Dict[str, str]]:
    etc = context.etc.root
    database = read_database(read_from(etc))
    before = database.texts()
    limits = Limits.of((context.etc.read("login.defs") or b"").decode("utf-8", "replace"))

    def hashed(password: Password) -> str | None:
        if password.kind == "file":
            try:
                with open(password.source, encoding="utf-8") as source:
                    return source.read().strip()
            except FileNotFoundError:
                return None
        text = context.read(password.source).decode("utf-8")
        if password.kind == "hash":
            return text
        from .accounts.hashing import hash_password

        return hash_password(text)

    around = HostContext(limits, int(time.time()) // _DAY, hashed, _shell, context.new_passwords)
    return AccountsPlanner(declaration.accounts, database, ledger.accounts, around).plan(), before


def _shell(path: str) -> str:
    """The shell as this host has it: where it is said to be, or by its name in the usual folders."""
    if queries.exists(path):
        return path
    base = os.path.basename(path)
    return next((f"{folder}/{base}" for folder in _SHELL_FOLDERS if queries.exists(f"{folder}/{base}")), path)


def _number(name: str, database: Database, kind: str, target: str, pending: bool) -> int:
    """The number of a user or group said by name, or as `+N`. A package that is still to come may bring the name."""
    if name.startswith("+") and name[1:].isdigit():
        return int(name[1:])
    if kind == "user" and name in database.accounts:
        return database.accounts[name].uid
    if kind == "group" and name in database.groups:
        return database.groups[name].gid
    if pending:
        return 0
    raise EngineError(
        f'/etc/{target} should belong to the {kind} "{name}", which this host does not have', ErrorKind.ACCOUNTS
    )


def _owned() -> Callable[[str], bool]:
    found: Set[str] | None = None
    dpkg = Dpkg()

    def owned(target: str) -> bool:
        nonlocal found
        if not dpkg.there:
            return False
        if found is None:
            found = dpkg.owned() - dpkg.diverted()
        return f"/etc/{target}" in found

    return owned


def _newer_versions(etc: Etc, entries: Dict[str, EtcEntry]) -> List[str]:
    """What to say of packages that brought a new version of a file which is ours."""
    found = ((target, newer_version(etc.path(target))) for target in sorted(entries))
    return [
        f"its package has a new version of /etc/{target}, which is left next to it as {os.path.basename(path)}"
        for target, path in found
        if path is not None
    ]


def _backup_names(state: SystemState) -> Callable[[str], str]:
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
    taken: Set[str] = set()

    def free(target: str) -> str:
        base = target.replace("/", "_")[:150]
        number = 0
        while True:
            name = f"{stamp}-{number}-{base}"
            number += 1
            if name not in taken and not queries.is_taken(state.path("backups", name)):
                taken.add(name)
                return name

    return free


def _wanted_lines(context: Context, declaration: Declaration) -> Dict[str, Tuple[str, ...]]:
    wanted = dict(declaration.lines)
    shells = tuple(shell for shell in declaration.shells if queries.exists(shell))
    if shells:
        wanted["shells"] = (*wanted.get("shells", ()), *shells)
    return wanted


def _line_contents(context: Context, declaration: Declaration, ledger: Ledger) -> Dict[str, str | None]:
    found: Dict[str, str | None] = {}
    for target in {*declaration.lines, *ledger.etc.lines, "shells"}:
        content = context.etc.read(target)
        found[target] = None if content is None else content.decode("utf-8", "surrogateescape")
    return found


def diffs(blueprint: Blueprint, etc: Etc, ledger: Ledger) -> List[Diff]:
    """The texts of the files that change, before and after, without those that are secret."""
    found = []
    for file in blueprint.future().files:
        entry = blueprint.entries.get(file.target)
        known = ledger.etc.files.get(file.target)
        if (entry is not None and entry.sensitive) or (known is not None and known.sensitive) or file.link is not None:
            continue
        diff = Diff.between(f"/etc/{file.target}", etc.read(file.target), file.content)
        if diff is not None and diff.before != diff.after:
            found.append(diff)
    return found
