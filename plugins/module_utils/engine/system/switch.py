# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A switch of the system, step by step: everything that can fail comes before the commit, everything after it goes forward."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ..contract.errors import EngineError, ErrorKind
from ..disk import queries
from . import confirm, labels, runner
from .accounts.removal import removed
from .accounts.writer import invalidate_caches, write_database
from .answer import Armed, SystemAnswer
from .blueprint import Blueprint, Context, diffs, make_blueprint
from .checks.access import connected
from .checks.firewall import closed
from .checks.validate import asked, complaints, validate
from .declaration import EMPTY, Declaration
from .effects import Effects
from .etc.writer import Writer
from .packages.apt import hold_services, release_services
from .packages.planner import brought_since
from .packages.preview import preview_packages
from .process import run
from .records import Journal, Ledger
from .state import JOURNAL, SystemState

if TYPE_CHECKING:
    from typing import Collection, Dict, List, Sequence

    from .checks.future import Future
    from .checks.report import Check
    from .settings import Settings


_TIMEOUT = 30.0


class SystemSwitch:
    """One switch. `context` says where; `declaration` and `number` what is gone to (0 for nothing at all)."""

    def __init__(self, context: Context, settings: Settings) -> None:
        self.context = context
        self.state: SystemState = context.state
        self.settings = settings
        self.answer = SystemAnswer()
        self.ran: Collection[str] = ()
        self.ledger: Ledger = self.state.ledger(begin=settings.repair)
        self.shadow = ""  # before accounts are written
        # Whether packages came in this switch: they stay when it is undone.
        self.installed = False

    # Steps 1 to 3: nothing changes

    def preview(self, declaration: Declaration) -> Blueprint:
        """Plan, and refuse what cannot be done. EngineError for what stands in the way; collisions are in the answer."""
        refused = self.context.init.refused(declaration.etc)
        if refused:
            raise EngineError(f"this configuration does not work on this host: {refused}", ErrorKind.HOST)
        blueprint = make_blueprint(self.context, declaration, self.ledger)
        self.answer.warnings += blueprint.warnings
        self.answer.operations = blueprint.operations()
        self.answer.collisions = blueprint.etc.collisions
        if self.answer.collisions:
            return blueprint
        if self.settings.diff:
            self.answer.diffs = diffs(blueprint, self.context.etc, self.ledger)
        packages, wanted = blueprint.packages, blueprint.declaration.packages
        new_sources = bool(self._early(blueprint))
        preview_packages(self.context.packages, packages, wanted, self.settings, self.answer, new_sources)
        return blueprint

    def check(self, blueprint: Blueprint) -> None:
        """Hold the future /etc up to its readers. EngineError `check` or `lockout`; nothing has changed."""
        future = blueprint.future()
        if not future.files and not future.database:
            return
        self._refuse_rivals(blueprint)
        user = "" if self.settings.allow_lockout else connected()
        checks = validate(future, user, blueprint.declaration, self.settings.confirmed)
        self.answer.checks = checks + self._shut_out(future)
        self._refuse(self.answer.checks)

    def _refuse_rivals(self, blueprint: Blueprint) -> None:
        """EngineError `check` for a file that does not go together with a service of the host, while that runs."""
        put = {step.target for step in blueprint.etc.steps if step.do == "put"}
        entries = [entry for target, entry in blueprint.entries.items() if target in put and entry.rivals]
        services = self.context.init.services(_TIMEOUT) if entries else None
        if services is None:
            return
        for entry in entries:
            for name in sorted(services.running(entry.rivals)):
                where = f"\n  at {entry.origin}" if entry.origin else ""
                raise EngineError(f"{entry.rivals[name]} Nothing was changed.{where}", ErrorKind.CHECK)

    def _shut_out(self, future: Future) -> List[Check]:
        """The refusal of a firewall that would shut out whoever is connected. What waits for a confirmation may do so: it is reverted."""
        if self.settings.allow_lockout or self.settings.confirmed:
            return []
        refusal = closed(future)
        return [] if refusal is None else [refusal]

    def _refuse(self, checks: List[Check]) -> None:
        for check in checks:
            if check.ok is None:
                self.answer.warnings.append(check.message)
            elif check.ok and check.message:
                self.answer.warnings.append(check.message)
        bad = [check for check in checks if check.ok is False]
        if not bad:
            return
        if bad[0].name == "access":
            raise EngineError(
                f"This switch would lock you out of {self.settings.host}: {bad[0].message}. Nothing was changed. "
                f"Change it, or set home_system_allow_lockout: true.",
                ErrorKind.LOCKOUT,
            )
        text = "; ".join(check.message for check in bad)
        raise EngineError(text + ("" if text.endswith(("?", ".")) else ".") + " Nothing was changed.", ErrorKind.CHECK)

    def preview_units(self, blueprint: Blueprint, number: int) -> None:
        """Note what a switch to generation `number` would do with units. That nobody can be asked is no reason to refuse a preview."""
        current = self.state.current()
        former = self._former(self.state.in_effect(current))
        with contextlib.suppress(EngineError):
            Effects(self.context, self.answer).preview(former, blueprint, self.ledger, current == number)

    # Steps 4 to 8

    def carry_out(self, declaration: Declaration, number: int) -> None:
        """Prepare, commit and take effect. A failure before the commit undoes everything; afterwards it only goes forward."""
        origin = self.state.current()
        runner.install(self.state.root)
        self._download(declaration)
        self._journal("prepare", origin, number)
        try:
            blueprint = self._prepare(declaration)
            if self.settings.confirmed:
                armed = confirm.arm(self.context, origin, number, self.settings.confirm, self.settings.rollback)
                self.answer.armed = Armed(armed.until, self.settings.confirm)
            elif self.settings.action == "test":
                confirm.until_boot(self.state, origin, number)
        except (EngineError, OSError) as problem:
            undone = self._undo(origin)
            error = problem if isinstance(problem, EngineError) else EngineError(str(problem), ErrorKind.SYSTEM)
            if self.installed:
                error = _with_packages(error)
            raise (error if undone else _not_undone(error, origin)) from problem
        self._commit(blueprint, number)
        base = self.state.in_effect(origin)
        if self.settings.action == "boot":
            self.state.defer(base)
        else:
            effects = Effects(self.context, self.answer, self.ran)
            effects.after(self._former(base), blueprint, self.ledger, base != origin, origin == number)
            self.state.save_ledger(self.ledger)
            self.state.forget("deferred.json")
        if self.answer.failed is not None:
            confirm.note_failure(self.state)
        self.state.forget(JOURNAL)
        self.answer.changed = True
        self.answer.generation, self.answer.previous = number, origin

    def _download(self, declaration: Declaration) -> None:
        """Fetch the packages while nothing has changed yet; those of a source that is only being added come later."""
        blueprint = make_blueprint(self.context, declaration, self.ledger)
        if not self._early(blueprint):
            self.context.packages.download(blueprint.packages)

    def _former(self, origin: int) -> Declaration:
        return self.state.readable(origin) or EMPTY

    def _journal(self, phase: str, origin: int, number: int, installed: Sequence[str] = ()) -> None:
        self.state.save_journal(Journal(phase, origin, number, self.settings.action, list(installed)))

    def writer(self) -> Writer:
        """What puts files in place here."""

        def divert(arguments: List[str]) -> None:
            done = run(["dpkg-divert", *arguments], 60.0)
            if not done.good:
                raise EngineError(f"dpkg-divert refuses: {done.last}", ErrorKind.PACKAGES)

        def read(name: str) -> bytes:
            own = runner.own_entries(self.context.init.boot_files(self.state.root))[1]
            return own[name] if name in own else self.context.read(name)

        return Writer(self.context.etc, self.state.path("backups"), read, divert)

    @staticmethod
    def _early(blueprint: Blueprint) -> List[str]:
        """The targets that change and must be in place before packages are installed."""
        return [
            step.target for step in blueprint.etc.steps if step.do == "put" and blueprint.entries[step.target].early
        ]

    def _prepare(self, declaration: Declaration) -> Blueprint:
        """Step 4: backups and diverts, accounts, sources, packages. What is done is in the ledger before it is done."""
        writer = self.writer()
        blueprint = make_blueprint(self.context, declaration, self.ledger)
        self.shadow = blueprint.before.get("shadow", "")
        self.write_accounts(blueprint)
        early = set(self._early(blueprint))
        if early:
            steps = [step for step in blueprint.etc.steps if step.target in early]
            self._note_files(blueprint, early)
            writer.prepare(steps)
            writer.commit(steps)
            refreshed = self.context.packages.update()
            if not refreshed.good:
                raise EngineError(
                    f"the new package sources cannot be used: {refreshed.last}",
                    ErrorKind.PACKAGES,
                    output=refreshed.output[-2000:],
                )
        if blueprint.packages.install or blueprint.packages.mark:
            self._install(blueprint)
        # Packages may have brought files, users and units: everything is looked at again.
        blueprint = make_blueprint(self.context, declaration, self.ledger)
        if blueprint.etc.collisions:
            first = blueprint.etc.collisions[0]
            raise EngineError(f"{first.path} {first.reason}", ErrorKind.COLLISION)
        self.write_accounts(blueprint)
        if blueprint.packages.install:
            raise EngineError(
                "packages are missing although they were installed: " + ", ".join(blueprint.packages.install),
                ErrorKind.PACKAGES,
            )
        self._check_again(blueprint)
        self._note_files(blueprint, None)
        writer.prepare(blueprint.etc.steps)
        return blueprint

    def write_accounts(self, blueprint: Blueprint) -> None:
        """Write the rows of accounts. Until that is done, the ledger holds what was ours and what will be."""
        plan = blueprint.accounts
        if plan.database.texts() != blueprint.before:
            self.ledger = self.ledger._replace(accounts=self.ledger.accounts.union(plan.rows))
            self.state.save_ledger(self.ledger)
            write_database(self.context.etc.root, plan.database, blueprint.before)
            invalidate_caches()
        self.ledger = self.ledger._replace(accounts=plan.rows)
        self.state.save_ledger(self.ledger)

    def _note_files(self, blueprint: Blueprint, only: set[str] | None) -> None:
        """Note in the ledger what is going to be put in place, all of it or only some targets."""
        etc = blueprint.etc.ledger.copy()
        if only is not None:
            etc.files = {**self.ledger.etc.files, **{target: etc.files[target] for target in only}}
            etc.lines = self.ledger.etc.lines
        else:
            # What goes stays in the ledger until it is gone.
            etc.files = {**self.ledger.etc.files, **etc.files}
            ours = self.ledger.etc.lines
            etc.lines = {
                target: list(dict.fromkeys([*ours.get(target, []), *blueprint.line_rows.get(target, [])]))
                for target in {*ours, *blueprint.line_rows}
            }
        self.ledger = self.ledger._replace(etc=etc)
        self.state.save_ledger(self.ledger)

    def _install(self, blueprint: Blueprint) -> None:
        manager = self.context.packages
        before = sorted(manager.installed())
        current = self.state.journal()
        origin, number = (current.origin, current.target) if current else (0, 0)
        if blueprint.packages.install:
            found = manager.simulate(blueprint.packages, blueprint.declaration.packages, self.settings.allow_removal)
            self.answer.note_packages([], found.remove)
        effects = Effects(self.context, self.answer)
        effects.note_absent(blueprint.declaration, self.ledger)
        self.ran = effects.running(blueprint.declaration)
        self.state.save_ledger(self.ledger)
        self._journal("prepare", origin, number, before)
        if manager.starts_services:
            hold_services(self.state.root)
        rows = self.ledger.packages
        try:
            rows = manager.install(blueprint.packages, rows)
            self.installed = bool(blueprint.packages.install)
        except EngineError:
            rows = brought_since(rows, before, manager.installed(), blueprint.declaration.packages)
            raise
        finally:
            release_services(self.state.root)
            self.ledger = self.ledger._replace(packages=rows)
            self.state.save_ledger(self.ledger)
        self._journal("prepare", origin, number)

    def _check_again(self, blueprint: Blueprint) -> None:
        """Step 5: what only the new packages can check."""
        made = {check.name for check in self.answer.checks if check.ok is not None}
        future = blueprint.future()
        if not future.files:
            return
        from .checks import namespace
        from .checks.report import checks_of

        checks = blueprint.declaration.program_checks

        def inside() -> List[Dict[str, object]]:
            known = complaints(future, checks)
            copy = namespace.enter("/run/home-manager-check")
            future.write(copy)
            namespace.bind(copy)
            return [check.json() for check in asked(future, checks, known)]

        with contextlib.suppress(namespace.Unavailable):
            found = checks_of(namespace.in_child(inside)) + self._shut_out(future)
            self._refuse([check for check in found if check.name not in made or check.ok is False])

    def _commit(self, blueprint: Blueprint, number: int) -> None:
        """Step 7: the rename of `current`, then the renames into /etc."""
        current = self.state.journal()
        self._journal("commit", current.origin if current else 0, number)
        self.state.point("current", number)
        self.put(blueprint)

    def put(self, blueprint: Blueprint) -> None:
        """Put all files in place; can be repeated."""
        writer = self.writer()
        writer.commit(blueprint.etc.steps)
        etc = self.context.etc
        for target, text in blueprint.lines.items():
            found = etc.look(target)
            mode, uid, gid = (found.mode, found.uid, found.gid) if found.present else (0o644, 0, 0)
            etc.put_file(target, text.encode("utf-8", "surrogateescape"), mode, uid, gid)
        labels.restore(etc.path(target) for target in blueprint.lines)
        ledger = blueprint.etc.ledger.copy()
        ledger.lines = dict(blueprint.line_rows)
        for folder in sorted(ledger.folders, reverse=True):
            if not any(target.startswith(folder + "/") for target in ledger.files) and etc.remove_folder(folder):
                ledger.folders.remove(folder)
        self.ledger = self.ledger._replace(etc=ledger)
        self.state.save_ledger(self.ledger)
        for target in etc.in_place:
            self.answer.warnings.append(f"/etc/{target} is a mount point and was written in place, which is not atomic")

    # The way back, before the commit

    def _undo(self, origin: int) -> bool:
        """Take back what `_prepare` did: rows, diverts and sources as the present generation has them. Packages stay until released.

        False where that generation is damaged, and all is left as it is.
        """
        release_services(self.state.root)
        former = self.state.readable(origin)
        if former is not None:
            # What is there now may be newer than that generation: a rollback leaves passwords and keys as they are.
            context = self.context._replace(new_passwords=False, old_keys=False)
            blueprint = make_blueprint(context, former, self.ledger)
            blueprint.accounts.database.keep_passwords(self.shadow)
            self.write_accounts(blueprint)
            self.take_out(blueprint)
            self.put(blueprint)
        confirm.disarm(self.context)
        self.state.forget(JOURNAL)
        return former is not None

    def take_out(self, blueprint: Blueprint) -> None:
        """Accounts that only the failed switch brought are gone again at once: nothing has used them."""
        plan = blueprint.accounts
        fresh = [name for name in plan.leaving if not queries.is_taken(plan.database.accounts[name].home)]
        if fresh:
            before = plan.database.texts()
            removed(plan.database, plan.rows, fresh)
            write_database(self.context.etc.root, plan.database, before)
            self.ledger = self.ledger._replace(accounts=plan.rows)
            self.state.save_ledger(self.ledger)


def _with_packages(error: EngineError) -> EngineError:
    stay = (
        "The packages that this switch needs were installed, and stay until a switch succeeds; all else is as it was."
    )
    text = error.message.replace("Nothing was changed.", stay)
    return EngineError(text if text != error.message else f"{text}. {stay}", error.kind, **error.details)


def _not_undone(error: EngineError, origin: int) -> EngineError:
    text = f"{error.message}. What was prepared for the switch stays, because generation {origin} is damaged; the next successful switch cleans it up"
    return EngineError(text, error.kind, **error.details)
