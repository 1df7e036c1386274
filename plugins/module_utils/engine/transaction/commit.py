# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The transaction: prepare the home, flip, go forward; or undo what was prepared. Steps 3 to 8 of the protocol."""

from __future__ import annotations

import contextlib
import errno
import os
import stat

from ..contract.errors import EngineError, ErrorKind
from ..contract.paths import parents, split
from ..contract.records import KEPT, Record
from ..disk import filesystem
from ..disk.folders import Blocked
from ..planning.step import NewFolder, NewLink, NewText, Put
from ..state import layout
from ..state.ledger import Ledger
from ..state.staging import FEW
from ..state.state import json_text
from . import pin
from .backup import back_up, drop_backup
from .journal import Journal, transaction_id
from .roll_forward import RollForward

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict, Tuple

    from ..home.folder import HomeFolder
    from ..planning.plan import Plan
    from ..planning.step import NewItem
    from ..state.state import State

    # Open descriptors of folders of the home: (relative path, whether links were followed) to descriptor.
    Held = Dict[Tuple[str, bool], int]

_MOST_HELD = 100


def commit(home: HomeFolder, plan: Plan, ledger: Ledger, to: str | None) -> RollForward:
    """Make the plan real.

    On an error before the flip everything is undone and the error goes on; after it only forward.

    The result has what could not be done in the home. `to` is the reference to flip to; None: nothing is managed
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
                    message = f"{error.path} was changed during the switch; nothing else was changed"
                    raise EngineError(message, ErrorKind.CHANGED) from None
                raise
        return finish(home, journal, preparation.held)
    finally:
        for fd in preparation.held.values():
            os.close(fd)


def finish(home: HomeFolder, journal: Journal, held: Held | None = None) -> RollForward:
    """What follows the flip; may be repeated after a crash. `held`: folders that are open still, wherever they are now."""
    state = home.require_state()
    forward = RollForward(home, journal, held or {})
    staged = f"{layout.STAGING}/{layout.LEDGER}"
    if filesystem.lstat(staged, state.fd) is not None:
        forward.run()
        if forward.problems or forward.kept:
            _correct_ledger(home, forward)
        # From here on the ledger counts: it must not say more than the disk will have after a power cut.
        forward.sync()
        for name in (layout.LEDGER_COPY, layout.LEDGER):
            staged_one = filesystem.lstat(f"{layout.STAGING}/{name}", state.fd)
            if staged_one is not None:
                if stat.S_ISDIR(staged_one.st_mode):
                    # Damaged since: the ledger that it takes the place of would be the wrong one.
                    filesystem.remove_tree(name, state.fd)
                filesystem.rename(f"{layout.STAGING}/{name}", name, state.fd, state.fd)
    who_ran = f"{layout.STAGING}/{layout.SERVICES}"
    if filesystem.lstat(who_ran, state.fd) is not None:
        filesystem.rename(who_ran, layout.SERVICES, state.fd, state.fd)
    forward.clean()
    forward.sync()
    journal.end(state)
    return forward


def _correct_ledger(home: HomeFolder, forward: RollForward) -> None:
    """Where a step could not be done, the ledger keeps the former record."""
    state = home.require_state()
    staged, former = f"{layout.STAGING}/{layout.LEDGER}", Ledger.read(state, home.path, settled=False)
    ledger = Ledger.of(state.json(staged))
    files = ledger.files
    home.folders.close()
    kept = [item.path for item in forward.kept]
    left = [item.path for item in forward.problems] + kept
    for path in left + _inside(forward.journal, left):
        record, earlier = files.get(path), former.record(path)
        if record is not None and home.inspect(path, record.follow).text == (record.text or ""):
            continue
        if earlier is not None:
            files[path] = earlier
        elif record is not None and path in kept:
            # Remembered, so that every run says so, and the path is taken as soon as it is free.
            files[path] = Record(KEPT)
            files[path].follow = record.follow
        else:
            files.pop(path, None)
        above = [folder for folder in [*parents(path), path] if folder in former.folders]
        ledger.folders = sorted({*ledger.folders, *above})
    ledger.unfinished = sorted({item.path for item in forward.problems})
    corrected = f"{layout.STAGING}/corrected"
    for name in (layout.LEDGER_COPY, layout.LEDGER):
        filesystem.remove_tree(corrected, state.fd)
        state.write_json(corrected, ledger.json(), sync=True)
        filesystem.rename(corrected, f"{layout.STAGING}/{name}", state.fd, state.fd)


def _inside(journal: Journal, left: list[str]) -> list[str]:
    """What was managed in folders that were to give way, and are still there."""
    return [
        f"{step.path}/{rel}"
        for step in journal.steps
        if isinstance(step, Put) and step.path in left
        for rel in step.displaced.inside or ()
    ]


def undo(home: HomeFolder, journal: Journal, held: Held | None = None) -> None:
    """Remove what was prepared in the home; nothing of it was visible. `held` as for `finish`."""
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
        if isinstance(step, Put):
            _drop_temporary(step, fd)
            backup = step.displaced.backup
            if backup and not (step.displaced.swap and (not step.was or step.was[0] == "folder")):
                drop_backup(step, name, backup, fd)
    home.folders.close()
    for folder in sorted(journal.folders, reverse=True):
        try:
            fd, name = home.enter(folder, journal.follows(folder))
            filesystem.rmdir(name, fd)
        except (Blocked, FileNotFoundError):
            continue
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR):
                raise
    home.folders.close()
    journal.end(home.require_state())


def _drop_temporary(step: Put, fd: int) -> None:
    if isinstance(step.new, NewFolder):
        # The name is ours alone (it holds the transaction's), so that what is in it is ours as well.
        filesystem.remove_tree(step.temp, fd)
    else:
        _unlink_if_there(step.temp, fd)
    if step.displaced.partial:
        _unlink_if_there(step.displaced.partial, fd)


def _unlink_if_there(name: str, fd: int) -> None:
    try:
        filesystem.unlink(name, fd)
    except FileNotFoundError:
        return


def make_way(state: State, name: str) -> None:
    """Move a folder away to whose name a file of the state will be renamed."""
    there = filesystem.lstat(name, state.fd)
    if there is not None and stat.S_ISDIR(there.st_mode):
        state.set_aside(name, transaction_id())


def _stage_pointers(state: State, ledger: Ledger, to: str | None) -> None:
    # Twice, in files of their own: nobody can say what is managed, and what to give back, when it is lost.
    text = json_text(ledger.json())
    for name in (layout.LEDGER, layout.LEDGER_COPY):
        make_way(state, name)
        filesystem.write(f"{layout.STAGING}/{name}", text, 0o600, state.fd, sync=True)
    # To flip to nothing, a link that leads nowhere serves as the thing that is renamed.
    filesystem.symlink(to or "none", f"{layout.STAGING}/{layout.CURRENT}", state.fd)
    if to is not None:
        filesystem.symlink(to, f"{layout.STAGING}/{layout.COMPLETED}", state.fd)
    state.folder(layout.FAILED)
    filesystem.write(f"{layout.STAGING}/{layout.FAILED}", b"", 0o600, state.fd)


class _Preparation:
    """Everything is allocated, next to its final name, and synced."""

    def __init__(self, home: HomeFolder, journal: Journal) -> None:
        self.home = home
        self.state = home.require_state()
        self.journal = journal
        self.touched: set[str] = set()
        self.files: list[tuple[str, str, bool]] = []
        # Kept open, so that their contents can be removed even from a folder that somebody moves away in the meantime.
        self.held: Held = {}

    def run(self) -> None:
        self.home.folders.close()
        for folder, mode in sorted(self.journal.folders.items()):
            fd, name = self.home.enter(folder, self.journal.follows(folder))
            try:
                filesystem.mkdir(name, mode, fd)
            except FileExistsError:
                # A program has made it since it was missed: a service manager that starts, for example.
                status = filesystem.lstat(name, fd)
                if status is None or not stat.S_ISDIR(status.st_mode):
                    raise Blocked(folder, "file") from None
            self.touched.add(split(folder)[0])
        for step in self.journal.steps:
            if isinstance(step, Put):
                self._prepare(step)
        for step in self.journal.steps:
            if step.pin is not None:
                folder, name = split(step.path)
                pin.pin(step, self.home.folders.enter(folder, step.follow), name)
                self.touched.add(folder)
        self._sync()

    def _prepare(self, step: Put) -> None:
        folder, name = split(step.path)
        fd = self.home.folders.enter(folder, step.follow)
        if (folder, step.follow) not in self.held and len(self.held) < _MOST_HELD:
            self.held[folder, step.follow] = os.dup(fd)
        if isinstance(step.new, NewFolder):
            made = self._prepare_folder(step.temp, step.new, fd)
        elif step.new is not None:
            self._make(step.new, step.temp, fd)
            made = [] if isinstance(step.new, NewLink) else [step.temp]
        else:
            raise TypeError(f"no content for {step.path}")
        backup = step.displaced.backup
        if backup and not (step.was and step.was[0] == "folder"):
            back_up(self.state, step, self.journal.steps.index(step), name, fd)
        self.files += [(folder, path, step.follow) for path in made]
        self.touched.add(folder)

    def _prepare_folder(self, temp: str, folder: NewFolder, fd: int) -> list[str]:
        """Make a folder with all that it will hold; the paths to be synced."""
        filesystem.mkdir(temp, folder.mode, fd)
        made = [temp]
        for rel, new in sorted(folder.inside.items(), key=lambda item: item[0]):
            above = rel.split("/")[:-1]
            for depth in range(len(above)):
                inner = "/".join([temp, *above[: depth + 1]])
                if inner not in made:
                    filesystem.mkdir(inner, folder.mode, fd)
                    made.append(inner)
            self._make(new, f"{temp}/{rel}", fd)
            if not isinstance(new, NewLink):
                made.append(f"{temp}/{rel}")
        return made

    def _make(self, new: NewItem, name: str, fd: int) -> None:
        if isinstance(new, NewLink):
            filesystem.symlink(new.text, name, fd)
        elif isinstance(new, NewFolder):
            filesystem.mkdir(name, new.mode, fd)
        else:
            content = new.content if isinstance(new, NewText) else self.state.content(new.object)
            filesystem.write(name, content, new.mode, fd)

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
