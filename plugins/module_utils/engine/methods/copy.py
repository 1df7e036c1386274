# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The method `copy`: a regular file, which is written again when the declared content changes."""

from __future__ import annotations

from ..contract.objects import is_content_of
from ..contract.operations import OperationKind
from ..contract.outcomes import Drift
from ..contract.records import Record
from ..planning.collision import Resolution
from ..planning.method import Method
from ..planning.step import Evidence, NewFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import ClassVar, Dict, Optional, Tuple

    from ..contract.objects import StoredObject
    from ..planning.builder import PlanBuilder
    from ..planning.path import ManagedPath

ON_CONFLICT = "onConflict"


class CopyMethod(Method):
    """See the module. `onConflict` decides about a copy that the user changed."""

    name = "copy"
    settings: ClassVar[Dict[str, Tuple[Optional[str], ...]]] = {ON_CONFLICT: ("keep", "overwrite", "backup")}

    def plan(self, path: ManagedPath, builder: PlanBuilder) -> None:
        entry = path.file
        fresh = self.record(path, builder.objects)
        new = NewFile(entry.object, entry.permissions, builder.objects[entry.object].mode)
        if is_content_of(path.content(), entry.object, fresh.stored or ""):
            builder.manage(path, fresh, adopted=path.adopted(fresh.stored or "") if path.fresh else None)
            if path.fresh:
                builder.report(path, OperationKind.ADOPT, "a file with the same content")
            builder.repair_mode(path, new.mode)
        elif self._edited(path):
            self._plan_edited(path, fresh, new, builder)
        else:
            builder.replace(path, new, fresh)

    def record(self, path: ManagedPath, objects: Dict[str, StoredObject]) -> Record:
        name = path.file.object
        return Record(self.name, object=name, stored=objects[name].mode, mode=path.file.mode)

    def evidence(self, path: ManagedPath) -> Evidence | None:
        record = path.record
        if record is None or path.found.kind != "file" or not path.unchanged():
            return None
        return Evidence(object=record.object, stored=record.stored)

    def difference(self, path: ManagedPath, record: Record) -> Drift | None:
        if path.found.kind != "file":
            return Drift(path.target, "replaced", f"it is now {path.found.described()}")
        if not path.unchanged():
            return Drift(path.target, "changed", "it was edited since it was written")
        mode = f"{path.identity_mode():04o}"
        return None if mode == record.mode else Drift(path.target, "mode", f"its mode is {mode}, not {record.mode}")

    def _edited(self, path: ManagedPath) -> bool:
        known = path.record is not None and path.record.kind == self.name
        return known and path.found.kind == "file" and not path.unchanged()

    def _plan_edited(self, path: ManagedPath, fresh: Record, new: NewFile, builder: PlanBuilder) -> None:
        choice, restoring = self.setting(path.file, ON_CONFLICT), builder.purpose.restoring
        if path.target in builder.purpose.overwrite:
            choice = "overwrite"
        if choice == "keep" and not restoring:
            builder.leave(path)
            builder.report_kept(path, "edited since it was written")
            return
        builder.manage(path, fresh)
        backup = None
        if choice != "overwrite" or restoring:
            backup = builder.policy.free_backup(path)
            builder.report(path, OperationKind.BACKUP, f"the edited file is kept as {backup}").to = backup
            # Not given back when the copy is dropped: it is a version of the copy, not what was there before.
            fresh.moved = backup
        builder.put(path, new, Resolution(backup=backup))


METHOD = CopyMethod()
