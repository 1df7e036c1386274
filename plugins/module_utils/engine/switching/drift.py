# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Drift: where the home differs from the ledger and the current generation."""

from __future__ import annotations

from ..contract.outcomes import Drift
from ..contract.paths import depth_first
from ..disk import filesystem
from ..disk.folders import Blocked
from ..state import objects

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..contract.records import Record
    from ..home.folder import HomeFolder
    from ..state.ledger import Ledger


def path_drift(home: HomeFolder, ledger: Ledger) -> list[Drift]:
    """What differs from the ledger, sorted by path."""
    home.folders.close()
    links = {target: (text, follow) for target, text, follow in ledger.links()}
    found: list[Drift] = []
    for target in sorted(ledger.targets(), key=depth_first):
        folder, _slash, name = target.rpartition("/")
        if target in links:
            text, follow = links[target]
            try:
                if filesystem.readlink(name, home.folders.enter(folder, follow)) == text:
                    continue
            except Blocked:
                pass
        record = ledger.record(target)
        drift = _drift(home, target, record) if record is not None else None
        if drift is not None:
            found.append(drift)
    known = {item.path for item in found}
    detail = "the system refused to bring it up to date; the next switch does"
    return found + [Drift(target, "changed", detail) for target in ledger.unfinished if target not in known]


def _drift(home: HomeFolder, target: str, record: Record) -> Drift | None:
    from ..home.path_state import inspect
    from ..methods.table import method_named
    from ..planning.path import ManagedPath

    try:
        at, name = home.enter(target, record.follow)
    except Blocked as blocked:
        if record.kind in ("seed", "folder"):
            return None
        now = {"absent": "is gone", "link": "is now a link", "file": "is now a file"}[blocked.reason]
        problem = "missing" if blocked.reason == "absent" else "replaced"
        return Drift(target, problem, f"its folder {blocked.path} {now}")
    path = ManagedPath(home, target, inspect(name, at), record.follow, record=record)
    return method_named(record.kind).drift(path, record)


def object_drift(home: HomeFolder, ledger: Ledger, current: str) -> list[tuple[str, str]]:
    """The (path below `home-files`, ID) that the current generation no longer shows as it should."""
    state = home.require_state()
    leaves = ledger.leaves()
    if leaves is None:
        leaves = state.manifest(current).view.leaves()
    leaves.sort(key=lambda leaf: depth_first(leaf[0]))
    return objects.drifted_leaves(state, current, leaves, ledger.large)


def described(drifted: list[tuple[str, str]]) -> list[Drift]:
    """What `object_drift` found, for people."""
    return [Drift(path, "object", f"the object {name} was modified in place") for path, name in drifted]
