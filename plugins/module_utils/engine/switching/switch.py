# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The switch from what is current to a generation, new or old, or to nothing: with its check, hooks and undo."""

from __future__ import annotations

import contextlib
import os
import time
from typing import TYPE_CHECKING, Any

from ..contract.errors import EngineError
from ..disk import filesystem
from ..disk.folders import Blocked
from ..planning.plan import Options, Plan
from ..state import layout, objects, packaged
from ..state.ledger import Ledger
from ..state.staging import check_space, stage_generation, stage_objects
from ..transaction.commit import commit
from ..transaction.recovery import begin, recover
from . import hooks
from .planner import make_plan
from .report import Report
from .session import counts, session_changes

if TYPE_CHECKING:
    from ..contract.manifest import Manifest
    from ..home.folder import HomeFolder
    from ..transaction.roll_forward import RollForward
    from .goal import Goal

    Answer = dict[str, Any]

NOTHING: dict[str, Any] = {"files": {}, "objects": {}, "activation": [], "packages": []}


class Settings:
    """How to switch.

    `check`: write nothing; `extension`: back up what is in the way; `undo`: after a failed hook put the
    generation before back; `diff`: also answer what the files held before; `overwrite`: paths whose declared content
    replaces what their user made of them.
    """

    def __init__(
        self, user: str, check: bool = False, extension: str | None = None, undo: bool = True, diff: bool = False
    ) -> None:
        # What the request says of packages: where to download them from, which may be missing.
        self.packages: Any = None
        self.overwrite: tuple[str, ...] = ()
        self.user = user
        self.check = check
        self.extension = extension
        self.undo = undo
        self.diff = diff


def transaction_name() -> str:
    """A name for a transaction, never the same twice, whatever the clock does."""
    return time.strftime("%Y%m%dT%H%M%S", time.gmtime()) + "-" + os.urandom(4).hex()


def run(home: HomeFolder, goal: Goal, settings: Settings) -> Answer:
    """Go there.

    The answer is the contract's; collisions and failed hooks are told in it. To be called with the lock held.
    """
    messages = begin(home, settings.check)
    try:
        return _Switch(home, goal, settings, messages).run()
    except BaseException:
        # Nothing is left lying about until the next run; what cannot be cleaned now, it cleans.
        if home.state is not None and not settings.check:
            with contextlib.suppress(OSError, EngineError, Blocked):
                recover(home)
        raise


class _Switch:
    def __init__(self, home: HomeFolder, goal: Goal, settings: Settings, messages: list[str]) -> None:
        self.home = home
        self.goal = goal
        self.settings = settings
        self.tx = transaction_name()
        self.packaged = packaged.NOTHING
        state = home.state
        self.ledger = Ledger.read(state, home.path)
        self.source = state.current() if state is not None else None
        self.completed = state.completed() if state is not None else None
        self.answer: Answer = {
            "changed": False,
            "generation": layout.parse_reference(goal.to)[0] if goal.to is not None else None,
            "previous": layout.parse_reference(self.source)[0] if self.source is not None else None,
            "operations": [],
            "collisions": [],
            "warnings": messages,
            "hooks": [],
        }

    def run(self) -> Answer:
        if not self._packages():
            return self.answer
        damaged = self._damaged()
        plan = self._plan()
        moves = self.source != self.goal.to
        owed = self.goal.to != self.completed
        self.answer["operations"] += [
            {"op": "repair", "path": f"{layout.STORE}/{name}", "detail": "its content or mode was changed in place"}
            for name in damaged
        ]
        self._tell(plan)
        if plan.collisions:
            self.answer["failed"] = {"kind": "collision", "message": _collision_message(plan), "undone": False}
            return self.answer
        if not (plan.steps or moves or owed or damaged):
            # The ledger alone may differ: an adopted link, a seed that was there already.
            if plan.files != self.ledger.files and not self.settings.check:
                self._transact(plan)
                sweep_quickly(self.home)
            return self.answer
        self.answer["changed"] = True
        checked = hooks.checks(self.home, self.goal.view, self.settings.user, self.settings.check)
        self.answer["hooks"] += checked.hooks
        if checked.failed is not None:
            self.answer["changed"] = False
            self.answer["failed"] = dict(checked.failed, kind="check", message=_hook_message(checked), undone=False)
            return self.answer
        if self.settings.check:
            if owed and self.goal.to is not None:
                self.answer["hooks"] += hooks.due(self._finished(), self.goal.view)
            return self.answer
        if self._install():
            # Meanwhile the user may have changed what the plan rests on.
            plan = self._plan()
            if plan.collisions:
                self.answer["collisions"] = plan.collisions
                self.answer["failed"] = {"kind": "collision", "message": _collision_message(plan), "undone": False}
                self.answer["changed"] = False
                return self.answer
        self._mend(damaged)
        self._go(plan, owed)
        return self.answer

    def _packages(self) -> bool:
        """Tell which packages come and go; False when some must be asked for first."""
        manifest, state = self.goal.manifest, self.home.state
        if manifest is None or not self.goal.fresh:
            if self.goal.to is not None and state is not None:
                gone = packaged.lost(state, layout.parse_reference(self.goal.to)[0])
                self.answer["warnings"] += [f"{name} is gone; a switch by Ansible puts it back" for name in gone]
            return True
        if not manifests_name_packages(manifest):
            return True
        from ..packages.changes import changes

        before = state.manifest(self.source) if state is not None and self.source is not None else {}
        found = changes(before, manifest, self.settings.packages)
        if found.wanting:
            self.answer["wanting"] = found.wanting
            return False
        self.answer["packages"] = found.packages
        self.answer["warnings"] += found.warnings
        return True

    def _install(self) -> bool:
        """Realise what the new generation names; whether that may have taken long."""
        manifest = self.goal.manifest
        if manifest is None or not self.goal.fresh or not manifests_name_packages(manifest):
            return False
        from ..packages.depot import Depot
        from ..packages.installation import Asked, install

        state = self.home.require_state()
        done = install(Depot(state.path, state.fd), manifest, self._content, Asked.of(self.settings.packages))
        self.packaged = packaged.Packaged(done.links, done.record["packages"], done.record["host"])
        self.answer["installed"] = {"made": done.made, "downloaded": done.downloaded}
        return bool(done.made)

    def _finished(self) -> Manifest | None:
        """The generation that last finished, as it was activated."""
        return self.home.require_state().manifest(self.completed) if self.completed is not None else None

    def _damaged(self) -> list[str]:
        state = self.home.state
        if state is None:
            return []
        return objects.drifted_objects(state, self._objects(), self.ledger.large)

    def _objects(self) -> dict[str, dict[str, Any]]:
        state = self.home.state
        found = dict(self.goal.view["objects"])
        if state is not None and self.source is not None:
            found.update(state.manifest(self.source)["objects"])
        return found

    def _mend(self, damaged: list[str]) -> None:
        wanted = self._objects()
        if damaged:
            self.home.require_state().folder(layout.STAGING)
        for name in damaged:
            detail = objects.repair_object(self.home.require_state(), name, wanted[name]["mode"], self.tx)
            for operation in self.answer["operations"]:
                if operation["path"] == f"{layout.STORE}/{name}":
                    operation["detail"] = detail

    def _plan(self) -> Plan:
        settings, same = self.settings, self.source == self.goal.to
        options = Options(settings.extension, self.goal.restoring, same, overwrite=settings.overwrite)
        return make_plan(self.home, self.goal.view, self.ledger, self.tx, options, self._content)

    def _content(self, name: str) -> bytes:
        if name in self.goal.held:
            return self.goal.held[name]
        try:
            return filesystem.read(f"{layout.STORE}/{name}", self.home.require_state().fd)
        except (FileNotFoundError, EngineError):
            raise EngineError(f"the bundle lacks the object {name}", "objects", missing=[name]) from None

    def _tell(self, plan: Plan) -> None:
        Report(self.home, self.goal.view, self.ledger, self._content, self.settings.diff).complete(plan)
        self.answer["operations"] += plan.operations
        self.answer["session"] = self._session()
        self.answer["collisions"] = plan.collisions
        self.answer["warnings"] += plan.warnings

    def _go(self, plan: Plan, owed: bool) -> None:
        forward = self._transact(plan)
        self.answer["operations"] += forward.kept
        self.answer["warnings"] += [f"{item['path']}: {item['detail']}" for item in forward.kept]
        failed: dict[str, Any] | None = None
        started: list[str] = []
        if forward.problems:
            first = forward.problems[0]
            failed = {"kind": "link", "entry": first["path"], "message": f"{first['path']}: {first['reason']}"}
            failed["problems"] = forward.problems
        elif self.goal.to is not None and owed:
            outcome = hooks.run_all(
                self.home, self._finished(), self.goal.view, self.settings.user, self.completed, self.goal.to
            )
            self.answer["hooks"] += outcome.hooks
            started = outcome.started
            if outcome.failed is not None:
                failed = dict(outcome.failed, kind="hook", message=_hook_message(outcome))
        if failed is None:
            self._complete()
        else:
            self._fail(failed, started)

    def _transact(self, plan: Plan) -> RollForward:
        state, goal = self.home.require_state(), self.goal
        state.folder(layout.STAGING)
        if goal.manifest is not None and goal.fresh:
            check_space(state, goal.manifest, goal.held)
            unsynced = stage_objects(state, goal.manifest, goal.held, goal.raw, self.tx)
            about = self._about()
            stage_generation(state, goal.manifest, about, self.answer["generation"], self.packaged, unsynced)
        elif self.goal.to is not None:
            self._freshen(plan)
        last = max(self.ledger.last, self.answer["generation"] or 0)
        large = objects.large_objects(state, goal.view["objects"])
        fresh = Ledger(plan.files, plan.made, last, large, self.home.path)
        return commit(self.home, plan, fresh, goal.to)

    def _about(self) -> dict[str, Any]:
        """What `generation.json` keeps, for lists of generations and for the next switch."""
        changes = counts(self.answer["operations"], self.answer["session"])
        return dict(self.goal.about, digest=self.goal.digest, tx=self.tx, counts=changes)

    def _session(self) -> list[dict[str, Any]]:
        """What changes in the session; nothing where one of the two is not known, or there is none to come."""
        if self.goal.to is None or self.goal.session is None:
            return []
        if self.source is None:
            return session_changes({}, self.goal.session)
        number, specialisation = layout.parse_reference(self.source)
        before = self.home.require_state().about(number).get("session") if specialisation is None else None
        return session_changes(before, self.goal.session) if before is not None else []

    def _freshen(self, plan: Plan) -> None:
        # Content that becomes older must not look older: caches go by time.
        for target in plan.refreshed:
            entry = self.goal.view["files"][target]
            if entry["type"] == "file":
                filesystem.touch(f"{layout.STORE}/{entry['object']}", self.home.require_state().fd)

    def _complete(self) -> None:
        state = self.home.require_state()
        if self.goal.to is None:
            if filesystem.lstat(layout.COMPLETED, state.fd) is not None:
                filesystem.unlink(layout.COMPLETED, state.fd)
        else:
            filesystem.rename(f"{layout.STAGING}/{layout.COMPLETED}", layout.COMPLETED, state.fd, state.fd)
            filesystem.remove_tree(f"{layout.FAILED}/{self.answer['generation']}", state.fd)
        sweep_quickly(self.home)

    def _fail(self, failed: dict[str, Any], started: list[str]) -> None:
        state = self.home.require_state()
        if self.goal.to is not None:
            mark = f"{layout.FAILED}/{self.answer['generation']}"
            filesystem.rename(f"{layout.STAGING}/{layout.FAILED}", mark, state.fd, state.fd)
        sweep_quickly(self.home)
        failed["undone"] = False
        self.answer["failed"] = failed
        if not self.settings.undo or self.goal.to is None:
            return
        back = self.source if self.source != self.goal.to else self.completed
        self._undo(back)
        failed["undone"] = True
        self.answer["changed"] = False
        self.answer["generation"] = layout.parse_reference(back)[0] if back is not None else None
        if started and back is not None:
            again = hooks.run_again(self.home, state.manifest(back), started, self.settings.user, back)
            self.answer["hooks"] += again.hooks
            if again.failed is not None:
                self.answer["warnings"].append(f"after the undo: {_hook_message(again)}")

    def _undo(self, back: str | None) -> None:
        """The same transaction, to the generation before."""
        state = self.home.require_state()
        ledger = Ledger.read(state, self.home.path)
        view = state.manifest(back) if back is not None else NOTHING
        tx = transaction_name()
        plan = make_plan(self.home, view, ledger, tx, Options(former=self.ledger.files), self._content)
        self.answer["warnings"] += [f"{item['path']}: {item['reason']}" for item in plan.collisions]
        state.folder(layout.STAGING)
        fresh = Ledger(
            plan.files, plan.made, ledger.last, objects.large_objects(state, view["objects"]), self.home.path
        )
        forward = commit(self.home, plan, fresh, back)
        self.answer["warnings"] += [f"{item['path']}: {item['reason']}" for item in forward.problems]
        if back is None and filesystem.lstat(layout.COMPLETED, state.fd) is not None:
            filesystem.unlink(layout.COMPLETED, state.fd)
        sweep_quickly(self.home)


def manifests_name_packages(manifest: Manifest) -> bool:
    """Whether a manifest, or one of its specialisations, has any package that is more than a name."""
    views = [manifest, *(manifest.get("specialisations") or {}).values()]
    return any(isinstance(item, dict) for view in views for item in view.get("packages") or ())


def sweep_quickly(home: HomeFolder) -> None:
    """The sweep after a transaction that ended well: only what it staged can be left."""
    filesystem.remove_tree(layout.STAGING, home.require_state().fd)


def _collision_message(plan: Plan) -> str:
    count = len(plan.collisions)
    some = "; ".join(f"{item['path']}: {item['reason']}" for item in plan.collisions[:20])
    more = f"; and {count - 20} more" if count > 20 else ""
    advice = "Nothing was changed. A backup extension moves such files aside; `force` replaces a file without a backup."
    return f"{count} path{'s are' if count > 1 else ' is'} in the way: {some}{more}. {advice}"


def _hook_message(outcome: hooks.Outcome) -> str:
    failed = outcome.failed or {"entry": "", "rc": 0, "output": ""}
    text = failed["output"].strip().splitlines()
    last = f": {text[-1]}" if text else ""
    return f"{failed['entry']} failed with code {failed['rc']}{last}"
