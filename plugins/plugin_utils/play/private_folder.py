# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A folder of the controller's cache that belongs to its user alone. Files that others could have written are not read."""

from __future__ import annotations

import os
import stat
import tempfile

LARGEST = 64 * 1024 * 1024


class PrivateFolder:
    """A folder of mode 0700 with files of mode 0600."""

    def __init__(self, path: str) -> None:
        self.path = path

    def usable(self) -> bool:
        """Whether the folder belongs to the user alone. It is created if it is missing."""
        try:
            os.makedirs(self.path, mode=0o700, exist_ok=True)
            found = os.lstat(self.path)
        except OSError:
            return False
        return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & 0o077

    def read(self, name: str) -> bytes | None:
        """The content of a file; None for one that others can write or read, or that is a link. Raises OSError."""
        path = os.path.join(self.path, name)
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o077:
                return None
            return file.read(LARGEST)

    def write(self, name: str, content: bytes) -> None:
        """Replace a file as a whole; a folder that cannot be written is left alone."""
        try:
            os.replace(self._written(content), os.path.join(self.path, name))
        except OSError:
            return

    def create(self, name: str, content: bytes) -> None:
        """Make a file unless it is there already. Raises OSError."""
        temporary = self._written(content)
        try:
            os.link(temporary, os.path.join(self.path, name))
        except FileExistsError:
            return  # another process created it first, and that one counts
        finally:
            os.unlink(temporary)

    def _written(self, content: bytes) -> str:
        """A new file of a temporary name."""
        handle, temporary = tempfile.mkstemp(dir=self.path, prefix=".new-")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        return temporary
