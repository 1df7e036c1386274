# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What /etc will be: the files that change, and the user database."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from ...disk import filesystem
from ..etc.disk import Etc
from ..etc.writer import ASIDE

if TYPE_CHECKING:
    from typing import Dict, FrozenSet, List, Mapping

    from ..declaration import EtcEntry
    from ..etc.planner import Step


class FutureFile(NamedTuple):
    """A file or link that will be put at a path below /etc; `content` None and `link` None: nothing will be there."""

    target: str
    content: bytes | None
    link: str | None
    mode: int
    uid: int
    gid: int
    origin: str

    @classmethod
    def removed(cls, target: str) -> FutureFile:
        return cls(target, None, None, 0, 0, 0, "")


class Future(NamedTuple):
    """Everything that will differ. `declared`: the paths that are ours then; `pending`: packages are still to come."""

    files: List[FutureFile]
    database: Dict[str, str]
    declared: FrozenSet[str] = frozenset()
    pending: bool = False

    def touches(self, *prefixes: str) -> bool:
        """Whether a path below one of these changes."""
        return any(file.target.startswith(prefixes) for file in self.files)

    def under(self, *prefixes: str) -> List[FutureFile]:
        """The files with content whose path begins so."""
        return [file for file in self.files if file.content is not None and file.target.startswith(prefixes)]

    def write(self, root: str) -> None:
        """Make it so below `root`, a copy of /etc."""
        etc = Etc(root)
        for file in self.files:
            if file.content is not None:
                etc.put_file(file.target, file.content, file.mode, file.uid, file.gid)
            elif file.link is not None:
                etc.put_link(file.target, file.link)
            else:
                etc.remove(file.target)
        for name, text in self.database.items():
            path = os.path.join(root, name)
            with open(path, "wb") as output:
                output.write(text.encode("utf-8", "surrogateescape"))


def returning(steps: List[Step], etc: Etc, backups: str) -> Dict[str, FutureFile]:
    """What comes back where ours goes: the package's file that was moved aside, else what was there before."""
    found: Dict[str, FutureFile] = {}
    for step in steps:
        if step.do == "undivert":
            aside = etc.look(step.target + ASIDE)
            content = etc.read(step.target + ASIDE) if aside.present else None
            if content is not None:
                found[step.target] = FutureFile(step.target, content, None, aside.mode, aside.uid, aside.gid, "")
        elif step.do == "restore" and step.before is not None and step.target not in found:
            before = step.before
            content = filesystem.read(os.path.join(backups, before.backup)) if before.backup is not None else None
            found[step.target] = FutureFile(step.target, content, before.link, before.mode, before.uid, before.gid, "")
    return found


def future_of(
    steps: List[Step],
    entries: Dict[str, EtcEntry],
    contents: Dict[str, bytes],
    returning: Mapping[str, FutureFile],
) -> List[FutureFile]:
    """The files that a plan's steps come to. `contents` by target; `returning` what comes back where ours goes."""
    found = []
    for step in steps:
        if step.do == "put" and step.wanted is not None:
            entry = entries[step.target]
            content = None if entry.link is not None else contents[step.target]
            found.append(
                FutureFile(step.target, content, entry.link, entry.mode, step.wanted.uid, step.wanted.gid, entry.origin)
            )
        elif step.do == "remove":
            found.append(returning.get(step.target) or FutureFile.removed(step.target))
    return found
