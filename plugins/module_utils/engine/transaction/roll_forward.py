# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""After the flip: temporary files get their final names, and what is no longer declared is removed.

Only rename, unlink and rmdir; may be repeated. What was prepared for a path stays until the path is seen to be right, or the
ledger says that it is not.
"""

from __future__ import annotations

import errno

from ..contract.operations import Operation, OperationKind, Problem
from ..contract.paths import split
from ..disk import filesystem, renames
from ..disk.advice import reason_with_advice
from ..disk.folders import Blocked
from ..home.path_state import PathState, inspect
from ..planning.step import Delete, NewFolder, Put, Restore, SetMode
from ..state.staging import FEW
from . import pin, swap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..home.folder import HomeFolder
    from ..planning.step import Step
    from .journal import Journal

_STILL_USED = (errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR, errno.ENOENT, errno.EBUSY)


class RollForward:
    """Goes through a journal's steps.

    `kept` lists paths that the user changed in the meantime, and folders that could not be removed; `problems` what the system
    refused.
    """

    def __init__(self, home: HomeFolder, journal: Journal, held: dict[tuple[str, bool], int]) -> None:
        self._held = held
        self.home = home
        self.journal = journal
        self.kept: list[Operation] = []
        self.problems: list[Problem] = []
        self._touched: set[tuple[str, bool]] = set()
        # The numbers of the steps after which nothing is left to be cleaned up.
        self._clean: set[int] = set()

    def run(self) -> None:
        """All steps; one that fails does not keep the others from being done."""
        self.home.folders.close()
        for number, step in enumerate(self.journal.steps):
            if not isinstance(step, Restore) and self._attempt(step):
                self._clean.add(number)
        self.home.folders.close()
        for number, step in enumerate(self.journal.steps):
            if step.pin is not None and not self._forget_pin(step):
                self._clean.discard(number)
        for folder in self.journal.drop:
            self._drop_folder(folder)
        self.home.folders.close()
        for step in self.journal.steps:
            if isinstance(step, Restore):
                self._attempt(step)

    def _is_stuck(self, folder: str) -> bool:
        """Whether something of ours is still in a folder since the system refused to remove it."""
        left = [item.path for item in self.problems] + [
            item.path for item in self.kept if item.path in self.journal.drop
        ]
        return any(path == folder or path.startswith(folder + "/") for path in left)

    def clean(self) -> None:
        """Remove what was prepared and not used, once the ledger says what was done.

        The first OSError, after all steps: the journal has to stay then, for the next run to try again.
        """
        refused: OSError | None = None
        self.home.folders.close()
        for number, step in enumerate(self.journal.steps):
            if number in self._clean:
                continue
            try:
                self._clean_up(step)
            except Blocked:
                continue
            except OSError as error:
                refused = refused or error
        if refused is not None:
            raise refused

    def _clean_up(self, step: Step) -> None:
        if isinstance(step, (Restore, SetMode)):
            return
        folder, name = split(step.path)
        try:
            fd = self.home.folders.enter(folder, step.follow)
            self._touched.add((folder, step.follow))
        except Blocked:
            # Where the folder cannot be entered again, it may be open still.
            if (folder, step.follow) not in self._held:
                raise
            fd = self._held[folder, step.follow]
        pin.forget(step, fd)
        if isinstance(step, Delete):
            if step.restore and pin.unmoved(step, inspect(step.restore, fd)):
                filesystem.unlink(step.restore, fd)
        elif isinstance(step, Put):
            swap.clean_up(step, fd, name)

    def _forget_pin(self, step: Step) -> bool:
        """Whether its names are gone; else it is tried again at the end."""
        for _attempt in range(2):
            try:
                pin.forget(step, self.home.enter(step.path, step.follow)[0])
            except (Blocked, OSError):
                continue
            return True
        return False

    def sync(self) -> None:
        """Sync the home's folders that were changed since the last time."""
        touched, self._touched = self._touched, set()
        if len(touched) > FEW:
            filesystem.sync_everything(self.home.fd)
            return
        for folder, follow in sorted(touched):
            try:
                filesystem.sync(self.home.folders.enter(folder, follow), folder)
            except Blocked:
                continue

    def _attempt(self, step: Step) -> bool:
        """Whether it is done, and nothing is left to be cleaned up."""
        name = split(step.path)[1]
        try:
            try:
                return self._do(step, self._enter(step), name)
            except OSError:
                # Every step may be repeated, and not every error lasts.
                return self._do(step, self._enter(step), name)
        except Blocked as blocked:
            if isinstance(step, Put):
                self.problems.append(Problem(step.path, f"{blocked.path} changed during the switch"))
        except OSError as error:
            self.problems.append(Problem(step.path, reason_with_advice(error, f"~/{step.path}")))
        return False

    def _enter(self, step: Step) -> int:
        folder = split(step.path)[0]
        fd = self.home.folders.enter(folder, step.follow)
        self._touched.add((folder, step.follow))
        return fd

    def _do(self, step: Step, fd: int, name: str) -> bool:
        if isinstance(step, Put):
            return self._put(step, fd, name)
        if isinstance(step, Delete):
            return self._delete(step, fd, name)
        if isinstance(step, SetMode):
            self._mode(step, fd, name)
        elif isinstance(step, Restore):
            self._restore(step, fd, name)
        return True

    def _keep(self, step: Step) -> None:
        self.kept.append(Operation(OperationKind.KEEP, step.path, "it was changed during the switch"))

    def _put(self, step: Put, fd: int, name: str) -> bool:
        try:
            if not step.displaced.swap:
                self._rename(step, fd, name)
                return True
            if isinstance(step.new, NewFolder):
                swap.replace_by_folder(step, fd, name)
            else:
                swap.replace_folder(step, fd, name)
        except FileExistsError:
            self._keep(step)
        return False

    @staticmethod
    def _rename(step: Put, fd: int, name: str) -> None:
        temp = step.temp
        if step.was is None and _placed(temp, name, fd):
            return
        waiting, there = inspect(temp, fd), inspect(name, fd)
        if waiting.kind == "absent":
            if there.kind == "absent" or (pin.unmoved(step, there) and not swap.is_right(step, there, name, fd)):
                raise swap.lost(step)
            # Done by a run that was interrupted; what the user made of it since is the user's.
        elif there.kind == "absent" and step.was is None:
            # It was taken a moment ago. Never over what somebody created at the last moment.
            renames.rename_new(temp, name, fd)
        elif pin.unmoved(step, there):
            filesystem.rename(temp, name, fd, fd)
        elif there.identity() == waiting.identity():
            # The crash came when it had both names.
            filesystem.unlink(temp, fd)
        else:
            raise FileExistsError

    def _delete(self, step: Delete, fd: int, name: str) -> bool:
        there = inspect(name, fd)
        backup = inspect(step.restore, fd) if step.restore else PathState("absent")
        if pin.unmoved(step, there):
            self._give_back(step, backup, fd, name)
        elif step.restore is None or backup.kind == "absent":
            if there.kind != "absent" and step.restore is None:
                self._keep(step)
        elif there.kind == "absent":
            # The crash came between two renames, or the user took away ours: the backup comes back in any case.
            renames.rename_new(step.restore, name, fd, folder=backup.kind == "folder")
        elif there.identity() == backup.identity():
            filesystem.unlink(step.restore, fd)
        elif not pin.unmoved(step, backup):
            self._keep(step)
        # What has taken the name of a folder's backup is ours, and is cleaned up.
        return backup.kind == "absent"

    @staticmethod
    def _give_back(step: Delete, backup: PathState, fd: int, name: str) -> None:
        if step.restore is None or backup.kind == "absent":
            filesystem.unlink(name, fd)
        elif backup.kind == "folder":
            swap.give_back_folder(step.restore, fd, name)
        else:
            filesystem.rename(step.restore, name, fd, fd)

    @staticmethod
    def _mode(step: SetMode, fd: int, name: str) -> None:
        there = inspect(name, fd)
        if there.kind == "file" and there.identity() == step.was:
            filesystem.chmod(name, step.mode, fd)

    def _restore(self, step: Restore, fd: int, name: str) -> None:
        there, backup = inspect(name, fd), inspect(step.restore, fd)
        if backup.kind == "absent":
            return
        if there.identity() == backup.identity():
            # The crash came when it had both names.
            filesystem.unlink(step.restore, fd)
        elif there.kind == "absent":
            renames.rename_new(step.restore, name, fd, folder=backup.kind == "folder")
        elif self._is_stuck(step.path):
            detail = f"{step.restore} cannot be restored as long as the folder exists"
            self.problems.append(Problem(step.path, detail))

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
                # An empty folder that stays does no harm; the ledger still has it, and the next switch tries again.
                detail = f"the folder stays: {filesystem.reason(error)}"
                self.kept.append(Operation(OperationKind.KEEP, folder, detail))


def _placed(temp: str, name: str, fd: int) -> bool:
    """Whether what was prepared could get a name that was free, at the first attempt."""
    try:
        renames.rename_new(temp, name, fd)
    except (FileExistsError, FileNotFoundError):
        return False
    return True
