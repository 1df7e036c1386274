# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A JSON text edited in place, in its own indentation; comments and trailing commas stay."""

from __future__ import annotations

import json
import math
import re
from typing import Dict, List, Optional

from .document import Document
from .errors import MergeError
from .json_scan import Member, Node, Reader
from .values import Path, named

NOTE = re.compile(r"(?:[ \t]*/\*[^\r\n]*?\*/)*[ \t]*(?://[^\r\n]*)?(?=\r?\n|\Z)")
BLANK = " \t"
SPACE = " \t\r\n\ufeff"


class JsonDocument(Document):
    """A JSON file whose root is an object, or which is empty."""

    strict = False

    def read(self) -> None:
        self.root = Reader(self.text).document()
        if self.root is not None and self.root.members is None:
            raise MergeError("the file does not hold an object", self.line_of(self.root.start))
        self._tree: Optional[Dict[str, object]] = None

    def tree(self) -> Dict[str, object]:
        if self._tree is None:
            value = self.root.value() if self.root is not None else {}
            self._tree = value if isinstance(value, dict) else {}
        return self._tree

    def is_blank(self) -> bool:
        return "".join(self.text.split()).lstrip("\ufeff") in ("", "{}")

    def source(self, path: Path) -> Optional[str]:
        node = self.node(path)
        return self.text[node.start : node.end] if node else None

    def node(self, path: Path) -> Optional[Node]:
        """The value at a path."""
        node = self.root
        for key in path:
            member = node.find(key) if node else None
            node = member.node if member else None
        return node

    def put(self, path: Path, value: object, source: Optional[str] = None) -> None:
        finite(path, value)
        if self.root is None:
            self.begin()
        depth = len(path) - 1
        holder = self.node(path[:depth])
        while holder is None:
            depth -= 1
            value, source = {path[depth + 1]: value}, None
            holder = self.node(path[:depth])
        member = holder.find(path[depth])
        if member is None:
            self.insert(holder, path[depth], value, source)
            return
        style = self.style(holder, member)
        self.apply((member.node.start, member.node.end, source if source is not None else style.dump(value)))

    def begin(self) -> None:
        """Make an empty object in an empty text."""
        end = "" if not self.text or self.text.endswith("\n") else self.newline
        self.apply((len(self.text), len(self.text), end + "{}" + self.newline))

    def insert(self, holder: Node, key: str, value: object, source: Optional[str]) -> None:
        """Add a member at the end of an object."""
        last = holder.members[-1] if holder.members else None
        style = self.style(holder, last)
        member = style.key(key) + style.colon + (source if source is not None else style.dump(value))
        if last is None:
            self.fill(holder, style, member)
            return
        end = last.end
        if style.indent is not None:
            note = NOTE.match(self.text, end)
            end = note.end() if note else end
        tail = self.text[last.end : end]
        if last.comma >= 0:
            self.apply((end, end, style.between + member + ","))
        else:
            self.apply((last.end, end, "," + tail + style.between + member))

    def fill(self, holder: Node, style: Style, member: str) -> None:
        """Put the first member into an empty object, after its comments."""
        inside = self.text[holder.start + 1 : holder.end - 1].rstrip(SPACE)
        if style.indent is None and not inside:
            self.apply((holder.start + 1, holder.end - 1, member))
            return
        inner = style.indent if style.indent is not None else self.indent_at(holder.start) + self.unit()
        new = inside + self.newline + inner + member + self.newline + self.indent_at(holder.start)
        self.apply((holder.start + 1, holder.end - 1, new))

    def remove(self, path: Path) -> None:
        key = path[-1]
        while True:
            holder = self.node(path[:-1])
            member = holder.find(key) if holder else None
            if holder is None or member is None:
                return
            self.cut(holder, member)

    def cut(self, holder: Node, member: Member) -> None:
        """Take one member out, with its line when it is alone on it."""
        members = holder.members or []
        inside = self.text[holder.start + 1 : member.start] + self.text[member.end : holder.end - 1]
        if len(members) == 1 and not inside.strip(SPACE):
            self.apply((holder.start + 1, holder.end - 1, ""))
            return
        start, end = member.start, member.end
        line, stop = self.line_start(start), self.line_end(end)
        alone = not self.text[line:start].strip(BLANK)
        if alone and not self.text[end:stop].strip(SPACE):
            start, end = line, stop
        elif alone or member.comma >= 0:
            end += len(self.text[end:]) - len(self.text[end:].lstrip(BLANK))
        else:
            start = len(self.text[:start].rstrip(BLANK))
        index = members.index(member)
        if index and member.comma < 0:
            comma = members[index - 1].comma
            self.apply((start, end, ""), (comma, comma + 1, ""))
        else:
            self.apply((start, end, ""))

    def style(self, holder: Node, member: Optional[Member]) -> Style:
        """How members of `holder` are written, after the example of `member` (one of them, if there is one)."""
        style = Style(self.newline, self.unit())
        example = next(iter([member] if member else self.neighbours()), None)
        if example is not None:
            colon = self.text[example.key_end : example.node.start]
            style.colon = colon if not colon.strip(BLANK + ":") else ": "
        if member is not None:
            line = self.line_start(member.start)
            if not self.text[line : member.start].strip(BLANK) and line > holder.start:
                style.indent = self.text[line : member.start]
        elif self.spread(holder):
            style.indent = self.indent_at(holder.start) + self.unit()
        if style.indent is not None:
            style.between = self.newline + style.indent
        else:
            style.between = self.gap(holder, style.colon)
        return style

    def neighbours(self) -> List[Member]:
        """The first member of the root, if there is one, as an example of style."""
        return list((self.root.members or [])[:1]) if self.root else []

    def gap(self, holder: Node, colon: str) -> str:
        """The text between a comma and the next key in an object on one line."""
        members = holder.members or []
        if len(members) > 1:
            gap = self.text[members[0].end : members[1].start]
            if not gap.strip(BLANK):
                return gap
        return " " if colon.endswith(" ") else ""

    def spread(self, holder: Node) -> bool:
        """Whether an empty object's members should stand on lines of their own."""
        if "\n" in self.text[holder.start : holder.end] or holder is self.root:
            return True
        return all("\n" in self.text[: member.start] for member in self.neighbours())

    def unit(self) -> str:
        """The file's step of indentation: that of the root's first member, else two spaces."""
        for member in self.neighbours():
            line = self.line_start(member.start)
            indent = self.text[line : member.start]
            if indent and not indent.strip(BLANK):
                return indent
        return "  "

    def indent_at(self, offset: int) -> str:
        """The indentation of the line of an offset."""
        line = self.line_start(offset)
        rest = self.text[line:offset]
        return rest[: len(rest) - len(rest.lstrip(BLANK))]


class Style:
    """How a member is written: `indent` is None in an object on one line."""

    def __init__(self, newline: str, unit: str) -> None:
        self.newline = newline
        self.unit = unit
        self.indent: Optional[str] = None
        self.between = " "
        self.colon = ": "

    def key(self, key: str) -> str:
        """A key in quotes."""
        return json.dumps(key, ensure_ascii=not encodable(key))

    def dump(self, value: object) -> str:
        """A value, its further lines indented."""
        text = json.dumps(value, ensure_ascii=False)
        escape = not encodable(text)
        if self.indent is None:
            comma = ", " if self.colon.endswith(" ") else ","
            return json.dumps(value, ensure_ascii=escape, separators=(comma, self.colon))
        text = json.dumps(value, ensure_ascii=escape, indent=self.unit, separators=(",", self.colon))
        return text.replace("\n", self.newline + self.indent)


def encodable(text: str) -> bool:
    """Whether a text can be written as UTF-8."""
    return not any("\ud800" <= char <= "\udfff" for char in text)


def finite(path: Path, value: object) -> None:
    """MergeError when a value holds a number that JSON cannot represent."""
    if isinstance(value, float) and not math.isfinite(value):
        raise MergeError(f"{named(path)}: JSON has no number {value}")
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        finite(path, item)
