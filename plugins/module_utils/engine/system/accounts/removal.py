# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Removing accounts from the user database."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import List

    from .database import Database
    from .rows import Rows


def removed(database: Database, rows: Rows, names: List[str]) -> None:
    """Take the rows of accounts that leave out of the database, and out of what is remembered; their ids stay known."""
    for name in names:
        account = database.accounts.get(name)
        if account is not None:
            rows.ids["uid"].setdefault(name, account.uid)
        for row in database.ranges["subuid"]:
            if row.name == name:
                rows.ids["subuid"].setdefault(name, row.start)
        for row in database.ranges["subgid"]:
            if row.name == name:
                rows.ids["subgid"].setdefault(name, row.start)
        database.remove_user(name)
        rows.users.pop(name, None)
