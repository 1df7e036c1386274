# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Decides whether what is at a path may be replaced. Every collision is recorded."""

from __future__ import annotations

from ..contract.entries import FileEntry
from ..contract.objects import is_content_of
from ..contract.operations import OperationKind
from ..contract.paths import parents, split
from ..contract.records import KEPT
from ..disk import filesystem
from ..home.path_state import inspect
from .path import ManagedPath

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable

    from ..contract.entries import Entry
    from ..contract.manifest import View
    from ..contract.records import Adopted
    from ..home.folder import HomeFolder
    from ..home.path_state import PathState
    from ..state.ledger import Ledger
    from .plan import Plan, Purpose
    from .step import Evidence

FALLBACK_EXTENSION = "backup"


class Resolution:
    """How a path is taken: what to report, the backup to make, and what of ours is `inside` a folder that gives way.

    With `spare` there is nothing to back up; the name only serves what appears at the last moment. `adopted`: what of the
    user's is the same as what takes its place, to be remembered.
    """

    def __init__(
        self,
        op: OperationKind = OperationKind.CHANGE,
        detail: str = "",
        backup: str | None = None,
        inside: dict[str, Evidence] | None = None,
        follow: bool = False,
        spare: bool = False,
    ) -> None:
        self.op = op
        self.detail = detail
        self.backup = backup
        self.inside = inside
        self.follow = follow
        self.spare = spare
        self.adopted: Adopted | None = None

    @classmethod
    def adoption(cls, detail: str, adopted: Adopted | None) -> Resolution:
        """The resolution for something of the user's that is the same as what takes its place."""
        made = cls(OperationKind.ADOPT, detail)
        made.adopted = adopted
        return made


class CollisionPolicy:
    """Decides for one plan, to switch to `view`. `evidence`: how a managed path is recognised as ours and unchanged."""

    def __init__(
        self,
        home: HomeFolder,
        view: View,
        ledger: Ledger,
        plan: Plan,
        purpose: Purpose,
        evidence: Callable[[ManagedPath], Evidence | None],
    ) -> None:
        self.home = home
        self.objects = view.objects
        self.ledger = ledger
        self.plan = plan
        self.extension = purpose.backup_extension
        self.evidence = evidence
        self.follow = view.follow
        self.backups = {
            target: record.backup for target, record in (purpose.former or {}).items() if record.backup is not None
        }
        # Paths of backups already given away in this plan.
        self.taken: set[str] = set()

    def resolve(self, path: ManagedPath) -> Resolution | None:
        """How to replace what is at the path itself; None for a collision, which is recorded."""
        if path.found.kind == "link":
            return self._past_link(path)
        if path.found.kind == "file":
            return self._past_file(path)
        if path.found.kind == "folder":
            return self._past_folder(path)
        return self._past_foreign(path)

    def resolve_above(self, target: str, entry: Entry, found: PathState, declared: set[str]) -> Resolution | None:
        """How to get past a link or file where a folder above the target should be; None for a collision."""
        blocker = found.blocker or target
        path = ManagedPath(self.home, blocker, self.home.inspect(blocker), record=self.ledger.record(blocker))
        if blocker not in declared and path.record is not None and self._gives_way(path):
            return Resolution()
        if path.found.kind == "link":
            unmeant = self._unmeant_links(target)
            if (entry.force or not unmeant) and self.home.inspect(target, True).kind != "blocked":
                return Resolution(follow=True)
            link = unmeant[0] if unmeant else blocker
            to = self.home.inspect(link, True).text or ""
            reason = f"its folder {link} is a link to {to}; list it in `home.followLinks` if this is intended"
            collision = self.plan.collide(target, reason, "parent-link")
            collision.parent, collision.to = link, to
        elif self._may_back_up(blocker):
            return Resolution(backup=self._backup(path))
        else:
            what = path.found.described()
            collision = self.plan.collide(target, f"{blocker} must be a folder, but is {what}", "parent-file")
            collision.parent, collision.made = blocker, what
        return None

    def _unmeant_links(self, target: str) -> list[str]:
        """The links among the folders above the target that the specification does not follow, outermost first."""
        links = [folder for folder in parents(target) if self.home.inspect(folder, True).kind == "link"]
        return [folder for folder in links if folder not in self.follow]

    def free_backup(self, path: ManagedPath) -> str:
        """A free name for a backup next to the path, whether or not backups were asked for."""
        return self.home.free_name(path.target, self.extension or FALLBACK_EXTENSION, self.taken, path.follow)

    def _gives_way(self, path: ManagedPath) -> bool:
        return self.evidence(path) is not None or path.unchanged()

    def _past_link(self, path: ManagedPath) -> Resolution | None:
        if path.is_our_link():
            return Resolution()
        if self._same(path, self.home.through(path.target, path.follow)):
            detail = f"was a link to {path.found.text}, with the same content"
            return Resolution.adoption(detail, self._adopted(path))
        return self._past_foreign(path)

    def _past_file(self, path: ManagedPath) -> Resolution | None:
        if path.record is not None and self._gives_way(path):
            return Resolution()
        if self._same(path, path.content()):
            return Resolution.adoption("a file with the same content", self._adopted(path))
        return self._past_foreign(path)

    def _past_foreign(self, path: ManagedPath) -> Resolution | None:
        if self._may_back_up(path.target):
            return Resolution(backup=self._backup(path))
        if path.forced:
            return Resolution(detail=f"replaces {path.found.described()}, because `force` is set")
        if path.record is not None and path.record.kind == KEPT:
            self.plan.report(
                OperationKind.KEEP, path.target, "in the way"
            ).note = f"kept: {path.found.described()} of yours"
            return None
        reason = f"{path.found.described()} is there that home.manager did not create"
        collision = self.plan.collide(path.target, reason, path.found.kind)
        if path.found.kind == "link":
            collision.to = path.found.text or ""
            if not self.home.leads_somewhere(path.target, path.follow):
                collision.reason = f"{path.found.described()}, which does not exist now, is there"
            if collision.to.startswith("/nix/store/") and "home-manager" in collision.to:
                collision.kind, collision.made = "foreign", "Home Manager"
        elif path.found.kind != "file":
            collision.kind, collision.made = "special", path.found.described()
        return None

    def _past_folder(self, path: ManagedPath) -> Resolution | None:
        inside: dict[str, Evidence] = {}
        foreign: list[str] = []
        self._survey(path, "", inside, foreign)
        backup = self._backup(path) or self.free_backup(path)
        if not foreign:
            # A file that appears in the folder at the last moment is still kept under this name.
            return Resolution(OperationKind.CHANGE, "was a folder", backup, inside, spare=True)
        if self._may_back_up(path.target) or path.forced:
            self.plan.report(OperationKind.BACKUP, path.target, f"the folder is kept as {backup}").to = backup
            return Resolution(OperationKind.CHANGE, "was a folder", backup, inside)
        some = ", ".join(foreign[:3]) + (", ..." if len(foreign) > 3 else "")
        reason = f"a folder is there with files that home.manager did not create ({some})"
        collision = self.plan.collide(path.target, reason, "folder")
        collision.number, collision.names = len(foreign), foreign[:3]
        return None

    def _survey(self, top: ManagedPath, rel: str, inside: dict[str, Evidence], foreign: list[str]) -> None:
        """Sort what is below a folder into what is ours and what is not."""
        folder = f"{top.target}/{rel}" if rel else top.target
        found = filesystem.names(self.home.folders.enter(folder, top.follow))
        if not found and folder not in self.ledger.folders:
            foreign.append((rel or ".") + "/")
        for name in found:
            inner = f"{rel}/{name}" if rel else name
            target = f"{top.target}/{inner}"
            seen = inspect(name, self.home.folders.enter(folder, top.follow))
            if seen.kind == "folder":
                self._survey(top, inner, inside, foreign)
                continue
            record = self.ledger.record(target)
            path = ManagedPath(self.home, target, seen, top.follow, record=record)
            evidence = self.evidence(path) if record is not None else None
            if evidence is not None:
                inside[inner] = evidence
            else:
                foreign.append(inner)

    def _may_back_up(self, target: str) -> bool:
        return bool(self.extension) or self._given_back(target) is not None

    def _given_back(self, target: str) -> str | None:
        """The name of the backup that an undo makes again; None when it is still there: then this is another file."""
        former = self.backups.get(target)
        if former is None or self.home.inspect(sibling(target, former)).kind != "absent":
            return None
        return former

    def _backup(self, path: ManagedPath) -> str | None:
        former = self._given_back(path.target)
        if former is not None:
            self.taken.add(sibling(path.target, former))
            return former
        return self.free_backup(path) if self.extension else None

    def _adopted(self, path: ManagedPath) -> Adopted | None:
        # What takes the place of our own link or copy was ours as well, unless the path was only kept so far.
        return path.adopted(self.objects[path.file.object].mode) if path.fresh else None

    def _same(self, path: ManagedPath, content: bytes | None) -> bool:
        entry = path.entry
        if not isinstance(entry, FileEntry):
            return False
        return is_content_of(content, entry.object, self.objects[entry.object].mode)


def sibling(target: str, name: str) -> str:
    """The path of `name` in the folder of `target`."""
    folder = split(target)[0]
    return f"{folder}/{name}" if folder else name
