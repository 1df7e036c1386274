# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Fields of accounts: how one is replaced, how passwords are told apart, and how a day is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...contract.errors import EngineError, ErrorKind
from .database import Account

if TYPE_CHECKING:
    from .declared import User


def with_field(account: Account, field: str, value: str) -> Account:
    """The account with another gid, home, shell or description."""
    if field == "gid":
        return account._replace(gid=int(value))
    if field == "home":
        return account._replace(home=value)
    if field == "shell":
        return account._replace(shell=value)
    return account._replace(description=value)


def identity(user: User) -> str:
    """What tells one declared password from another."""
    return "" if user.password is None else f"{user.password.kind} {user.password.source}"


def expiry(day: str | None) -> str:
    """Days since 1970 of a day as YYYY-MM-DD."""
    if day is None:
        return ""
    import datetime

    try:
        return str((datetime.date(*(int(part) for part in day.split("-"))) - datetime.date(1970, 1, 1)).days)
    except ValueError:
        raise EngineError(f"{day} is not a valid date", ErrorKind.ACCOUNTS) from None
