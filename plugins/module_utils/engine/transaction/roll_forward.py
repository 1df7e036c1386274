# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""After the flip: temporaries get their names, what is no longer wanted goes.

Only rename, unlink and rmdir; may be repeated.
"""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING, Callable

from ..contract.manifest import split
from ..disk import filesystem
from ..disk.folders import Blocked
from ..home.path_state import PathState, inspect, shortened, shows
from ..planning.step import DELETE, MODE, PUT, RESTORE, Step
from ..state.staging import FEW
from . import pin
from .backup import drop_backup

if TYPE_CHECKING:
    from ..home.folder import HomeFolder
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
        self.kept: list[dict[str, str]] = []
        self.problems: list[dict[str, str]] = []
        self._touched: set[tuple[str, bool]] = set()

    def run(self) -> None:
        """All steps; one that fails does not keep the others from being done."""
        self.home.folders.close()
        do = {PUT: self._put, DELETE: self._delete, MODE: self._mode}
        for step in self.journal.steps:
            if step.do != RESTORE:
                self._attempt(step, do[step.do])
        self.home.folders.close()
        for step in self.journal.steps:
            if step.pin is not None:
                self._forget_pin(step)
        for folder in self.journal.drop:
            self._drop_folder(folder)
        self.home.folders.close()
        for step in self.journal.steps:
            if step.do == RESTORE:
                self._attempt(step, self._restore)

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
            self.problems.append({"path": step.path, "reason": f"a temporary link stays beside it: {error.strerror}"})

    def sync(self) -> None:
        """Make the home's folders lasting."""
        if len(self._touched) > FEW:
            filesystem.sync_everything(self.home.fd)
            return
        for folder, follow in sorted(self._touched):
            try:
                filesystem.sync(self.home.folders.enter(folder, follow), folder)
            except Blocked:
                continue

    def _attempt(self, step: Step, do: Callable[[Step, int, str], None]) -> None:
        folder, name = split(step.path)
        try:
            fd = self.home.folders.enter(folder, step.follow)
            self._touched.add((folder, step.follow))
            try:
                do(step, fd, name)
            except OSError:
                # Every step may be repeated, and not every error lasts.
                do(step, fd, name)
        except Blocked as blocked:
            if step.do == PUT:
                self.problems.append({"path": step.path, "reason": f"{blocked.path} changed during the switch"})
                if (folder, step.follow) in self._held:
                    self._give_up(step, self._held[folder, step.follow], name)
        except OSError as error:
            self.problems.append({"path": step.path, "reason": error.strerror or str(error)})
            if step.do == PUT:
                self._give_up(step, fd, name)

    def _give_up(self, step: Step, fd: int, name: str) -> None:
        try:
            if step.temp and self._exchanged(step, inspect(step.temp, fd)):
                # What bears the temporary name is what stood at the path before, perhaps the user's: it is only moved.
                if step.backup and inspect(step.backup, fd).kind == "absent":
                    filesystem.rename(step.temp, step.backup, fd, fd)
                return
            if step.temp:
                filesystem.remove_tree(step.temp, fd)
            if step.backup:
                drop_backup(name, step.backup, fd)
        except OSError as error:
            self.problems.append({"path": step.path, "reason": f"{step.temp} stays beside it: {error.strerror}"})

    @staticmethod
    def _exchanged(step: Step, temporary: PathState) -> bool:
        """Whether an exchange is done: of the two, one is a folder and the other is not."""
        made_folder = step.make is not None and "folder" in step.make
        return step.swap and temporary.kind != "absent" and (temporary.kind == "folder") != made_folder

    def _keep(self, step: Step, why: str) -> None:
        self.kept.append({"op": "keep", "path": step.path, "detail": why})

    def _put(self, step: Step, fd: int, name: str) -> None:
        temp = step.temp or ""
        temporary = inspect(temp, fd)
        if temporary.kind == "absent":
            return
        if step.swap:
            self._exchange(step, temp, fd, name, temporary)
            return
        there = inspect(name, fd)
        try:
            if there.kind == "absent" and step.was is None:
                self._name(temp, name, fd)
            elif pin.stands(step, there):
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
        """Give a free name, never over what somebody put there at the last moment (FileExistsError)."""
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

    def _exchange(self, step: Step, temp: str, fd: int, name: str, temporary: PathState) -> None:
        if not self._exchanged(step, temporary):
            there = inspect(name, fd)
            if pin.stands(step, there):
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
            self._take_apart(step, temp, fd)
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

    def _take_apart(self, step: Step, temp: str, fd: int) -> None:
        """Remove what is ours from a folder that gave way; keep the rest under the backup's name."""
        for rel, ours in sorted((step.inside or {}).items()):
            path = f"{temp}/{rel}"
            if "link" in ours:
                gone = filesystem.readlink(path, fd) == ours["link"]
            else:
                gone = inspect(path, fd).kind == "file" and _is_ours(filesystem.read(path, fd), ours)
            if gone:
                filesystem.unlink(path, fd)
        self._remove_empty(temp, fd, {os.path.dirname(rel) for rel in step.inside or {}})
        if inspect(temp, fd).kind == "folder" and step.backup:
            filesystem.rename(temp, step.backup, fd, fd)

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

    def _delete(self, step: Step, fd: int, name: str) -> None:
        there = inspect(name, fd)
        if pin.stands(step, there):
            self._give_back(step, fd, name)
        elif step.restore and pin.stands(step, inspect(step.restore, fd)):
            # The exchange with a folder is done, its second half is not.
            filesystem.unlink(step.restore, fd)
        elif there.kind != "absent" and not (step.restore and inspect(step.restore, fd).kind == "absent"):
            self._keep(step, "it was changed during the switch")

    def _give_back(self, step: Step, fd: int, name: str) -> None:
        backup = inspect(step.restore, fd) if step.restore else PathState("absent")
        if step.restore is None or backup.kind == "absent":
            filesystem.unlink(name, fd)
        elif backup.kind == "folder":
            self._swap(step.restore, name, fd)
            filesystem.unlink(step.restore, fd)
        else:
            filesystem.rename(step.restore, name, fd, fd)

    def _mode(self, step: Step, fd: int, name: str) -> None:
        there = inspect(name, fd)
        if there.kind == "file" and there.identity() == step.was:
            filesystem.chmod(name, step.mode, fd)

    def _restore(self, step: Step, fd: int, name: str) -> None:
        restore = step.restore or ""
        if inspect(name, fd).kind == "absent" and inspect(restore, fd).kind != "absent":
            filesystem.rename(restore, name, fd, fd)

    def _drop_folder(self, folder: str) -> None:
        try:
            fd, name = self.home.enter(folder)
            try:
                filesystem.rmdir(name, fd)
            except OSError as error:
                if error.errno in _STILL_USED:
                    raise
                filesystem.rmdir(name, fd)
            self._touched.add((split(folder)[0], False))
        except Blocked:
            return
        except OSError as error:
            if error.errno not in _STILL_USED:
                # An empty folder that stays does no harm, and is tried again next time.
                self.kept.append({"op": "keep", "path": folder, "detail": f"the folder stays: {error.strerror}"})


def _is_ours(content: bytes, ours: dict[str, str]) -> bool:
    if "hash" in ours:
        from hashlib import sha256

        return sha256(content).hexdigest() == ours["hash"]
    return shows(content, ours["shows"], ours["stored"])
