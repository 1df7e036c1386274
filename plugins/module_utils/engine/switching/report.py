# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the files held before a switch, for a diff. Nothing sensitive is ever told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..disk import filesystem
from ..disk.folders import Blocked
from ..state import layout

if TYPE_CHECKING:
    from ..contract.manifest import Manifest
    from ..home.folder import HomeFolder
    from ..planning.plan import Plan
    from ..state.ledger import Ledger

# Longer files (bytes) are told as binary.
LONGEST = 512 * 1024
_TOLD = ("add", "change", "remove", "adopt", "repair", "keep")


def texts(
    home: HomeFolder, view: Manifest, ledger: Ledger, plan: Plan, source: str | None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Before and after: target to {"text"}, {"binary": true}, {"link": TEXT}, {"absent": true} or {"sensitive": true}.

    `after` holds only the merged files, whose new text the controller cannot know.
    """
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for operation in plan.operations:
        target = operation["path"]
        if operation["op"] not in _TOLD or target in before:
            continue
        entry = view["files"].get(target, {})
        record = ledger.files.get(target, {})
        if entry.get("sensitive") or record.get("sensitive"):
            before[target] = {"sensitive": True}
        else:
            before[target] = _held(home, target, bool(record.get("follow")))
    for target, text in plan.texts.items():
        entry = view["files"].get(target, {})
        secret = entry.get("sensitive") or ledger.files.get(target, {}).get("sensitive")
        after[target] = {"sensitive": True} if secret else told(text)
    return before, after


def told(content: bytes) -> dict[str, Any]:
    """A file's content as an answer tells it."""
    if len(content) > LONGEST or b"\0" in content:
        return {"binary": True}
    try:
        return {"text": content.decode("utf-8")}
    except UnicodeDecodeError:
        return {"binary": True}


def _held(home: HomeFolder, target: str, follow: bool) -> dict[str, Any]:
    seen = home.inspect(target, follow)
    if seen.kind == "file":
        content = home.content(target, follow)
        return told(content) if content is not None else {"binary": True}
    if seen.kind == "link":
        if home.is_ours(target, seen.text):
            return _shown(home, target, follow)
        return {"link": seen.text}
    return {"binary": True} if seen.kind in ("folder", "other") else {"absent": True}


def _shown(home: HomeFolder, target: str, follow: bool) -> dict[str, Any]:
    """What our own link shows now: the leaf of the current generation, however the home spells the way to it."""
    if home.state is None:
        return {"absent": True}
    try:
        return told(filesystem.read(f"{layout.CURRENT}/{layout.FILES}/{target}", home.state.fd))
    except (OSError, Blocked):
        return {"absent": True} if not home.leads_somewhere(target, follow) else {"binary": True}


def block(answer: dict[str, Any]) -> dict[str, str]:
    """A diff in Ansible's form (before, after, headers) of the paths that an answer tells, with texts where it has
    them.
    """
    before: list[str] = []
    after: list[str] = []
    for operation in sorted(answer["operations"], key=lambda item: str(item["path"])):
        path, op = operation["path"], operation["op"]
        detail = f" ({operation['detail']})" if operation.get("detail") else ""
        if op in ("change", "remove", "adopt", "repair"):
            before.append(path)
        if op in ("add", "change", "adopt", "repair"):
            after.append(path + (f" [{op}]" if op != "add" else "") + detail)
        if op in ("backup", "keep"):
            after.append(f"{path} [{op}]{detail}")
    return {
        "before": "".join(line + "\n" for line in before),
        "after": "".join(line + "\n" for line in after),
        "before_header": f"generation {answer.get('previous') or 'none'}",
        "after_header": f"generation {answer.get('generation') or 'none'}",
    }
