# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is at a path of the home."""

from __future__ import annotations

import stat

from ..disk import filesystem

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from typing import List, Optional, Union

    # What distinguishes a file from a replacement, as a journal has it.
    Identity = Optional[List[Union[str, int]]]


class PathState:
    """What is at a path. `kind`: absent, link, file, folder, other (fifo, socket, device) or blocked.

    `text` is a link's text; `blocker` the path that is missing or in the way, `reason` why (as in Blocked).
    """

    __slots__ = ("blocker", "kind", "reason", "status", "text")

    def __init__(
        self,
        kind: str,
        status: os.stat_result | None = None,
        text: str | None = None,
        blocker: str | None = None,
        reason: str | None = None,
    ) -> None:
        self.kind = kind
        self.status = status
        self.text = text
        self.blocker = blocker
        self.reason = reason

    def identity(self) -> Identity:
        """What distinguishes this from a replacement: [kind, inode, size, modification time]; None when nothing is there.

        A folder is known by its inode alone. Device numbers are left out: they change with a reboot, after which a
        journal must still be understood.
        """
        if self.status is None:
            return None
        if self.kind == "folder":
            return [self.kind, self.status.st_ino]
        return [self.kind, self.status.st_ino, self.status.st_size, self.status.st_mtime_ns]

    def described(self) -> str:
        """In words, for messages."""
        if self.kind == "link":
            return f"a link to {self.text}"
        if self.kind == "other" and self.status is not None:
            if stat.S_ISFIFO(self.status.st_mode):
                return "a fifo"
            return "a socket" if stat.S_ISSOCK(self.status.st_mode) else "a device"
        return {"file": "a file", "folder": "a folder"}.get(self.kind, "something unreadable")


def inspect(name: str, at: int) -> PathState:
    """What bears `name` in an open folder. OSError when that cannot be found out."""
    status = filesystem.lstat(name, at)
    if status is None:
        return PathState("absent")
    if stat.S_ISLNK(status.st_mode):
        return PathState("link", status, filesystem.readlink(name, at))
    if stat.S_ISREG(status.st_mode):
        return PathState("file", status)
    return PathState("folder" if stat.S_ISDIR(status.st_mode) else "other", status)


def shortened(name: str, most: int) -> str:
    """`name`, cut to at most `most` bytes, never within a character."""
    raw = filesystem.encode(name)
    if len(raw) <= most:
        return name
    return raw[:most].decode("utf-8", "ignore")
