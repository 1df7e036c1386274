# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What people see of a switch before and after: a diff for each file, one block for everything else."""

from __future__ import annotations

from typing import Any

from .manifest import Plan

MAXIMUM = 512 * 1024


def diffs(plan: Plan, answer: dict[str, Any]) -> list[dict[str, str]]:
    """Ansible's diffs for an answer of the switch: `before`/`after` for each file whose text changes, then one `prepared` block."""
    before: dict[str, Any] = answer.get("before") or {}
    found = []
    after: dict[str, Any] = answer.get("after") or {}
    kept = {o["path"] for o in answer.get("operations") or [] if o["op"] == "keep"}
    for target in sorted(before.keys() - kept):
        shown = _file(target, before[target], plan, after.get(target))
        if shown is not None:
            found.append(shown)
    block = summary(plan, answer)
    if block:
        found.append({"prepared": block})
    return found


def _file(target: str, old: dict[str, Any], plan: Plan, told: dict[str, Any] | None) -> dict[str, str] | None:
    entry = plan.manifest["files"].get(target)
    if "sensitive" in old or (entry or {}).get("sensitive"):
        return None
    new = told.get("text") if told is not None else _new_text(entry, plan)
    text = old.get("text")
    if "binary" in old or new is None or (text is None and "absent" not in old and "link" not in old):
        return None
    if (text or "") == new:
        return None
    name = _on_a_line(target)
    return {
        "before": text or "",
        "after": new,
        "before_header": f"~/{name}" if text is not None else f"~/{name} (missing)",
        "after_header": f"~/{name}" if entry is not None else f"~/{name} (removed)",
    }


def _on_a_line(name: str) -> str:
    """A name with its control characters escaped."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "backslashreplace").decode() for c in name)


def _new_text(entry: dict[str, Any] | None, plan: Plan) -> str | None:
    if entry is None:
        return ""
    if entry["type"] != "file" or entry.get("method") == "merge":
        return None
    content = plan.contents[entry["object"]]
    if b"\0" in content or len(content) > MAXIMUM:
        return None
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return None


_WORDS = {
    "change": "~ change",
    "remove": "- remove",
    "adopt": "= adopt",
    "backup": "! back up",
    "keep": "! keep",
    "repair": "* repair",
}


def summary(plan: Plan, answer: dict[str, Any]) -> str:
    """Links, packages and hooks, a line each."""
    lines = []
    for operation in answer.get("operations") or []:
        entry = plan.manifest["files"].get(operation["path"]) or {}
        word = _WORDS.get(operation["op"], operation["op"])
        if operation["op"] == "add":
            word = f"+ {entry.get('method', 'link')}"
        note = " (sensitive, not shown)" if entry.get("sensitive") else ""
        detail = f" ({operation['detail']})" if operation.get("detail") else ""
        lines.append(f"{word} ~/{_on_a_line(operation['path'])}{detail}{note}")
    old = answer.get("packages")
    if isinstance(old, dict):
        lines.extend(f"+ package {name}" for name in old.get("added", []))
        lines.extend(f"- package {name}" for name in old.get("removed", []))
    lines.extend(f"> run {_on_a_line(hook['name'])}" for hook in answer.get("hooks") or [])
    return "".join(line + "\n" for line in lines)
