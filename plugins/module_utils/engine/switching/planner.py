# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Making the plan of a switch: ledger and manifest against what stands in the home. Reads, never writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..contract.manifest import parents
from ..home.path_state import PathState, shows
from ..planning.collision import FALLBACK_EXTENSION, CollisionPolicy, Resolution
from ..planning.placement import Placement
from ..planning.plan import Options, Plan
from ..planning.step import DELETE, MODE, RESTORE, Step

if TYPE_CHECKING:
    from ..contract.manifest import Entry, Manifest
    from ..home.folder import HomeFolder
    from ..planning.step import Make
    from ..state.ledger import Ledger, Record

_LINKS = ("link", "symlink")


def make_plan(home: HomeFolder, view: Manifest, ledger: Ledger, tx: str, options: Options, contents: Any) -> Plan:
    """The plan that makes `home` what the manifest `view` says (of no files: everything is taken away).

    `contents` is a function from an object's ID to its content, asked only for what is merged.
    """
    planner = _Planner(home, view, ledger, tx, options, contents)
    home.folders.close()
    planner.run()
    return planner.plan


class _Planner:
    def __init__(
        self, home: HomeFolder, view: Manifest, ledger: Ledger, tx: str, options: Options, contents: Any
    ) -> None:
        self.home = home
        self.files: dict[str, Entry] = view["files"]
        self.objects: dict[str, dict[str, Any]] = view["objects"]
        self.ledger = ledger
        self.options = options
        self.contents = contents
        self.plan = Plan(tx)
        self.needed: dict[str, bool] = {}
        for target, entry in self.files.items():
            for folder in parents(target):
                self.needed[folder] = bool(entry.get("sensitive")) and self.needed.get(folder, True)
        self.policy = CollisionPolicy(home, self.objects, ledger, options, self.plan, _withdrawn)
        self.placement = Placement(home, ledger, self.plan, self.needed)
        # Folders that give way to a file or a link: what was managed in them goes with them.
        self.swallowed: set[str] = set()

    def run(self) -> None:
        for target in sorted(set(self.files) | set(self.ledger.files), key=_depth_first):
            record = self.ledger.files.get(target)
            if target in self.files:
                self._place(target, self.files[target], record)
            elif record is not None:
                self._remove(target, record)
        made = set(self.ledger.folders) | set(self.plan.made) | set(self.plan.folders)
        self.plan.made = sorted(made & set(self.needed))
        self.plan.drop = sorted(made - set(self.needed), reverse=True)

    # -- what is declared

    def _place(self, target: str, entry: Entry, record: Record | None) -> None:
        if record is not None and self._was_moved(target, record):
            self._remove(target, dict(record, backup=record["moved"]))
            if self.options.former is not None and target in self.options.former:
                self.plan.files[target] = self.options.former[target]
            return
        seen, follow = self._look(target, entry)
        if seen is None:
            if record is not None:
                self.plan.files[target] = record
            return
        method = entry.get("method", "link") if entry["type"] == "file" else "link"
        place = {"copy": self._copy, "seed": self._seed, "merge": self._merge, "link": self._link}[method]
        place(target, entry, record, seen, follow)
        fresh = self.plan.files.get(target)
        if fresh is not None:
            if follow:
                fresh["follow"] = True
            if entry.get("sensitive"):
                fresh["sensitive"] = True

    def _was_moved(self, target: str, record: Record) -> bool:
        """Whether the switch that is being undone moved a file of the user's away from the target."""
        former = self.options.former
        return former is not None and "moved" in record and former.get(target, {}).get("moved") != record["moved"]

    def _look(self, target: str, entry: Entry) -> tuple[PathState | None, bool]:
        """What stands at the target, and whether links were followed to it; None for a collision (noted) on the way."""
        for above in parents(target):
            if above in self.placement.turned:
                return PathState("absent"), False
        seen = self.home.inspect(target)
        if seen.kind != "blocked":
            return seen, False
        way = self.policy.blocked(target, entry, seen, set(self.files))
        if way is None:
            return None, False
        if way.follow:
            return self.home.inspect(target, True), True
        self.placement.turn(seen.blocker or target, way)
        return PathState("absent"), False

    def _link(self, target: str, entry: Entry, record: Record | None, seen: PathState, follow: bool) -> None:
        fresh = self._link_record(target, entry, follow)
        changed = record is not None and record.get("shows") != fresh.get("shows")
        if seen.kind == "link" and (seen.text == fresh["text"] or self._is_our_link(target, record, seen)):
            self._keep_backup(target, fresh, record)
            if seen.text == fresh["text"] and not changed:
                if record is None:
                    self.plan.report("adopt", target, "a link that was ours already")
                return
            if changed and seen.text == fresh["text"]:
                self.plan.refreshed.append(target)
            self.placement.put(target, {"link": fresh["text"]}, seen, Resolution("change"), follow)
            return
        self._replace(target, {"link": fresh["text"]}, entry, record, seen, fresh, follow)

    def _link_record(self, target: str, entry: Entry, follow: bool) -> Record:
        if entry["type"] == "symlink":
            return {"kind": "symlink", "text": entry["to"]}
        fresh: Record = {"kind": "link", "text": self.home.link_text(target, follow)}
        if entry["type"] == "tree":
            return dict(fresh, shows=tree_hash(entry), tree=True)
        return dict(fresh, shows=entry["object"], stored=self.objects[entry["object"]]["mode"])

    def _is_our_link(self, target: str, record: Record | None, seen: PathState) -> bool:
        if self.home.is_ours(target, seen.text):
            return True
        return record is not None and record["kind"] in _LINKS and seen.text == record["text"]

    def _copy(self, target: str, entry: Entry, record: Record | None, seen: PathState, follow: bool) -> None:
        fresh = self._file_record("copy", entry)
        make = {"object": entry["object"], "mode": int(entry["mode"], 8)}
        content = self.home.content(target, follow) if seen.kind == "file" else None
        if shows(content, entry["object"], fresh["stored"]):
            self._keep_backup(target, fresh, record)
            if record is None:
                self.plan.report("adopt", target, "a file with the same content")
            self._mend_mode(target, make["mode"], seen, follow)
            return
        if (
            seen.kind == "file"
            and record is not None
            and record["kind"] == "copy"
            and not self.policy.unchanged(record, content)
        ):
            self._edited_copy(target, entry, record, seen, fresh, make, follow)
            return
        self._replace(target, make, entry, record, seen, fresh, follow)

    def _edited_copy(
        self, target: str, entry: Entry, record: Record, seen: PathState, fresh: Record, make: Make, follow: bool
    ) -> None:
        policy = "overwrite" if target in self.options.overwrite else entry.get("onConflict", "keep")
        if policy == "keep" and not self.options.restoring:
            self.plan.files[target] = record
            self._report_kept(target, "changed by its user since it was written", seen)
            return
        backup = None
        if policy != "overwrite" or self.options.restoring:
            extension = self.options.extension or FALLBACK_EXTENSION
            backup = self.home.free_name(target, extension, self.policy.taken, follow)
            self.plan.report("backup", target, f"the user's changes are kept as {backup}", to=backup)
        self._keep_backup(target, fresh, record)
        if backup:
            # Not given back when the copy is dropped: it is a version of the copy, not what stood there before.
            fresh["moved"] = backup
        self.placement.put(target, make, seen, Resolution("change", backup=backup), follow)

    def _report_kept(self, target: str, detail: str, seen: PathState) -> None:
        """Note a file that stays as its user changed it, and when that was."""
        facts = {"since": int(seen.status.st_mtime)} if seen.kind == "file" and seen.status is not None else {}
        self.plan.report("keep", target, detail, **facts)

    def _seed(self, target: str, entry: Entry, record: Record | None, seen: PathState, follow: bool) -> None:
        fresh = self._file_record("seed", entry)
        make = {"object": entry["object"], "mode": int(entry["mode"], 8)}
        if (
            seen.kind == "link"
            and record is not None
            and record["kind"] in _LINKS
            and self._is_our_link(target, record, seen)
        ):
            self._keep_backup(target, fresh, record)
            self.placement.put(
                target, make, seen, Resolution("change", detail="a file of the user's from now on"), follow
            )
        elif seen.kind == "absent":
            self.plan.files[target] = fresh
            self.placement.put(target, make, seen, Resolution(self._adding(record, entry["object"])), follow)
        else:
            # What stands there is the user's; only a seed that we wrote ourselves keeps its hash.
            self.plan.files[target] = record if record is not None and record["kind"] == "seed" else {"kind": "seed"}

    def _merge(self, target: str, entry: Entry, record: Record | None, seen: PathState, follow: bool) -> None:
        from ..methods.merge import Merge

        text: bytes | None = b""
        way: Resolution | None = Resolution("change")
        if seen.kind == "file":
            text = self.home.content(target, follow)
            if record is not None and record["kind"] != "merge" and self.policy.unchanged(record, text):
                text = b""
        elif seen.kind != "absent" and not (seen.kind == "link" and self._is_our_link(target, record, seen)):
            way = self.policy.way(target, entry, record, seen, follow)
            if seen.kind == "link":
                text = self.home.through(target, follow) or b""
        if text is None:
            self.plan.collide(target, "the file to merge into cannot be read", "unreadable")
        if way is None or text is None:
            if record is not None:
                self.plan.files[target] = record
            return
        merge = Merge(target, entry, record, self.contents, self.plan)
        after = merge.apply(text)
        if after is None:
            if record is not None:
                self.plan.files[target] = record
            return
        fresh = merge.record(seen.kind != "file" or text == b"")
        self._keep_backup(target, fresh, record, None if way.spare else way.backup)
        if seen.kind == "file" and after == self.home.content(target, follow):
            if record is None:
                self.plan.report("adopt", target, "its declared keys are as they should be already")
            return
        mode = int(entry["mode"], 8)
        if seen.kind == "file" and seen.status is not None and not entry.get("sensitive"):
            mode = seen.status.st_mode & 0o777
        self.plan.texts[target] = after
        if seen.kind == "absent":
            way.op = self._adding(record, entry["object"])
        if way.backup and way.inside is None:
            self.plan.report("backup", target, f"kept as {way.backup}", to=way.backup)
        if way.inside is not None:
            self.swallowed.add(target)
        self.placement.put(target, {"text": after, "mode": mode}, seen, way, follow)

    def _file_record(self, kind: str, entry: Entry) -> Record:
        stored = self.objects[entry["object"]]["mode"]
        return {"kind": kind, "shows": entry["object"], "stored": stored, "mode": entry["mode"]}

    def _replace(
        self, target: str, make: Make, entry: Entry, record: Record | None, seen: PathState, fresh: Record, follow: bool
    ) -> None:
        """Put something where something else may stand."""
        if seen.kind == "absent":
            self._keep_backup(target, fresh, record)
            self.placement.put(target, make, seen, Resolution(self._adding(record, fresh.get("shows"))), follow)
            return
        way = self.policy.way(target, entry, record, seen, follow)
        if way is None:
            if record is not None:
                self.plan.files[target] = record
            return
        self._keep_backup(target, fresh, record, None if way.spare else way.backup)
        if way.backup and way.inside is None:
            self.plan.report("backup", target, f"kept as {way.backup}", to=way.backup)
        if way.inside is not None:
            self.swallowed.add(target)
        self.placement.put(target, make, seen, way, follow)

    def _keep_backup(self, target: str, fresh: Record, record: Record | None, backup: str | None = None) -> None:
        first = record.get("backup") if record is not None else None
        if first or backup:
            fresh["backup"] = first or backup
        if backup:
            fresh["moved"] = backup
        self.plan.files[target] = fresh

    def _adding(self, record: Record | None, shown: str | None) -> str:
        return "repair" if record is not None and (self.options.same or record.get("shows") == shown) else "add"

    def _mend_mode(self, target: str, mode: int, seen: PathState, follow: bool) -> None:
        if seen.status is not None and seen.status.st_mode & 0o7777 != mode:
            self.plan.steps.append(Step(MODE, target, seen.identity(), mode=mode, follow=follow))
            self.plan.report("repair", target, f"mode {mode:04o}", found="mode")

    # -- what is no longer declared

    def _remove(self, target: str, record: Record) -> None:
        if record["kind"] == "folder":
            self._remove_folder(target, record)
            return
        if any(above in self.swallowed for above in parents(target)):
            self.plan.report("remove", target)
            return
        follow = bool(record.get("follow"))
        seen = self.home.inspect(target, follow)
        if record["kind"] == "seed":
            self._remove_seed(target, record, seen, follow)
            return
        if record["kind"] == "merge":
            if target in self.needed and self.policy.wholly_merged(target, record, self.home.content(target, follow)):
                self.placement.turn(target, Resolution("change"), record)
                return
            self._unmerge(target, record, seen, follow)
            return
        restore = record.get("backup")
        if seen.kind == "absent":
            if restore:
                self.plan.steps.append(Step(RESTORE, target, None, restore=restore, follow=follow))
            self.plan.report("remove", target, "was gone already", found="absent")
            return
        if not self._still_ours(target, record, seen, follow):
            detail = "no longer managed, but not as it was put there"
            detail += f"; {restore} is what stood there before" if restore else ""
            self._report_kept(target, detail, seen)
            return
        if target in self.needed:
            self.placement.turn(target, Resolution("change"), record)
            return
        self.plan.steps.append(Step(DELETE, target, seen.identity(), restore=restore, follow=follow))
        facts = {"restores": restore} if restore else {}
        self.plan.report("remove", target, f"{restore} is put back" if restore else "", **facts)

    def _remove_seed(self, target: str, record: Record, seen: PathState, follow: bool) -> None:
        """A seed is the user's and stays; only the one that the switch being undone put there goes."""
        former = self.options.former
        if former is None or target in former or seen.kind != "file":
            return
        if self.policy.unchanged(record, self.home.content(target, follow)):
            self.plan.steps.append(Step(DELETE, target, seen.identity(), follow=follow))
            self.plan.report("remove", target)

    def _remove_folder(self, target: str, record: Record) -> None:
        if target in self.needed:
            self.plan.files[target] = record
        elif record.get("backup"):
            self.plan.steps.append(Step(RESTORE, target, None, restore=record["backup"]))

    def _still_ours(self, target: str, record: Record, seen: PathState, follow: bool) -> bool:
        if record["kind"] in _LINKS:
            return seen.kind == "link" and self._is_our_link(target, record, seen)
        return seen.kind == "file" and self.policy.unchanged(record, self.home.content(target, follow))

    def _unmerge(self, target: str, record: Record, seen: PathState, follow: bool) -> None:
        text = self.home.content(target, follow) if seen.kind == "file" else None
        if text is None:
            self.plan.report("remove", target, "was gone already", found="absent")
            return
        after = _withdrawn(target, record, text, self.plan)
        if after is None or after == text:
            return
        if record.get("made") and not after.strip():
            self.plan.steps.append(Step(DELETE, target, seen.identity(), restore=record.get("backup"), follow=follow))
            self.plan.report("remove", target)
            return
        self.plan.texts[target] = after
        make = {"text": after, "mode": seen.status.st_mode & 0o777 if seen.status is not None else 0o600}
        self.placement.put(target, make, seen, Resolution("change", detail="the declared keys are taken out"), follow)


def _withdrawn(target: str, record: Record, text: bytes, plan: Plan) -> bytes | None:
    from ..methods.merge import withdrawn

    return withdrawn(target, record, text, plan)


def tree_hash(entry: Entry) -> str:
    """One hash over the entries of a folder linked whole."""
    from hashlib import sha256
    from json import dumps

    text = dumps(entry["entries"], sort_keys=True, separators=(",", ":"))
    return sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:32]


def _depth_first(target: str) -> list[str]:
    return target.split("/")
