# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The part of a plan that methods work with."""

from __future__ import annotations

from ..contract.operations import OperationKind
from ..home.path_state import PathState
from ..state.objects import intact
from .collision import CollisionPolicy, Resolution, sibling
from .path import ManagedPath
from .placement import Placement
from .step import Delete, Displaced, NewLink, NewText, Put, Restore, SetMode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable

    from ..contract.objects import StoredObject
    from ..contract.operations import Operation
    from ..contract.records import Adopted, Record
    from .plan import Plan, Purpose
    from .step import NewItem


class PlanBuilder:
    """The plan under construction, and the common ways to add to it.

    `objects` are those of the goal by ID, `read` gives the content of one; `needed` are the folders that declared
    files are in.
    """

    def __init__(
        self,
        purpose: Purpose,
        objects: dict[str, StoredObject],
        read: Callable[[str], bytes],
        policy: CollisionPolicy,
        placement: Placement,
    ) -> None:
        self.plan: Plan = placement.plan
        self.needed = placement.needed
        self.purpose = purpose
        self.objects = objects
        self.read = read
        self.policy = policy
        self.placement = placement
        # Folders that give way to a file or a link: what was managed in them goes with them.
        self.swallowed: set[str] = set()

    def replace(self, path: ManagedPath, new: NewItem, fresh: Record) -> None:
        """Put something where something else may be, unless that is a collision."""
        if path.found.kind == "absent":
            self.manage(path, fresh)
            self.put(path, new, Resolution(self.adding(path, fresh.object)))
            return
        resolution = self.policy.resolve(path)
        if resolution is None:
            self.leave(path)
            return
        self.take(path, new, fresh, resolution)

    def take(self, path: ManagedPath, new: NewItem, fresh: Record, resolution: Resolution) -> None:
        """Put something in the place of what is there, as was resolved."""
        self.manage(path, fresh, None if resolution.spare else resolution.backup, resolution.adopted)
        if resolution.backup and resolution.inside is None:
            self.report(path, OperationKind.BACKUP, f"kept as {resolution.backup}").to = resolution.backup
        if resolution.inside is not None:
            self.swallowed.add(path.target)
        self.put(path, new, resolution)

    def put(self, path: ManagedPath, new: NewItem, resolution: Resolution) -> None:
        """Put something at a path."""
        self.placement.put(path, new, resolution)

    def manage(
        self, path: ManagedPath, fresh: Record, backup: str | None = None, adopted: Adopted | None = None
    ) -> None:
        """Enter a record in the ledger; what the user had there at first is remembered until it is no longer managed."""
        fresh.adopted = path.record.adopted if path.record is not None and not path.fresh else adopted
        first = path.record.backup if path.record is not None else None
        fresh.backup = first or backup
        if backup:
            fresh.moved = backup
        self.plan.files[path.target] = fresh

    def leave(self, path: ManagedPath) -> None:
        """Leave a path as it is, managed as it was."""
        if path.record is not None:
            self.plan.files[path.target] = path.record

    def adding(self, path: ManagedPath, shown: str | None) -> OperationKind:
        """The kind of operation for a path where nothing is."""
        known = path.record is not None and (self.purpose.same or path.record.object == shown)
        return OperationKind.REPAIR if known else OperationKind.ADD

    def report(self, path: ManagedPath, op: OperationKind, detail: str = "") -> Operation:
        """Record an operation."""
        return self.plan.report(op, path.target, detail)

    def report_kept(self, path: ManagedPath, detail: str) -> Operation:
        """Record a file that stays as the user edited it, and when that was."""
        operation = self.report(path, OperationKind.KEEP, detail)
        if path.found.kind == "file" and path.found.status is not None:
            operation.since = int(path.found.status.st_mtime)
        return operation

    def delete(self, path: ManagedPath, restore: str | None = None) -> None:
        """Remove what is at a path, or restore a backup there."""
        self.plan.steps.append(Delete(path.target, path.found.identity(), restore, path.follow))

    def give_back(self, path: ManagedPath, adopted: Adopted) -> None:
        """Put what was adopted at a path that is no longer managed, as a plain file or the user's own link."""
        now = path.found
        if adopted.link is not None:
            operation = self.report(path, OperationKind.REMOVE, "the previous link is restored")
            operation.note = "your own link is back"
            if now.kind != "link" or now.text != adopted.link:
                self._put_back(path, NewLink(adopted.link))
            return
        content, mode = self._content_of(path, adopted), int(adopted.mode or "0600", 8)
        operation = self.report(path, OperationKind.REMOVE, "the previous file is kept")
        operation.note = "a file of yours with the previous content is kept"
        if content is None:
            operation.note = operation.detail = ""
            self.plan.warnings.append(f"{path.target}: the file from before it was managed is lost")
            self.delete(path)
        elif now.kind != "file" or path.content() != content:
            self._put_back(path, NewText(content, mode))
        elif path.identity_mode() != mode:
            self.plan.steps.append(SetMode(path.target, now.identity(), mode, path.follow))

    def set_aside(self, path: ManagedPath, adopted: Adopted) -> str | None:
        """Write what was adopted next to its path, where a folder takes its place; the base name."""
        name = self.policy.free_backup(path)
        content = self._content_of(path, adopted) if adopted.link is None else b""
        if content is None:
            return None
        new = NewLink(adopted.link) if adopted.link is not None else NewText(content, int(adopted.mode or "0600", 8))
        self._put_back(ManagedPath(path.home, sibling(path.target, name), PathState("absent"), path.follow), new)
        self.report(path, OperationKind.BACKUP, f"the previous file is kept as {name}").to = name
        return name

    def _put_back(self, path: ManagedPath, new: NewItem) -> None:
        self.plan.steps.append(
            Put(
                path.target, path.found.identity(), self.placement.temporary(path.target), new, Displaced(), path.follow
            )
        )

    def _content_of(self, path: ManagedPath, adopted: Adopted) -> bytes | None:
        """The content that was adopted; should the store have lost it, what the path shows now. None for neither."""
        content = intact(path.home.require_state(), adopted.object or "", adopted.stored or "")
        if content is None:
            content = path.home.through(path.target, path.follow) if path.found.kind == "link" else path.content()
        return content

    def restore(self, path: ManagedPath, backup: str) -> None:
        """Restore a backup at a path where nothing of ours is left."""
        self.plan.steps.append(Restore(path.target, backup, path.follow))

    def repair_mode(self, path: ManagedPath, mode: int) -> None:
        """Set the mode of a file unless it is right."""
        if path.identity_mode() not in (None, mode):
            self.plan.steps.append(SetMode(path.target, path.found.identity(), mode, path.follow))
            self.report(path, OperationKind.REPAIR, f"mode {mode:04o}").found = "mode"
