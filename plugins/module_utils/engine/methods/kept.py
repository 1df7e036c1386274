# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Records of declared paths at which a file of the user's was left. No entry has this method."""

from __future__ import annotations

from ..contract.errors import EngineError, ErrorKind
from ..contract.outcomes import Drift
from ..contract.records import KEPT
from ..planning.method import Method

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..contract.entries import FileEntry
    from ..contract.records import Record
    from ..planning.builder import PlanBuilder
    from ..planning.path import ManagedPath
    from ..planning.step import Evidence


class KeptMethod(Method):
    """A file appeared at the path while a switch was under way, and stays until the user takes it away."""

    name = KEPT

    def check(self, target: str, entry: FileEntry) -> None:
        raise EngineError(f"{target}: unknown method '{KEPT}'", ErrorKind.MANIFEST)

    def evidence(self, path: ManagedPath) -> Evidence | None:
        return None

    def drift(self, path: ManagedPath, record: Record) -> Drift | None:
        if path.found.kind == "absent":
            return Drift(
                path.target, "missing", "the file that was in the way is gone; the next switch writes the declared one"
            )
        return Drift(path.target, KEPT, f"{path.found.described()} of yours exists and is kept")

    def withdraw(self, path: ManagedPath, record: Record, builder: PlanBuilder) -> None:
        """What is there is the user's."""


METHOD = KeptMethod()
