# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Plans the changes below /etc. It only reads: entries, ledger and disk give the steps and the new ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ..operation import Operation
from .collision import Collision
from .disk import NOTHING, Etc, Found, link_content
from .ledger import EtcLedger, Kept, Managed

if TYPE_CHECKING:
    from typing import Callable, Collection, Dict, List, Tuple

    from ..declaration import EtcEntry


class Wanted(NamedTuple):
    """What a path is to hold: content by its identity, with numbers instead of names."""

    entry: EtcEntry
    content: str
    uid: int
    gid: int


class Step(NamedTuple):
    """One change of one path.

    `do`: put, remove, divert, undivert, restore, backup or save. `before` is what a backup or restore is about.
    """

    do: str
    target: str
    wanted: Wanted | None = None
    before: Kept | None = None


class EtcPlan(NamedTuple):
    """The steps in their order, the ledger afterwards, and what is reported. `changed` are the targets whose content changes."""

    steps: List[Step]
    ledger: EtcLedger
    operations: List[Operation]
    collisions: List[Collision]
    changed: List[str]
    removed: List[Tuple[str, str]]


class EtcPlanner:
    """Makes one plan.

    `owned` says whether a package owns a path (so that its own version can be moved aside); `backup_name` gives a free name
    in the folder of backups. Where `pristine` is given, the host cannot move a package's file aside, and it is backed up;
    `pristine` says whether a file is as a package brought it.
    """

    def __init__(
        self,
        etc: Etc,
        ledger: EtcLedger,
        owned: Callable[[str], bool],
        backup_name: Callable[[str], str],
        pristine: Callable[[str], bool] | None = None,
    ) -> None:
        self.etc = etc
        self.old = ledger
        self.new = ledger.copy()
        self.owned = owned
        self.backup_name = backup_name
        self.diverts = pristine is None
        self.pristine = pristine
        self.steps: List[Step] = []
        self.operations: List[Operation] = []
        self.collisions: List[Collision] = []
        self.changed: List[str] = []
        self.removed: List[Tuple[str, str]] = []

    def plan(self, wanted: Dict[str, Wanted], kept: Collection[str] = ()) -> EtcPlan:
        """What is in `kept` stays as it is. OSError where the disk cannot be read; EngineError where a folder cannot be created."""
        for target in sorted(wanted):
            self._want(target, wanted[target])
        for target in sorted(set(self.old.files) - set(wanted) - set(kept), reverse=True):
            self._drop(target, self.old.files[target])
        folders = [folder for target in sorted(wanted) for folder in self.etc.missing_folders(target)]
        self.new.folders = sorted({*self.new.folders, *folders})
        return EtcPlan(self.steps, self.new, self.operations, self.collisions, self.changed, self.removed)

    def _note(self, op: str, target: str, detail: str = "") -> None:
        self.operations.append(Operation("etc", op, f"/etc/{target}", detail))

    def _want(self, target: str, wanted: Wanted) -> None:
        found = self.etc.look(target)
        known = self.old.files.get(target)
        if found.content in ("folder", "other"):
            what = "a folder" if found.content == "folder" else "neither a file nor a link"
            self.collisions.append(Collision(f"/etc/{target}", f"is {what}", wanted.entry.origin))
        elif known is not None:
            self._keep(target, wanted, found, known)
        else:
            self._begin(target, wanted, found)

    def _begin(self, target: str, wanted: Wanted, found: Found) -> None:
        """A path that was not ours yet."""
        entry = wanted.entry
        before: Kept | None = None
        diverted = False
        divert = self.diverts and (entry.divert if entry.divert is not None else self.owned(target))
        if divert:
            self.steps.append(Step("divert", target))
            diverted = True
        elif found.present:
            if not (entry.replace or entry.divert) and not _same(found, wanted):
                self.collisions.append(Collision(f"/etc/{target}", "exists and is not managed", entry.origin))
                return
            before = self._kept(target, found)
            if self.pristine is not None and self.pristine(target):
                before = before._replace(pristine=True)
            self.steps.append(Step("backup", target, before=before))
        same = _same(found, wanted) and not divert
        self._put(target, wanted, NOTHING if divert else found, before, diverted)
        if same:
            self._note("adopt", target)
        else:
            detail = (
                "the package's own file is moved aside" if diverted else "the host's file is kept" if before else ""
            )
            self._note("change" if before else "add", target, detail)

    def _keep(self, target: str, wanted: Wanted, found: Found, known: Managed) -> None:
        """A path that is ours already."""
        expected = (known.content, known.previous)
        drifted = found.content not in expected or (found.content == known.content and not _attributes(found, known))
        if not drifted and found.content == known.content and _same(found, wanted):
            self.new.files[target] = known._replace(previous=known.content, on_remove=wanted.entry.on_remove)
            return
        if known.before is not None and found.content == known.before.content:
            # A switch was interrupted before ours was put there, and perhaps before the backup was made.
            self.steps.append(Step("backup", target, before=known.before))
        elif found.present and found.content not in expected:
            # What somebody wrote into our file is kept aside, never lost.
            self.steps.append(Step("save", target, before=self._kept(target, found)))
        self._put(target, wanted, found, known.before, known.diverted)
        repair = known.content == wanted.content and known.mode == wanted.entry.mode
        detail = (
            ""
            if found.content in expected
            else ("it was gone" if not found.present else "it was edited by hand and is kept")
        )
        self._note("repair" if repair else "change", target, detail)

    def _put(self, target: str, wanted: Wanted, found: Found, before: Kept | None, diverted: bool) -> None:
        entry = wanted.entry
        self.new.files[target] = Managed(
            wanted.content,
            found.content,
            entry.mode,
            wanted.uid,
            wanted.gid,
            before,
            diverted,
            entry.sensitive,
            entry.on_remove,
        )
        self.steps.append(Step("put", target, wanted))
        if found.content != wanted.content:
            self.changed.append(target)

    def _drop(self, target: str, known: Managed) -> None:
        """A path that is no longer declared."""
        found = self.etc.look(target)
        del self.new.files[target]
        if known.before is not None and found.content == known.before.content != known.content:
            return  # ours was never put there, or somebody has put back what was there before
        if found.present and found.content not in (known.content, known.previous, "folder", "other"):
            self.steps.append(Step("save", target, before=self._kept(target, found)))
        if found.content not in ("folder", "other"):
            self.steps.append(Step("remove", target))
        if known.diverted:
            self.steps.append(Step("undivert", target))
        if known.before is not None:
            self.steps.append(Step("restore", target, before=known.before))
        self.removed.append((target, known.on_remove))
        self.changed.append(target)
        self._note("restore" if known.before or known.diverted else "remove", target)

    def _kept(self, target: str, found: Found) -> Kept:
        if found.is_link:
            return Kept(found.content, None, found.content[len("link ") :], found.mode, found.uid, found.gid)
        return Kept(found.content, self.backup_name(target), None, found.mode, found.uid, found.gid)


def _same(found: Found, wanted: Wanted) -> bool:
    if found.content != wanted.content:
        return False
    return found.is_link or (found.mode, found.uid, found.gid) == (wanted.entry.mode, wanted.uid, wanted.gid)


def _attributes(found: Found, known: Managed) -> bool:
    return found.is_link or (found.mode, found.uid, found.gid) == (known.mode, known.uid, known.gid)


def wanted_content(entry: EtcEntry, read: Callable[[str], bytes]) -> str:
    """What identifies an entry's content; `read` gives an object's bytes."""
    from .disk import file_content

    return link_content(entry.link) if entry.link is not None else file_content(read(entry.object or ""))
