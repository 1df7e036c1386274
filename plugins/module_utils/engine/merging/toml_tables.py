# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A TOML text as statements (headers and pairs) with their spans, and the tables they define."""

from __future__ import annotations

from typing import Dict, List, Optional, Union

from .errors import MergeError
from .toml_scan import CONTROL, Scanner, Value
from .values import Path


class Statement:
    """A header or a pair; the span is whole lines, the trailing comment included.

    `path` is the table's or the key's whole path by names; `header` is the header that a pair is under, None at the top.
    """

    def __init__(self, start: int, keys: Path, header: Optional[Statement], value: Optional[Value]) -> None:
        self.start = start
        self.end = start
        self.keys = keys
        self.header = header
        self.value = value
        self.repeated = False
        self.path: Path = (*header.path, *keys) if header else keys
        self.equals = " = "


class Table:
    """A table: `how` is "implied" by a deeper header, opened by a "header", or made by "dotted" keys below `owner`."""

    def __init__(self, how: str, owner: Optional[Statement] = None) -> None:
        self.how = how
        self.owner = owner
        self.entries: Dict[str, Union[Table, List[Table], Statement]] = {}

    def plain(self) -> Dict[str, object]:
        """As nested plain values."""
        return {key: entry_value(entry) for key, entry in self.entries.items()}


Entry = Union[Table, List[Table], Statement]


def entry_value(entry: Entry) -> object:
    """The plain value of a table."""
    if isinstance(entry, Table):
        return entry.plain()
    if isinstance(entry, list):
        return [table.plain() for table in entry]
    return entry.value.plain if entry.value else None


class Source:
    """A whole TOML text. Raises MergeError when it is malformed."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.scanner = Scanner(text)
        self.statements: List[Statement] = []
        self.root = Table("header")
        self.table = self.root
        self.header: Optional[Statement] = None
        self.read()

    def read(self) -> None:
        """Read statement after statement."""
        scanner = self.scanner
        control = CONTROL.search(self.text)
        if control:
            raise scanner.error(f"the character {control.group()!r} is not allowed in TOML", control.start())
        while True:
            scanner.spaces()
            if not scanner.peek():
                return
            start = self.text.rfind("\n", 0, scanner.at) + 1
            statement = self.read_header(start) if scanner.peek() == "[" else self.read_pair(start)
            scanner.blanks()
            if scanner.peek() == "#":
                end = self.text.find("\n", scanner.at)
                scanner.at = len(self.text) if end < 0 else end
            if self.text.startswith("\r\n", scanner.at):
                scanner.at += 1
            if scanner.peek() not in ("", "\n"):
                raise scanner.error(f"expected the end of the line, found {scanner.peek()!r}")
            scanner.at += 1 if scanner.peek() else 0
            statement.end = scanner.at
            self.statements.append(statement)

    def read_header(self, start: int) -> Statement:
        """`[a.b]` or `[[a.b]]`."""
        scanner = self.scanner
        line = scanner.at
        repeated = self.text.startswith("[[", scanner.at)
        scanner.at += 2 if repeated else 1
        scanner.blanks()
        statement = Statement(start, scanner.keys(), None, None)
        statement.repeated = repeated
        if not self.text.startswith("]]" if repeated else "]", scanner.at):
            raise scanner.error("a table's header is not closed", line)
        scanner.at += 2 if repeated else 1
        try:
            self.table = self.open(statement)
        except MergeError as error:
            raise scanner.error(str(error), line) from None
        self.header = statement
        return statement

    def open(self, statement: Statement) -> Table:
        """The table which a header opens."""
        table = self.root
        for key in statement.keys[:-1]:
            entry = table.entries.setdefault(key, Table("implied"))
            if isinstance(entry, Statement):
                raise MergeError(f"{key} is not a table")
            table = entry[-1] if isinstance(entry, list) else entry
        key = statement.keys[-1]
        present = table.entries.get(key)
        new = Table("header", statement)
        if statement.repeated:
            if present is None:
                present = table.entries[key] = []
            if not isinstance(present, list):
                raise MergeError(f"{key} is not an array of tables")
            present.append(new)
        elif present is None:
            table.entries[key] = new
        elif isinstance(present, Table) and present.how == "implied":
            present.how, present.owner = new.how, new.owner
            return present
        else:
            raise MergeError(f"{'.'.join(statement.keys)} is defined twice")
        return new

    def read_pair(self, start: int) -> Statement:
        """`key = value`."""
        scanner = self.scanner
        line = scanner.at
        keys = scanner.keys()
        if scanner.peek() != "=":
            raise scanner.error(f"expected '=' after the key {'.'.join(keys)}")
        before = len(self.text[: scanner.at].rstrip(" \t"))
        scanner.at += 1
        scanner.blanks()
        equals = self.text[before : scanner.at]
        statement = Statement(start, keys, self.header, scanner.value())
        statement.equals = equals
        table = self.table
        for key in keys[:-1]:
            entry = table.entries.setdefault(key, Table("dotted", self.header))
            if isinstance(entry, Table) and entry.how == "implied":
                entry.how, entry.owner = "dotted", self.header
            if not isinstance(entry, Table) or entry.how != "dotted" or entry.owner is not self.header:
                raise scanner.error(f"{key} cannot be extended with a dotted key", line)
            table = entry
        if keys[-1] in table.entries:
            raise scanner.error(f"{'.'.join(keys)} is defined twice", line)
        table.entries[keys[-1]] = statement
        return statement
