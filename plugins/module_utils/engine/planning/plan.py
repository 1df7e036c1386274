# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a switch would do to the home: the steps, all collisions, and the ledger as it will be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..state.ledger import Record
    from .step import Step


class Options:
    """How to plan.

    `extension`: back up what is in the way under this extension. `restoring`: an older state is put back, so files that
    the user changed are backed up rather than kept. `same`: the generation stays, so what is missing is a repair.
    `former`: this undoes a switch, and these were the ledger's records before it: what that switch backed up comes
    back,
    and what it gave back is backed up again. `overwrite`: paths whose declared content replaces the user's changes.
    """

    def __init__(
        self,
        extension: str | None = None,
        restoring: bool = False,
        same: bool = False,
        former: dict[str, Record] | None = None,
        overwrite: tuple[str, ...] = (),
    ) -> None:
        self.extension = extension
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
        self.operations: list[dict[str, Any]] = []
        self.collisions: list[dict[str, Any]] = []
        self.warnings: list[str] = []
        # Targets whose shown content changes with the flip itself.
        self.refreshed: list[str] = []
        # New texts of merged files: target to text.
        self.texts: dict[str, bytes] = {}

    @property
    def empty(self) -> bool:
        """Whether the home is as it should be."""
        return not self.steps and not self.collisions

    def report(self, op: str, path: str, detail: str = "", **facts: Any) -> None:
        """Note an operation. `facts`: `to` of a backup, `found` of a repair, `restores` of a removal."""
        self.operations.append(dict({"op": op, "path": path, "detail": detail}, **facts))

    def collide(self, path: str, reason: str, kind: str, **facts: Any) -> None:
        """Note a collision.

        `kind`: file, folder, link, foreign, special, parent-link, parent-file, denied, unreadable, format. `facts`:
        `to` of a link, `number` and `names` of a folder's files, `parent`: the folder that is in the way, `made`.
        """
        self.collisions.append(dict({"path": path, "reason": reason, "kind": kind}, **facts))
