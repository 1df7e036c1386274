# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What changes in the session between two generations: variables, and folders of the search path.

A session is `{"variables": {NAME: TEXT or {"secret": HASH}}, "path": [FOLDER]}`; `generation.json` keeps it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    Session = dict[str, Any]


def session_changes(before: Session, after: Session) -> list[dict[str, Any]]:
    """{"name", "op": add, change or remove, "kind": variable or path, "from", "to", "before", "secret"} of each."""
    old, new = before.get("variables") or {}, after.get("variables") or {}
    found = [_variable(name, old.get(name), new.get(name)) for name in sorted({**old, **new})]
    changes = [item for item in found if item is not None]
    was, now = before.get("path") or [], after.get("path") or []
    for index, folder in enumerate(now):
        if folder not in was:
            later = [other for other in now[index + 1 :] if other in was]
            changes.append(
                dict({"name": folder, "op": "add", "kind": "path"}, **({"before": later[0]} if later else {}))
            )
    return changes + [{"name": folder, "op": "remove", "kind": "path"} for folder in was if folder not in now]


def _variable(name: str, old: Any, new: Any) -> dict[str, Any] | None:
    if old == new:
        return None
    found = {"name": name, "op": "add" if old is None else "remove" if new is None else "change"}
    if isinstance(old, dict) or isinstance(new, dict):
        return dict(found, secret=True)
    return dict(found, **{key: value for key, value in (("from", old), ("to", new)) if value is not None})


_SIGNS = {"add": "+", "remove": "-", "change": "~", "repair": "~", "adopt": "=", "backup": ">"}


def counts(operations: list[dict[str, Any]], session: list[dict[str, Any]]) -> dict[str, dict[str, int]]:
    """Kind to sign to number, as `generation.json` keeps it for lists of generations."""
    found: dict[str, dict[str, int]] = {}
    moved = {item["path"] for item in operations if item["op"] == "backup"}
    # What took the place of a file that was moved aside is new.
    kinds = [
        ("files", "add" if item["op"] == "change" and item["path"] in moved else item["op"]) for item in operations
    ]
    kinds += [(item.get("kind", "variable") + "s", item["op"]) for item in session]
    for kind, op in kinds:
        sign = _SIGNS.get(op)
        if sign is not None:
            signs = found.setdefault(kind, {})
            signs[sign] = signs.get(sign, 0) + 1
    return found
