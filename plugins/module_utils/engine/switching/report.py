# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What an answer says of each file: how it is made and what changes in its text. The text of a secret is never in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..contract.errors import EngineError
from ..disk import filesystem
from ..disk.folders import Blocked
from ..planning.collision import sibling
from ..state import layout

if TYPE_CHECKING:
    from typing import Callable

    from ..contract.manifest import Entry, Manifest
    from ..home.folder import HomeFolder
    from ..planning.plan import Plan
    from ..state.ledger import Ledger

# Longer files (bytes) count as binary.
LONGEST = 512 * 1024


class Report:
    """Completes the operations and collisions of a plan for people.

    `content` gives the content of an object, or raises EngineError when it is not here (in check mode); `diff`: with
    the texts themselves, and not only the numbers of their lines.
    """

    def __init__(
        self, home: HomeFolder, view: Manifest, ledger: Ledger, content: Callable[[str], bytes], diff: bool
    ) -> None:
        self.home = home
        self.view = view
        self.ledger = ledger
        self.content = content
        self.diff = diff

    def complete(self, plan: Plan) -> None:
        """Add to each operation `method`, `what`, `secret` and `diff`; to each collision its size and its diff."""
        for operation in plan.operations:
            self._operation(operation, plan)
        for collision in plan.collisions:
            self._collision(collision)

    def _secret(self, target: str) -> bool:
        entry, record = self.view["files"].get(target, {}), self.ledger.files.get(target, {})
        return bool(entry.get("sensitive") or record.get("sensitive"))

    def _operation(self, operation: dict[str, Any], plan: Plan) -> None:
        target = operation["path"]
        entry = self.view["files"].get(target, {})
        for name in ("to", "restores"):
            if name in operation:
                operation[name] = sibling(target, operation[name])
        if entry.get("method", "link") != "link":
            operation["method"] = entry["method"]
        if self._secret(target):
            operation["secret"] = True
            return
        operation.update(self._kind(operation["op"], entry))
        if operation["op"] not in ("add", "change", "remove", "repair") or operation.get("what") in ("link", "folder"):
            return
        # How many lines come or go with a whole file is only asked with its text.
        if self.diff or operation["op"] == "change":
            self._compare(operation, self._after(target, entry, plan))

    def _kind(self, op: str, entry: Entry) -> dict[str, Any]:
        if not entry or op in ("backup", "remove"):
            return {}
        if entry["type"] == "symlink":
            return {"what": "link", "to": entry["to"]}
        if entry["type"] == "tree":
            return {"what": "folder", "number": sum("dir" not in leaf for leaf in entry["entries"].values())}
        mode = entry.get("mode") or self.view["objects"][entry["object"]]["mode"]
        return {"what": "program"} if int(mode, 8) & 0o111 else {}

    def _after(self, target: str, entry: Entry, plan: Plan) -> bytes | None:
        """The new content; None when there is none, or when it is not here."""
        if target in plan.texts:
            return plan.texts[target]
        if entry.get("type") != "file" or entry.get("method") == "merge":
            return None
        try:
            return self.content(entry["object"])
        except EngineError:
            return None

    def _compare(self, operation: dict[str, Any], after: bytes | None) -> None:
        before = self.held(operation["path"]) if operation["op"] != "add" else None
        texts = [text_of(content) for content in (before, after)]
        if any(text is None for text in texts):
            operation["what"] = "binary"
            operation["diff"] = {"bytes": len(after if after is not None else before or b"")}
            return
        found: dict[str, Any] = dict(zip(("removed", "added"), changed_lines(texts[0] or "", texts[1] or "")))
        if self.diff:
            found["before"] = None if before is None else texts[0]
            if after is not None or operation["op"] == "remove":
                found["after"] = None if after is None else texts[1]
        if after is not None or self.diff or operation["op"] == "remove":
            operation["diff"] = found

    def _collision(self, collision: dict[str, Any]) -> None:
        target = collision["path"]
        if collision["kind"] != "file":
            return
        if self._secret(target):
            collision["secret"] = True
            return
        content = self.held(target) or b""
        collision["bytes"] = len(content)
        text = text_of(content)
        if text is not None:
            collision["lines"] = len(text.splitlines())
            if self.diff:
                collision["diff"] = {"removed": collision["lines"], "before": text}

    def held(self, target: str) -> bytes | None:
        """What a path holds now: a file's content, or what our link shows; None when that is nothing that has text."""
        follow = bool(self.ledger.files.get(target, {}).get("follow"))
        seen = self.home.inspect(target, follow)
        if seen.kind == "file":
            return self.home.content(target, follow)
        if seen.kind != "link" or not self.home.is_ours(target, seen.text) or self.home.state is None:
            return None
        # The leaf of the current generation, however the home spells the way to it.
        try:
            return filesystem.read(f"{layout.CURRENT}/{layout.FILES}/{target}", self.home.state.fd)
        except (OSError, Blocked):
            return None


def text_of(content: bytes | None) -> str | None:
    """The text of a content, empty for none; None when it is binary, or too long to be read."""
    if content is None:
        return ""
    if len(content) > LONGEST or b"\0" in content:
        return None
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return None


def changed_lines(before: str, after: str) -> tuple[int, int]:
    """The numbers of lines that go and that come; lines that only moved are neither."""
    left: dict[str, int] = {}
    for line in before.splitlines():
        left[line] = left.get(line, 0) + 1
    added = 0
    for line in after.splitlines():
        if left.get(line):
            left[line] -= 1
        else:
            added += 1
    return sum(left.values()), added
