# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""May something of ours take the place of what stands at a path? Every collision is noted, none is passed over."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING, Any, Callable

from ..disk import filesystem
from ..home.path_state import inspect, shows

if TYPE_CHECKING:
    from ..contract.manifest import Entry
    from ..home.folder import HomeFolder
    from ..home.path_state import PathState
    from ..state.ledger import Ledger, Record
    from .plan import Options, Plan

FALLBACK_EXTENSION = "backup"


class Resolution:
    """A way is free: what to report, the backup to make, and for a folder that gives way what of ours lies `inside`
    it.
    """

    def __init__(
        self,
        op: str,
        detail: str = "",
        backup: str | None = None,
        inside: dict[str, dict[str, str]] | None = None,
        follow: bool = False,
        spare: bool = False,
    ) -> None:
        # With `spare` there is nothing to back up; the name only serves what appears at the last moment.
        self.spare = spare
        self.op = op
        self.detail = detail
        self.backup = backup
        self.inside = inside
        self.follow = follow


class CollisionPolicy:
    """Decides for one plan."""

    def __init__(
        self,
        home: HomeFolder,
        objects: dict[str, dict[str, Any]],
        ledger: Ledger,
        options: Options,
        plan: Plan,
        withdrawn: Callable[[str, Record, bytes, Plan], bytes | None],
    ) -> None:
        # What of a merged file is left without what was merged into it.
        self._withdrawn = withdrawn
        self.home = home
        self.objects = objects
        self.ledger = ledger
        self.extension = options.extension
        former = options.former or {}
        self.backups: dict[str, str] = {
            target: record["backup"] for target, record in former.items() if "backup" in record
        }
        self.plan = plan
        # Names of backups already given away in this plan.
        self.taken: set[str] = set()

    def unchanged(self, record: Record, content: bytes | None) -> bool:
        """Whether a file still has the content that the record says was put there."""
        return "stored" in record and shows(content, record["shows"], record["stored"])

    def wholly_merged(self, target: str, record: Record, content: bytes | None) -> bool:
        """Whether a merged file holds nothing but what was merged into it."""
        if record["kind"] != "merge" or not record.get("made") or content is None:
            return False
        rest = self._withdrawn(target, record, content, self.plan)
        return rest is not None and not rest.strip()

    def way(self, target: str, entry: Entry, record: Record | None, seen: PathState, follow: bool) -> Resolution | None:
        """The way past what stands at the target itself; None for a collision, which is noted."""
        if seen.kind == "link":
            return self._past_link(target, entry, record, seen, follow)
        if seen.kind == "file":
            return self._past_file(target, entry, record, seen, follow)
        if seen.kind == "folder":
            return self._past_folder(target, entry, follow)
        return self._past_foreign(target, entry, seen, follow)

    def blocked(self, target: str, entry: Entry, seen: PathState, declared: set[str]) -> Resolution | None:
        """The way past a link or file where a folder above the target should be."""
        blocker = seen.blocker or target
        record = self.ledger.files.get(blocker)
        found = self.home.inspect(blocker)
        if blocker not in declared and record is not None:
            if found.kind == "link" and (self.home.is_ours(blocker, found.text) or found.text == record.get("text")):
                return Resolution("change")
            content = self.home.content(blocker) if found.kind == "file" else None
            if self.unchanged(record, content) or self.wholly_merged(blocker, record, content):
                return Resolution("change")
        if seen.reason == "denied":
            self.plan.collide(target, f"the folder {blocker} cannot be entered", "denied", parent=blocker)
        elif found.kind == "link":
            if entry.get("force") and self.home.inspect(target, True).kind != "blocked":
                return Resolution("change", follow=True)
            reason = f"its folder {blocker} is a link to {found.text}; `force` writes through it"
            self.plan.collide(target, reason, "parent-link", parent=blocker, to=found.text)
        elif self._may_back_up(blocker):
            return Resolution("change", backup=self._backup(blocker, False))
        else:
            what = self.described(found)
            reason = f"{blocker}, which should be a folder, is {what}"
            self.plan.collide(target, reason, "parent-file", parent=blocker, made=what)
        return None

    def described(self, seen: PathState) -> str:
        """A kind of thing, in words."""
        if seen.kind == "link":
            return f"a link to {seen.text}"
        if seen.kind == "other" and seen.status is not None:
            mode = seen.status.st_mode
            if stat.S_ISFIFO(mode):
                return "a fifo"
            return "a socket" if stat.S_ISSOCK(mode) else "a device"
        return {"file": "a file", "folder": "a folder"}.get(seen.kind, "something unreadable")

    def _kind(self, seen: PathState) -> dict[str, str]:
        """What is at a path, for a collision: its kind, and what belongs to it."""
        if seen.kind == "link":
            text = seen.text or ""
            if text.startswith("/nix/store/") and "home-manager" in text:
                return {"kind": "foreign", "made": "Home Manager", "to": text}
            return {"kind": "link", "to": text}
        return {"kind": "file"} if seen.kind == "file" else {"kind": "special", "made": self.described(seen)}

    def _past_link(
        self, target: str, entry: Entry, record: Record | None, seen: PathState, follow: bool
    ) -> Resolution | None:
        ours = record is not None and record["kind"] in ("link", "symlink") and seen.text == record["text"]
        if ours or self.home.is_ours(target, seen.text):
            return Resolution("change")
        if not self.home.leads_somewhere(target, follow):
            self.plan.warnings.append(f"{target} was a link to {seen.text}, which does not exist; it is replaced")
            return Resolution("change", f"was a dangling link to {seen.text}", self._backup(target, follow))
        if entry["type"] == "file" and self._same(entry, self.home.through(target, follow)):
            return Resolution("adopt", f"was a link to {seen.text}, of the same content")
        return self._past_foreign(target, entry, seen, follow)

    def _past_file(
        self, target: str, entry: Entry, record: Record | None, seen: PathState, follow: bool
    ) -> Resolution | None:
        content = self.home.content(target, follow)
        if record is not None and (self.unchanged(record, content) or self.wholly_merged(target, record, content)):
            return Resolution("change")
        if entry["type"] == "file" and self._same(entry, content):
            return Resolution("adopt", "a file of the same content")
        return self._past_foreign(target, entry, seen, follow)

    def _past_foreign(self, target: str, entry: Entry, seen: PathState, follow: bool) -> Resolution | None:
        if seen.kind == "blocked":
            self.plan.collide(target, f"{seen.blocker} cannot be entered", "denied", parent=seen.blocker)
            return None
        if self._may_back_up(target):
            return Resolution("change", backup=self._backup(target, follow))
        if entry.get("force"):
            return Resolution("change", f"replaces {self.described(seen)}, as `force` says")
        self.plan.collide(target, f"{self.described(seen)} that is not managed stands there", **self._kind(seen))
        return None

    def _past_folder(self, target: str, entry: Entry, follow: bool) -> Resolution | None:
        inside: dict[str, dict[str, str]] = {}
        foreign: list[str] = []
        self._survey(target, "", follow, inside, foreign)
        backup = self._backup(target, follow) or self.home.free_name(target, FALLBACK_EXTENSION, self.taken, follow)
        if not foreign:
            # A file that appears in the folder at the last moment is still kept under this name.
            return Resolution("change", "was a folder", backup, inside, spare=True)
        if self._may_back_up(target) or entry.get("force"):
            self.plan.report("backup", target, f"the folder is kept as {backup}", to=backup)
            return Resolution("change", "was a folder", backup, inside)
        some = ", ".join(foreign[:3]) + (", ..." if len(foreign) > 3 else "")
        reason = f"a folder with files that are not managed stands there ({some})"
        self.plan.collide(target, reason, "folder", number=len(foreign), names=foreign[:3])
        return None

    def _survey(self, top: str, rel: str, follow: bool, inside: dict[str, dict[str, str]], foreign: list[str]) -> None:
        """Tell what is ours below a folder from what is not."""
        folder = f"{top}/{rel}" if rel else top
        found = filesystem.names(self.home.folders.enter(folder, follow))
        if not found and folder not in self.ledger.folders:
            foreign.append((rel or ".") + "/")
        for name in found:
            inner = f"{rel}/{name}" if rel else name
            target = f"{top}/{inner}"
            seen = inspect(name, self.home.folders.enter(folder, follow))
            record = self.ledger.files.get(target)
            if seen.kind == "folder":
                self._survey(top, inner, follow, inside, foreign)
            elif record is None:
                foreign.append(inner)
            elif record["kind"] in ("link", "symlink") and seen.kind == "link" and seen.text == record["text"]:
                inside[inner] = {"link": record["text"]}
            elif (
                record["kind"] == "copy"
                and seen.kind == "file"
                and self.unchanged(record, self.home.content(target, follow))
            ):
                inside[inner] = {"shows": record["shows"], "stored": record["stored"]}
            elif seen.kind == "file" and self.wholly_merged(target, record, self.home.content(target, follow)):
                inside[inner] = {"hash": record["hash"]}
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

    def _backup(self, target: str, follow: bool) -> str | None:
        former = self._given_back(target)
        if former is not None:
            self.taken.add(sibling(target, former))
            return former
        return self.home.free_name(target, self.extension, self.taken, follow) if self.extension else None

    def _same(self, entry: Entry, content: bytes | None) -> bool:
        return shows(content, entry["object"], self.objects[entry["object"]]["mode"])


def sibling(target: str, name: str) -> str:
    """The path of `name` in the folder of `target`."""
    folder, _slash, _base = target.rpartition("/")
    return f"{folder}/{name}" if folder else name
