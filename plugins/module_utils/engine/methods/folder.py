# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Records of folders that replaced a user's file. No entry has this method."""

from __future__ import annotations

from ..contract.errors import EngineError, ErrorKind
from ..planning.method import Method
from ..planning.step import Restore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..contract.entries import FileEntry
    from ..contract.outcomes import Drift
    from ..contract.records import Record
    from ..planning.builder import PlanBuilder
    from ..planning.path import ManagedPath
    from ..planning.step import Evidence


class FolderMethod(Method):
    """See the module."""

    name = "folder"

    def check(self, target: str, entry: FileEntry) -> None:
        raise EngineError(f"{target}: unknown method 'folder'", ErrorKind.MANIFEST)

    def evidence(self, path: ManagedPath) -> Evidence | None:
        return None

    def drift(self, path: ManagedPath, record: Record) -> Drift | None:
        return None

    def withdraw(self, path: ManagedPath, record: Record, builder: PlanBuilder) -> None:
        """The user's file comes back when the last file in the folder goes."""
        if path.target in builder.needed:
            builder.leave(path)
        elif record.backup:
            builder.plan.steps.append(Restore(path.target, record.backup))


METHOD = FolderMethod()
