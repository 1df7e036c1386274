# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The values of the spec language that plain YAML data cannot hold.

Besides ``dict``, ``list``, ``str``, ``int``, ``float``, ``bool`` and ``None`` an option may hold a path value (a path, a
package, a file that the store will hold) or an expression of some program's own language. All of them are immutable and
hashable.
"""

from __future__ import annotations

import os.path
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

# Any value of the language: data, path values, expressions of programs, lazy mappings of them. What it is in one place is
# checked by the type of the option, not by that of a variable.
Value: TypeAlias = Any

# The folder of the modules that the collection ships for homes.
LIBRARY = os.path.normpath(
    os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "roles", "home", "modules")
)


class PathValue:
    """A value that means a path; its ``str`` is the path as a file would name it."""

    __slots__ = ()


@dataclass(frozen=True)
class Path(PathValue):
    """A file or folder on the controller whose content is meant; ``path`` is absolute."""

    path: str

    def __str__(self) -> str:
        return self.path


@dataclass(frozen=True)
class Package(PathValue):
    """A program to be installed.

    ``name`` is the name in the package table, ``main_program`` the name of its command where that differs, ``version``
    is ``None`` for the newest, ``out`` the path of its folder where that is known (a package without one is written ``@NAME@``).
    ``named`` says that the user asked for it, not a module's default; ``request`` holds what was said of it beyond the
    name, as JSON.
    """

    name: str
    main_program: str | None = None
    version: str | None = None
    out: str | None = None
    set_name: str | None = None
    program: PathValue | None = None
    request: str = ""
    named: bool = field(default=False, compare=False)

    @property
    def out_path(self) -> str:
        """The path of the package's folder."""
        return f"@{self.name}@" if self.out is None else self.out

    def __str__(self) -> str:
        return self.out_path


@dataclass(frozen=True)
class StoreFile(PathValue):
    """A generated file that the store of the target will hold.

    ``path`` is its absolute path there; it is known when the home's state folder is (see ``at``) and takes no part
    in equality: two store files are the same when name, content and mode are.
    """

    name: str
    content: bytes
    executable: bool = False
    path: str = field(default="", compare=False)

    def at(self, path: str) -> StoreFile:
        """The same file, at an absolute path."""
        return replace(self, path=path)

    def __str__(self) -> str:
        """Raises ``ValueError`` before the file has a path."""
        if not self.path:
            raise ValueError(f"the store file {self.name!r} has no path yet")
        return self.path


@dataclass(frozen=True)
class OutOfStore(PathValue):
    """A path on the target that a link leads to as it is: live, unversioned, not rolled back."""

    path: str

    def __str__(self) -> str:
        return self.path


@dataclass(frozen=True)
class StoreFolder(PathValue):
    """A generated folder that the store of the target will hold.

    ``entries`` are pairs of a relative path and a `Path` or `StoreFile`; ``path`` as with `StoreFile`.
    """

    name: str
    entries: tuple[tuple[str, PathValue], ...]
    path: str = field(default="", compare=False)

    def __str__(self) -> str:
        """Raises ``ValueError`` before the folder has a path."""
        if not self.path:
            raise ValueError(f"the store folder {self.name!r} has no path yet")
        return self.path


@dataclass(frozen=True)
class Raw:
    """An expression of a target language, written as it is.

    ``kind`` says which language: ``lua-inline``, ``nushell-inline``, ``literal``, ... A format accepts its own kind
    only.
    """

    kind: str
    text: str


@dataclass(frozen=True)
class GVariant:
    """A value of GLib's GVariant with an explicit type string, such as ``u``, ``as`` or ``(ss)``.

    ``value`` is plain data or holds further ``GVariant`` values.
    """

    type: str
    value: object

    def __hash__(self) -> int:
        return hash((self.type, _hashable(self.value)))


class FormatError(Exception):
    """A value that a format cannot hold.

    ``message`` says what is wrong, ``path`` leads to the value inside the structure (keys and list indices, outermost
    first).
    """

    def __init__(self, message: str, path: tuple[str | int, ...] = ()) -> None:
        super().__init__(message, path)
        self.message = message
        self.path = path

    def within(self, *outer: str | int) -> FormatError:
        """The same error seen from further out."""
        return FormatError(self.message, (*outer, *self.path))

    def __str__(self) -> str:
        return f"{path_text(self.path)}: {self.message}" if self.path else self.message


def path_text(path: tuple[str | int, ...]) -> str:
    """A path inside a structure as people read it: ``user.name``, ``list[2].x``, ``"a.b".c``."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
            continue
        plain = part != "" and not set(part) & set('."[] \t\n')
        text += ("." if text else "") + (part if plain else '"' + part.replace("\\", "\\\\").replace('"', '\\"') + '"')
    return text


def _hashable(value: object) -> object:
    if isinstance(value, dict):
        return frozenset((key, _hashable(item)) for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return tuple(_hashable(item) for item in value)
    return value


class _Omit:
    """The value that is no definition."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "omit"


OMIT = _Omit()
