# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Unpacking archives that may be hostile.

Nothing is written outside the folder, and nothing but plain files, folders and links appears in it.
"""

from __future__ import annotations

import os
import stat
import tarfile
from typing import IO, Callable, Dict, Iterator, List, Optional, Tuple

from ..contract.errors import EngineError, ErrorKind
from ..disk import filesystem

AR_MAGIC = b"!<arch>\n"
_PIECE = 1 << 20
_FILE, _FOLDER, _LINK = "file", "folder", "link"

# From a member's path to the path in the tree; None leaves the member out.
Mapping = Callable[[str], Optional[str]]


def ar_members(content: bytes) -> Iterator[Tuple[str, memoryview]]:
    """The members of an `ar` archive, which is what a .deb file is. EngineError `archive` when it is damaged."""
    if content[:8] != AR_MAGIC:
        raise EngineError("not an ar archive", ErrorKind.ARCHIVE)
    at = 8
    while at + 60 <= len(content):
        header = content[at : at + 60]
        try:
            size = int(header[48:58])
        except ValueError:
            raise EngineError("the ar archive is damaged", ErrorKind.ARCHIVE) from None
        if header[58:60] != b"`\n" or size < 0 or at + 60 + size > len(content):
            raise EngineError("the ar archive is damaged", ErrorKind.ARCHIVE)
        yield header[:16].decode("ascii", "replace").rstrip().rstrip("/"), memoryview(content)[at + 60 : at + 60 + size]
        at += 60 + size + size % 2


class Extraction:
    """One folder that is being filled. `base` is its path relative to the open folder `at`; it exists and is empty.

    Links whose text is absolute keep it; relative ones are rewritten so that they lead to the same member in the tree.
    """

    def __init__(self, base: str, at: int, mapping: Mapping) -> None:
        self.base = base
        self.at = at
        self.mapping = mapping
        self.made: Dict[str, str] = {"": _FOLDER}

    def tar(self, source: IO[bytes]) -> None:
        """Unpack a tar stream, compressed in any way that Python knows.

        EngineError `archive` for a hostile or damaged one.
        """
        try:
            with tarfile.open(fileobj=source, mode="r|*", errors="surrogateescape") as archive:
                for member in archive:
                    self._member(archive, member)
        except (tarfile.TarError, EOFError) as error:
            raise EngineError(f"the archive is damaged: {error}", ErrorKind.ARCHIVE) from None
        except Exception as error:
            # lzma and zlib have exceptions of their own, and may be missing altogether.
            if type(error).__module__ not in ("_lzma", "zlib", "lzma"):
                raise
            raise EngineError(f"the archive is damaged: {error}", ErrorKind.ARCHIVE) from None

    def zip(self, source: IO[bytes]) -> None:
        """Unpack a zip file. EngineError `archive` for a hostile or damaged one."""
        import zipfile

        try:
            with zipfile.ZipFile(source) as archive:
                for member in archive.infolist():
                    path = self._path(member.filename)
                    mode = member.external_attr >> 16
                    if path is None:
                        continue
                    if member.is_dir():
                        self.folder(path)
                    elif stat.S_ISLNK(mode):
                        text = archive.read(member).decode("utf-8", "surrogateescape")
                        self.link(path, text, member.filename)
                    elif stat.S_IFMT(mode) not in (0, stat.S_IFREG):
                        raise refused(member.filename, "is a device or a pipe")
                    else:
                        with archive.open(member) as content:
                            self.file(path, content, bool(mode & 0o111))
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
            raise EngineError(f"the archive is damaged: {error}", ErrorKind.ARCHIVE) from None

    def _member(self, archive: tarfile.TarFile, member: tarfile.TarInfo) -> None:
        path = self._path(member.name)
        if path is None:
            return
        if member.isdir():
            self.folder(path)
        elif member.isreg():
            source = archive.extractfile(member)
            if source is None:
                raise refused(member.name, "has no content")
            self.file(path, source, bool(member.mode & 0o111))
        elif member.issym():
            self.link(path, member.linkname, member.name)
        elif member.islnk():
            self.hard_link(path, self._path(member.linkname), member.name)
        else:
            raise refused(member.name, "is a device or a pipe")

    def _path(self, name: str) -> Optional[str]:
        parts = [part for part in name.split("/") if part not in ("", ".")]
        if ".." in parts or "\0" in name:
            raise refused(name, "leaves the archive")
        path = self.mapping("/".join(parts))
        return path if path is None or path else None

    def folder(self, path: str) -> None:
        """Make a folder, and those above it."""
        kind = self.made.get(path)
        if kind == _FOLDER:
            return
        if kind is not None:
            raise refused(path, "is a file and a folder")
        self._above(path)
        filesystem.mkdir(f"{self.base}/{path}", 0o700, self.at)
        self.made[path] = _FOLDER

    def file(self, path: str, source: IO[bytes], executable: bool) -> None:
        """Write a file, with the mode 0444 or 0555 and no other bit."""
        self._new(path, _FILE)
        mode = 0o555 if executable else 0o444
        content = source.read()
        filesystem.write(f"{self.base}/{path}", content, mode, self.at, mtime=1)

    def link(self, path: str, text: str, name: str) -> None:
        """Make a symbolic link. A relative text that leaves the archive is refused."""
        if not text or "\0" in text:
            raise refused(name, "leads nowhere")
        if not text.startswith("/"):
            inside = _join(os.path.dirname("/".join(p for p in name.split("/") if p not in ("", "."))), text)
            if inside is None:
                raise refused(name, f"leads out of the archive ({text})")
            target = self.mapping(inside) if inside else ""
            if target is None:
                return
            if target == path:
                # A package that says where the system keeps a folder: here both are one.
                return
            text = os.path.relpath(target or ".", os.path.dirname(path) or ".")
        elif self.mapping(text.strip("/")) == path:
            return
        if self.made.get(path) == _FOLDER:
            raise refused(name, "is a link and a folder")
        self._new(path, _LINK)
        filesystem.symlink(text, f"{self.base}/{path}", self.at)

    def hard_link(self, path: str, target: Optional[str], name: str) -> None:
        """Give a file that was unpacked before a second name."""
        if target is None or self.made.get(target) != _FILE:
            raise refused(name, "is a hard link to something other than a file of the archive")
        self._new(path, _FILE)
        filesystem.link(f"{self.base}/{target}", f"{self.base}/{path}", self.at, self.at)

    def _new(self, path: str, kind: str) -> None:
        if path in self.made:
            raise refused(path, "is in the archive twice")
        self._above(path)
        self.made[path] = kind

    def _above(self, path: str) -> None:
        above = os.path.dirname(path)
        if above not in self.made:
            self.folder(above)
        elif self.made[above] != _FOLDER:
            raise refused(path, "is below a link or a file")


def seal(base: str, at: int) -> None:
    """Make a folder and all folders below it read-only; files have their mode already."""
    for folder in sorted(folders(base, at), reverse=True):
        filesystem.chmod(folder, 0o555, at)


def folders(base: str, at: int) -> List[str]:
    """A folder and all below it, links not followed."""
    found = [base]
    for name, status in entries(base, at):
        if stat.S_ISDIR(status.st_mode):
            found.extend(folders(f"{base}/{name}", at))
    return found


def entries(base: str, at: int) -> List[Tuple[str, os.stat_result]]:
    """The sorted names in a folder, each with its status."""
    fd = filesystem.open_folder(base, at)
    try:
        found = []
        for name in filesystem.names(fd):
            status = filesystem.lstat(name, fd)
            if status is not None:
                found.append((name, status))
        return found
    finally:
        os.close(fd)


def refused(name: str, why: str) -> EngineError:
    """The error for a member that is not unpacked."""
    return EngineError(f"refused to unpack: {name} {why}", ErrorKind.ARCHIVE)


def _join(folder: str, text: str) -> Optional[str]:
    parts = [part for part in folder.split("/") if part]
    for part in text.split("/"):
        if part in ("", "."):
            continue
        if part == "..":
            if not parts:
                return None
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)
