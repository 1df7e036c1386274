# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Backups that a transaction made and no longer needs."""

from __future__ import annotations

from ..disk import filesystem
from ..home.path_state import inspect


def drop_backup(name: str, backup: str, fd: int) -> None:
    """Remove a backup whose original is still where it was."""
    first, second = inspect(name, fd), inspect(backup, fd)
    if first.status is None or second.status is None:
        return
    same = first.status.st_ino == second.status.st_ino
    if not same and first.kind == second.kind == "link":
        same = first.text == second.text
    if not same and first.kind == second.kind == "file" and first.status.st_size == second.status.st_size:
        same = filesystem.read(name, fd) == filesystem.read(backup, fd)
    if same:
        filesystem.unlink(backup, fd)
