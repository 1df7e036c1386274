# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One home and its state: the texts of our links, what is at a path, and whether it is ours."""

from __future__ import annotations

import errno
import os
import stat

from ..contract.errors import EngineError, ErrorKind
from ..contract.paths import parents, split
from ..disk import filesystem
from ..disk.folders import Blocked, Folders
from ..state import layout
from .path_state import PathState, inspect, shortened

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..state.state import State


class HomeFolder:
    """A home folder, open, with the path of its state folder (`state` is None as long as that does not exist)."""

    def __init__(self, path: str, state_path: str, state: State | None) -> None:
        self.path = path.rstrip("/") or "/"
        self.state_path = state_path.rstrip("/")
        self.state = state
        try:
            self.fd = filesystem.open_folder(self.path, follow=True)
        except OSError as error:
            from ..disk.advice import explain

            raise EngineError(f"the home cannot be opened: {explain(error)}", ErrorKind.HOME) from None
        owner = os.fstat(self.fd).st_uid
        if owner != os.geteuid():
            message = (
                f"the home {self.path} belongs to the user ID {owner}, but this runs as the user ID {os.geteuid()}."
                f" Become its owner, or correct that with `chown {os.geteuid()} {self.path}`"
            )
            raise EngineError(message, ErrorKind.OWNER)
        self.folders = Folders(self.fd)
        self._inner = self._state_inside()

    def close(self) -> None:
        """Let go of what is open."""
        self.folders.close()
        os.close(self.fd)
        if self.state is not None:
            self.state.close()

    def require_state(self) -> State:
        """The state folder, which must exist. EngineError `empty` without one."""
        if self.state is None:
            raise EngineError(f"nothing is managed in {self.path} ({self.state_path} does not exist)", ErrorKind.EMPTY)
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
        """The text of our link at `target`.

        It is relative where both ends are in the home and no link is on the way, else absolute.
        """
        if self._inner is None or follow:
            return self.absolute_text(target)
        return "../" * target.count("/") + f"{self._inner}/{layout.CURRENT}/{layout.FILES}/{target}"

    def absolute_text(self, target: str) -> str:
        """The absolute text of our link at `target`."""
        return f"{self.state_path}/{layout.CURRENT}/{layout.FILES}/{target}"

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

    def inspect(self, target: str, follow: bool = False) -> PathState:
        """What is at `target`. OSError when that cannot be found out."""
        try:
            fd, name = self.enter(target, follow)
        except Blocked as blocked:
            kind = "absent" if blocked.reason == "absent" else "blocked"
            return PathState(kind, blocker=blocked.path, reason=blocked.reason)
        return inspect(name, fd)

    def content(self, target: str, follow: bool = False) -> bytes | None:
        """The content of the regular file at `target`; None when there is none. OSError when it cannot be read."""
        try:
            fd, name = self.enter(target, follow)
        except Blocked:
            return None
        return filesystem.read_if_file(name, fd)

    def through(self, target: str, follow: bool = False) -> bytes | None:
        """The content of the regular file that the link at `target` leads to; None when there is none.

        OSError when it cannot be read.
        """
        try:
            fd, name = self.enter(target, follow)
        except Blocked:
            return None
        return filesystem.read_if_file(name, fd, follow=True)

    def leads_somewhere(self, target: str, follow: bool = False) -> bool:
        """Whether the link at `target` leads to something that exists. OSError when that cannot be found out."""
        try:
            fd, name = self.enter(target, follow)
        except Blocked:
            return False
        return filesystem.stat_followed(name, fd) is not None

    def free_name(self, target: str, extension: str, taken: set[str], follow: bool = False) -> str:
        """A free base name in the folder of `target`: NAME.EXTENSION, then NAME.EXTENSION.1 and so on."""
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
