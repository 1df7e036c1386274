# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""After the flip: temporary files get their final names, and what is no longer declared is removed.

Only rename, unlink and rmdir; may be repeated.
"""

from __future__ import annotations

import errno
import os

from ..contract.operations import Operation, OperationKind, Problem
from ..contract.paths import split
from ..disk import filesystem
from ..disk.folders import Blocked
from ..home.path_state import PathState, inspect, shortened
from ..planning.step import Delete, NewFolder, Put, Restore, SetMode
from ..state.staging import FEW
from . import pin
from .backup import drop_backup

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..home.folder import HomeFolder
    from ..planning.step import Step
    from .journal import Journal

_STILL_USED = (errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR, errno.ENOENT, errno.EBUSY)
_NO_EXCHANGE = (errno.ENOSYS, errno.EINVAL)


class RollForward:
    """Goes through a journal's steps.

    `kept` lists paths that the user changed meanwhile, `problems` what the system refused.
    """

    def __init__(self, home: HomeFolder, journal: Journal, held: dict[tuple[str, bool], int]) -> None:
        self._held = held
        self.home = home
        self.journal = journal
        self.kept: list[Operation] = []
        self.problems: list[Problem] = []
        self._touched: set[tuple[str, bool]] = set()

    def run(self) -> None:
        """All steps; one that fails does not keep the others from being done."""
        self.home.folders.close()
        for step in self.journal.steps:
            if not isinstance(step, Restore):
                self._attempt(step)
        self.home.folders.close()
        for step in self.journal.steps:
            if step.pin is not None:
                self._forget_pin(step)
        for folder in self.journal.drop:
            self._drop_folder(folder)
        self.home.folders.close()
        for step in self.journal.steps:
            if isinstance(step, Restore):
                self._attempt(step)

    def _forget_pin(self, step: Step) -> None:
        try:
            fd = self.home.enter(step.path, step.follow)[0]
            try:
                pin.forget(step, fd)
            except OSError:
                pin.forget(step, fd)
        except Blocked:
            return
        except OSError as error:
            self.problems.append(Problem(step.path, f"a temporary link stays next to it: {error.strerror}"))

    def sync(self) -> None:
        """Sync the home's folders."""
        if len(self._touched) > FEW:
            filesystem.sync_everything(self.home.fd)
            return
        for folder, follow in sorted(self._touched):
            try:
                filesystem.sync(self.home.folders.enter(folder, follow), folder)
            except Blocked:
                continue

    def _attempt(self, step: Step) -> None:
        folder, name = split(step.path)
        # Where the folder cannot be entered again, it may be open still.
        fd = self._held.get((folder, step.follow))
        try:
            fd = self.home.folders.enter(folder, step.follow)
            self._touched.add((folder, step.follow))
            try:
                self._do(step, fd, name)
            except OSError:
                # Every step may be repeated, and not every error lasts.
                self._do(step, fd, name)
            return
        except Blocked as blocked:
            if isinstance(step, Put):
                self.problems.append(Problem(step.path, f"{blocked.path} changed during the switch"))
        except OSError as error:
            self.problems.append(Problem(step.path, error.strerror or str(error)))
        if isinstance(step, Put) and fd is not None:
            self._give_up(step, fd, name)

    def _do(self, step: Step, fd: int, name: str) -> None:
        if isinstance(step, Put):
            self._put(step, fd, name)
        elif isinstance(step, Delete):
            self._delete(step, fd, name)
        elif isinstance(step, SetMode):
            self._mode(step, fd, name)
        elif isinstance(step, Restore):
            self._restore(step, fd, name)

    def _give_up(self, step: Put, fd: int, name: str) -> None:
        backup = step.displaced.backup
        try:
            if self._exchanged(step, inspect(step.temp, fd)):
                # What has the temporary name is what was at the path before, perhaps the user's: it is only moved.
                if backup and inspect(backup, fd).kind == "absent":
                    filesystem.rename(step.temp, backup, fd, fd)
                return
            filesystem.remove_tree(step.temp, fd)
            if backup:
                drop_backup(name, backup, fd)
        except OSError as error:
            self.problems.append(Problem(step.path, f"{step.temp} stays next to it: {error.strerror}"))

    @staticmethod
    def _exchanged(step: Put, temporary: PathState) -> bool:
        """Whether an exchange is done: of the two, one is a folder and the other is not."""
        made_folder = isinstance(step.new, NewFolder)
        return step.displaced.swap and temporary.kind != "absent" and (temporary.kind == "folder") != made_folder

    def _keep(self, step: Step, why: str) -> None:
        self.kept.append(Operation(OperationKind.KEEP, step.path, why))

    def _put(self, step: Put, fd: int, name: str) -> None:
        temp = step.temp
        temporary = inspect(temp, fd)
        if temporary.kind == "absent":
            return
        if step.displaced.swap:
            self._exchange(step, fd, name, temporary)
            return
        there = inspect(name, fd)
        try:
            if there.kind == "absent" and step.was is None:
                self._name(temp, name, fd)
            elif pin.unmoved(step, there):
                filesystem.rename(temp, name, fd, fd)
            elif there.identity() == temporary.identity():
                # The crash came when it had both names.
                filesystem.unlink(temp, fd)
            else:
                raise FileExistsError
        except FileExistsError:
            filesystem.unlink(temp, fd)
            self._keep(step, "it was changed during the switch")

    @staticmethod
    def _name(temp: str, name: str, fd: int) -> None:
        """Rename to a free name, never over what somebody created at the last moment (FileExistsError)."""
        try:
            filesystem.link(temp, name, fd, fd)
        except FileExistsError:
            raise
        except OSError as error:
            # After the flip nothing may ask for room: some file systems count a second name as an inode.
            if error.errno not in (*filesystem.NO_HARD_LINK, errno.ENOSPC, errno.EDQUOT):
                raise
            filesystem.rename(temp, name, fd, fd)
            return
        filesystem.unlink(temp, fd)

    def _exchange(self, step: Put, fd: int, name: str, temporary: PathState) -> None:
        temp = step.temp
        if not self._exchanged(step, temporary):
            there = inspect(name, fd)
            if pin.unmoved(step, there):
                self._swap(temp, name, fd)
            elif there.kind == "absent":
                # Where names cannot be exchanged, the crash came between the two renames.
                filesystem.rename(temp, name, fd, fd)
                return
            else:
                filesystem.remove_tree(temp, fd)
                self._keep(step, "it was changed during the switch")
                return
        if inspect(temp, fd).kind == "folder":
            self._take_apart(step, fd)
        elif inspect(temp, fd).kind != "absent":
            filesystem.unlink(temp, fd)

    def _swap(self, temp: str, name: str, fd: int) -> None:
        try:
            filesystem.exchange(temp, name, fd)
        except OSError as error:
            if error.errno not in _NO_EXCHANGE:
                raise
            aside = shortened(temp, 250) + ".old"
            filesystem.rename(name, aside, fd, fd)
            filesystem.rename(temp, name, fd, fd)
            filesystem.rename(aside, temp, fd, fd)

    def _take_apart(self, step: Put, fd: int) -> None:
        """Remove what is ours from a folder that was moved aside; keep the rest under the backup's name."""
        temp, inside = step.temp, step.displaced.inside or {}
        for rel, ours in sorted(inside.items(), key=lambda item: item[0]):
            path = f"{temp}/{rel}"
            if ours.link is not None:
                gone = filesystem.readlink(path, fd) == ours.link
            else:
                gone = inspect(path, fd).kind == "file" and ours.fits(filesystem.read(path, fd))
            if gone:
                filesystem.unlink(path, fd)
        self._remove_empty(temp, fd, {os.path.dirname(rel) for rel in inside})
        if inspect(temp, fd).kind == "folder" and step.displaced.backup:
            filesystem.rename(temp, step.displaced.backup, fd, fd)

    def _remove_empty(self, top: str, fd: int, folders: set[str]) -> None:
        every = {""}
        for folder in folders:
            while folder:
                every.add(folder)
                folder = os.path.dirname(folder)
        for folder in sorted(every, reverse=True):
            try:
                filesystem.rmdir(f"{top}/{folder}" if folder else top, fd)
            except OSError as error:
                if error.errno not in _STILL_USED:
                    raise

    def _delete(self, step: Delete, fd: int, name: str) -> None:
        there = inspect(name, fd)
        if pin.unmoved(step, there):
            self._give_back(step, fd, name)
        elif step.restore and pin.unmoved(step, inspect(step.restore, fd)):
            # The exchange with a folder is done, its second half is not.
            filesystem.unlink(step.restore, fd)
        elif there.kind != "absent" and not (step.restore and inspect(step.restore, fd).kind == "absent"):
            self._keep(step, "it was changed during the switch")

    def _give_back(self, step: Delete, fd: int, name: str) -> None:
        backup = inspect(step.restore, fd) if step.restore else PathState("absent")
        if step.restore is None or backup.kind == "absent":
            filesystem.unlink(name, fd)
        elif backup.kind == "folder":
            self._swap(step.restore, name, fd)
            filesystem.unlink(step.restore, fd)
        else:
            filesystem.rename(step.restore, name, fd, fd)

    def _mode(self, step: SetMode, fd: int, name: str) -> None:
        there = inspect(name, fd)
        if there.kind == "file" and there.identity() == step.was:
            filesystem.chmod(name, step.mode, fd)

    def _restore(self, step: Restore, fd: int, name: str) -> None:
        restore = step.restore
        if inspect(name, fd).kind == "absent" and inspect(restore, fd).kind != "absent":
            filesystem.rename(restore, name, fd, fd)

    def _remove_folder(self, folder: str) -> None:
        follow = self.journal.follows(folder)
        fd, name = self.home.enter(folder, follow)
        filesystem.rmdir(name, fd)
        self._touched.add((split(folder)[0], follow))

    def _drop_folder(self, folder: str) -> None:
        try:
            try:
                self._remove_folder(folder)
            except OSError as error:
                if error.errno in _STILL_USED:
                    raise
                self._remove_folder(folder)
        except Blocked:
            return
        except OSError as error:
            if error.errno not in _STILL_USED:
                # An empty folder that stays does no harm, and is tried again next time.
                detail = f"the folder stays: {error.strerror}"
                self.kept.append(Operation(OperationKind.KEEP, folder, detail))
