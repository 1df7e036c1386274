# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether the administrator who is connected can come back: account, shell, login and sudo, now and afterwards."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from ..process import as_user, run, which
from . import sshd
from .logins import Logins, logins, ssh_connection
from .report import Check

if TYPE_CHECKING:
    from typing import Set

    from ..accounts.database import Database

_NO_SHELL = ("nologin", "false", "sync")


class Access(NamedTuple):
    """What a user can do: log in by ssh with a key, and use sudo without a password. None: not tried."""

    login: bool | None
    sudo: bool | None
    logins: Logins = Logins()


def connected() -> str:
    """Who is connected: whoever called sudo, else the login user of this session, else root."""
    import pwd

    name = os.environ.get("SUDO_USER", "")
    if name:
        return name
    try:
        with open("/proc/self/loginuid", encoding="ascii") as source:
            number = int(source.read())
    except (FileNotFoundError, ValueError):
        return "root"
    if number in (0, 0xFFFFFFFF):
        return "root"
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return "root"


def access(user: str, login: bool = True) -> Access:
    """What a user can do with the /etc of this process."""
    can_sudo: bool | None = None
    if user != "root" and which("sudo") is not None:
        can_sudo = run(as_user(user, ["sudo", "-n", "true"]), 20.0).good
    return Access(sshd.trial_login(user), can_sudo, logins(user)) if login else Access(None, can_sudo)


def groups_of(database: Database, user: str) -> Set[str]:
    """The groups of a user by a database of accounts."""
    account = database.accounts.get(user)
    found = {row.name for row in database.groups.values() if user in row.members}
    if account is not None:
        primary = database.group_of(account.gid)
        found |= {primary.name} if primary is not None else set()
    return found


def lost(user: str, before: Access, after: Access, database: Database) -> Check:
    """Whether the switch would take from a user what is needed to come back."""
    account = database.accounts.get(user)
    if account is None:
        return Check("access", False, f'"{user}" would have no account')
    if os.path.basename(account.shell) in _NO_SHELL:
        return Check("access", False, f'the shell of "{user}" would be {account.shell}')
    shadow = database.shadows.get(user)
    if shadow is not None and shadow.expires == "1":
        return Check("access", False, f'the account of "{user}" would be locked')
    if before.sudo and after.sudo is False:
        return Check("access", False, f'"{user}" could no longer use sudo')
    if before.login and after.login is False:
        why = sshd.is_locked_out(user, groups_of(database, user)) or f'"{user}" could no longer log in by ssh'
        return Check("access", False, why)
    return Check("access", True)


def shut(user: str, before: Logins, after: Logins, database: Database) -> Check:
    """Whether the switch would close the way that the user's connection came: its port, or all of the user's keys."""
    connection = ssh_connection()
    if not connection:
        return Check("access", True)
    server, port = connection[2].replace("::ffff:", ""), int(connection[3])
    if before.takes(server, port) and after.listens and not after.takes(server, port):
        moved = not after.port(port)
        place = f"port {port}, the port of" if moved else f"{server}, the address of"
        option = f"services.openssh.{'ports' if moved else 'listenAddresses'}"
        why = f"sshd would no longer listen on {place} your connection"
        return Check("access", False, f"{why}; keep it in {option} until your inventory names the new one")
    shadow = database.shadows.get(user)
    password = after.password and shadow is not None and shadow.hash[:1] not in ("", "!", "*")
    if before.keys and after.keys is not None and not before.keys & after.keys and not password:
        why = f'sshd would accept none of the keys that it accepts from "{user}" now'
        return Check("access", False, f"{why}; keep one of them, or switch with home_system_confirm")
    return Check("access", True)
