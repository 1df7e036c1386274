# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The switch from what is current to a generation, new or old, or to nothing: with its hooks and its undo."""

from __future__ import annotations

import contextlib

from ..contract.answers import SwitchAnswer
from ..contract.entries import FileEntry
from ..contract.errors import EngineError, ErrorKind
from ..contract.manifest import View
from ..contract.operations import Operation, OperationKind
from ..contract.outcomes import Failure
from ..contract.provenance import Session
from ..disk import filesystem
from ..disk.folders import Blocked
from ..planning.plan import Purpose
from ..state import layout, objects, packaged
from ..state.ledger import Ledger
from ..state.packaged import Packaged
from ..state.staging import check_space, stage_generation, stage_objects
from ..state.state import About
from ..transaction.commit import commit
from ..transaction.journal import transaction_id
from ..transaction.recovery import recover, sweep_quickly
from .hooks import Hooks, scripts_to_run
from .lost_objects import lost_objects, repair
from .package_changes import package_changes
from .planner import make_plan
from .report import Report
from .service_work import work_on_services
from .session import counts, session_changes
from .settings import setting_changes
from .switch_undo import SwitchUndo, mark_failed, was_kept

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..contract.objects import StoredObject
    from ..contract.operations import SessionChange
    from ..contract.settings import SettingChange
    from ..home.folder import HomeFolder
    from ..planning.plan import Plan
    from ..transaction.roll_forward import RollForward
    from .generation_change import ServiceWork
    from .goal import Goal
    from .options import SwitchOptions


def preview(home: HomeFolder, goal: Goal, options: SwitchOptions, user: str) -> SwitchAnswer:
    """What a switch would do. Nothing is written."""
    return Switch(home, goal, options, user).preview()


def run(home: HomeFolder, goal: Goal, options: SwitchOptions, user: str) -> SwitchAnswer:
    """Switch. Collisions and failed hooks are part of the answer. To be called with the lock held."""
    try:
        return Switch(home, goal, options, user).run()
    except BaseException:
        if home.state is not None:
            _settle(home)
        raise


def _settle(home: HomeFolder) -> None:
    """Leave nothing behind after an error; what cannot be removed now is removed by the next run."""
    with contextlib.suppress(OSError, EngineError, Blocked):
        recover(home)


class Switch:
    """One switch: `preview` or `run`. `user` is the name of the one who runs the hooks."""

    def __init__(self, home: HomeFolder, goal: Goal, options: SwitchOptions, user: str) -> None:
        self.home = home
        self.goal = goal
        self.options = options
        self.user = user
        self.tx = transaction_id()
        self.packaged = Packaged()
        state = home.state
        self.ledger = Ledger.read(state, home.path)
        self.source = state.current() if state is not None else None
        self.completed = state.completed() if state is not None else None
        self.hooks = Hooks(home, user, options.hook_timeout)
        self.objects = self._objects()
        self.drifted = objects.drifted_objects(state, self.objects, self.ledger.large) if state is not None else []
        self.drifted += lost_objects(state, goal)
        self.answer = SwitchAnswer()
        self.answer.generation = goal.number
        self.answer.previous = layout.parse_reference(self.source)[0] if self.source is not None else None
        self.services: ServiceWork | None = None
        # A generation that failed, and was kept all the same, is what there was before.
        self.was_kept = was_kept(state, goal)

    @property
    def hooks_due(self) -> bool:
        """Whether the goal's hooks have to run: it is not what last finished."""
        return self.goal.to != self.completed

    def preview(self) -> SwitchAnswer:
        """The answer, as if the switch had been done."""
        if not self._compare_packages():
            return self.answer
        plan = self._plan()
        if self.answer.failed is not None or not (self._has_work(plan) or self.services is not None):
            return self.answer
        self.answer.changed = True
        if self._passes_checks(dry_run=True) and self.hooks_due and self.goal.to is not None:
            self.answer.hooks += scripts_to_run(self._finished(), self.goal.view)
        if self.services is not None:
            self.services.preview()
            self._report_services(self.services)
        return self.answer

    def run(self) -> SwitchAnswer:
        """Do it; the answer."""
        if not self._compare_packages():
            return self.answer
        plan = self._plan()
        if self.answer.failed is not None:
            return self.answer
        if not self._has_work(plan):
            # The ledger alone may differ: an adopted link, a seed that was there already.
            if plan.files != self.ledger.files or self.ledger.unfinished:
                self._transact(plan)
                sweep_quickly(self.home)
            if self.services is not None:
                self._finish_services(self.services)
            return self.answer
        self.answer.changed = True
        if not self._passes_checks(dry_run=False):
            return self.answer
        if self._realise_packages():
            # Meanwhile the user may have changed what the plan rests on.
            plan = self._plan()
            if plan.collisions:
                self.answer.changed = False
                return self.answer
        repair(self.home.require_state(), self.goal, self.objects, self.drifted, self.tx, self.answer)
        self._go(plan)
        return self.answer

    def _plan(self) -> Plan:
        """The plan; its operations and collisions are entered in the answer."""
        same = self.source == self.goal.to
        purpose = Purpose(
            self.options.backup_extension, self.goal.restoring, same, overwrite=self.options.overwrite or ()
        )
        plan = make_plan(self.home, self.goal.view, self.ledger, self.tx, purpose, self.content)
        Report(self.home, self.goal.view, self.ledger, self.content, self.options.diff).complete(plan)
        detail = "its content or mode was modified in place"
        repairs = [Operation(OperationKind.REPAIR, f"{layout.STORE}/{name}", detail) for name in self.drifted]
        self.answer.operations = repairs + plan.operations
        self.answer.session = self._session()
        self.answer.settings = self._settings()
        self.answer.collisions = plan.collisions
        self.answer.warnings = list(dict.fromkeys([*self.answer.warnings, *plan.warnings]))
        if plan.collisions:
            self.answer.failed = Failure(ErrorKind.COLLISION, plan.obstacles())
        else:
            changed = [step.path for step in plan.steps]
            self.services = work_on_services(self.home, self.user, self.completed, self.goal, self.content, changed)
        return plan

    def _session(self) -> list[SessionChange]:
        """What changes in the session; nothing where one of the two is not known, or there is none to come."""
        if self.goal.to is None or self.goal.session is None:
            return []
        before: Session | None = Session()
        if self.source is not None:
            number, specialisation = layout.parse_reference(self.source)
            provenance = self.home.require_state().about(number).provenance
            before = provenance.session if provenance is not None and specialisation is None else None
        return session_changes(before, self.goal.session) if before is not None else []

    def _settings(self) -> list[SettingChange]:
        """What changes in the settings stores; nothing where what is current cannot be read."""
        before = self._view_before()
        return setting_changes(before, self.goal.view, self.content) if before is not None else []

    def _view_before(self) -> View | None:
        """What is current shows, which may be nothing; None where that cannot be read."""
        if self.home.state is None or self.source is None:
            return View()
        manifest = self.home.state.readable_manifest(self.source)
        return manifest.view if manifest is not None else None

    def _compare_packages(self) -> bool:
        """Enter in the answer which packages come and go; False when some must be asked for first."""
        bundled, state = self.goal.bundled, self.home.state
        if bundled is None or not self.goal.fresh:
            if self.goal.number is not None and state is not None:
                gone = packaged.lost(state, self.goal.number)
                self.answer.warnings += [f"{name} is missing; a switch by Ansible restores it" for name in gone]
                shown = self._view_before()
                self.answer.packages = package_changes(shown, self.goal.view) if shown is not None else []
            return True
        if not bundled.manifest.names_packages():
            return True
        from ..packages.changes import changes

        before = state.readable_manifest(self.source) if state is not None and self.source is not None else None
        found = changes(before, bundled.manifest, self.options.packages)
        self.answer.wanting = found.wanting
        if not found.wanting:
            self.answer.packages = found.packages
        return not found.wanting

    def _realise_packages(self) -> bool:
        """Realise what the new generation names; whether that may have taken long."""
        bundled = self.goal.bundled
        if bundled is None or not self.goal.fresh or not bundled.manifest.names_packages():
            return False
        from ..packages.depot import Depot
        from ..packages.installation import install
        from ..packages.package_request import PackageRequest

        state = self.home.require_state()
        asked = PackageRequest.of(self.options.packages)
        done = install(Depot(state.path, state.fd), bundled.manifest, self.content, asked)
        self.packaged = done.packaged
        self.answer.realised = done.made
        self.answer.warnings += done.warnings
        return bool(done.made)

    def _has_work(self, plan: Plan) -> bool:
        return bool(plan.steps or plan.drop or self.source != self.goal.to or self.hooks_due or self.drifted)

    def _passes_checks(self, dry_run: bool) -> bool:
        outcome = self.hooks.check(self.goal.view, dry_run)
        self.answer.hooks += outcome.runs
        if outcome.failed is not None:
            self.answer.changed = False
            self.answer.failed = Failure(ErrorKind.CHECK, outcome.message(), outcome.failed)
        return outcome.failed is None

    def _finished(self) -> View | None:
        """What the generation that last finished shows, as it was activated."""
        if self.completed is None:
            return None
        manifest = self.home.require_state().readable_manifest(self.completed)
        return manifest.view if manifest is not None else None

    def _objects(self) -> dict[str, StoredObject]:
        state = self.home.state
        found = dict(self.goal.view.objects)
        if self.goal.bundled is not None and not self.goal.fresh:
            found.update(self.goal.bundled.manifest.objects())
        if state is not None and self.source is not None:
            manifest = state.readable_manifest(self.source)
            found.update(manifest.view.objects if manifest is not None else {})
        return found

    def content(self, name: str) -> bytes:
        """The content of an object of the goal, or of the store. EngineError `objects` when it is nowhere."""
        if self.goal.bundled is not None and name in self.goal.bundled.held:
            return self.goal.bundled.held[name]
        try:
            return self.home.require_state().content(name)
        except (FileNotFoundError, EngineError):
            message = f"the bundle lacks the object {name}"
            raise EngineError(message, ErrorKind.OBJECTS, missing=[name]) from None

    def _go(self, plan: Plan) -> None:
        due_now = self.hooks_due
        if self.services is not None:
            self.services.prepare()
        forward = self._transact(plan)
        self.answer.operations += forward.kept
        self.answer.warnings += [f"{item.path}: {item.detail}" for item in forward.kept]
        failed: Failure | None = None
        started: list[str] = []
        if forward.problems:
            failed = Failure(ErrorKind.LINK, str(forward.problems[0]))
            failed.entry, failed.problems = forward.problems[0].path, forward.problems
        elif self.goal.to is not None and due_now:
            outcome = self.hooks.run_all(
                self._finished(), self.goal.view, self.completed, self.goal.to, self._act_on_services
            )
            self.answer.hooks += outcome.runs
            started = outcome.started
            if outcome.failed is not None:
                failed = Failure(ErrorKind.HOOK, outcome.message(), outcome.failed)
        else:
            self._act_on_services()
        trouble = self.services.failure() if self.services is not None else None
        if failed is None and self.options.on_failure == "undo" and self.goal.to is not None:
            failed = trouble
        if failed is not None:
            self._fail(failed, started)
            return
        self._complete()
        if self.services is not None:
            self.services.settle()
        self.answer.failed = trouble

    def _act_on_services(self) -> None:
        if self.services is not None:
            self.services.act()
            self._report_services(self.services)

    def _finish_services(self, services: ServiceWork) -> None:
        """Work on services alone: what an earlier switch left."""
        services.prepare()
        services.act()
        self._report_services(services)
        services.settle()
        self.answer.changed = services.answer.acts
        self.answer.failed = services.failure()

    def _report_services(self, services: ServiceWork) -> None:
        self.answer.services = services.answer
        self.answer.warnings += services.warnings

    def _transact(self, plan: Plan) -> RollForward:
        state, goal, bundled = self.home.require_state(), self.goal, self.goal.bundled
        state.folder(layout.STAGING)
        if bundled is not None and goal.fresh:
            check_space(state, bundled.manifest, bundled.held)
            unsynced = stage_objects(state, bundled.manifest, bundled.held, bundled.raw, self.tx)
            about = About(bundled.digest, tx=self.tx)
            about.provenance = bundled.provenance
            about.counts = counts(self.answer)
            stage_generation(state, bundled.manifest, about, goal.number or 0, self.packaged, unsynced)
        elif goal.to is not None:
            self._touch_refreshed(plan)
        last = max(self.ledger.last, goal.number or 0)
        large = objects.large_objects(state, goal.view.objects)
        if self.services is not None:
            self.services.stage()
        return commit(self.home, plan, Ledger(self.home.path, plan.files, plan.made, last, large), goal.to)

    def _touch_refreshed(self, plan: Plan) -> None:
        # Content that becomes older must not look older: caches go by time.
        for target in plan.refreshed:
            entry = self.goal.view.files[target]
            if isinstance(entry, FileEntry):
                filesystem.touch(f"{layout.STORE}/{entry.object}", self.home.require_state().fd)

    def _complete(self) -> None:
        state = self.home.require_state()
        if self.goal.to is None:
            if filesystem.lstat(layout.COMPLETED, state.fd) is not None:
                filesystem.unlink(layout.COMPLETED, state.fd)
        else:
            filesystem.rename(f"{layout.STAGING}/{layout.COMPLETED}", layout.COMPLETED, state.fd, state.fd)
            filesystem.remove_tree(f"{layout.FAILED}/{self.goal.number}", state.fd)
        sweep_quickly(self.home)

    def _fail(self, failed: Failure, started: list[str]) -> None:
        self.answer.failed = failed
        again = self.source == self.goal.to
        if self.options.on_failure == "keep" or self.goal.to is None or (again and self.was_kept):
            mark_failed(self.home, self.goal, failed, kept=True)
            sweep_quickly(self.home)
            return
        sweep_quickly(self.home)
        back = self.completed if again else self.source
        try:
            way = SwitchUndo(self.home, self.goal, self.ledger, self.content, self.answer)
            undone = way.undo(back, self.services)
        except (OSError, Blocked, EngineError) as error:
            why = filesystem.describe(error) if isinstance(error, OSError) else str(error)
            failed.message += f". It could not be undone: {why}. The next run continues from here"
            _settle(self.home)
            return
        failed.undone = not undone.problems
        # Where this run only went on with one that was interrupted, the undo is all that it did.
        self.answer.changed = again
        if again:
            self.answer.operations = undone.plan.operations
        self.answer.generation = layout.parse_reference(back)[0] if back is not None else None
        if started and back is not None:
            outcome = self.hooks.run_again(self.home.require_state().manifest(back).view, started, back)
            self.answer.hooks += outcome.runs
            if outcome.failed is not None:
                self.answer.warnings.append(f"after the undo: {outcome.message()}")
