# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The steps of a plan that create something in the home, and the folders that they need."""

from __future__ import annotations

from ..contract.operations import OperationKind
from ..contract.paths import parents, split
from ..contract.records import Record
from ..home.path_state import shortened
from .step import Displaced, NewFolder, Put

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..home.folder import HomeFolder
    from ..state.ledger import Ledger
    from .collision import Resolution
    from .path import ManagedPath
    from .plan import Plan
    from .step import NewItem

_PRIVATE = (".ssh", ".gnupg", ".pki", ".aws", ".kube", ".password-store")


class Placement:
    """The steps of one plan.

    `needed` are the folders that declared files are in; true where all of these are sensitive.
    """

    def __init__(self, home: HomeFolder, ledger: Ledger, plan: Plan, needed: dict[str, bool]) -> None:
        self.home = home
        self.ledger = ledger
        self.plan = plan
        self.needed = needed
        # Paths where a folder takes the place of a file or link, each with what the new folder will hold.
        self.new_folders: dict[str, dict[str, NewItem]] = {}

    def put(self, path: ManagedPath, new: NewItem, resolution: Resolution) -> None:
        """Put something at a path; into the new folder where one takes the place of a file."""
        target = path.target
        operation = self.plan.report(resolution.op, target, resolution.detail)
        if resolution.op == OperationKind.REPAIR:
            operation.found = path.found.kind
        for above in parents(target):
            if above in self.new_folders:
                self.new_folders[above][target[len(above) + 1 :]] = new
                self.plan.made += [folder for folder in parents(target) if folder.startswith(above + "/")]
                return
        if path.found.kind == "absent" and path.found.blocker:
            for folder in parents(target):
                if folder == path.found.blocker or folder.startswith(path.found.blocker + "/"):
                    self.plan.folders[folder] = self._folder_mode(folder)
        temporary, swap = self.temporary(target), resolution.inside is not None
        partial = f"{temporary}b" if resolution.backup and not swap else None
        displaced = Displaced(resolution.backup, swap, resolution.inside, partial)
        self.plan.steps.append(Put(target, path.found.identity(), temporary, new, displaced, path.follow))

    def replace_by_folder(self, target: str, resolution: Resolution, record: Record | None = None) -> None:
        """Replace the file or link at `target` with a folder."""
        found = self.home.inspect(target)
        record = record or self.ledger.record(target)
        backup = (record.backup if record is not None else None) or resolution.backup
        inside: dict[str, NewItem] = {}
        new = NewFolder(self._folder_mode(target), inside)
        temporary = self.temporary(target)
        displaced = Displaced(resolution.backup, swap=True, partial=f"{temporary}b" if resolution.backup else None)
        self.plan.steps.append(Put(target, found.identity(), temporary, new, displaced))
        self.new_folders[target] = inside
        self.plan.made.append(target)
        if backup:
            fresh = Record("folder")
            fresh.backup, fresh.moved = backup, resolution.backup
            self.plan.files[target] = fresh
        if resolution.backup:
            detail = f"kept as {resolution.backup}; a folder replaces it"
            self.plan.report(OperationKind.BACKUP, target, detail).to = resolution.backup

    def _folder_mode(self, folder: str) -> int:
        private = self.needed.get(folder, False) or any(part in _PRIVATE for part in folder.split("/"))
        return 0o700 if private else 0o755

    def temporary(self, target: str) -> str:
        """The name next to a path under which what is put there is prepared."""
        name = split(target)[1]
        short = shortened(name, 180)
        return f".{short}.hm-{self.plan.tx}" + (f"-{len(self.plan.steps)}" if short != name else "")
