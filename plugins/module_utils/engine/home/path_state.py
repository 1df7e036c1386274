# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is at a path of the home."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING, Any

from ..contract.manifest import content_hash
from ..disk import filesystem

if TYPE_CHECKING:
    import os


class PathState:
    """What stands at a path. `kind`: absent, link, file, folder, other (fifo, socket, device) or blocked.

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

    def identity(self) -> list[Any] | None:
        """What tells this from a replacement: [kind, inode, size, modification time]; folders by inode alone; None
        for nothing.

        Device numbers are left out: they change with a reboot, after which a journal must still be understood.
        """
        if self.status is None:
            return None
        if self.kind == "folder":
            return [self.kind, self.status.st_ino]
        return [self.kind, self.status.st_ino, self.status.st_size, self.status.st_mtime_ns]


def inspect(name: str, at: int) -> PathState:
    """What bears `name` in an open folder."""
    try:
        status = filesystem.lstat(name, at)
    except OSError:
        return PathState("blocked", blocker=name, reason="denied")
    if status is None:
        return PathState("absent")
    if stat.S_ISLNK(status.st_mode):
        return PathState("link", status, filesystem.readlink(name, at))
    if stat.S_ISREG(status.st_mode):
        return PathState("file", status)
    return PathState("folder" if stat.S_ISDIR(status.st_mode) else "other", status)


def shows(content: bytes | None, identifier: str, mode: str) -> bool:
    """Whether this is the content of the object `identifier`, whose mode in the store is `mode`."""
    return content is not None and content_hash(content, mode) == identifier[:32]


def shortened(name: str, most: int) -> str:
    """`name`, cut to at most `most` bytes, never within a character."""
    raw = filesystem.encode(name)
    if len(raw) <= most:
        return name
    return raw[:most].decode("utf-8", "ignore")
