# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Is the home as the current generation says? What differs in a managed path or object can be put right."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from ..disk import filesystem
from ..disk.folders import Blocked
from ..home.path_state import inspect, shows
from ..state import objects
from ..state.staging import shown_objects

if TYPE_CHECKING:
    from ..home.folder import HomeFolder
    from ..state.ledger import Ledger, Record


def path_drift(home: HomeFolder, ledger: Ledger) -> list[dict[str, str]]:
    """What is not as the ledger says: {"path", "problem": missing, replaced, changed, mode or denied, "detail"}."""
    found: list[dict[str, str]] = []
    home.folders.close()
    enter = home.folders.enter
    for target, record in sorted(ledger.files.items(), key=_by_folder):
        kind = record["kind"]
        folder, _slash, name = target.rpartition("/")
        try:
            at = enter(folder, "follow" in record)
            if (kind == "link" or kind == "symlink") and filesystem.readlink(name, at) == record["text"]:
                continue
            problem = _problem(home, target, record, name, at)
        except Blocked as blocked:
            what = {"absent": "is gone", "link": "is a link now", "file": "is a file now"}.get(blocked.reason)
            known = "missing" if blocked.reason == "absent" else "replaced"
            problem = (known if what else "denied", f"its folder {blocked.path} {what or 'cannot be entered'}")
            if kind in ("seed", "folder"):
                continue
        if problem is not None:
            found.append({"path": target, "problem": problem[0], "detail": problem[1]})
    return found


def _by_folder(item: tuple[str, Record]) -> list[str]:
    return item[0].split("/")


def _problem(home: HomeFolder, target: str, record: Record, name: str, at: int) -> tuple[str, str] | None:
    seen = inspect(name, at)
    kind = record["kind"]
    if kind == "folder":
        return None
    if kind == "seed":
        return ("missing", "it was put there once and is gone") if seen.kind == "absent" else None
    if seen.kind == "absent":
        return "missing", "it is gone"
    if seen.status is not None and seen.status.st_uid != os.geteuid():
        return "replaced", f"it belongs to the user {seen.status.st_uid}"
    if kind in ("link", "symlink"):
        what = (
            f"a link to {seen.text}" if seen.kind == "link" else {"file": "a file", "folder": "a folder"}.get(seen.kind)
        )
        return "replaced", f"it is now {what or 'something else'}"
    if seen.kind != "file":
        return "replaced", "it is no file any more"
    content = home.content(target, bool(record.get("follow")))
    if kind == "merge":
        return None if _text_hash(content) == record["hash"] else ("changed", "its program or its user wrote it since")
    if not shows(content, record["shows"], record["stored"]):
        return "changed", "its user changed it since it was written"
    mode = f"{stat.S_IMODE(seen.status.st_mode):04o}" if seen.status is not None else ""
    return None if mode == record["mode"] else ("mode", f"its mode is {mode}, not {record['mode']}")


def _text_hash(content: bytes | None) -> str:
    from hashlib import sha256

    return sha256(content or b"").hexdigest()


def object_drift(home: HomeFolder, ledger: Ledger, current: str) -> list[tuple[str, str]]:
    """The (path below `home-files`, ID) that the current generation no longer shows as it should."""
    leaves = []
    for target, record in ledger.files.items():
        if record["kind"] == "link":
            if "tree" in record:
                leaves = shown_objects(home.require_state().manifest(current))
                break
            leaves.append((target, record["shows"]))
    leaves.sort(key=_leaf_order)
    return objects.drifted_leaves(home.require_state(), current, leaves, ledger.large)


def _leaf_order(leaf: tuple[str, str]) -> list[str]:
    return leaf[0].split("/")
