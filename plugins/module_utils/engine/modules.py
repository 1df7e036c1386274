# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The engine's modules in two files: the sources as they were shipped, and what this Python has compiled of them.

A folder with a file for each module and for its bytecode would cost a first switch more than a hundred files of a home. It is a
part of the launcher's text (see plugin_utils/play/target.py), and so imports nothing but what every Python has at hand.
"""

from __future__ import annotations

import binascii
import json
import marshal
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, ModuleType
    from typing import Any, Dict, Optional, Tuple

PACKAGE = "engine"
# The names of the files.
SOURCES = "sources"
_CODE = "code-%s" % sys.implementation.cache_tag
# What bytecode depends on: the magic number of Python's own files of bytecode, which is at hand as long as these are.
_PYTHON = getattr(sys.modules.get("_frozen_importlib_external"), "MAGIC_NUMBER", sys.version.encode()).hex()


def packed(files: Dict[str, bytes]) -> bytes:
    """Sources (`engine/NAME.py` to content) as they travel and are kept; equal sources give equal bytes."""
    from zlib import compress

    return compress(_joined(files), 6)


def version_of(files: Dict[str, bytes]) -> str:
    """The version of an engine: a hash of its sources."""
    return _version(_joined(files))


def _joined(files: Dict[str, bytes]) -> bytes:
    names = sorted(files)
    head = json.dumps([[name, len(files[name])] for name in names]).encode("ascii")
    return b"\n".join([head, b"".join(files[name] for name in names)])


def _version(joined: bytes) -> str:
    import hashlib

    return hashlib.sha256(joined).hexdigest()[:32]


class Modules:
    """Finds and loads the modules of the package `engine`.

    `version` is that of the sources, which are `shipped`, or else kept in `folder`, with what is compiled of them.
    """

    def __init__(self, version: str, shipped: Optional[bytes] = None, folder: Optional[str] = None) -> None:
        self.version = version
        self.shipped = shipped
        # By name: whether it is a package, and its marshalled code.
        self._code: Dict[str, Tuple[bool, bytes]] = _compiled(folder) if folder is not None else {}
        self._folder = folder
        self._sources: Optional[Dict[str, bytes]] = None
        # Whether more is compiled than is kept.
        self.grown = False
        # Whether the sources are other ones than their version says.
        self.damaged = False

    def sources(self) -> Dict[str, bytes]:
        """`engine/NAME.py` to content. ImportError when they are damaged, or cannot be read."""
        if self._sources is None:
            try:
                self._sources = self._read()
            except Exception:  # damaged data may fail in any way
                self.damaged = True
                raise ImportError("the sources of the engine are damaged") from None
        return self._sources

    def hold(self) -> bytes:
        """The sources as they are kept, read once: a process that has become another user may not be allowed to. OSError."""
        if self.shipped is None:
            with open(os.path.join(str(self._folder), SOURCES), "rb") as file:
                self.shipped = file.read()
        return self.shipped

    def _read(self) -> Dict[str, bytes]:
        from zlib import decompress

        joined = decompress(self.hold())
        if _version(joined) != self.version:
            raise ValueError("these are the sources of another version")
        head, _newline, rest = joined.partition(b"\n")
        found, start = {}, 0
        for name, size in json.loads(head):
            found[name] = rest[start : start + size]
            start += size
        return found

    def install(self) -> None:
        """Let Python import the package `engine` from here."""
        sys.meta_path.insert(0, self)

    def replace(self) -> None:
        """Import the package from here from now on, wherever it came from until now."""
        _forget()
        self.install()

    def remove(self) -> None:
        """Let Python import the package from elsewhere again."""
        sys.meta_path.remove(self)
        _forget()

    def find_spec(self, name: str, path: object = None, target: object = None) -> Any:
        """Python's question whether there is a module of this name."""
        if name.partition(".")[0] != PACKAGE:
            return None
        if name not in self._code and not self._compile(name):
            return None
        from importlib.machinery import ModuleSpec

        is_package = self._code[name][0]
        loader: Any = self
        spec = ModuleSpec(name, loader, origin=_file(name, is_package), is_package=is_package)
        spec.has_location = True
        return spec

    def create_module(self, spec: Any) -> None:
        """Python's question for a module of a kind of its own."""

    def exec_module(self, module: ModuleType) -> None:
        """Python's request to run a module's code."""
        code: CodeType = marshal.loads(self._code[module.__name__][1])
        exec(code, module.__dict__)

    def get_source(self, name: str) -> Optional[str]:
        """The text of a module, for a traceback."""
        return self.sources().get(_file(name, self._code[name][0]), b"").decode("utf-8")

    def _compile(self, name: str) -> bool:
        """Whether there is such a module; its code is known then."""
        for is_package in (False, True):
            file = _file(name, is_package)
            if file in self.sources():
                code = compile(self.sources()[file], file, "exec", dont_inherit=True)
                self._code[name] = is_package, marshal.dumps(code)
                self.grown = True
                return True
        return False

    def compile_all(self) -> None:
        """Compile every module; one that this Python cannot compile is left to fail where it is imported."""
        for file in self.sources():
            name = file[: -len(".py")].replace("/", ".")
            try:
                self._compile(name[: -len(".__init__")] if name.endswith(".__init__") else name)
            except (SyntaxError, ValueError):
                continue

    def write(self, folder: str) -> None:
        """Keep everything in a folder that is there, so that a power cut leaves nothing half written. OSError."""
        self.sources()
        _write(folder, SOURCES, self.shipped or b"")
        self.grown = True
        self.write_code(folder)

    def write_code(self, folder: str) -> None:
        """Keep what was compiled, if it was not known before. OSError."""
        if self.grown:
            body = marshal.dumps(self._code)
            head = json.dumps([_PYTHON, binascii.crc32(body)]).encode("ascii")
            _write(folder, _CODE, head + b"\n" + body)
            self.grown = False


def _forget() -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
        del sys.modules[name]


def _file(name: str, is_package: bool) -> str:
    return name.replace(".", "/") + ("/__init__.py" if is_package else ".py")


def _compiled(folder: str) -> Dict[str, Tuple[bool, bytes]]:
    """What this Python has compiled; nothing where that is damaged, or was done by another Python."""
    try:
        with open(os.path.join(folder, _CODE), "rb") as file:
            head, _newline, body = file.read().partition(b"\n")
        if json.loads(head) == [_PYTHON, binascii.crc32(body)]:
            found: Dict[str, Tuple[bool, bytes]] = marshal.loads(body)
            return found
    except (OSError, ValueError):
        pass
    return {}


def _write(folder: str, name: str, content: bytes) -> None:
    """Write a file, or replace it by one that is whole."""
    temporary = os.path.join(folder, ".%s-%d" % (name, os.getpid()))
    with open(temporary, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.rename(temporary, os.path.join(folder, name))
