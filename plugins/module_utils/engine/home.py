# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One home and its state: the texts of our links, what stands at a path, and whether it is ours."""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING, Any

from . import filesystem, store
from .errors import EngineError
from .folders import Blocked, Folders
from .manifest import content_hash, parents, split

if TYPE_CHECKING:
    from .store import State


class Seen:
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


class Home:
    """A home folder, open, with the place of its state (which may not exist yet: `state` is None)."""

    def __init__(self, path: str, state_path: str, state: State | None) -> None:
        self.path = path.rstrip("/") or "/"
        self.state_path = state_path.rstrip("/")
        self.state = state
        try:
            self.fd = filesystem.open_folder(self.path, follow=True)
        except OSError as error:
            raise EngineError(f"the home {self.path} cannot be opened: {error.strerror}", "home") from None
        owner = os.fstat(self.fd).st_uid
        if owner != os.geteuid():
            message = f"the home {self.path} belongs to the user {owner}, not to the user {os.geteuid()} who runs this"
            raise EngineError(message, "owner")
        self.folders = Folders(self.fd)
        self._inner = self._state_inside()

    def close(self) -> None:
        """Let go of what is open."""
        self.folders.close()
        os.close(self.fd)
        if self.state is not None:
            self.state.close()

    def there(self) -> State:
        """The state folder where it must exist."""
        if self.state is None:
            raise EngineError(f"nothing is managed in {self.path} (there is no {self.state_path})", "empty")
        return self.state

    def _state_inside(self) -> str | None:
        prefix = self.path.rstrip("/") + "/"
        if not self.state_path.startswith(prefix):
            return None
        inner = self.state_path[len(prefix) :]
        for folder in [*parents(inner), inner]:
            status = filesystem.lstat(folder, self.fd)
            if status is not None and stat.S_ISLNK(status.st_mode):
                return None
        return inner

    def link_text(self, target: str, follow: bool = False) -> str:
        """The text of our link at `target`: relative where both ends lie in the home and no link is on the way, else
        absolute.
        """
        if self._inner is None or follow:
            return self.absolute_text(target)
        return "../" * target.count("/") + f"{self._inner}/{store.CURRENT}/{store.FILES}/{target}"

    def absolute_text(self, target: str) -> str:
        """The absolute text of our link at `target`."""
        return f"{self.state_path}/{store.CURRENT}/{store.FILES}/{target}"

    def is_ours(self, target: str, text: str | None) -> bool:
        """Whether a link at `target` with this text leads into the state folder."""
        if not text:
            return False
        if not text.startswith("/"):
            text = os.path.normpath(os.path.join(self.path, os.path.dirname(target), text))
        return text.startswith(self.state_path + "/")

    def enter(self, target: str, follow: bool = False) -> tuple[int, str]:
        """Descriptor of the folder that holds `target`, and its base name. Raises Blocked."""
        folder, name = split(target)
        return self.folders.enter(folder, follow), name

    def look(self, target: str, follow: bool = False) -> Seen:
        """What stands at `target`."""
        try:
            fd, name = self.enter(target, follow)
        except Blocked as blocked:
            kind = "absent" if blocked.reason == "absent" else "blocked"
            return Seen(kind, blocker=blocked.path, reason=blocked.reason)
        return look_at(name, fd)

    def content(self, target: str, follow: bool = False) -> bytes | None:
        """The content of the regular file at `target`; None when it is none or cannot be read."""
        try:
            fd, name = self.enter(target, follow)
            return filesystem.read(name, fd)
        except (OSError, Blocked):
            return None

    def through(self, target: str, follow: bool = False) -> bytes | None:
        """The content of the regular file that the link at `target` leads to; None when there is none."""
        try:
            fd, name = self.enter(target, follow)
            return filesystem.read(name, fd, follow=True)
        except (OSError, Blocked):
            return None

    def leads_somewhere(self, target: str, follow: bool = False) -> bool:
        """Whether the link at `target` leads to something that exists."""
        try:
            fd, name = self.enter(target, follow)
            os.stat(filesystem.encode(name), dir_fd=fd)
        except (OSError, Blocked):
            return False
        return True

    def free_name(self, target: str, extension: str, taken: set[str], follow: bool = False) -> str:
        """A base name beside `target` that nothing bears: NAME.EXTENSION, then NAME.EXTENSION.1 and so on."""
        folder, name = split(target)
        prefix = folder + "/" if folder else ""
        fd: int | None
        try:
            fd = self.folders.enter(folder, follow)
        except Blocked:
            fd = None
        for count in range(100000):
            suffix = f".{extension}" + (f".{count}" if count else "")
            candidate = shortened(name, 255 - len(filesystem.encode(suffix))) + suffix
            if prefix + candidate not in taken and (fd is None or filesystem.lstat(candidate, fd) is None):
                taken.add(prefix + candidate)
                return candidate
        raise OSError(errno.EEXIST, "no free name for a backup", target)


def look_at(name: str, at: int) -> Seen:
    """What bears `name` in an open folder."""
    try:
        status = filesystem.lstat(name, at)
    except OSError:
        return Seen("blocked", blocker=name, reason="denied")
    if status is None:
        return Seen("absent")
    if stat.S_ISLNK(status.st_mode):
        return Seen("link", status, filesystem.readlink(name, at))
    if stat.S_ISREG(status.st_mode):
        return Seen("file", status)
    return Seen("folder" if stat.S_ISDIR(status.st_mode) else "other", status)


def shows(content: bytes | None, identifier: str, mode: str) -> bool:
    """Whether this is the content of the object `identifier`, whose mode in the store is `mode`."""
    return content is not None and content_hash(content, mode) == identifier[:32]


def shortened(name: str, most: int) -> str:
    """`name`, cut to at most `most` bytes, never within a character."""
    raw = filesystem.encode(name)
    if len(raw) <= most:
        return name
    return raw[:most].decode("utf-8", "ignore")
