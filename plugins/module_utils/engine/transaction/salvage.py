# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the engine can do by itself about each damaged file of the state.

A journal or a pointer is set aside in the folder `drift`. A ledger is rewritten from its copy, or rebuilt from the
current generation and what is on disk.
"""

from __future__ import annotations

import re

from ..contract.errors import EngineError, ErrorKind
from ..contract.manifest import View
from ..contract.paths import split
from ..disk import filesystem
from ..disk.folders import Blocked
from ..home.path_state import inspect
from ..methods.table import evidence, method_named
from ..planning.path import ManagedPath
from ..state import layout
from ..state.ledger import Ledger
from .commit import make_way
from .journal import transaction_id
from .recovery import sweep

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..contract.records import Record
    from ..home.folder import HomeFolder
    from ..state.state import State

# The files that are replaced when they are damaged. A damaged generation is left to its owner.
REPLACED = (layout.LEDGER, layout.JOURNAL, layout.CURRENT, layout.COMPLETED, layout.SERVICES)
_TEMPORARY = re.compile(r"\.hm-[0-9]{8}T[0-9]{6}-[0-9a-f]{8}")


def replace(home: HomeFolder, part: str) -> list[str]:
    """Do without a damaged file of the state, one of REPLACED; warnings that say what was done."""
    state = home.require_state()
    if part == layout.LEDGER:
        return [_replace_ledger(home)]
    saved = _set_aside(state, part)
    if part == layout.JOURNAL:
        return _end_unknown(home, saved)
    return [f"{state.path}/{part} was damaged; it is now {saved}"]


def _set_aside(state: State, name: str) -> str:
    path = state.set_aside(name, transaction_id())
    filesystem.sync(state.fd, state.path)
    return f"{state.path}/{path}"


def _replace_ledger(home: HomeFolder) -> str:
    state = home.require_state()
    ledger = Ledger.copy(state)
    where = f"{state.path}/{layout.LEDGER}"
    if ledger is not None:
        message = f"{where} was damaged or lost; it was rewritten from its copy"
    else:
        ledger = _made_anew(home)
        message = (
            f"{where} and its copy were damaged or lost; the ledger was rebuilt from the current generation and the home."
            " Backups stay where they are, and folders that a switch created are no longer removed"
        )
    if filesystem.lstat(layout.LEDGER, state.fd) is not None:
        message += f". The damaged file is now {_set_aside(state, layout.LEDGER)}"
    _write(state, ledger)
    return message


def _write(state: State, ledger: Ledger) -> None:
    temporary = f"{layout.DRIFT}/.{layout.LEDGER}"
    state.folder(layout.DRIFT)
    for name in (layout.LEDGER_COPY, layout.LEDGER):
        make_way(state, name)
        filesystem.remove_tree(temporary, state.fd)
        state.write_json(temporary, ledger.json(), sync=True)
        filesystem.rename(temporary, name, state.fd, state.fd)
    filesystem.sync(state.fd, state.path)
    if not state.names(layout.DRIFT):
        filesystem.rmdir(layout.DRIFT, state.fd)


def _made_anew(home: HomeFolder) -> Ledger:
    """The ledger of the current generation: each of its paths as its method would record it."""
    state = home.require_state()
    current = state.current()
    manifest = state.readable_manifest(current) if current is not None else None
    view = manifest.view if manifest is not None else View()
    # What a merge remembers cannot be had from the file; the next switch finds its keys in place, and leaves them there.
    files = {target: _recorded(home, view, target) for target, entry in view.files.items() if entry.method != "merge"}
    return Ledger(home.path, files, [], max(state.generations() or [0]), {})


def _recorded(home: HomeFolder, view: View, target: str) -> Record:
    """The record of a path as its method makes it."""
    entry = view.files[target]
    follow = entry.force and home.inspect(target).kind == "blocked"
    path = ManagedPath(home, target, home.inspect(target, follow), follow, entry)
    record = method_named(entry.method).record(path, view.objects)
    record.follow, record.sensitive = follow, entry.sensitive
    return record


def _end_unknown(home: HomeFolder, saved: str) -> list[str]:
    """End the switch whose journal is damaged: what is ours of its temporaries goes, and both ledgers become one."""
    state = home.require_state()
    former, staged = _usable(state, layout.LEDGER), _usable(state, f"{layout.STAGING}/{layout.LEDGER}")
    flipped = filesystem.readlink(f"{layout.STAGING}/{layout.CURRENT}", state.fd) is None
    records = {**(former.files if former is not None else {}), **(staged.files if staged is not None else {})}
    left = _remove_temporaries(home, records)
    if flipped and staged is not None:
        # What the switch was to remove or to replace may be there still: the next one does it.
        staged.files.update({path: record for path, record in records.items() if path not in staged.files})
        for path, earlier in former.files.items() if former is not None else ():
            staged.files[path] = _fitting(home, path, [staged.files[path], earlier])
        _write(state, staged)
    sweep(home)
    message = (
        f"an earlier switch was interrupted, and its journal is damaged (it is now {saved}): what it had started was"
        f" {'finished' if flipped else 'undone'} as far as possible; `home-manager verify` shows what differs"
    )
    return [message, *(f"{path} was left by that switch, and may contain what was there before" for path in left)]


def _fitting(home: HomeFolder, target: str, records: list[Record]) -> Record:
    """The first of these records by which what is at a path is ours; the first of all when it is by none."""
    for record in records:
        path = ManagedPath(home, target, home.inspect(target, record.follow), record.follow, record=record)
        if evidence(path) is not None:
            return record
    return records[0]


def _usable(state: State, name: str) -> Ledger | None:
    try:
        value = state.json(name)
        return Ledger.of(value) if value is not None else None
    except EngineError as error:
        if error.kind != ErrorKind.DAMAGED:
            raise
        return None


def _remove_temporaries(home: HomeFolder, records: dict[str, Record]) -> list[str]:
    """Remove the temporaries next to these paths that hold nothing of the user's; the others."""
    left: list[str] = []
    home.folders.close()
    for folder in sorted({split(target)[0] for target in records}):
        try:
            fd = home.folders.enter(folder)
            found = [name for name in filesystem.names(fd) if name.startswith(".") and _TEMPORARY.search(name)]
        except Blocked:
            continue
        near = [record for target, record in records.items() if split(target)[0] == folder]
        for name in found:
            path = f"{folder}/{name}" if folder else name
            if _is_ours(home, path, fd, near):
                filesystem.unlink(name, fd)
            else:
                left.append(path)
    return left


def _is_ours(home: HomeFolder, path: str, fd: int, near: list[Record]) -> bool:
    """Whether a temporary is a link of ours, or a file with the content that a record near to it has."""
    name = split(path)[1]
    there = inspect(name, fd)
    if there.kind == "link":
        return home.is_ours(path, there.text) or there.text in [record.text for record in near]
    if there.kind != "file":
        return False
    return any(
        ManagedPath(home, path, there, record=record).unchanged() for record in near if record.object and record.stored
    )
