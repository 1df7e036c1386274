# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Carries out the steps of a plan below /etc. Every step can be repeated: one that is done already changes nothing."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Callable, NamedTuple

from ...disk import filesystem, queries
from .. import labels
from .disk import Etc, link_content

if TYPE_CHECKING:
    from typing import List

    from .ledger import Kept
    from .planner import Step, Wanted

BEFORE = ("backup", "save", "divert")
AFTER = ("put", "remove", "undivert", "restore")
ASIDE = ".distrib"


# What rpm and pacman add to the name of a file whose place is taken by a changed one.
_NEWER = (".rpmnew", ".pacnew")


def newer_version(path: str) -> str | None:
    """The path of the newer version of a file that an upgrade of its package has left next to it."""
    return next((path + suffix for suffix in _NEWER if queries.is_file(path + suffix)), None)


class Writer(NamedTuple):
    """What steps need: the folder, where backups are kept, the bytes of objects, and dpkg-divert with these arguments."""

    etc: Etc
    backups: str
    read: Callable[[str], bytes]
    divert: Callable[[List[str]], None]

    def prepare(self, steps: List[Step]) -> None:
        """What can be done before the switch is committed: nothing that a program reads changes."""
        for step in steps:
            if step.do in ("backup", "save") and step.before is not None:
                self._save(step.target, step.before)
            elif step.do == "divert":
                self._divert(step.target)

    def commit(self, steps: List[Step]) -> None:
        """The changes themselves, then their folders made lasting."""
        for step in steps:
            if step.do == "put" and step.wanted is not None:
                self._put(step.target, step.wanted)
            elif step.do == "remove":
                self.etc.remove(step.target)
            elif step.do == "undivert":
                self._undivert(step.target)
            elif step.do == "restore" and step.before is not None:
                self._restore(step.target, step.before)
        labels.restore(self.etc.path(step.target) for step in steps if step.do in ("put", "undivert", "restore"))
        for folder in sorted({os.path.dirname(self.etc.path(step.target)) for step in steps if step.do in AFTER}):
            if queries.is_folder(folder):
                filesystem.sync_named(folder)

    def _save(self, target: str, before: Kept) -> None:
        if before.backup is None:
            return
        path = os.path.join(self.backups, before.backup)
        if filesystem.lstat(path) is None:
            filesystem.write(path, filesystem.read(self.etc.path(target)), 0o600, sync=True)

    def _put(self, target: str, wanted: Wanted) -> None:
        entry = wanted.entry
        found = self.etc.look(target)
        if entry.link is not None:
            if found.content != link_content(entry.link):
                self.etc.put_link(target, entry.link)
            return
        if found.content != wanted.content or (found.mode, found.uid, found.gid) != (
            entry.mode,
            wanted.uid,
            wanted.gid,
        ):
            self.etc.put_file(target, self.read(entry.object or ""), entry.mode, wanted.uid, wanted.gid)

    def _restore(self, target: str, before: Kept) -> None:
        # Where a mount holds the name, the file could only be emptied.
        emptied = target in self.etc.in_place
        if self.etc.look(target).present and not emptied:
            return
        if before.link is not None:
            self.etc.put_link(target, before.link)
        elif before.pristine and self._newer(target) is not None and not emptied:
            filesystem.rename(self._newer(target) or "", self.etc.path(target))
        elif before.backup is not None:
            content = filesystem.read(os.path.join(self.backups, before.backup))
            self.etc.put_file(target, content, before.mode, before.uid, before.gid)

    def _newer(self, target: str) -> str | None:
        """The newer version that the package has put next to a file of ours."""
        return newer_version(self.etc.path(target))

    def _divert(self, target: str) -> None:
        """Move the package's own version aside without a moment in which there is none."""
        path = self.etc.path(target)
        aside = path + ASIDE
        if filesystem.lstat(path) is not None and filesystem.lstat(aside) is None:
            filesystem.link(path, aside)
        self.divert(["--local", "--no-rename", "--divert", aside, "--add", path])

    def _undivert(self, target: str) -> None:
        path = self.etc.path(target)
        aside = path + ASIDE
        self.divert(["--local", "--no-rename", "--divert", aside, "--remove", path])
        if filesystem.lstat(aside) is not None and filesystem.lstat(path) is None:
            filesystem.rename(aside, path)
