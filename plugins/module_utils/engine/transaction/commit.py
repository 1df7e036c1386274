# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The transaction: prepare the home, flip, go forward; or undo what was prepared. Steps 3 to 8 of the protocol."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from typing import TYPE_CHECKING

from ..contract.errors import EngineError
from ..contract.manifest import parents, split
from ..disk import filesystem
from ..disk.folders import Blocked
from ..planning.step import PUT, Step
from ..state import layout
from ..state.staging import FEW
from . import pin
from .backup import drop_backup
from .journal import Journal
from .roll_forward import RollForward

if TYPE_CHECKING:
    from ..home.folder import HomeFolder
    from ..planning.plan import Plan
    from ..planning.step import Make
    from ..state.ledger import Ledger
    from ..state.state import State

    # Open descriptors of folders of the home: (relative path, whether links were followed) to descriptor.
    Held = dict[tuple[str, bool], int]

_MOST_HELD = 100


def commit(home: HomeFolder, plan: Plan, ledger: Ledger, to: str | None) -> RollForward:
    """Make the plan real.

    On an error before the flip everything is undone and the error goes on; after it only forward.

    The result tells what could not be done in the home. `to` is the reference to flip to; None: nothing is managed
    after.
    """
    state = home.require_state()
    source = filesystem.readlink(layout.CURRENT, state.fd)
    _stage_pointers(state, ledger, to)
    journal = Journal.of(plan.tx, home.path, source, to, plan)
    pin.choose(home, journal)
    journal.write(state)
    preparation = _Preparation(home, journal)
    try:
        try:
            preparation.run()
            journal.flip(state)
        except BaseException as error:
            if not journal.committed(state):
                # Should this fail too, the journal stays and the next run undoes.
                with contextlib.suppress(OSError):
                    undo(home, journal, preparation.held)
                if isinstance(error, Blocked):
                    message = f"{error.path} was changed during the switch; nothing was done"
                    raise EngineError(message, "changed") from None
                raise
        return finish(home, journal, preparation.held)
    finally:
        for fd in preparation.held.values():
            os.close(fd)


def finish(home: HomeFolder, journal: Journal, held: Held | None = None) -> RollForward:
    """What follows the flip; may be repeated after a crash. `held`: folders that are open still, wherever they are now."""
    state = home.require_state()
    forward = RollForward(home, journal, held or {})
    forward.run()
    staged = f"{layout.STAGING}/{layout.LEDGER}"
    if filesystem.lstat(staged, state.fd) is not None:
        if forward.problems or forward.kept:
            # Without room for a corrected ledger the one that was staged must do: links of ours are recognised anyway.
            with contextlib.suppress(OSError):
                _amend_ledger(home, forward)
        filesystem.rename(staged, layout.LEDGER, state.fd, state.fd)
    forward.sync()
    journal.end(state)
    return forward


def _amend_ledger(home: HomeFolder, forward: RollForward) -> None:
    """Where a step could not be done, the ledger goes on saying what it said before."""
    state = home.require_state()
    staged, former = f"{layout.STAGING}/{layout.LEDGER}", state.json(layout.LEDGER) or {"files": {}, "folders": []}
    ledger = state.json(staged)
    home.folders.close()
    for path in [item["path"] for item in forward.problems + forward.kept]:
        record = ledger["files"].get(path)
        if record is not None and home.inspect(path, bool(record.get("follow"))).text == record.get("text", ""):
            continue
        if path in former["files"]:
            ledger["files"][path] = former["files"][path]
        else:
            ledger["files"].pop(path, None)
        above = [folder for folder in [*parents(path), path] if folder in former["folders"]]
        ledger["folders"] = sorted({*ledger["folders"], *above})
    amended = f"{layout.STAGING}/amended"
    filesystem.remove_tree(amended, state.fd)
    state.write_json(amended, ledger, sync=True)
    filesystem.rename(amended, staged, state.fd, state.fd)


def undo(home: HomeFolder, journal: Journal, held: Held | None = None) -> None:
    """Take out of the home what was prepared; nothing of it was visible. `held` as for `finish`."""
    home.folders.close()
    for step in journal.steps:
        folder, name = split(step.path)
        try:
            fd = home.folders.enter(folder, step.follow)
        except Blocked:
            if held is None or (folder, step.follow) not in held:
                continue
            fd = held[folder, step.follow]
        pin.unpin(step, fd, name)
        if step.do == PUT:
            _drop_temporary(step, fd)
        if step.do == PUT and step.backup and not step.swap:
            drop_backup(name, step.backup, fd)
        if step.do == PUT and step.backup and step.swap and step.was and step.was[0] != "folder":
            drop_backup(name, step.backup, fd)
    home.folders.close()
    for folder in sorted(journal.folders, reverse=True):
        try:
            fd, name = home.enter(folder)
            filesystem.rmdir(name, fd)
        except (Blocked, FileNotFoundError):
            continue
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR):
                raise
    home.folders.close()
    journal.end(home.require_state())


def _drop_temporary(step: Step, fd: int) -> None:
    if step.temp is None:
        return
    if step.make is not None and "folder" in step.make:
        # The name is ours alone (it holds the transaction's), so that what lies in it is ours as well.
        filesystem.remove_tree(step.temp, fd)
        return
    try:
        filesystem.unlink(step.temp, fd)
    except FileNotFoundError:
        return


def _stage_pointers(state: State, ledger: Ledger, to: str | None) -> None:
    state.write_json(f"{layout.STAGING}/{layout.LEDGER}", ledger.value(), sync=True)
    # To flip to nothing, a link that leads nowhere serves as the thing that is renamed.
    filesystem.symlink(to or "none", f"{layout.STAGING}/{layout.CURRENT}", state.fd)
    if to is not None:
        filesystem.symlink(to, f"{layout.STAGING}/{layout.COMPLETED}", state.fd)
        state.folder(layout.FAILED)
        filesystem.write(f"{layout.STAGING}/{layout.FAILED}", b"", 0o600, state.fd)


class _Preparation:
    """Everything is allocated, beside its place, and synced."""

    def __init__(self, home: HomeFolder, journal: Journal) -> None:
        self.home = home
        self.state = home.require_state()
        self.journal = journal
        self.touched: set[str] = set()
        self.files: list[tuple[str, str, bool]] = []
        # Kept open, so that what lies in them can be removed even from a folder that somebody moves away meanwhile.
        self.held: Held = {}

    def run(self) -> None:
        self.home.folders.close()
        for folder, mode in sorted(self.journal.folders.items()):
            fd, name = self.home.enter(folder)
            filesystem.mkdir(name, mode, fd)
            self.touched.add(split(folder)[0])
        for step in self.journal.steps:
            if step.do == PUT:
                self._prepare(step)
        for step in self.journal.steps:
            if step.pin is not None:
                folder, name = split(step.path)
                pin.pin(step, self.home.folders.enter(folder, step.follow), name)
                self.touched.add(folder)
        self._sync()

    def _prepare(self, step: Step) -> None:
        folder, name = split(step.path)
        temp, make = step.temp or "", step.make or {}
        fd = self.home.folders.enter(folder, step.follow)
        if (folder, step.follow) not in self.held and len(self.held) < _MOST_HELD:
            self.held[folder, step.follow] = os.dup(fd)
        if "folder" in make:
            made = self._prepare_folder(temp, make, fd)
        else:
            self._make(make, temp, fd)
            made = [] if "link" in make else [temp]
        if step.backup and not (step.was and step.was[0] == "folder"):
            made += self._back_up(name, step.backup, fd)
        self.files += [(folder, path, step.follow) for path in made]
        self.touched.add(folder)

    def _prepare_folder(self, temp: str, folder: Make, fd: int) -> list[str]:
        """Make a folder with all that it will hold; the paths to be synced."""
        mode = folder.get("mode", 0o755)
        filesystem.mkdir(temp, mode, fd)
        made = [temp]
        for rel, make in sorted(folder["folder"].items()):
            above = rel.split("/")[:-1]
            for depth in range(len(above)):
                inner = "/".join([temp, *above[: depth + 1]])
                if inner not in made:
                    filesystem.mkdir(inner, mode, fd)
                    made.append(inner)
            self._make(make, f"{temp}/{rel}", fd)
            if "link" not in make:
                made.append(f"{temp}/{rel}")
        return made

    def _make(self, make: Make, name: str, fd: int) -> None:
        if "link" in make:
            filesystem.symlink(make["link"], name, fd)
            return
        content = make.get("text")
        if content is None:
            content = filesystem.read(f"{layout.STORE}/{make['object']}", self.state.fd)
        filesystem.write(name, content, make["mode"], fd)

    def _back_up(self, name: str, backup: str, fd: int) -> list[str]:
        """Give what stands there a second name; a file that had to be copied is to be synced."""
        try:
            filesystem.link(name, backup, fd, fd)
            return []
        except OSError as error:
            if error.errno not in filesystem.NO_HARD_LINK:
                raise
        text = filesystem.readlink(name, fd)
        if text is not None:
            filesystem.symlink(text, backup, fd)
            return []
        content, status = filesystem.read_with_status(name, fd)
        filesystem.write(backup, content, stat.S_IMODE(status.st_mode), fd, mtime=status.st_mtime_ns)
        return [backup]

    def _sync(self) -> None:
        if len(self.touched) + len(self.files) > FEW:
            filesystem.sync_everything(self.state.fd)
            if os.fstat(self.home.fd).st_dev != os.fstat(self.state.fd).st_dev:
                filesystem.sync_everything(self.home.fd)
            return
        for folder, name, follow in self.files:
            filesystem.sync_named(name, self.home.folders.enter(folder, follow))
        for folder in sorted(self.touched):
            filesystem.sync(self._touched_fd(folder), folder)
        for name in (layout.STAGING, layout.STORE, layout.PACKS, layout.GENERATIONS):
            if filesystem.lstat(name, self.state.fd) is not None:
                filesystem.sync_named(name, self.state.fd)

    def _touched_fd(self, folder: str) -> int:
        try:
            return self.home.folders.enter(folder)
        except Blocked:
            return self.home.folders.enter(folder, True)
