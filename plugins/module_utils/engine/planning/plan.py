# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a switch would do to the home: the steps, all collisions, and the ledger as it will be."""

from __future__ import annotations

from ..contract.operations import Collision, Operation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Sequence

    from ..contract.operations import OperationKind
    from ..contract.records import Record
    from .step import Step


class Purpose:
    """What a plan is made for.

    - `backup_extension`: back up what is in the way under this extension; without one it is a collision.
    - `restoring`: an older state is put back, so files that the user changed are backed up rather than kept.
    - `same`: the generation stays, so what is missing is a repair.
    - `former`: the plan undoes a switch, and these were the ledger's records before it: what that switch backed up
      comes back, and what it gave back is backed up again.
    - `overwrite`: paths whose declared content replaces the user's edits.
    """

    def __init__(
        self,
        backup_extension: str | None = None,
        restoring: bool = False,
        same: bool = False,
        former: dict[str, Record] | None = None,
        overwrite: Sequence[str] = (),
    ) -> None:
        self.backup_extension = backup_extension
        self.restoring = restoring
        self.same = same
        self.former = former
        self.overwrite = overwrite


class Plan:
    """The result: see the attributes."""

    def __init__(self, tx: str) -> None:
        self.tx = tx
        self.steps: list[Step] = []
        # Folders to make, outermost first: relative path to mode.
        self.folders: dict[str, int] = {}
        # Folders of ours that are no longer needed, innermost first.
        self.drop: list[str] = []
        self.files: dict[str, Record] = {}
        self.made: list[str] = []
        self.operations: list[Operation] = []
        self.collisions: list[Collision] = []
        self.warnings: list[str] = []
        # Targets whose shown content changes with the flip itself.
        self.refreshed: list[str] = []
        # New texts of merged files: target to text.
        self.texts: dict[str, bytes] = {}

    @property
    def empty(self) -> bool:
        """Whether the home is as it should be."""
        return not self.steps and not self.collisions

    def obstacles(self) -> str:
        """The collisions in one message."""
        count = len(self.collisions)
        some = "; ".join(str(problem) for problem in self.collisions[:20])
        more = f"; and {count - 20} more" if count > 20 else ""
        advice = "Nothing was changed. Set a backup extension to move such files aside, or `force` to replace a file without a backup."
        return f"{count} path{'s are' if count > 1 else ' is'} in the way: {some}{more}. {advice}"

    def report(self, op: OperationKind, path: str, detail: str = "") -> Operation:
        """Record an operation, to which more can be added."""
        operation = Operation(op, path, detail)
        self.operations.append(operation)
        return operation

    def collide(self, path: str, reason: str, kind: str) -> Collision:
        """Record a collision, to which more can be added; see `Collision` for the kinds."""
        collision = Collision(path, reason, kind)
        self.collisions.append(collision)
        return collision
