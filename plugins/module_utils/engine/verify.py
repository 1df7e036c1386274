# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Is the home as the current generation says? What differs in a managed path or object can be put right."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING, Any

from . import drift, filesystem, store
from .errors import EngineError
from .folders import Blocked
from .home import look_at, shows
from .ledger import Ledger

if TYPE_CHECKING:
    from .home import Home
    from .ledger import Record

    Answer = dict[str, Any]


def differences(home: Home, ledger: Ledger) -> list[dict[str, str]]:
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


def _problem(home: Home, target: str, record: Record, name: str, at: int) -> tuple[str, str] | None:
    seen = look_at(name, at)
    kind = record["kind"]
    if kind == "folder":
        return None
    if kind == "seed":
        return ("missing", "it was put there once and is gone") if seen.kind == "absent" else None
    if seen.kind == "absent":
        return "missing", "it is gone"
    if seen.status is not None and seen.status.st_uid != _owner():
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


def _owner() -> int:
    import os

    return os.geteuid()


def _text_hash(content: bytes | None) -> str:
    from hashlib import sha256

    return sha256(content or b"").hexdigest()


def damaged(home: Home, ledger: Ledger, current: str) -> list[tuple[str, str]]:
    """The (path below `home-files`, ID) that the current generation no longer shows as it should."""
    leaves = []
    for target, record in ledger.files.items():
        if record["kind"] == "link":
            if "tree" in record:
                leaves = drift.shown(home.there().manifest(current))
                break
            leaves.append((target, record["shows"]))
    leaves.sort(key=_leaf_order)
    return drift.damaged_in_generation(home.there(), current, leaves, ledger.large)


def _leaf_order(leaf: tuple[str, str]) -> list[str]:
    return leaf[0].split("/")


def mend_all(home: Home, found: list[tuple[str, str]], current: str) -> list[dict[str, str]]:
    """Put these objects right; operations for people."""
    from .switch import transaction_name

    view = home.there().manifest(current)
    tx = transaction_name()
    done: list[dict[str, str]] = []
    home.there().folder(store.STAGING)
    for name in sorted({name for _path, name in found}):
        path = next(path for path, other in found if other == name)
        mode = view["objects"][name]["mode"]
        detail = drift.mend(home, name, mode, tx, f"{current}/{store.FILES}/{path}")
        done.append({"op": "repair", "path": path, "detail": detail})
    filesystem.remove_tree(store.STAGING, home.there().fd)
    return done


def verify(home: Home, request: dict[str, Any], user: str) -> Answer:
    """The verb: {"changed", "generation", "drift", "repaired", "warnings"}; with `repair` what can be put right is."""
    from .probe import begin, repair

    answer: Answer = {"changed": False, "generation": None, "drift": [], "repaired": [], "warnings": []}
    if home.state is None:
        return answer
    dry = bool(request.get("check"))
    answer["warnings"] = begin(home, dry)
    answer["changed"] = bool(answer["warnings"]) and not dry
    current = home.state.current()
    ledger = Ledger.read(home.state, home.path)
    if current is None:
        if ledger.files:
            raise EngineError(
                "the link `current` is missing; switch or activate a generation to mend the home", "state"
            )
        return answer
    answer["generation"] = store.parse_reference(current)[0]
    broken = damaged(home, ledger, current)
    answer["drift"] = differences(home, ledger) + [_told(path, name) for path, name in broken]
    if current != home.state.completed():
        answer["warnings"].append("the last switch did not finish: its hooks are owed")
    if request.get("repair") and answer["drift"]:
        if dry:
            answer["changed"] = True
        else:
            repaired, left = repair(home, ledger, current, broken, user)
            answer["repaired"] = repaired
            answer["changed"] = answer["changed"] or bool(repaired)
            answer["warnings"] += left
    return answer


def _told(path: str, name: str) -> dict[str, str]:
    return {"path": path, "problem": "object", "detail": f"the object {name} was changed in place"}
