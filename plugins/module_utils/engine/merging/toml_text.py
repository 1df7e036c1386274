# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A TOML text edited in place.

A new key goes to the end of its table, a new table to the end of the file; a table written with dotted keys or inline
is continued in its own way. Where a table or an array of tables gives way to another value, the comments inside it go
too.
"""

from __future__ import annotations

from typing import Dict, List, Optional, Tuple, Union

from . import toml_write
from .document import Document
from .toml_scan import Item, Value
from .toml_tables import Source, Statement, Table
from .values import Path


class Inline:
    """A place in an inline table: the innermost `table` that reaches there, and the `rest` of the path below it."""

    def __init__(self, table: Value, rest: Path) -> None:
        self.table = table
        self.rest = rest

    def items(self) -> List[Item]:
        """The items at or below the place."""
        return [item for item in self.table.items or [] if item.keys[: len(self.rest)] == self.rest]

    def exact(self) -> Optional[Item]:
        """The item at the place."""
        return next((item for item in self.table.items or [] if item.keys == self.rest), None)


# What a saved former value begins with when it was written as tables with headers, not after a key.
TABLES = "\n"
Definer = Union[Table, Statement, Inline, None]


class TomlDocument(Document):
    """A TOML file."""

    def read(self) -> None:
        self.contents = Source(self.text)
        self._tree = self.contents.root.plain()

    def tree(self) -> Dict[str, object]:
        return self._tree

    def is_blank(self) -> bool:
        return not self.text.strip("\ufeff \t\r\n")

    def source(self, path: Path) -> Optional[str]:
        value = self.value_at(path)
        if value:
            return self.text[value.start : value.end]
        return TABLES + "\n".join(toml_write.tables(path, self.get(path)))

    def definer(self, path: Path) -> Definer:
        """What is at a path: a table, a pair, a position in an inline table; None for arrays of tables and nothing."""
        table = self.contents.root
        for depth, key in enumerate(path):
            found = table.entries.get(key)
            if isinstance(found, Statement) and depth + 1 < len(path):
                return descend(found.value, path[depth + 1 :])
            if not isinstance(found, Table):
                return found if isinstance(found, Statement) else None
            table = found
        return table

    def value_at(self, path: Path) -> Optional[Value]:
        """The value after a key of exactly this path."""
        definer = self.definer(path)
        if isinstance(definer, Statement):
            return definer.value
        item = definer.exact() if isinstance(definer, Inline) else None
        return item.value if item else None

    def put(self, path: Path, value: object, source: Optional[str] = None) -> None:
        toml_write.expressible(path, value)
        there = self.value_at(path)
        if source is not None and source.startswith(TABLES):
            value, source = lookup(Source(source).root.plain(), path), None
            if there is not None:
                self.remove(path)
                there = None
        if there is not None:
            line = self.text[self.line_start(there.start) :]
            alone = isinstance(self.definer(path), Statement)
            new = toml_write.block(value, line[: len(line) - len(line.lstrip(" \t"))]) if alone else None
            new = new.replace("\n", self.newline) if new is not None else toml_write.inline(value)
            self.apply((there.start, there.end, source if source is not None else new))
            return
        depth = len(path) - 1
        while self.mapping(path[:depth]) is None:
            depth -= 1
        if self.mapping(path) is not None or isinstance(self.get(path), list):
            self.remove(path)
        self.create(path, depth, value, source)

    def create(self, path: Path, depth: int, value: object, source: Optional[str]) -> None:
        """Write a path that is not there below the mapping at `path[:depth]`, which is."""
        definer = self.definer(path[:depth])
        written = source if source is not None else toml_write.inline(value)
        if isinstance(definer, Statement) and definer.value is not None:
            definer = Inline(definer.value, ())
        if isinstance(definer, Inline):
            item = definer.exact()
            if item is not None:
                definer = Inline(item.value, ())
            self.insert_item(definer.table, f"{toml_write.keys((*definer.rest, *path[depth:]))} = {written}")
        elif isinstance(definer, Table) and definer.how == "dotted":
            above = definer.owner.path if definer.owner else ()
            self.insert_pair(definer.owner, path[len(above) :], value, source, path[len(above) : depth])
        elif isinstance(value, dict) or (isinstance(value, list) and value and all(isinstance(x, dict) for x in value)):
            self.append(toml_write.tables(path, value))
        elif isinstance(definer, Table) and depth == len(path) - 1 and definer.how == "header":
            self.insert_pair(definer.owner, path[depth:], value, source, ())
        else:
            pair = f"{toml_write.key(path[-1])} = {source if source is not None else toml_write.block(value, '')}"
            self.append([f"[{toml_write.keys(path[:-1])}]", *pair.split("\n")])

    def insert_item(self, table: Value, written: str) -> None:
        """Add to the end of an inline table."""
        if table.items:
            end = table.items[-1].value.end
            self.apply((end, end, ", " + written))
        else:
            self.apply((table.start, table.end, "{" + written + "}"))

    def insert_pair(
        self, header: Optional[Statement], keys: Path, value: object, source: Optional[str], like: Path
    ) -> None:
        """Add a pair to the body of a header, after the last one whose key begins with `like`."""
        pairs = [one for one in self.contents.statements if one.value is not None and one.header is header]
        pairs = [one for one in pairs if one.keys[: len(like)] == like] or pairs
        model = pairs[-1] if pairs else header
        line = self.text[model.start :] if model else ""
        indent = line[: len(line) - len(line.lstrip(" \t"))]
        equals = self.style(pairs)
        written = source if source is not None else toml_write.block(value, indent).replace("\n", self.newline)
        new = indent + toml_write.keys(keys) + equals + written + self.newline
        if model is not None:
            at = model.end
        elif self.contents.statements:
            at = self.before_header()
            new += self.newline
        else:
            at = len(self.text)
        if at and not self.text[:at].endswith(("\n", "\ufeff")):
            new = self.newline + new
        self.apply((at, at, new))

    def style(self, pairs: List[Statement]) -> str:
        """The equals sign of the file: without spaces when its pairs have none."""
        pairs = pairs or [one for one in self.contents.statements if one.value is not None]
        return "=" if pairs and pairs[-1].equals == "=" else " = "

    def before_header(self) -> int:
        """Where the first pair at the top goes: above the comments that belong to the first header."""
        at = self.contents.statements[0].start
        while at > 0:
            start = self.line_start(at - 1)
            if not self.text[start:at].lstrip("\ufeff \t").startswith("#"):
                break
            at = start
        return 1 if at == 0 and self.text.startswith("\ufeff") else at

    def append(self, lines: List[str]) -> None:
        """Write lines at the end of the file, after an empty line."""
        text = self.text.lstrip("\ufeff")
        before = "" if not text or text.endswith("\n") else self.newline
        if text.strip() and not text.endswith(("\n\n", "\n\r\n")):
            before += self.newline
        equals = "".join(line + self.newline for line in lines)
        self.apply((len(self.text), len(self.text), before + equals))

    def remove(self, path: Path) -> None:
        definer = self.definer(path)
        if isinstance(definer, Inline):
            while definer.items():
                self.cut(definer.table, definer.items()[0])
                again = self.definer(path)
                if not isinstance(again, Inline):
                    break
                definer = again
            return
        doomed = [one.path[: len(path)] == path for one in self.contents.statements]
        self.apply(*self.runs(doomed))

    def remove_mapping(self, path: Path) -> None:
        definer = self.definer(path)
        if isinstance(definer, (Statement, Inline)):
            self.remove(path)
        elif isinstance(definer, Table) and definer.how == "header":
            self.apply(*self.runs([one is definer.owner for one in self.contents.statements]))

    def runs(self, doomed: List[bool]) -> List[Tuple[int, int, str]]:
        """The edits that remove statements, and the text between two of them."""
        edits: List[Tuple[int, int, str]] = []
        joined = False
        headers = False
        for statement, out in zip(self.contents.statements, doomed):
            if out and joined:
                edits[-1] = (edits[-1][0], statement.end, "")
            elif out:
                edits.append((statement.start, statement.end, ""))
            headers = headers or (out and statement.value is None)
            joined = out
        return [self.closed(edit) for edit in edits] if headers else edits

    def closed(self, edit: Tuple[int, int, str]) -> Tuple[int, int, str]:
        """The edit with the empty line above it, when another or the end of the file follows."""
        start, end, new = edit
        above = self.line_start(start - 1) if start else start
        if start and not self.text[above:start].strip() and not self.text[end : self.line_end(end)].strip():
            return above, end, new
        following = self.line_end(end)
        if not self.text[:start].strip("\ufeff") and not self.text[end:following].strip():
            return start, following, new
        return edit

    def cut(self, table: Value, item: Item) -> None:
        """Take one item out of an inline table."""
        items = table.items or []
        index = items.index(item)
        if len(items) == 1:
            self.apply((table.start, table.end, "{}"))
        elif index:
            self.apply((items[index - 1].value.end, item.value.end, ""))
        else:
            self.apply((item.start, items[1].start, ""))


def lookup(tree: Dict[str, object], path: Path) -> object:
    """The value at a path that is there."""
    value: object = tree
    for key in path:
        value = value[key] if isinstance(value, dict) else None
    return value


def descend(value: Optional[Value], path: Path) -> Optional[Inline]:
    """The place at `path` below a value; None when the value is not an inline table."""
    if value is None or value.items is None:
        return None
    for item in value.items:
        if len(item.keys) < len(path) and path[: len(item.keys)] == item.keys:
            return descend(item.value, path[len(item.keys) :])
    return Inline(value, path)
