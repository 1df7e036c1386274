# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The switch from what is current to a generation, new or old, or to nothing: with its check, hooks and undo."""

from __future__ import annotations

import contextlib
import os
import time
from typing import TYPE_CHECKING, Any

from . import activation, drift, filesystem, report, store
from .commit import commit
from .errors import EngineError
from .folders import Blocked
from .ledger import Ledger
from .manifest import check, specialised
from .manifest import digest as digest_of
from .plan import Options, Plan
from .planner import make_plan
from .recovery import interrupted, recover
from .stage import check_space, stage_generation, stage_objects

if TYPE_CHECKING:
    from .bundle import Bundle
    from .forward import Forward
    from .home import Home
    from .manifest import Manifest

    Answer = dict[str, Any]

NOTHING: dict[str, Any] = {"files": {}, "objects": {}, "activation": [], "packages": []}


class Settings:
    """How to switch.

    `check`: write nothing; `extension`: back up what is in the way; `undo`: after a failed hook put the
    generation before back; `diff`: also answer what the files held before; `force`: run the hooks even if nothing is
    owed.
    """

    def __init__(
        self, user: str, check: bool = False, extension: str | None = None, undo: bool = True, diff: bool = False
    ) -> None:
        self.user = user
        self.check = check
        self.extension = extension
        self.undo = undo
        self.diff = diff


class Goal:
    """Where a switch leads: the reference `to` (None: nothing is managed any more), what it shows (`view`), and what
    must be
    staged for it (`manifest`, `digest`, `held` and `raw` of the bundle; None for a generation that is there)."""

    def __init__(self, to: str | None, view: Manifest) -> None:
        self.to = to
        self.view = view
        self.manifest: Manifest | None = None
        self.digest = ""
        self.held: dict[str, bytes] = {}
        self.raw = b""
        self.fresh = False
        self.restoring = False


def transaction_name() -> str:
    """A name for a transaction, never the same twice, whatever the clock does."""
    return time.strftime("%Y%m%dT%H%M%S", time.gmtime()) + "-" + os.urandom(4).hex()


def goal_of_bundle(home: Home, bundle: Bundle, raw: bytes, digest: str, specialisation: str | None) -> Goal:
    """The goal that a bundle states. EngineError when it is not for this home or not well formed."""
    manifest = check(bundle.manifest)
    if digest_of(manifest) != digest:
        raise EngineError("the bundle's manifest is not the one that was announced", "bundle")
    if manifest["home"].rstrip("/") != home.path or manifest["state"].rstrip("/") != home.state_path:
        message = f"the bundle is for {manifest['home']} with its state in {manifest['state']}, not for {home.path}"
        raise EngineError(message, "owner")
    if manifest.get("uid") is not None and manifest["uid"] != os.geteuid():
        raise EngineError(f"the spec says that the user id is {manifest['uid']}, but it is {os.geteuid()}", "owner")
    number, fresh = _number(home, digest)
    goal = Goal(store.reference(number, specialisation), specialised(manifest, specialisation))
    goal.manifest, goal.digest, goal.raw, goal.fresh = manifest, digest, raw, fresh
    goal.held = dict(bundle.contents())
    return goal


def goal_of_generation(home: Home, number: int, specialisation: str | None) -> Goal:
    """The goal of going to a generation that is there. EngineError `generation` or `specialisation`."""
    state = home.there()
    base = state.manifest(store.reference(number))
    specialised(base, specialisation)
    to = store.reference(number, specialisation)
    goal = Goal(to, state.manifest(to))
    current = state.current()
    goal.restoring = current is not None and store.parse_reference(current)[0] > number
    return goal


def goal_before(home: Home) -> Goal:
    """The goal of a rollback: the greatest number below the current one, those that failed left out."""
    state = home.there()
    current = state.current()
    if current is None:
        raise EngineError("no generation is current, so there is none to roll back to", "generation")
    number = store.parse_reference(current)[0]
    failed = set(state.names(store.FAILED))
    older = [other for other in state.generations() if other < number and str(other) not in failed]
    if not older:
        raise EngineError(f"there is no generation before {number}", "generation")
    goal = goal_of_generation(home, older[-1], None)
    goal.restoring = True
    return goal


def run(home: Home, goal: Goal, settings: Settings) -> Answer:
    """Go there.

    The answer is the contract's; collisions and failed hooks are told in it. To be called with the lock held.
    """
    messages = _begin(home, settings.check)
    try:
        return _Switch(home, goal, settings, messages).run()
    except BaseException:
        # Nothing is left lying about until the next run; what cannot be cleaned now, it cleans.
        if home.state is not None and not settings.check:
            with contextlib.suppress(OSError, EngineError, Blocked):
                recover(home)
        raise


def _begin(home: Home, dry: bool) -> list[str]:
    if home.state is None or not interrupted(home.state):
        return []
    if dry:
        return ["an earlier switch was interrupted; the next real run finishes or undoes it first"]
    return recover(home)


def _number(home: Home, digest: str) -> tuple[int, bool]:
    """The number for a manifest, and whether its generation must be made."""
    state = home.state
    if state is None:
        return 1, True
    numbers = state.generations()
    current = state.current()
    likely = [store.parse_reference(current)[0]] if current is not None else []
    for number in likely + numbers[-1:]:
        if state.about(number).get("digest") == digest:
            return number, False
    return max([Ledger.read(state, home.path).last, *numbers]) + 1, True


class _Switch:
    def __init__(self, home: Home, goal: Goal, settings: Settings, messages: list[str]) -> None:
        self.home = home
        self.goal = goal
        self.settings = settings
        self.tx = transaction_name()
        state = home.state
        self.ledger = Ledger.read(state, home.path)
        self.source = state.current() if state is not None else None
        self.completed = state.completed() if state is not None else None
        self.answer: Answer = {
            "changed": False,
            "generation": store.parse_reference(goal.to)[0] if goal.to is not None else None,
            "previous": store.parse_reference(self.source)[0] if self.source is not None else None,
            "operations": [],
            "collisions": [],
            "warnings": messages,
            "hooks": [],
        }

    def run(self) -> Answer:
        damaged = self._damaged()
        plan = self._plan()
        moves = self.source != self.goal.to
        owed = self.goal.to != self.completed
        self.answer["operations"] += [
            {"op": "repair", "path": f"{store.STORE}/{name}", "detail": "its content or mode was changed in place"}
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
        checked = activation.checks(self.home, self.goal.view, self.settings.user, self.settings.check)
        self.answer["hooks"] += checked.hooks
        if checked.failed is not None:
            self.answer["changed"] = False
            self.answer["failed"] = dict(checked.failed, kind="check", message=_hook_message(checked), undone=False)
            return self.answer
        if self.settings.check:
            if owed and self.goal.to is not None:
                self.answer["hooks"] += activation.due(self._finished(), self.goal.view)
            return self.answer
        self._mend(damaged)
        self._go(plan, owed)
        return self.answer

    def _finished(self) -> Manifest | None:
        """The generation that last finished, as it was activated."""
        return self.home.there().manifest(self.completed) if self.completed is not None else None

    def _damaged(self) -> list[str]:
        state = self.home.state
        if state is None:
            return []
        return drift.damaged_in_store(state, self._objects(), self.ledger.large)

    def _objects(self) -> dict[str, dict[str, Any]]:
        state = self.home.state
        objects = dict(self.goal.view["objects"])
        if state is not None and self.source is not None:
            objects.update(state.manifest(self.source)["objects"])
        return objects

    def _mend(self, damaged: list[str]) -> None:
        objects = self._objects()
        if damaged:
            self.home.there().folder(store.STAGING)
        for name in damaged:
            detail = drift.mend(self.home, name, objects[name]["mode"], self.tx)
            for operation in self.answer["operations"]:
                if operation["path"] == f"{store.STORE}/{name}":
                    operation["detail"] = detail

    def _plan(self) -> Plan:
        options = Options(self.settings.extension, self.goal.restoring, self.source == self.goal.to)
        return make_plan(self.home, self.goal.view, self.ledger, self.tx, options, self._content)

    def _content(self, name: str) -> bytes:
        if name in self.goal.held:
            return self.goal.held[name]
        try:
            return filesystem.read(f"{store.STORE}/{name}", self.home.there().fd)
        except (FileNotFoundError, EngineError):
            raise EngineError(f"the bundle lacks the object {name}", "objects", missing=[name]) from None

    def _tell(self, plan: Plan) -> None:
        self.answer["operations"] += plan.operations
        self.answer["collisions"] = plan.collisions
        self.answer["warnings"] += plan.warnings
        if self.settings.diff:
            self.answer["before"], self.answer["after"] = report.texts(
                self.home, self.goal.view, self.ledger, plan, self.source
            )

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
            outcome = activation.run_all(
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

    def _transact(self, plan: Plan) -> Forward:
        state, goal = self.home.there(), self.goal
        state.folder(store.STAGING)
        if goal.manifest is not None and goal.fresh:
            check_space(state, goal.manifest, goal.held)
            unsynced = stage_objects(state, goal.manifest, goal.held, goal.raw, self.tx)
            stage_generation(state, goal.manifest, goal.digest, self.answer["generation"], self.tx, unsynced)
        elif self.goal.to is not None:
            self._freshen(plan)
        last = max(self.ledger.last, self.answer["generation"] or 0)
        large = drift.remembered(state, goal.view["objects"])
        fresh = Ledger(plan.files, plan.made, last, large, self.home.path)
        return commit(self.home, plan, fresh, goal.to)

    def _freshen(self, plan: Plan) -> None:
        # Content that becomes older must not look older: caches go by time.
        for target in plan.refreshed:
            entry = self.goal.view["files"][target]
            if entry["type"] == "file":
                filesystem.touch(f"{store.STORE}/{entry['object']}", self.home.there().fd)

    def _complete(self) -> None:
        state = self.home.there()
        if self.goal.to is None:
            if filesystem.lstat(store.COMPLETED, state.fd) is not None:
                filesystem.unlink(store.COMPLETED, state.fd)
        else:
            filesystem.rename(f"{store.STAGING}/{store.COMPLETED}", store.COMPLETED, state.fd, state.fd)
            filesystem.remove_tree(f"{store.FAILED}/{self.answer['generation']}", state.fd)
        sweep_quickly(self.home)

    def _fail(self, failed: dict[str, Any], started: list[str]) -> None:
        state = self.home.there()
        if self.goal.to is not None:
            mark = f"{store.FAILED}/{self.answer['generation']}"
            filesystem.rename(f"{store.STAGING}/{store.FAILED}", mark, state.fd, state.fd)
        sweep_quickly(self.home)
        failed["undone"] = False
        self.answer["failed"] = failed
        if not self.settings.undo or self.goal.to is None:
            return
        back = self.source if self.source != self.goal.to else self.completed
        self._undo(back)
        failed["undone"] = True
        self.answer["changed"] = False
        self.answer["generation"] = store.parse_reference(back)[0] if back is not None else None
        if started and back is not None:
            again = activation.run_again(self.home, state.manifest(back), started, self.settings.user, back)
            self.answer["hooks"] += again.hooks
            if again.failed is not None:
                self.answer["warnings"].append(f"after the undo: {_hook_message(again)}")

    def _undo(self, back: str | None) -> None:
        """The same transaction, to the generation before."""
        state = self.home.there()
        ledger = Ledger.read(state, self.home.path)
        view = state.manifest(back) if back is not None else NOTHING
        tx = transaction_name()
        plan = make_plan(self.home, view, ledger, tx, Options(former=self.ledger.files), self._content)
        self.answer["warnings"] += [f"{item['path']}: {item['reason']}" for item in plan.collisions]
        state.folder(store.STAGING)
        fresh = Ledger(plan.files, plan.made, ledger.last, drift.remembered(state, view["objects"]), self.home.path)
        forward = commit(self.home, plan, fresh, back)
        self.answer["warnings"] += [f"{item['path']}: {item['reason']}" for item in forward.problems]
        if back is None and filesystem.lstat(store.COMPLETED, state.fd) is not None:
            filesystem.unlink(store.COMPLETED, state.fd)
        sweep_quickly(self.home)


def sweep_quickly(home: Home) -> None:
    """The sweep after a transaction that ended well: only what it staged can be left."""
    filesystem.remove_tree(store.STAGING, home.there().fd)


def _collision_message(plan: Plan) -> str:
    count = len(plan.collisions)
    some = "; ".join(f"{item['path']}: {item['reason']}" for item in plan.collisions[:20])
    more = f"; and {count - 20} more" if count > 20 else ""
    advice = "Nothing was changed. A backup extension moves such files aside; `force` replaces a file without a backup."
    return f"{count} path{'s are' if count > 1 else ' is'} in the way: {some}{more}. {advice}"


def _hook_message(outcome: activation.Outcome) -> str:
    failed = outcome.failed or {"entry": "", "rc": 0, "output": ""}
    text = failed["output"].strip().splitlines()
    last = f": {text[-1]}" if text else ""
    return f"{failed['entry']} failed with code {failed['rc']}{last}"
