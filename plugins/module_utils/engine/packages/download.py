# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Where artefacts come from, and getting them: in parallel, resumed where they stopped, kept only if the hash is right."""

from __future__ import annotations

import errno
import os
import stat
import threading
from hashlib import sha256
from typing import IO, Any, Callable, Dict, List, NamedTuple, Optional, Tuple

from ..contract.errors import EngineError, ErrorKind
from ..disk import filesystem
from .recipe import Artefact

PARALLEL = 4
TIMEOUT = 60.0
FOLDER = "downloads"
_PIECE = 1 << 18

Progress = Callable[[int, int], None]


class Sources(NamedTuple):
    """Where to look for downloads.

    `cache` is a folder or URL with files named by their SHA-256; `mirrors` and `snapshots` contain the addresses of each
    named source.
    """

    cache: Optional[str]
    mirrors: Dict[str, Tuple[str, ...]]
    snapshots: Dict[str, Tuple[str, ...]]

    @classmethod
    def of(cls, value: Any) -> Sources:
        """Raises EngineError `request` for anything malformed."""
        value = value or {}
        try:
            return cls(
                value.get("cache") or None,
                {name: tuple(addresses) for name, addresses in (value.get("mirrors") or {}).items()},
                {name: tuple(addresses) for name, addresses in (value.get("snapshots") or {}).items()},
            )
        except (AttributeError, TypeError):
            raise EngineError(f"not the places of packages: {value!r}", ErrorKind.REQUEST) from None

    def json(self) -> Dict[str, Any]:
        """The form that `of` reads."""
        return {
            "cache": self.cache,
            "mirrors": {name: list(addresses) for name, addresses in self.mirrors.items()},
            "snapshots": {name: list(addresses) for name, addresses in self.snapshots.items()},
        }

    def addresses(self, artefact: Artefact) -> List[str]:
        """Every address of an artefact, in the order to try."""
        found = []
        if self.cache is not None:
            found.append(f"{self.cache.rstrip('/')}/{artefact.sha256}")
        late: List[str] = []
        for text in artefact.at:
            name, colon, path = text.partition(":")
            if not colon or path.startswith("//"):
                found.append(text)
                continue
            found.extend(_joined(address, path) for address in self.mirrors.get(name, ()))
            late.extend(_joined(address, path) for address in self.snapshots.get(name, ()))
        return found + late


class Downloads:
    """The folder of downloads of one state; `state_path` is for messages."""

    def __init__(self, at: int, state_path: str, sources: Sources, progress: Optional[Progress] = None) -> None:
        self.at = at
        self.state_path = state_path
        self.sources = sources
        self.progress = progress
        self._total = 0
        self._done = 0
        self._guard = threading.Lock()

    def fetch(self, artefacts: List[Artefact]) -> int:
        """Get all of these; the bytes that were read from elsewhere.

        EngineError `download` for the first that cannot be had, once the others have ended; what is there of it stays, to be
        resumed.
        """
        if filesystem.lstat(FOLDER, self.at) is None:
            filesystem.mkdir(FOLDER, 0o700, self.at)
        waiting = [item for item in artefacts if not self.has(item)]
        self._total = sum(item.size for item in waiting)
        errors: List[BaseException] = []
        queue = sorted(waiting, key=lambda item: -item.size)

        def work() -> None:
            while not errors:
                with self._guard:
                    if not queue:
                        return
                    artefact = queue.pop(0)
                try:
                    self._get(artefact)
                except BaseException as error:
                    errors.append(error)

        if len(queue) <= 1 or filesystem.observer is not None:
            work()
        else:
            threads = [threading.Thread(target=work, name="download") for _index in range(min(PARALLEL, len(queue)))]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        if errors:
            raise errors[0]
        return self._total

    def has(self, artefact: Artefact) -> bool:
        """Whether it is here, whole."""
        status = filesystem.lstat(f"{FOLDER}/{artefact.sha256}", self.at)
        return status is not None and stat.S_ISREG(status.st_mode) and status.st_size == artefact.size

    def open(self, artefact: Artefact) -> IO[bytes]:
        """The content of a downloaded artefact."""
        fd = os.open(f"{FOLDER}/{artefact.sha256}", os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=self.at)
        return os.fdopen(fd, "rb")

    def read(self, artefact: Artefact) -> bytes:
        """The whole content of a downloaded artefact."""
        with self.open(artefact) as source:
            return source.read()

    def drop(self, artefact: Artefact) -> None:
        """Remove one that is unpacked."""
        if filesystem.lstat(f"{FOLDER}/{artefact.sha256}", self.at) is not None:
            filesystem.unlink(f"{FOLDER}/{artefact.sha256}", self.at)

    def _get(self, artefact: Artefact) -> None:
        addresses = self.sources.addresses(artefact)
        if not addresses:
            raise EngineError(
                f"{artefact.file}: no address to download it from is known; set home.packageSources or home.packageCache",
                ErrorKind.DOWNLOAD,
            )
        tried: List[str] = []
        wrong: List[str] = []
        for address in addresses:
            problem = self._try(artefact, address)
            if problem is None:
                return
            (wrong if problem.startswith("SHA-256") else tried).append(f"{without_credentials(address)}: {problem}")
        if wrong:
            raise EngineError(f"{artefact.file} from {'; '.join(wrong)}. Nothing was changed.", ErrorKind.HASH)
        message = (
            f"{artefact.file} cannot be downloaded ({'; '.join(tried)}). Nothing was changed. If the sources have deleted it, run"
            " home.manager.update, or set home.packageCache to a place that has it."
        )
        raise EngineError(message, ErrorKind.DOWNLOAD)

    def _try(self, artefact: Artefact, address: str) -> Optional[str]:
        """Get it from one place; what went wrong, or None. OSError only for the local disk."""
        part = f"{FOLDER}/{artefact.sha256}.part"
        status = filesystem.lstat(part, self.at)
        have = status.st_size if status is not None and stat.S_ISREG(status.st_mode) else 0
        if status is not None and (have > artefact.size or not stat.S_ISREG(status.st_mode)):
            filesystem.unlink(part, self.at)
            have = 0
        if have < artefact.size or not artefact.size:
            problem = self._transfer(artefact, address, part, have)
            if problem is not None:
                return problem
        size, found = self._hash(part)
        if size < artefact.size:
            return f"the connection ended after {size} of {artefact.size} bytes"
        if found != artefact.sha256 or size != artefact.size:
            filesystem.unlink(part, self.at)
            if have and size == artefact.size:
                # A part from another place, or a server that misread the range: once more from the start.
                return self._try(artefact, address)
            return f"SHA-256 is {found[:12]}…, home.lock says {artefact.sha256[:12]}…"
        filesystem.rename(part, f"{FOLDER}/{artefact.sha256}", self.at, self.at)
        return None

    def _transfer(self, artefact: Artefact, address: str, part: str, have: int) -> Optional[str]:
        try:
            source, start = _opened(address, have)
        except Exception as error:
            return _reason(error)
        try:
            fd = filesystem.open_part(part, self.at)
            try:
                if start < have:
                    filesystem.truncate(fd, part, start)
                return self._copy(source, fd, part, start, artefact.size)
            finally:
                os.close(fd)
        finally:
            source.close()

    def _copy(self, source: Any, fd: int, part: str, offset: int, size: int) -> Optional[str]:
        # One byte more than is due shows that the file is another one.
        while offset <= size:
            try:
                piece = source.read(min(_PIECE, size - offset + 1))
            except Exception as error:
                return _reason(error)
            if not piece:
                return None
            filesystem.write_at(fd, part, piece, offset)
            offset += len(piece)
            with self._guard:
                self._done += len(piece)
                if self.progress is not None:
                    self.progress(self._done, self._total)
        return None

    def _hash(self, part: str) -> Tuple[int, str]:
        found, size = sha256(), 0
        fd = os.open(part, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=self.at)
        with os.fdopen(fd, "rb") as source:
            while True:
                piece = source.read(_PIECE)
                if not piece:
                    return size, found.hexdigest()
                found.update(piece)
                size += len(piece)


def without_credentials(address: str) -> str:
    """An address for people: without the name and password that it may hold."""
    scheme, colon, rest = address.partition("://")
    if not colon:
        return address
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path}"


def _joined(address: str, path: str) -> str:
    return f"{address.rstrip('/')}/{path}"


def _opened(address: str, start: int) -> Tuple[Any, int]:
    """What can be read at an address, and the offset at which it begins: `start`, or 0 where that is not possible."""
    if address.startswith("/"):
        source = open(address, "rb")  # noqa: SIM115 - the caller closes it
        source.seek(start)
        return source, start
    import urllib.request

    request = urllib.request.Request(_quoted(address), headers={"User-Agent": "home.manager"})
    if start:
        request.add_header("Range", f"bytes={start}-")
    answer = urllib.request.build_opener().open(request, timeout=TIMEOUT)
    span = answer.headers.get("Content-Range", "")
    if getattr(answer, "status", 200) == 206 and span.startswith(f"bytes {start}-"):
        return answer, start
    return answer, 0


def _quoted(address: str) -> str:
    from urllib.parse import quote

    return quote(address, safe=":/?&=%@+~,;!$'()*[]#")


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        raise error
    code = getattr(error, "code", None)
    if isinstance(code, int):
        return f"HTTP {code}"
    reason = getattr(error, "reason", None)
    return str(reason or error or type(error).__name__)
