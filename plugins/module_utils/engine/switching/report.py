# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What people see of a plan beyond its operations: kinds of files, sizes, and differences. Nothing sensitive is shown."""

from __future__ import annotations

from ..contract.entries import FileEntry, SymlinkEntry, TreeEntry
from ..contract.errors import EngineError
from ..contract.operations import LineDiff, OperationKind
from ..contract.texts import changed_lines, text_of
from ..disk import filesystem
from ..planning.collision import sibling
from ..state import layout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, Dict, Optional

    from ..contract.entries import Entry
    from ..contract.manifest import View
    from ..contract.operations import Collision, Operation
    from ..home.folder import HomeFolder
    from ..planning.plan import Plan
    from ..state.ledger import Ledger

_COMPARED = (OperationKind.ADD, OperationKind.CHANGE, OperationKind.REMOVE, OperationKind.REPAIR)
_NAMED = (OperationKind.BACKUP, OperationKind.REMOVE)


class Report:
    """Completes the operations and collisions of a plan for people.

    `content` gives the content of an object, or raises EngineError when it is not here (in check mode); `diff`: with
    the texts themselves, and not only the numbers of their lines.
    """

    def __init__(
        self, home: HomeFolder, view: View, ledger: Ledger, content: Callable[[str], bytes], diff: bool
    ) -> None:
        self.home = home
        self.view = view
        self.ledger = ledger
        self.content = content
        self.diff = diff

    def complete(self, plan: Plan) -> None:
        """Add to each operation its method, its kind and its difference; to each collision its size."""
        for operation in plan.operations:
            self._operation(operation, plan.texts)
        for collision in plan.collisions:
            self._collision(collision)

    def _secret(self, target: str) -> bool:
        entry, record = self.view.files.get(target), self.ledger.record(target)
        return (entry is not None and entry.sensitive) or (record is not None and record.sensitive)

    def _operation(self, operation: Operation, texts: Dict[str, bytes]) -> None:
        target = operation.path
        entry = self.view.files.get(target)
        if operation.to:
            operation.to = sibling(target, operation.to)
        if operation.restores:
            operation.restores = sibling(target, operation.restores)
        if entry is not None and entry.method != "symlink":
            operation.method = entry.method
        if self._secret(target):
            operation.secret = True
            return
        if entry is not None and operation.op not in _NAMED:
            self._describe(operation, entry)
        if operation.op not in _COMPARED or operation.what in ("link", "folder"):
            return
        # How many lines come or go with a whole file is only asked with its text.
        if self.diff or operation.op == OperationKind.CHANGE:
            self._compare(operation, self._after(target, entry, texts))

    def _describe(self, operation: Operation, entry: Entry) -> None:
        if isinstance(entry, SymlinkEntry):
            operation.what, operation.to = "link", entry.to
        elif isinstance(entry, TreeEntry):
            files = [leaf for leaf in entry.entries.values() if leaf.object is not None or leaf.symlink is not None]
            operation.what, operation.number = "folder", len(files)
        elif isinstance(entry, FileEntry):
            mode = entry.mode or self.view.objects[entry.object].mode
            operation.what = "program" if int(mode, 8) & 0o111 else "text"

    def _after(self, target: str, entry: Optional[Entry], texts: Dict[str, bytes]) -> Optional[bytes]:
        """The new content; None when there is none, or when it is not here."""
        if target in texts:
            return texts[target]
        if not isinstance(entry, FileEntry) or entry.method == "merge":
            return None
        try:
            return self.content(entry.object)
        except EngineError:
            return None

    def _compare(self, operation: Operation, after: Optional[bytes]) -> None:
        removal = operation.op == OperationKind.REMOVE
        before = self.held(operation.path) if operation.op != OperationKind.ADD else None
        old, new = text_of(before), text_of(after)
        if old is None or new is None:
            operation.what = "binary"
            operation.diff = LineDiff(bytes=len(after if after is not None else before or b""))
            return
        if after is None and not self.diff and not removal:
            return
        operation.diff = LineDiff(*changed_lines(old, new))
        if self.diff:
            operation.diff.before = None if before is None else old
            operation.diff.after = None if after is None else new

    def _collision(self, collision: Collision) -> None:
        if collision.kind != "file":
            return
        if self._secret(collision.path):
            collision.secret = True
            return
        content = self.held(collision.path) or b""
        collision.bytes = len(content)
        text = text_of(content)
        if text is not None:
            collision.lines = len(text.splitlines())
            if self.diff:
                collision.diff = LineDiff(removed=collision.lines)
                collision.diff.before = text

    def held(self, target: str) -> Optional[bytes]:
        """What a path holds now: a file's content, or what our link shows; None when that is nothing that has text."""
        record = self.ledger.record(target)
        follow = record is not None and record.follow
        found = self.home.inspect(target, follow)
        if found.kind == "file":
            return self.home.content(target, follow)
        if found.kind != "link" or not self.home.is_ours(target, found.text) or self.home.state is None:
            return None
        # The leaf of the current generation, however the home spells the way to it.
        return filesystem.read_if_file(f"{layout.CURRENT}/{layout.FILES}/{target}", self.home.state.fd)
