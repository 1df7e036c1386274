# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What /etc will be: the files that change, and the user database."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from ..etc.disk import Etc

if TYPE_CHECKING:
    from typing import Dict, List

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
    """Everything that will differ."""

    files: List[FutureFile]
    database: Dict[str, str]

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


def future_of(steps: List[Step], entries: Dict[str, EtcEntry], contents: Dict[str, bytes]) -> List[FutureFile]:
    """The files that a plan's steps come to. `contents` by target."""
    found = []
    for step in steps:
        if step.do == "put" and step.wanted is not None:
            entry = entries[step.target]
            content = None if entry.link is not None else contents[step.target]
            found.append(
                FutureFile(step.target, content, entry.link, entry.mode, step.wanted.uid, step.wanted.gid, entry.origin)
            )
        elif step.do == "remove":
            found.append(FutureFile.removed(step.target))
    return found
