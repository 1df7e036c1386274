# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A YAML text edited in place: block mappings are continued, every other value is replaced whole.

Nothing is written inside a flow mapping, and nothing that holds an anchor, an alias or a tag is replaced or taken out:
MergeError names the line. Comments inside a list or block scalar go with it when it gives way to another value.
"""

from __future__ import annotations

import re
from typing import Dict, List, Optional

from . import yaml_scalars
from .document import Document
from .errors import MergeError
from .values import ABSENT, Literal, Path, named
from .yaml_scan import Entry, Node, Reader


class YamlDocument(Document):
    """A YAML file of one document, whose root is a block mapping or nothing."""

    def read(self) -> None:
        self.contents = Reader(self.text)
        self.root = self.contents.root

    def tree(self) -> Dict[str, object]:
        plain = self.root.plain if self.root else None
        return plain if isinstance(plain, dict) else {}

    def is_blank(self) -> bool:
        return self.text.strip("\ufeff \t\r\n") in ("", "{}")

    def entry(self, path: Path) -> Optional[Entry]:
        """The entry of a path that leads through block mappings."""
        node = self.root
        entry = None
        for key in path:
            entry = next((one for one in (node.entries or [] if node else []) if one.key == key), None)
            node = entry.node if entry else None
        return entry

    def node(self, path: Path) -> Optional[Node]:
        """The value at a path that leads through block mappings."""
        entry = self.entry(path)
        return entry.node if entry else None if path else self.root

    def source(self, path: Path) -> Optional[str]:
        entry = self.entry(path)
        return self.text[entry.colon : entry.end] if entry else None

    def obstacle(self, path: Path) -> object:
        found = super().obstacle(path)
        if found is not ABSENT:
            self.guard(path)
        return found

    def guard(self, path: Path) -> None:
        """MergeError when what is at a path may not be replaced."""
        entry = self.entry(path)
        if entry and marked(entry.node.plain):
            raise MergeError(
                f"{named(path)}: cannot write this over an anchor, alias or tag", self.line_of(entry.start)
            )

    def put(self, path: Path, value: object, source: Optional[str] = None) -> None:
        entry = self.entry(path)
        if entry is not None:
            self.guard(path)
            self.replace(entry, value, source)
            return
        depth = len(path) - 1
        while self.mapping(path[:depth]) is None:
            depth -= 1
        for key in reversed(path[depth + 1 :]):
            value, source = {key: value}, None
        holder = self.node(path[:depth])
        above = self.entry(path[:depth])
        if depth and (holder is None or (holder.entries is None and holder.plain)):
            shown = next((one for one in (self.entry(path[:n]) for n in range(depth, 0, -1)) if one), None)
            line = self.line_of(shown.start) if shown else 0
            raise MergeError(f"{named(path)}: cannot write this into a flow mapping", line)
        if above is not None and holder is not None and holder.entries is None:
            self.replace(above, {path[depth]: value}, None)
        elif holder is None or holder.entries is None:
            self.begin(holder, path[depth], value)
        else:
            lines = self.lines(path[depth], value, holder.indent, source)
            self.insert(holder.entries[-1].end, lines)

    def begin(self, empty: Optional[Node], key: str, value: object) -> None:
        """Write the first key of an empty text, or of `{}`."""
        lines = self.lines(key, value, 0, None)
        if empty is None:
            self.insert(self.contents.end, lines)
        else:
            self.apply((empty.start, empty.end, self.newline.join(lines)))

    def insert(self, at: int, lines: List[str]) -> None:
        """Write whole lines at an offset."""
        before = "" if not at or self.text[:at].endswith(("\n", "\ufeff")) else self.newline
        self.apply((at, at, before + self.newline.join(lines) + self.newline))

    def lines(self, key: str, value: object, indent: int, source: Optional[str]) -> List[str]:
        """The lines of an entry, without their line ends."""
        if source is not None:
            return [" " * indent + yaml_scalars.string(key) + ":" + source.rstrip("\r\n")]
        return yaml_scalars.entry(key, value, indent, self.unit(), self.dash())

    def replace(self, entry: Entry, value: object, source: Optional[str]) -> None:
        """Write another value after a key; the comment on the line stays."""
        end = self.text[self.line_body_end(entry.end) : entry.end]
        if source is not None:
            new = source.rstrip("\r\n")
        else:
            indent = len(self.text[entry.start : entry.colon]) - len(self.text[entry.start : entry.colon].lstrip(" "))
            head, *below = yaml_scalars.entry("k", value, indent, self.unit(), self.dash())
            new = self.newline.join([head[indent + 2 :] + entry.node.note, *below])
        self.apply((entry.colon, entry.end, new + end))

    def line_body_end(self, end: int) -> int:
        """Where the line end before an offset begins."""
        return len(self.text[:end].rstrip("\r\n")) if self.text[:end].endswith("\n") else end

    def remove(self, path: Path) -> None:
        entry = self.entry(path)
        if entry is None:
            raise MergeError(f"{named(path)}: cannot remove this from a flow mapping")
        self.guard(path)
        above = self.entry(path[:-1])
        holder = self.node(path[:-1])
        if above is not None and holder is not None and len(holder.entries or []) == 1:
            self.apply((entry.start, entry.end, ""), (above.colon, above.colon, " {}"))
        else:
            self.apply((entry.start, entry.end, ""))

    def unit(self) -> int:
        """The step of indentation below a mapping: that of the first one that has any, else two."""
        for entry in self.root.entries or [] if self.root else []:
            if entry.node.entries and self.root and entry.node.indent > self.root.indent:
                return entry.node.indent - self.root.indent
        return 2

    def dash(self) -> int:
        """The step of indentation of a list below its key: that of the first one, else as for mappings."""
        found = re.search(r"^( *)[^\s#-][^\n]*:[ \t]*\r?\n( *)- ", self.text, re.MULTILINE)
        step = len(found.group(2)) - len(found.group(1)) if found else self.unit()
        return step if step >= 0 else self.unit()


def marked(plain: object) -> bool:
    """Whether a value holds an anchor, an alias or a tag."""
    if isinstance(plain, (dict, list)):
        return any(marked(item) for item in (plain.values() if isinstance(plain, dict) else plain))
    return isinstance(plain, Literal) and plain.text[:1] in ("&", "*", "!")
