# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Making the plan of a switch: ledger and manifest against what is in the home. Reads, never writes."""

from __future__ import annotations

import os

from ..contract.operations import OperationKind
from ..contract.paths import depth_first, parents
from ..disk import filesystem
from ..home.path_state import PathState
from ..methods.table import evidence, method_named
from ..planning.builder import PlanBuilder
from ..planning.collision import CollisionPolicy
from ..planning.path import ManagedPath
from ..planning.placement import Placement
from ..planning.plan import Plan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable

    from ..contract.entries import Entry
    from ..contract.manifest import View
    from ..contract.records import Record
    from ..home.folder import HomeFolder
    from ..planning.plan import Purpose
    from ..state.ledger import Ledger


def make_plan(
    home: HomeFolder, view: View, ledger: Ledger, tx: str, purpose: Purpose, read: Callable[[str], bytes]
) -> Plan:
    """The plan that makes `home` what `view` shows (of no files: everything is removed).

    `read` gives the content of an object by its ID; it is asked only for what is merged.
    """
    home.folders.close()
    return Planner(home, view, ledger, Plan(tx), purpose, read).run()


class Planner:
    """Asks the method of each path, declared or managed, for its part of the plan."""

    def __init__(
        self,
        home: HomeFolder,
        view: View,
        ledger: Ledger,
        plan: Plan,
        purpose: Purpose,
        read: Callable[[str], bytes],
    ) -> None:
        self.home = home
        self.files = view.files
        self.ledger = ledger
        self.plan = plan
        self.purpose = purpose
        policy = CollisionPolicy(home, view, ledger, plan, purpose, evidence)
        placement = Placement(home, ledger, plan, _needed(view.files))
        self.builder = PlanBuilder(purpose, view.objects, read, policy, placement)

    def run(self) -> Plan:
        """The plan."""
        records = self.ledger.files
        for target in sorted(set(self.files) | set(records), key=depth_first):
            record = records.get(target)
            if target in self.files:
                self._place(target, self.files[target], record)
            elif record is not None:
                self._withdraw(target, record)
        needed = set(self.builder.needed)
        made = set(self.ledger.folders) | set(self.plan.made) | set(self.plan.folders)
        self.plan.made = sorted(made & needed)
        self.plan.drop = sorted(made - needed, reverse=True)
        return self.plan

    def _place(self, target: str, entry: Entry, record: Record | None) -> None:
        former = self.purpose.former
        if record is not None and self._was_moved(target, record):
            moved = record.copy()
            moved.backup = record.moved
            self._withdraw(target, moved)
            if former is not None and target in former:
                self.plan.files[target] = former[target]
            return
        path = self._inspect(target, entry, record)
        if path is None:
            if record is not None:
                self.plan.files[target] = record
            return
        method_named(entry.method).plan(path, self.builder)
        fresh = self.plan.files.get(target)
        if fresh is not None:
            fresh.follow = fresh.follow or path.follow
            fresh.sensitive = fresh.sensitive or entry.sensitive

    def _was_moved(self, target: str, record: Record) -> bool:
        """Whether the switch that is being undone moved a file of the user's away from the target."""
        former = self.purpose.former
        if former is None or record.moved is None:
            return False
        return target not in former or former[target].moved != record.moved

    def _inspect(self, target: str, entry: Entry, record: Record | None) -> ManagedPath | None:
        """The target with what is there, through links if need be; None for a collision (noted) on the way."""
        try:
            found, follow = self.home.inspect(target), False
        except PermissionError as error:
            if self.purpose.former is not None:
                # An undo does not stop at a collision: it would leave the path as it is, and say that it is done.
                raise
            reason = f"it cannot be inspected: {filesystem.describe(error)}"
            collision = self.plan.collide(target, reason, "denied")
            collision.parent, collision.made = self._denied(target)
            return None
        new_folders = self.builder.placement.new_folders
        if new_folders and any(above in new_folders for above in parents(target)):
            found = PathState("absent")
        elif found.kind == "blocked":
            resolution = self.builder.policy.resolve_above(target, entry, found, set(self.files))
            if resolution is None:
                return None
            follow = resolution.follow
            if not follow:
                self.builder.placement.replace_by_folder(found.blocker or target, resolution)
            found = self.home.inspect(target, True) if follow else PathState("absent")
        return ManagedPath(self.home, target, found, follow, entry, record)

    def _denied(self, target: str) -> tuple[str, str]:
        """The outermost folder above the target that cannot be entered, and whose it is when it is somebody else's."""
        denied, status = ".", None
        for folder in (*parents(target), target):
            try:
                found = self.home.inspect(folder)
            except PermissionError:
                break
            denied, status = folder, found.status
        other = status is not None and status.st_uid != os.geteuid()
        return denied, f"the user ID {status.st_uid}" if status is not None and other else ""

    def _withdraw(self, target: str, record: Record) -> None:
        if record.kind != "folder" and any(above in self.builder.swallowed for above in parents(target)):
            self.plan.report(OperationKind.REMOVE, target)
            return
        found = self.home.inspect(target, record.follow)
        path = ManagedPath(self.home, target, found, record.follow, record=record)
        method_named(record.kind).withdraw(path, record, self.builder)


def _needed(files: dict[str, Entry]) -> dict[str, bool]:
    """The folders that declared files are in; true where all of these are sensitive."""
    needed: dict[str, bool] = {}
    for target, entry in files.items():
        for folder in parents(target):
            needed[folder] = entry.sensitive and needed.get(folder, True)
    return needed
