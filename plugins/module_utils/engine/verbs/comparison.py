# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What differs between two generations, or between the current one and the home as it is. Writes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..contract.errors import EngineError
from ..disk import filesystem
from ..state import layout
from ..state.ledger import Ledger
from ..switching.drift import path_drift
from ..switching.report import changed_lines, text_of
from ..switching.session import session_changes

if TYPE_CHECKING:
    from ..contract.manifest import Manifest
    from ..home.folder import HomeFolder
    from ..state.state import State

    Answer = dict[str, Any]
    # {"object": ID} or {"symlink": TEXT}, with "sensitive" and "method" where they matter.
    Leaf = dict[str, Any]


def compare(home: HomeFolder, request: dict[str, Any]) -> Answer:
    """The verb: the answer of a switch from generation `from` to `to` (default: the current one), with all texts.

    Without `from`, from the current generation to the home as it is. `path` names one file. EngineError `generation`.
    """
    state = home.require_state()
    current = state.current()
    if current is None:
        raise EngineError("no generation is current, so there is nothing to compare with", "generation")
    number = layout.parse_reference(current)[0]
    first, second = request.get("from"), request.get("to")
    if first is None:
        answer: Answer = {"previous": number, "generation": None, "operations": _drifted(home, state, current)}
    else:
        second = number if second is None else int(second)
        answer = {"previous": int(first), "generation": second}
        old, new = (state.manifest(layout.reference(chosen)) for chosen in (int(first), second))
        answer["operations"] = _changes(state, old, new)
        before, after = (state.about(chosen).get("session") for chosen in (int(first), second))
        answer["session"] = session_changes(before, after) if before is not None and after is not None else []
        answer["packages"] = _packages(old, new)
    path = request.get("path")
    if path is not None:
        answer["operations"] = [item for item in answer["operations"] if item["path"] == path]
        answer.update(session=[], packages=[])
    answer["changed"] = any(answer.get(name) for name in ("operations", "session", "packages"))
    return dict(answer, collisions=[], warnings=[], hooks=[])


def _packages(old: Manifest, new: Manifest) -> list[dict[str, str]]:
    before, after = ({_package(item)[0]: item for item in side.get("packages") or []} for side in (old, new))
    found = []
    for name in sorted({**before, **after}, key=str.lower):
        first, second = before.get(name), after.get(name)
        if first == second:
            continue
        item = {"name": name, "op": "add" if first is None else "remove" if second is None else "change"}
        versions = (("from", first), ("to", second))
        item.update({key: _package(value)[1] for key, value in versions if value is not None and _package(value)[1]})
        found.append(item)
    return found


def _package(item: Any) -> tuple[str, str]:
    """The name and the version of a package of a manifest, which is a mapping, or the name alone."""
    if isinstance(item, dict):
        return str(item["name"]), str(item.get("version") or "")
    return str(item), ""


def _leaves(manifest: Manifest) -> dict[str, Leaf]:
    """Every file and link of a generation, those of folders linked whole too."""
    found: dict[str, Leaf] = {}
    for target, entry in manifest["files"].items():
        if entry["type"] == "tree":
            for rel, leaf in entry["entries"].items():
                if "dir" not in leaf:
                    found[f"{target}/{rel}"] = dict(leaf, sensitive=entry.get("sensitive") or leaf.get("sensitive"))
        elif entry["type"] == "symlink":
            found[target] = {"symlink": entry["to"], "sensitive": entry.get("sensitive")}
        else:
            kept = ("object", "method", "mode", "sensitive")
            found[target] = {name: entry[name] for name in kept if entry.get(name)}
    return found


def _changes(state: State, old: Manifest, new: Manifest) -> list[dict[str, Any]]:
    before, after = _leaves(old), _leaves(new)
    operations = []
    for path in sorted({**before, **after}):
        first, second = before.get(path), after.get(path)
        if first == second:
            continue
        op = "add" if first is None else "remove" if second is None else "change"
        operation: dict[str, Any] = {"op": op, "path": path, "detail": ""}
        operations.append(operation)
        if any(leaf is not None and leaf.get("sensitive") for leaf in (first, second)):
            operation["secret"] = True
            continue
        if second is not None and "symlink" in second:
            operation.update(what="link", to=second["symlink"])
            continue
        _compare(operation, _content(state, first), _content(state, second))
    return operations


def _content(state: State, leaf: Leaf | None) -> bytes | None:
    if leaf is None or "object" not in leaf:
        return None
    try:
        return filesystem.read(f"{layout.STORE}/{leaf['object']}", state.fd)
    except FileNotFoundError:
        raise EngineError(
            f"the content of {leaf['object']} is lost; `verify --repair` brings it back", "object"
        ) from None


def _compare(operation: dict[str, Any], before: bytes | None, after: bytes | None) -> None:
    texts = [text_of(before), text_of(after)]
    if any(text is None for text in texts):
        operation["what"] = "binary"
        operation["diff"] = {"bytes": len(after if after is not None else before or b"")}
        return
    removed, added = changed_lines(texts[0] or "", texts[1] or "")
    operation["diff"] = {
        "removed": removed,
        "added": added,
        "before": None if before is None else texts[0],
        "after": None if after is None else texts[1],
    }


def _drifted(home: HomeFolder, state: State, current: str) -> list[dict[str, Any]]:
    """What is not in the home as the current generation has it."""
    ledger = Ledger.read(state, home.path)
    files = state.manifest(current)["files"]
    operations = []
    for item in path_drift(home, ledger):
        path, record = item["path"], ledger.files[item["path"]]
        op = "remove" if item["problem"] == "missing" else "change"
        operation: dict[str, Any] = {"op": op, "path": path, "detail": item["detail"]}
        operations.append(operation)
        if files.get(path, {}).get("sensitive") or record.get("sensitive"):
            operation["secret"] = True
        elif item["problem"] == "changed" and record["kind"] == "copy":
            held = home.content(path, bool(record.get("follow")))
            _compare(operation, _content(state, {"object": record["shows"]}), held)
        else:
            operation["note"] = item["detail"]
    return operations
