# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The base class of the methods by which entries get into the home."""

from __future__ import annotations

import os

from ..contract.errors import EngineError, ErrorKind
from ..contract.operations import OperationKind
from ..contract.outcomes import Drift
from .collision import Resolution

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import ClassVar, Dict, Optional, Tuple

    from ..contract.entries import FileEntry
    from ..contract.objects import StoredObject
    from ..contract.records import Record
    from .builder import PlanBuilder
    from .path import ManagedPath
    from .step import Evidence


class Method:
    """Base of the methods. A method is one file of `methods/`, which assigns an instance to METHOD.

    `settings` are the method's own members of an entry, each with the values that it may have, the first of them the
    default; None for a member that must be there. With `reads_object` planning reads the content of the object.
    """

    name = ""
    settings: ClassVar[Dict[str, Tuple[Optional[str], ...]]] = {}
    needs_mode = True
    reads_object = False

    def check(self, target: str, entry: FileEntry) -> None:
        """EngineError `manifest` for an entry that the method cannot work with."""
        if self.needs_mode and entry.mode is None:
            raise _wrong(target, f"the method {self.name} needs a `mode`")
        for key in entry.settings:
            if key not in self.settings:
                raise _wrong(target, f"the method {self.name} has no setting `{key}`")
        for key, values in self.settings.items():
            if entry.settings.get(key, values[0]) not in [value for value in values if value is not None]:
                known = ", ".join(value for value in values if value is not None)
                raise _wrong(target, f"`{key}` must be one of {known}, got {entry.settings.get(key)!r}")

    def setting(self, entry: FileEntry, key: str) -> str:
        """A setting of an entry, or its default."""
        return entry.settings.get(key) or self.settings[key][0] or ""

    def plan(self, path: ManagedPath, builder: PlanBuilder) -> None:
        """Plan the steps that make the path match its entry."""
        raise NotImplementedError

    def record(self, path: ManagedPath, objects: Dict[str, StoredObject]) -> Record:
        """The record of the path once its entry is in place. `objects` are those of the goal by ID."""
        raise NotImplementedError

    def evidence(self, path: ManagedPath) -> Evidence | None:
        """How what is at the path is recognised as ours and unchanged; None when it is not."""
        raise NotImplementedError

    def difference(self, path: ManagedPath, record: Record) -> Drift | None:
        """How what is at the path, which is owned by the user, differs from the record."""
        raise NotImplementedError

    def drift(self, path: ManagedPath, record: Record) -> Drift | None:
        """How the path differs from the record; None when it does not."""
        if path.found.kind == "absent":
            return Drift(path.target, "missing", "it is gone")
        status = path.found.status
        if status is not None and status.st_uid != os.geteuid():
            return Drift(path.target, "replaced", f"it belongs to the user ID {status.st_uid}")
        return self.difference(path, record)

    def withdraw(self, path: ManagedPath, record: Record, builder: PlanBuilder) -> None:
        """Plan the steps that remove the path, which is no longer declared."""
        backup, adopted = record.backup, record.adopted
        if path.found.kind == "absent":
            if backup:
                builder.restore(path, backup)
            builder.report(path, OperationKind.REMOVE, "was already gone").found = "absent"
        elif self.evidence(path) is None:
            detail = "no longer managed, and kept because you changed it"
            more = f"; the previous file is {backup}" if backup else ""
            builder.report_kept(path, detail + more).note = "no longer managed" + more
        elif path.target in builder.needed:
            if adopted is not None:
                record = record.copy()
                record.backup = backup or builder.set_aside(path, adopted)
            builder.placement.replace_by_folder(path.target, Resolution(), record)
        elif adopted is not None and backup is None:
            builder.give_back(path, adopted)
        else:
            builder.delete(path, backup)
            operation = builder.report(path, OperationKind.REMOVE, f"{backup} is restored" if backup else "")
            operation.restores = backup or ""


def _wrong(target: str, message: str) -> EngineError:
    return EngineError(f"{target}: {message}", ErrorKind.MANIFEST)
