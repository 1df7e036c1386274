# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The method `link`: a symbolic link through `current`, to a file or to a folder that is linked whole."""

from __future__ import annotations

from ..contract.entries import FileEntry, TreeEntry
from ..contract.operations import OperationKind
from ..contract.outcomes import Drift
from ..contract.records import Record
from ..planning.collision import Resolution
from ..planning.method import Method
from ..planning.step import Evidence, NewLink

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict

    from ..contract.objects import StoredObject
    from ..planning.builder import PlanBuilder
    from ..planning.path import ManagedPath


class LinkMethod(Method):
    """See the module."""

    name = "link"
    needs_mode = False

    def plan(self, path: ManagedPath, builder: PlanBuilder) -> None:
        fresh = self.record(path, builder.objects)
        new = NewLink(fresh.text or "")
        changed = path.record is not None and path.record.object != fresh.object
        right = path.found.kind == "link" and path.found.text == fresh.text
        if not right and not path.is_our_link():
            builder.replace(path, new, fresh)
            return
        ours = not path.fresh or path.home.is_ours(path.target, path.found.text)
        builder.manage(path, fresh, adopted=None if ours else path.adopted(""))
        if right and not changed:
            if path.fresh:
                builder.report(
                    path, OperationKind.ADOPT, "a link that was already managed" if ours else "the same link"
                )
            return
        if right:
            builder.plan.refreshed.append(path.target)
        builder.put(path, new, Resolution())

    def record(self, path: ManagedPath, objects: Dict[str, StoredObject]) -> Record:
        text = path.home.link_text(path.target, path.follow)
        if isinstance(path.entry, TreeEntry):
            record = Record(self.name, text, path.entry.hash())
            record.tree = True
            return record
        if not isinstance(path.entry, FileEntry):
            raise TypeError(f"{path.target} is declared as neither a file nor a folder")
        return Record(self.name, text, path.entry.object, objects[path.entry.object].mode)

    def evidence(self, path: ManagedPath) -> Evidence | None:
        return Evidence(link=path.found.text) if path.is_our_link() else None

    def difference(self, path: ManagedPath, record: Record) -> Drift | None:
        if path.found.kind == "link" and path.found.text == record.text:
            return None
        return Drift(path.target, "replaced", f"it is now {path.found.described()}")


METHOD = LinkMethod()
