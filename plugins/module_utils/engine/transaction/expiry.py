# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Removing generations, and afterwards what only they used."""

from __future__ import annotations

import os
import re
import time

from ..contract.errors import EngineError, ErrorKind
from ..contract.operations import Operation, OperationKind
from ..disk import filesystem, folders
from ..state import layout
from ..state.garbage import collect
from .journal import transaction_id

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterator

    from ..home.folder import HomeFolder
    from ..state.state import State

_UNITS = ".config/systemd/user"
_POINTING = ".hm-point"
# The name of the link that `repoint` renames, with that of its transaction.
_TEMPORARY = re.compile(r"\..*-[0-9]{8}T[0-9]{6}-[0-9a-f]{8}\.hm-point\Z", re.DOTALL)


def protected(state: State) -> set[int]:
    """The generations that must stay: the current one and the one that last finished."""
    return {layout.parse_reference(text)[0] for text in (state.current(), state.completed()) if text is not None}


def expired(state: State, older_than: float | None, keep: int | None, now: float | None = None) -> list[int]:
    """The generations made more than `older_than` seconds ago, and not among the newest `keep`; no protected ones."""
    numbers = state.generations()
    newest = set(numbers[-keep:]) if keep else set()
    limit = (time.time() if now is None else now) - older_than if older_than is not None else None
    chosen = []
    for number in numbers:
        if number in newest or number in protected(state):
            continue
        if limit is None or state.about(number).created < limit:
            chosen.append(number)
    return chosen


def require_removable(state: State, numbers: list[int]) -> None:
    """EngineError `generation` for one that is missing or must stay."""
    present, fixed = set(state.generations()), protected(state)
    for number in numbers:
        if number not in present:
            raise EngineError(f"there is no generation {number}", ErrorKind.GENERATION)
        if number in fixed:
            raise EngineError(f"generation {number} is in use and cannot be removed", ErrorKind.GENERATION)


def remove(home: HomeFolder, numbers: list[int]) -> list[Operation]:
    """Remove generations and what only they used; what was done. EngineError as `require_removable`."""
    state = home.require_state()
    require_removable(state, numbers)
    # While this folder is there, the next run knows that there is something to sweep.
    state.folder(layout.STAGING)
    operations = repoint(home, set(numbers))
    for number in numbers:
        hidden = f"{layout.GENERATIONS}/.{number}"
        filesystem.chmod(layout.reference(number), 0o700, state.fd)
        filesystem.rename(layout.reference(number), hidden, state.fd, state.fd)
        filesystem.remove_tree(hidden, state.fd)
        filesystem.remove_tree(f"{layout.FAILED}/{number}", state.fd)
        operations.append(Operation(OperationKind.REMOVE, layout.reference(number)))
    collect(state)
    filesystem.remove_tree(layout.STAGING, state.fd)
    return operations


def repoint(home: HomeFolder, numbers: set[int]) -> list[Operation]:
    """Links that `systemctl --user enable` made into a removed generation: lead them through `current` instead."""
    operations: list[Operation] = []
    prefixes = tuple(f"{home.state_path}/{layout.reference(number)}/{layout.FILES}/" for number in numbers)
    for folder, names in _unit_folders(home):
        fd = filesystem.open_folder(folder, home.fd, follow=True)
        try:
            for name in names:
                text = filesystem.readlink(name, fd)
                absolute = os.path.normpath(os.path.join(home.path, folder, text)) if text else ""
                if absolute.startswith(prefixes):
                    operations.append(_lead_through_current(home, fd, folder, name, absolute))
        finally:
            os.close(fd)
    return operations


def _lead_through_current(home: HomeFolder, fd: int, folder: str, name: str, text: str) -> Operation:
    path, rest = f"{folder}/{name}", text.split(f"/{layout.FILES}/", 1)[1]
    if filesystem.lstat(f"{layout.CURRENT}/{layout.FILES}/{rest}", home.require_state().fd) is None:
        return Operation(OperationKind.KEEP, path, f"leads to {text}, which is removed")
    temporary = f".{name[:80]}-{transaction_id()}{_POINTING}"
    filesystem.symlink(home.absolute_text(rest), temporary, fd)
    filesystem.rename(temporary, name, fd, fd)
    return Operation(OperationKind.REPAIR, path, f"led to {text}")


def forget_repointing(home: HomeFolder) -> None:
    """Remove the link that a crash in the middle of `repoint` left; nothing of the user's, whatever its name is."""
    for folder, names in _unit_folders(home):
        for name in names:
            path = f"{folder}/{name}"
            if _TEMPORARY.match(name) and home.is_ours(path, filesystem.readlink(f"{home.path}/{path}")):
                filesystem.unlink(f"{home.path}/{path}")


def _unit_folders(home: HomeFolder) -> Iterator[tuple[str, list[str]]]:
    return folders.walk(_UNITS, home.fd, follow=True)
