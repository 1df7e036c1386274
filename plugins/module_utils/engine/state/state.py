# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The open state folder of one home, and what it says of the generations."""

from __future__ import annotations

import contextlib
import json
import os
import stat
from typing import TYPE_CHECKING, Any

from ..contract.errors import EngineError
from ..disk import filesystem
from . import layout

if TYPE_CHECKING:
    from ..contract.manifest import Manifest


class State:
    """An open state folder."""

    def __init__(self, path: str, fd: int) -> None:
        self.path = path
        self.fd = fd

    @classmethod
    def open(cls, path: str, create: bool) -> State | None:
        """The state folder at an absolute path; None when there is none and `create` is false.

        EngineError `state`, `owner`.
        """
        try:
            fd = filesystem.open_folder(path, follow=True)
        except FileNotFoundError:
            if not create:
                return None
            _make(path)
            fd = filesystem.open_folder(path, follow=True)
        except OSError as error:
            raise EngineError(f"the state folder {path} cannot be opened: {error.strerror}", "state") from None
        status = os.fstat(fd)
        if status.st_uid != os.geteuid():
            os.close(fd)
            raise EngineError(f"the state folder {path} belongs to the user {status.st_uid}, not to this one", "owner")
        if create and stat.S_IMODE(status.st_mode) != 0o700:
            filesystem.chmod(path, 0o700)
        return cls(path, fd)

    def close(self) -> None:
        """Let go of the folder."""
        os.close(self.fd)

    def current(self) -> str | None:
        """What is chosen, as a reference; None when nothing is."""
        return self._pointer(layout.CURRENT)

    def completed(self) -> str | None:
        """What last finished, as a reference; None when nothing did, or when that generation is gone."""
        return self._pointer(layout.COMPLETED)

    def _pointer(self, name: str) -> str | None:
        status = filesystem.lstat(name, self.fd)
        if status is None:
            return None
        if not stat.S_ISLNK(status.st_mode):
            raise EngineError(f"{self.path}/{name} is no link; move it away and run the switch again", "state")
        text = filesystem.readlink(name, self.fd)
        if text is None:
            return None
        layout.parse_reference(text)
        return text if self.exists(text) else None

    def exists(self, wanted: str) -> bool:
        """Whether the generation of this reference is there."""
        return filesystem.lstat(wanted + "/" + layout.MANIFEST, self.fd) is not None

    def json(self, name: str) -> Any:
        """The JSON in a file of the state; None when it is missing. EngineError `state` when it cannot be read."""
        try:
            return json.loads(filesystem.read(name, self.fd).decode("utf-8", "surrogateescape"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise EngineError(f"{self.path}/{name} cannot be read: {error}", "state") from None

    def manifest(self, wanted: str) -> Manifest:
        """The manifest of a reference (of a specialisation: its own). EngineError `generation` when there is none."""
        found = self.json(wanted + "/" + layout.MANIFEST)
        if found is None:
            raise EngineError(f"there is no generation {wanted[len(layout.GENERATIONS) + 1 :]}", "generation")
        manifest: Manifest = found
        return manifest

    def about(self, number: int) -> dict[str, Any]:
        """What is remembered of a generation: {"digest", "created": seconds, "tx"}; empty when nothing is."""
        return self.json(f"{layout.reference(number)}/{layout.ABOUT}") or {}

    def generations(self) -> list[int]:
        """The numbers of all generations, ascending."""
        return sorted(int(name) for name in self.names(layout.GENERATIONS) if name.isdigit())

    def objects(self) -> list[str]:
        """The IDs of all objects in the store, sorted."""
        return [name for name in self.names(layout.STORE) if not name.startswith(".")]

    def names(self, folder: str) -> list[str]:
        """The sorted names in a folder of the state; none when it is missing."""
        try:
            fd = filesystem.open_folder(folder, self.fd)
        except FileNotFoundError:
            return []
        try:
            return filesystem.names(fd)
        finally:
            os.close(fd)

    def folder(self, name: str, mode: int = 0o700) -> None:
        """Make a folder of the state unless it is there."""
        if filesystem.lstat(name, self.fd) is None:
            filesystem.mkdir(name, mode, self.fd)

    def write_json(self, name: str, value: Any, sync: bool = False, mode: int = 0o600) -> None:
        """A new file with JSON text."""
        text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        filesystem.write(name, text.encode("utf-8", "surrogateescape"), mode, self.fd, sync)


def _make(path: str) -> None:
    above = os.path.dirname(path)
    if filesystem.lstat(above) is None:
        _make_parents(above)
    # Another switch may be doing the same.
    with contextlib.suppress(FileExistsError):
        filesystem.mkdir(path, 0o700)


def _make_parents(path: str) -> None:
    above = os.path.dirname(path)
    if above != path and filesystem.lstat(above) is None:
        _make_parents(above)
    with contextlib.suppress(FileExistsError):
        filesystem.mkdir(path, 0o755)
