# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Source locations of a spec for messages: relative paths, source lines, and the part of the line that is meant."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping

from ...module_utils.engine.voice.message import SourceLocation
from .. import inputs
from ..expressions.source_file import read_file
from ..syntax.errors import SpecError
from ..syntax.position import Position

# Longer lines are not shown.
_LONGEST = 400
_VAULT = "$ANSIBLE_VAULT"
_CLOSING = {"[": "]", "{": "}"}


class Sources:
    """The spec's files. `library` is the folder of the shipped modules, `importers` where each file is imported."""

    def __init__(
        self, library: str, importers: Mapping[str, Position] | None = None, folder: str | None = None
    ) -> None:
        self.library = os.path.realpath(library)
        self.importers = importers or {}
        self.folder = folder or os.getcwd()
        self._lines: dict[str, list[str]] = {}
        self._files: dict[str, tuple[str, str, tuple[SourceLocation, ...]]] = {}

    def display_path(self, path: str) -> str:
        """A path relative to the working folder, else to the home, else whole."""
        if not os.path.isabs(path):
            return path
        relative = os.path.relpath(path, self.folder)
        if not relative.startswith(".."):
            return relative
        home = os.path.expanduser("~")
        return "~" + path[len(home) :] if path.startswith(home + "/") else path

    def module(self, path: str) -> str:
        """The name of a shipped module, such as `services/mpd`; empty for any other file."""
        real = inputs.real_path(path)
        if not real.startswith(self.library + os.sep):
            return ""
        return os.path.splitext(os.path.relpath(real, self.library))[0]

    def location(
        self, position: Position, *, value: bool = False, word: str = "", label: str = "", before: bool = False
    ) -> SourceLocation:
        """The place of a position.

        `value`: what is meant is the value behind the key there; `word`: a word on the line; `before`: with the line
        before it.
        """
        module, shown, chain = self._of_file(position.file)
        if module:
            return SourceLocation("", label=label, module=module)
        line = self._line(position)
        column, end = self._extent(line, position.column, value, word) if line else (position.column, 0)
        source = line
        if before and line and position.line > 1:
            above = self._line(position._replace(line=position.line - 1))
            source = f"{above}\n{line}" if above else line
        return SourceLocation(shown, position.line, column, end, source, label, by=chain)

    def origin(self, positions: Iterable[Position]) -> tuple[SourceLocation, ...]:
        """Where something comes from: positions in the user's files, with the modules of the library that they use."""
        locations: list[SourceLocation] = []
        for position in positions:
            module, shown, chain = self._of_file(position.file)
            # Without the source line, which is not shown: a first switch reports the locations of all files.
            location = (
                SourceLocation("", module=module)
                if module
                else SourceLocation(shown, position.line, position.column, by=chain)
            )
            locations.append(location)
        return joined(sorted(locations, key=lambda location: bool(location.module)))

    def depth(self, position: Position) -> int:
        """How far a file is from the user's own: the number of imports that lead to it; a shipped module comes last."""
        return 100 if self.module(position.file) else len(self._chain(position.file))

    def _of_file(self, path: str) -> tuple[str, str, tuple[SourceLocation, ...]]:
        """Module, name and imports of a file. Cached, because many positions are in few files."""
        if path not in self._files:
            self._files[path] = (self.module(path), self.display_path(path), self._chain(path))
        return self._files[path]

    def _chain(self, file: str) -> tuple[SourceLocation, ...]:
        """The imports that lead to a file, the nearest first, up to the inventory."""
        found: list[SourceLocation] = []
        seen = {file}
        while file in self.importers:
            importer = self.importers[file]
            if importer.file in seen or self.module(importer.file):
                break
            found.append(SourceLocation(self.display_path(importer.file), importer.line, importer.column))
            file = importer.file
            seen.add(file)
        # The last import is the one in the inventory, which every spec has.
        return tuple(found[:-1])

    def _line(self, position: Position) -> str:
        """The source line of a position; empty when it must not, or cannot, be shown."""
        if not position.line:
            return ""
        if position.file not in self._lines:
            self._lines[position.file] = _read(position.file)
        lines = self._lines[position.file]
        text = lines[position.line - 1] if position.line <= len(lines) else ""
        return "" if len(text) > _LONGEST else text

    def _extent(self, line: str, column: int, value: bool, word: str) -> tuple[int, int]:
        """The first column of the part that is meant, and the column after its last one."""
        start = max(column, 1) - 1
        if value:
            start = _value_start(line, start)
        if word:
            found = re.search(rf"[^\s,{{}}\[\]\"']*/{re.escape(word)}|{re.escape(word)}", line[start:])
            if found is not None:
                return start + found.start() + 1, start + found.end() + 1
        return start + 1, _token_end(line, start) + 1


def joined(locations: list[SourceLocation]) -> tuple[SourceLocation, ...]:
    """The locations. If only one is the user's, the modules of the library are named there, since it is why they are used."""
    own = [location for location in locations if not location.module]
    modules = list(dict.fromkeys(location.module for location in locations if location.module))
    if len(own) == 1 and modules:
        return (own[0]._replace(module=", ".join(modules)),)
    return tuple(locations)


def _read(path: str) -> list[str]:
    try:
        text = read_file(path).content.decode("utf-8").replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError, SpecError):
        return []
    return [] if text.startswith(_VAULT) else text.splitlines()


def _value_start(line: str, start: int) -> int:
    """Where the value of a key begins; the key itself when the value is on another line."""
    end = _token_end(line, start)
    rest = line[end:]
    if not rest.startswith(":") or not rest[1:].strip() or rest[1:].strip().startswith("#"):
        return start
    return end + 1 + len(rest[1:]) - len(rest[1:].lstrip())


def _token_end(line: str, start: int) -> int:
    """The column after the key, scalar, list or mapping that begins at a column."""
    if start >= len(line):
        return start + 1
    first = line[start]
    if first in "\"'":
        return _quoted_end(line, start)
    if first in _CLOSING:
        return _bracket_end(line, start)
    if first == "!":
        space = line.find(" ", start)
        return len(line.rstrip()) if space < 0 else _token_end(line, space + 1)
    if first == "\t":
        return start + len(line[start:]) - len(line[start:].lstrip("\t"))
    inside = _open_brackets(line[:start])
    for index in range(start, len(line)):
        rest = line[index:]
        if rest == ":" or rest.startswith((" #", ": ")) or (inside and rest[0] in ",]}"):
            return index
    return len(line.rstrip())


def _quoted_end(line: str, start: int) -> int:
    index = start + 1
    while index < len(line):
        if line[index] == "\\" and line[start] == '"':
            index += 1
        elif line[index] == line[start]:
            return index + 1
        index += 1
    return len(line)


def _bracket_end(line: str, start: int) -> int:
    depth = 0
    index = start
    while index < len(line):
        if line[index] in "\"'":
            index = _quoted_end(line, index)
            continue
        depth += (line[index] in "[{") - (line[index] in "]}")
        index += 1
        if depth == 0:
            return index
    return len(line.rstrip())


def _open_brackets(text: str) -> int:
    return sum(c in "[{" for c in text) - sum(c in "]}" for c in text)
