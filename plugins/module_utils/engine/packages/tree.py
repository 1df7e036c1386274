# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The tree of one package while it is built: hard links to unpacked artefacts, and the files that differ from them."""

from __future__ import annotations

import json
import os
import stat
from hashlib import sha256
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple

from ..contract.errors import EngineError, ErrorKind
from ..disk import filesystem
from .depot import PACKAGES, RECORD, ROOT, TEMPORARY, Depot
from .extraction import entries, seal
from .recipe import Recipe

# Folders of the tree that hold what this engine adds.
OWN = ".hm"
WRAPPED = ".hm/bin"
TRIPLETS = {"x86_64-linux": "x86_64-linux-gnu", "aarch64-linux": "aarch64-linux-gnu"}
_TIME = 1
_BLOCK = 1 << 20

Mapping = Callable[[str], Optional[str]]


class Leaf(NamedTuple):
    """A file or link of the tree. `source` is the inode of a file in its part, for files that bear several names."""

    kind: str
    own: bool
    source: Tuple[int, int] = (0, 0)
    executable: bool = False
    text: str = ""


class Tree:
    """A package that is being built in a temporary folder; `prefix` is the place where it will be."""

    def __init__(self, depot: Depot, identity: str, recipe: Recipe) -> None:
        self.depot = depot
        self.identity = identity
        self.base = f"{PACKAGES}/{TEMPORARY}{identity}"
        self.prefix = f"{depot.base}/{identity}"
        self.triplet = TRIPLETS.get(recipe.platform, recipe.platform)
        self.places = {name: f"{depot.base}/{required}" for name, required in recipe.requires.items()}
        self.leaves: Dict[str, Leaf] = {}
        self.folders = {""}
        self.notes: List[str] = []
        # Absolute paths of what the tree depends on elsewhere on the host.
        self.outside: List[str] = []
        self._absolute: Dict[str, Tuple[str, bool]] = {}
        filesystem.mkdir(self.base, 0o700, depot.fd)

    @property
    def temporary(self) -> str:
        """The absolute path of the folder in which the tree is built."""
        return f"{self.depot.path}/{self.base}"

    @property
    def root(self) -> str:
        """The absolute path of a link next to the finished tree, for a store that must not collect what it leads to."""
        return f"{self.depot.base}/{ROOT}{self.identity}"

    def workplace(self) -> Tuple[str, str]:
        """An empty folder for the programs that make the tree: its absolute path, and that below the depot."""
        folder = f"{PACKAGES}/{TEMPORARY}work-{self.identity}"
        filesystem.mkdir(folder, 0o700, self.depot.fd)
        return f"{self.depot.path}/{folder}", folder

    def add_part(self, part: str, own: bool, mapping: Mapping) -> None:
        """Link everything of an unpacked artefact. `mapping` gives a path's place in the tree, or None to leave it out."""
        self._add(part, "", own, mapping)

    def _add(self, part: str, inside: str, own: bool, mapping: Mapping) -> None:
        folder = f"{part}/{inside}" if inside else part
        source_fd = filesystem.open_folder(folder, self.depot.fd)
        try:
            for name, status in entries(folder, self.depot.fd):
                path = f"{inside}/{name}" if inside else name
                target = mapping(path)
                if stat.S_ISDIR(status.st_mode):
                    if target is not None and not self._blocked(target):
                        self.folder(target)
                    self._add(part, path, own, mapping)
                elif target is None or self._blocked(os.path.dirname(target)):
                    continue
                elif target in self.leaves or target in self.folders or target in self._absolute:
                    self.notes.append(f"{target}: kept the first of two")
                elif stat.S_ISLNK(status.st_mode):
                    self._add_link(target, filesystem.readlink(name, source_fd) or "", own)
                else:
                    self.folder(os.path.dirname(target))
                    filesystem.link(name, f"{self.base}/{target}", source_fd, self.depot.fd)
                    inode = (status.st_dev, status.st_ino)
                    self.leaves[target] = Leaf("file", own, inode, bool(status.st_mode & 0o111))
        finally:
            os.close(source_fd)

    def _blocked(self, folder: str) -> bool:
        while folder:
            if folder in self.leaves or folder in self._absolute:
                self.notes.append(f"{folder}: is a link in another artefact")
                return True
            folder = os.path.dirname(folder)
        return False

    def _add_link(self, path: str, text: str, own: bool) -> None:
        if text.startswith("/"):
            self._absolute[path] = (text, own)
        else:
            self.link(path, text, own)

    def settle_links(self, mapping: Mapping) -> None:
        """Lead absolute links into the tree where their target is in it; the others stay as they are, with a note."""
        waiting = dict(self._absolute)
        self._absolute.clear()
        for path, (text, own) in sorted(waiting.items()):
            target = mapping(text.strip("/"))
            if target is not None and (target in self.leaves or target in self.folders or target in waiting):
                self.link(path, os.path.relpath(target, os.path.dirname(path) or "."), own)
            else:
                self.link(path, text, own)
                self.notes.append(f"{path}: leads out of the package, to {text}")

    def folder(self, path: str) -> None:
        """Make a folder and those above it."""
        if path in self.folders:
            return
        self.folder(os.path.dirname(path))
        filesystem.mkdir(f"{self.base}/{path}", 0o700, self.depot.fd)
        self.folders.add(path)

    def link(self, path: str, text: str, own: bool) -> None:
        """Make a symbolic link."""
        self.folder(os.path.dirname(path))
        filesystem.symlink(text, f"{self.base}/{path}", self.depot.fd)
        self.leaves[path] = Leaf("link", own, text=text)

    def write(self, path: str, content: bytes, executable: bool, own: bool) -> None:
        """Write a file, instead of the one that is there."""
        self.remove(path)
        self.folder(os.path.dirname(path))
        mode = 0o555 if executable else 0o444
        filesystem.write(f"{self.base}/{path}", content, mode, self.depot.fd, mtime=_TIME)
        self.leaves[path] = Leaf("file", own, executable=executable)

    def adopt(self) -> None:
        """Take note of the files that a command of the recipe has written."""
        self._adopt("")

    def _adopt(self, inside: str) -> None:
        folder = f"{self.base}/{inside}" if inside else self.base
        for name, status in entries(folder, self.depot.fd):
            path = f"{inside}/{name}" if inside else name
            if stat.S_ISDIR(status.st_mode):
                self.folders.add(path)
                self._adopt(path)
            elif path not in self.leaves and stat.S_ISREG(status.st_mode):
                filesystem.chmod(f"{self.base}/{path}", 0o444, self.depot.fd)
                filesystem.set_time(f"{self.base}/{path}", _TIME, self.depot.fd)
                self.leaves[path] = Leaf("file", False)

    def second_name(self, first: str, path: str) -> None:
        """Give the file `first` the name `path` as well, instead of what bore it."""
        leaf = self.leaves[path]
        self.remove(path)
        filesystem.link(f"{self.base}/{first}", f"{self.base}/{path}", self.depot.fd, self.depot.fd)
        self.leaves[path] = leaf

    def make_executable(self, path: str) -> None:
        """Give a file of the tree the mode of a program, whatever its part says."""
        leaf = self.leaves[path]
        if leaf.kind == "file" and not leaf.executable:
            content = self.read(path)
            self.write(path, content, True, leaf.own)

    def move(self, path: str, new: str) -> None:
        """Give a file or link another name; it is no longer shown in a profile."""
        self.folder(os.path.dirname(new))
        filesystem.rename(f"{self.base}/{path}", f"{self.base}/{new}", self.depot.fd, self.depot.fd)
        self.leaves[new] = self.leaves.pop(path)._replace(own=False)

    def remove(self, path: str) -> None:
        """Remove a file or link, if there is one."""
        if path in self.leaves:
            filesystem.unlink(f"{self.base}/{path}", self.depot.fd)
            del self.leaves[path]

    def read(self, path: str) -> bytes:
        """The content of a file of the tree."""
        return filesystem.read(f"{self.base}/{path}", self.depot.fd)

    def resolve(self, path: str) -> Optional[str]:
        """The file that a path of the tree leads to through its links; None when there is none in the tree."""
        for _step in range(16):
            leaf = self.leaves.get(path)
            if leaf is None:
                above, rest = os.path.dirname(path), os.path.basename(path)
                while above and above not in self.leaves:
                    above, rest = os.path.dirname(above), f"{os.path.basename(above)}/{rest}"
                if not above:
                    return None
                leaf = self.leaves[above]
                path, rest = above, "/" + rest
            else:
                rest = ""
            if leaf.kind == "file":
                return path if not rest else None
            if leaf.text.startswith("/"):
                return None
            path = os.path.normpath(os.path.join(os.path.dirname(path), leaf.text)) + rest
        return None

    def substituted(self, text: str) -> str:
        """A text of a recipe with `{prefix}`, `{triplet}` and the names of other packages filled in.

        A `*` in a path below the prefix stands for the one name that matches. EngineError `recipe` when several do, or none.
        """
        for name, place in self.places.items():
            text = text.replace("{" + name + "}", place)
        text = text.replace("{triplet}", self.triplet)
        words = text.split(":")
        kept = []
        for word in words:
            if word.startswith("{prefix}/") and any(sign in word for sign in "*?["):
                pattern, old, rest = word[len("{prefix}/") :].partition("{old}")
                found = self._matching(pattern)
                if len(found) > 1 or (not found and len(words) == 1):
                    what = f"{len(found)} files match {pattern!r}, not one"
                    raise EngineError(f"{self.identity[33:]}: {what}", ErrorKind.RECIPE)
                # In a list of folders, one that this version does not have is left out.
                if found:
                    kept.append("{prefix}/" + found[0] + old + rest)
                elif old and kept:
                    kept[-1] += old + rest
            else:
                kept.append(word)
        return ":".join(kept).replace("{prefix}", self.prefix)

    def _matching(self, pattern: str) -> List[str]:
        from fnmatch import fnmatchcase

        depth = pattern.rstrip("/").count("/")
        known = [*self.folders, *self.leaves]
        return [path for path in known if path.count("/") == depth and fnmatchcase(path, pattern.rstrip("/"))]

    def finish(self, record: Dict[str, Any]) -> None:
        """Write the record of the tree and make its folders read-only."""
        value = {**record, "files": self._hashes(), "own": self._own(), "notes": self.notes}
        if self.outside:
            value["outside"] = self.outside
        text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        self.folder(OWN)
        name = f"{self.base}/{RECORD}"
        filesystem.write(name, text.encode("utf-8", "surrogateescape"), 0o444, self.depot.fd, mtime=_TIME)
        seal(self.base, self.depot.fd)

    def _own(self) -> List[str]:
        return sorted(path for path, leaf in self.leaves.items() if leaf.own)

    def _hashes(self) -> Dict[str, str]:
        found = {}
        for path, leaf in self.leaves.items():
            if leaf.kind == "link":
                found[path] = "-> " + leaf.text
            else:
                found[path] = file_hash(f"{self.base}/{path}", self.depot.fd)
        return found


def file_hash(path: str, at: int) -> str:
    """The first 32 hex digits of a file's SHA-256."""
    found = sha256()
    fd = filesystem.open_file(path, at)
    with os.fdopen(fd, "rb") as source:
        while True:
            piece = source.read(_BLOCK)
            if not piece:
                return found.hexdigest()[:32]
            found.update(piece)
