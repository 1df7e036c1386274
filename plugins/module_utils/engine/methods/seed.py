# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The method `seed`: a file that is written when there is none, and is the user's from then on."""

from __future__ import annotations

from ..contract.operations import OperationKind
from ..contract.outcomes import Drift
from ..contract.records import Record
from ..planning.collision import Resolution
from ..planning.method import Method
from ..planning.step import NewFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict

    from ..contract.objects import StoredObject
    from ..planning.builder import PlanBuilder
    from ..planning.path import ManagedPath
    from ..planning.step import Evidence


class SeedMethod(Method):
    """See the module."""

    name = "seed"

    def plan(self, path: ManagedPath, builder: PlanBuilder) -> None:
        fresh = self.record(path, builder.objects)
        new = NewFile(path.file.object, path.file.permissions, builder.objects[path.file.object].mode)
        if path.record is not None and path.record.text is not None and path.is_our_link():
            builder.manage(path, fresh)
            builder.put(path, new, Resolution(detail="it is yours from now on"))
        elif path.found.kind == "absent":
            builder.plan.files[path.target] = fresh
            builder.put(path, new, Resolution(builder.adding(path, fresh.object)))
        else:
            # What is there is the user's; only a seed that we wrote ourselves keeps its hash.
            ours = path.record is not None and path.record.kind == self.name
            builder.plan.files[path.target] = path.record if ours and path.record is not None else Record(self.name)

    def record(self, path: ManagedPath, objects: Dict[str, StoredObject]) -> Record:
        name = path.file.object
        return Record(self.name, object=name, stored=objects[name].mode, mode=path.file.mode)

    def evidence(self, path: ManagedPath) -> Evidence | None:
        return None

    def drift(self, path: ManagedPath, record: Record) -> Drift | None:
        if path.found.kind == "absent":
            return Drift(path.target, "missing", "it was created once and is missing")
        return None

    def withdraw(self, path: ManagedPath, record: Record, builder: PlanBuilder) -> None:
        """A seed is the user's and stays; only the one that the switch being undone wrote goes."""
        former = builder.purpose.former
        if former is not None and path.target not in former and path.unchanged():
            builder.delete(path)
            builder.report(path, OperationKind.REMOVE)


METHOD = SeedMethod()
