# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The method `merge`: declared keys are merged into a file that its program writes itself."""

from __future__ import annotations

import json

from ..contract.operations import OperationKind
from ..contract.outcomes import Drift
from ..contract.records import Record
from ..merging.errors import MergeError
from ..planning.collision import Resolution
from ..planning.method import Method
from ..planning.step import Evidence, NewText

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import ClassVar, Dict, Optional, Tuple

    from ..contract.objects import StoredObject
    from ..planning.builder import PlanBuilder
    from ..planning.path import ManagedPath

FORMAT = "format"
# Those of `merging`, which is imported when there is something to merge.
FORMATS = ("json", "ini", "toml", "yaml")


class Memory:
    """What a record remembers of a merge.

    `format`; `record`: what the merge itself remembers; `hash`: SHA-256 of the text that was written; `made`: there was
    no file before.
    """

    def __init__(self, format_name: str, record: Dict[str, object], text: bytes, made: bool) -> None:
        from hashlib import sha256

        self.format = format_name
        self.record = record
        self.hash = sha256(text).hexdigest()
        self.made = made

    def json(self) -> Dict[str, object]:
        """As a record of the ledger has it."""
        found: Dict[str, object] = {"format": self.format, "record": self.record, "hash": self.hash}
        if self.made:
            found["made"] = True
        return found

    @classmethod
    def of(cls, record: Optional[Record]) -> Optional[Memory]:
        """The memory of a record; None when it is not the record of a merge."""
        if record is None or record.kind != "merge":
            return None
        remembered = record.memory.get("record")
        memory = cls(str(record.memory.get("format")), remembered if isinstance(remembered, dict) else {}, b"", False)
        memory.hash, memory.made = str(record.memory.get("hash")), bool(record.memory.get("made"))
        return memory

    def withdrawn(self, text: bytes) -> bytes:
        """`text` without the keys that were declared. Raises MergeError."""
        from ..merging.merged import unmerge

        try:
            return unmerge(self.format, text.decode("utf-8"), self.record).encode("utf-8")
        except UnicodeDecodeError as error:
            raise MergeError(str(error)) from None


class MergeMethod(Method):
    """See the module. `format` is that of the file; the object holds the declared keys as JSON."""

    name = "merge"
    settings: ClassVar[Dict[str, Tuple[Optional[str], ...]]] = {FORMAT: (None, *sorted(FORMATS))}
    reads_object = True

    def plan(self, path: ManagedPath, builder: PlanBuilder) -> None:
        resolution: Optional[Resolution] = Resolution()
        text: Optional[bytes] = b""
        if path.found.kind == "file":
            text = path.content()
            if Memory.of(path.record) is None and path.unchanged():
                text = b""
        elif path.found.kind != "absent" and not path.is_our_link():
            resolution = builder.policy.resolve(path)
            if path.found.kind == "link":
                text = path.home.through(path.target, path.follow) or b""
        if text is None:
            builder.plan.collide(path.target, "the file to merge into cannot be read", "unreadable")
        merged = self._merged(path, text, builder) if text is not None and resolution is not None else None
        if merged is None or resolution is None:
            builder.leave(path)
            return
        self._put(path, merged, resolution, builder)

    def record(self, path: ManagedPath, objects: Dict[str, StoredObject]) -> Record:
        return Record(self.name, object=path.file.object)

    def evidence(self, path: ManagedPath) -> Evidence | None:
        memory, content = Memory.of(path.record), path.content()
        if memory is None or not memory.made or content is None:
            return None
        try:
            rest = memory.withdrawn(content)
        except MergeError:
            return None
        # The whole content is known: whoever adds to the file before it goes keeps it.
        return None if rest.strip() else Evidence(hash=Memory(memory.format, {}, content, True).hash)

    def difference(self, path: ManagedPath, record: Record) -> Drift | None:
        if path.found.kind != "file":
            return Drift(path.target, "replaced", f"it is now {path.found.described()}")
        known = Evidence(hash=str(record.memory.get("hash")))
        if known.fits(path.content() or b""):
            return None
        return Drift(path.target, "changed", "its program or its user has edited it since")

    def withdraw(self, path: ManagedPath, record: Record, builder: PlanBuilder) -> None:
        """Withdraw the declared keys; the file is removed only when a merge made it and nothing else is left."""
        memory, text = Memory.of(record), path.content()
        if path.target in builder.needed and self.evidence(path) is not None:
            builder.placement.replace_by_folder(path.target, Resolution(), record)
            return
        if memory is None or text is None:
            builder.report(path, OperationKind.REMOVE, "was already gone").found = "absent"
            return
        try:
            after = memory.withdrawn(text)
        except MergeError as error:
            message = f"the declared keys stay in {path.target}, which cannot be read any more: {error}"
            builder.plan.warnings.append(message)
            builder.report(path, OperationKind.KEEP, "cannot be read")
            return
        if after == text:
            return
        if memory.made and not after.strip():
            builder.delete(path, record.backup)
            builder.report(path, OperationKind.REMOVE)
            return
        builder.plan.texts[path.target] = after
        mode = path.identity_mode()
        new = NewText(after, mode & 0o777 if mode is not None else 0o600)
        builder.put(path, new, Resolution(detail="the declared keys are removed"))

    def _merged(self, path: ManagedPath, text: bytes, builder: PlanBuilder) -> Optional[Merged]:
        """The result of the merge; None for a collision, which is recorded."""
        from ..merging.merged import merge

        format_name, former = self.setting(path.file, FORMAT), Memory.of(path.record)
        if former is not None and former.format != format_name:
            reason = f"its format was {former.format} and cannot become {format_name}"
            builder.plan.collide(path.target, reason, "format").made = reason
            return None
        declared = json.loads(builder.read(path.file.object).decode("utf-8"))
        try:
            merged = merge(format_name, text.decode("utf-8"), declared, former.record if former is not None else None)
        except (MergeError, UnicodeDecodeError) as error:
            reason = f"it cannot be merged into: {error}"
            builder.plan.collide(path.target, reason, "format").made = reason
            return None
        made = path.found.kind != "file" or text == b"" or (former is not None and former.made)
        after = merged.text.encode("utf-8")
        return Merged(after, Memory(format_name, merged.record, after, made))

    def _put(self, path: ManagedPath, merged: Merged, resolution: Resolution, builder: PlanBuilder) -> None:
        fresh = self.record(path, builder.objects)
        fresh.memory = merged.memory.json()
        if path.found.kind == "file" and merged.text == path.content():
            builder.manage(path, fresh)
            if path.fresh:
                builder.report(path, OperationKind.ADOPT, "its declared keys already have their values")
            return
        mode = path.file.permissions
        if path.found.kind == "file" and path.found.status is not None and not path.file.sensitive:
            mode = path.found.status.st_mode & 0o777
        if path.found.kind == "absent":
            resolution.op = builder.adding(path, fresh.object)
        builder.plan.texts[path.target] = merged.text
        builder.take(path, NewText(merged.text, mode), fresh, resolution)


class Merged:
    """A file's new text, and what is to be remembered of the merge."""

    def __init__(self, text: bytes, memory: Memory) -> None:
        self.text = text
        self.memory = memory


METHOD = MergeMethod()
