# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The store as the controller knows it: which generated files it holds, and what is in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace

from ...module_utils.engine.contract.entries import Leaf
from ...module_utils.engine.contract.objects import object_id
from ..expressions.source_file import read_file
from ..syntax.errors import SpecError
from ..values import OutOfStore, Path, PathValue, StoreFile, StoreFolder

REFERENCE = re.compile(rb"/(?:store|lib/home\.manager)/([0-9a-f]{32}-[A-Za-z0-9._+-]+)")
FOLDERS = "lib/home.manager"


def file_mode(executable: bool, secret: bool = False) -> str:
    """The mode of an object: read-only for links, the owner's alone for secrets."""
    if secret:
        return "0700" if executable else "0600"
    return "0555" if executable else "0444"


class Store:
    """Generated files by the name of their object; `state()` is the absolute state folder of the home.

    Files lie in the store itself. Folders lie in the profile, where the generation that names them has them. `stand_in` is a
    folder to use in place of both, for evaluations that are not a switch.
    """

    def __init__(self, state: Callable[[], str], stand_in: str | None = None) -> None:
        self.state = state
        self.stand_in = stand_in
        self.contents: dict[str, tuple[bytes, str]] = {}
        self.folders: dict[str, dict[str, Leaf]] = {}

    def put_file(self, file: StoreFile) -> StoreFile:
        """The same file, with its path on the target."""
        name = self.add(file.content, file_mode(file.executable), file.name)
        return file.at(f"{self.stand_in or self.state() + '/store'}/{name}")

    def put_folder(self, folder: StoreFolder) -> StoreFolder:
        """The same folder, with its path on the target."""
        entries = {relative: self._entry(item) for relative, item in folder.entries}
        listing = "".join(f"{k}\0{sorted(v.json().items())}\n" for k, v in sorted(entries.items())).encode()
        name = object_id(listing, "0755", folder.name)
        self.folders[name] = entries
        return replace(folder, path=f"{self.stand_in or self.state() + '/current/home-path/' + FOLDERS}/{name}")

    def _entry(self, item: PathValue) -> Leaf:
        if isinstance(item, StoreFile):
            return Leaf(self.add(item.content, file_mode(item.executable), item.name))
        if isinstance(item, Path):
            return Leaf(self.add_file(item.path))
        return Leaf(symlink=str(item.path if isinstance(item, OutOfStore) else item))

    def add(self, content: bytes, mode: str, name: str) -> str:
        """Register an object; its name."""
        found = object_id(content, mode, name)
        self.contents.setdefault(found, (content, mode))
        return found

    def add_file(self, path: str) -> str:
        """Register a file of the controller. Raises SpecError when it cannot be read."""
        try:
            content, mode = read_file(path)
        except OSError as problem:
            raise SpecError(f"{path} cannot be read: {problem.strerror}") from None
        return self.add(content, file_mode(bool(mode & 0o100)), path)

    def referenced(self, texts: Iterable[bytes]) -> tuple[set[str], set[str]]:
        """The objects and the folders that some contents name, directly or through each other."""
        objects: set[str] = set()
        folders: set[str] = set()
        waiting = list(texts)
        while waiting:
            for match in REFERENCE.finditer(waiting.pop()):
                name = match[1].decode()
                if name in self.contents and name not in objects:
                    objects.add(name)
                    waiting.append(self.contents[name][0])
                elif name in self.folders and name not in folders:
                    folders.add(name)
                    inside = [leaf.object for leaf in self.folders[name].values() if leaf.object is not None]
                    waiting.extend(self.contents[e][0] for e in inside if e not in objects)
                    objects.update(inside)
        return objects, folders
