# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reading block-style YAML with positions: mappings, lists, scalars, flow values.

Anchors, aliases and tags are read as literals of their source text. Raises MergeError, with the line, for what is
malformed and for what this reader does not know: several documents, complex keys, tabs as indentation.
"""

from __future__ import annotations

import re
from typing import Dict, List, NoReturn, Optional

from . import yaml_scalars
from .errors import MergeError
from .values import Literal
from .yaml_flow import MERGE_KEY, Flow, mergeable

KEY = re.compile(r"""("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s#&*!|>'"%@`\[\]{},?:-].*?|[-?:]\S.*?)[ \t]*:(?=[ \t]|$)""")
NOT_IN_KEY = re.compile(r"[ \t]#|:[ \t]")
MARK = re.compile(r"(?:---|\.\.\.)(?:\s|$)")
QUOTED = {"'": re.compile(r"'((?:[^']|'')*)'"), '"': re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)}
NOTE = re.compile(r"(?:[ \t]+#[^\r\n]*|[ \t]*)(?=\r?\n|\Z)")
BLOCK = re.compile(r"([|>])([1-9]?)([+-]?)([1-9]?)(?=[ \t\r\n]|\Z)")
# What YAML does not allow, and the line separators of Unicode, which not every reader takes for line ends.
UNPRINTABLE = re.compile("[^\t\n\r -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|\r(?!\n)")
DIRECTIVE = re.compile(r"%(?:YAML[ \t]+1\.[0-9]+|TAG[ \t]+!(?:[\w-]*!)?[ \t]+[!\w][^\s#]*)[ \t]*(?:[ \t]#.*)?$")
PLAIN_END = re.compile(r"[ \t]+#|[ \t]*(?:\r?\n|\Z)")


class Line:
    """A line: `indent` counts spaces, `body` is what follows them, without the line end."""

    def __init__(self, start: int, end: int, text: str) -> None:
        self.start = start
        self.end = end
        self.body = text.rstrip("\r\n").lstrip(" ")
        self.indent = len(text.rstrip("\r\n")) - len(self.body)
        self.silent = not self.body.strip() or self.body.lstrip(" \t").startswith("#")

    @property
    def item(self) -> bool:
        """Whether a list's item begins here."""
        return self.body.startswith("- ") or self.body == "-"


class Node:
    """A value. `entries` for a block mapping; `note` is the comment of its line with the spaces before it."""

    def __init__(self, plain: object = None) -> None:
        self.plain = plain
        self.entries: Optional[List[Entry]] = None
        self.indent = 0
        self.note = ""
        self.start = 0
        self.end = 0


class Entry:
    """A key with its value: whole lines from `start` to `end`, `colon` is where the key's colon ends."""

    def __init__(self, key: str, start: int, colon: int) -> None:
        self.key = key
        self.start = start
        self.colon = colon
        self.end = colon
        self.node = Node()


class Reader:
    """One YAML document. `root` is None when it is empty; `end` is where its content ends."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines: List[Line] = []
        at = 1 if text.startswith("\ufeff") else 0
        while at < len(text):
            found = text.find("\n", at)
            end = len(text) if found < 0 else found + 1
            self.lines.append(Line(at, end, text[at:end]))
            at = end
        self.at = 0
        self.last = 0
        self.end = len(text)
        self.root = self.document()

    def error(self, message: str, offset: int) -> MergeError:
        """The error for an offset."""
        return MergeError(message, self.text.count("\n", 0, offset) + 1)

    def document(self) -> Optional[Node]:
        """The only document of the text."""
        self.limit()
        line = self.line()
        if line is None:
            return None
        if line.body.rstrip() in ("{}", "{ }"):
            return self.inline(line.start + line.indent, -1)
        if not self.key(line) or line.item:
            if line.body[0] in "\t?":
                self.refuse(line)
            what = "a flow mapping" if line.body[0] == "{" else "something else"
            raise self.error(f"the file holds {what} where a block mapping is expected", line.start)
        root = self.mapping(line.indent)
        rest = self.line()
        if rest is not None:
            raise self.error("this line does not belong to the mapping above it", rest.start)
        return root

    def limit(self) -> None:
        """Strip the document markers from both ends."""
        found = UNPRINTABLE.search(self.text)
        if found:
            raise self.error(f"the character {found.group()!r} is not allowed in YAML", found.start())
        marks = [line_number for line_number, one in enumerate(self.lines) if one.indent == 0 and MARK.match(one.body)]
        for number in marks:
            line = self.lines[number]
            before = [one for one in self.lines[:number] if not one.silent and not one.body.startswith("%")]
            if line.body.startswith("---"):
                if before or self.at:
                    raise self.error("a file of several YAML documents", line.start)
                for directive in self.lines[:number]:
                    if directive.body.startswith("%") and not DIRECTIVE.match(directive.body):
                        raise self.error("an unknown or malformed directive", directive.start)
                if line.body[3:].strip() and not line.body[3:].strip().startswith("#"):
                    raise self.error("content on the line of '---'", line.start)
                self.at = number + 1
            elif line.body[3:].strip() and not line.body[3:].strip().startswith("#"):
                raise self.error("content on the line of '...'", line.start)
            elif any(not one.silent for one in self.lines[number + 1 :]):
                raise self.error("a file of several YAML documents", line.start)
            else:
                self.lines = self.lines[:number]
                self.end = line.start
                return

    def line(self) -> Optional[Line]:
        """The next line with content."""
        while self.at < len(self.lines) and self.lines[self.at].silent:
            self.at += 1
        return self.lines[self.at] if self.at < len(self.lines) else None

    def key(self, line: Line) -> Optional[re.Match[str]]:
        """The key with which a line begins."""
        found = KEY.match(line.body)
        if found is None or (found.group(1)[0] not in "\"'" and NOT_IN_KEY.search(found.group(1))):
            return None
        return found

    def mapping(self, indent: int) -> Node:
        """The block mapping that begins at the present line."""
        plain: Dict[str, object] = {}
        node = Node(plain)
        node.entries = []
        node.indent = indent
        while True:
            line = self.line()
            if line is None or line.indent < indent:
                return node
            found = self.key(line)
            if line.indent > indent or found is None or line.item:
                self.refuse(line)
            entry = self.entry(line, found, indent)
            if entry.key in plain:
                raise self.error(f"duplicate key {entry.key}", line.start)
            if found.group(1) == "<<" and not mergeable(entry.node.plain):
                raise self.error(MERGE_KEY, line.start)
            node.entries.append(entry)
            plain[entry.key] = entry.node.plain

    def refuse(self, line: Line) -> NoReturn:
        """The error for a line that is not an entry of its mapping."""
        if line.body.startswith("\t"):
            raise self.error("a tab in the indentation", line.start)
        if line.body.startswith("? "):
            raise self.error("a complex key ('?')", line.start)
        raise self.error("expected 'key: value' in the indentation of the mapping", line.start)

    def entry(self, line: Line, found: re.Match[str], indent: int) -> Entry:
        """A key and its value."""
        key = found.group(1)
        if key[0] == "'":
            key = yaml_scalars.single(key[1:-1])
        elif key[0] == '"':
            key = yaml_scalars.double(key[1:-1], self.text.count("\n", 0, line.start) + 1)
        entry = Entry(key, line.start, line.start + line.indent + found.end())
        self.consume(self.at)
        note = NOTE.match(self.text, entry.colon)
        if note:
            entry.node = self.below(indent)
            entry.node.note = note.group().rstrip()
        else:
            rest = self.text[entry.colon : line.end]
            entry.node = self.inline(entry.colon + len(rest) - len(rest.lstrip(" \t")), indent)
        entry.end = self.lines[self.last].end
        return entry

    def consume(self, line_number: int) -> None:
        """Pass all lines up to this one, the last one so far with content."""
        self.last = line_number
        self.at = line_number + 1

    def below(self, indent: int) -> Node:
        """The value on the lines below its key; null when there is none."""
        line = self.line()
        if line is None or line.indent < indent or (line.indent == indent and not line.item):
            return Node()
        return self.block(line, indent)

    def block(self, line: Line, indent: int) -> Node:
        """The value that begins with a line, below something of the given indentation."""
        if line.item:
            return self.sequence(line.indent)
        if self.key(line):
            return self.mapping(line.indent)
        return self.inline(line.start + line.indent, indent)

    def sequence(self, indent: int) -> Node:
        """The block list that begins at the present line."""
        plain: List[object] = []
        node = Node(plain)
        while True:
            line = self.line()
            if line is None or line.indent < indent or (line.indent == indent and not line.item):
                return node
            if line.indent > indent:
                self.refuse(line)
            content = line.body[1:].lstrip(" ")
            if not content or content.startswith("#"):
                self.consume(self.at)
                following = self.line()
                deeper = following is not None and following.indent > indent
                plain.append(self.block(following, indent).plain if deeper and following else None)
                continue
            line.indent += len(line.body) - len(content)
            line.body = content
            plain.append(self.block(line, indent).plain)

    def inline(self, start: int, indent: int) -> Node:
        """The value that begins at an offset, on its key's line or below it."""
        node = Node()
        node.start = start
        char = self.text[start]
        if char in "&*!":
            return self.opaque(node, indent)
        if char in "|>":
            return self.literal(node, indent)
        if char in "\"'":
            found = QUOTED[char].match(self.text, start)
            if not found:
                raise self.error("a string that begins here is never closed", start)
            line = self.text.count("\n", 0, start) + 1
            text = found.group(1)
            node.plain = yaml_scalars.single(text) if char == "'" else yaml_scalars.double(text, line)
            return self.finish(node, found.end())
        if char in "[{":
            flow = Flow(self.text, start)
            node.plain = flow.value()
            return self.finish(node, flow.at)
        return self.plain(node, indent)

    def finish(self, node: Node, end: int) -> Node:
        """Pass the lines of a value which ends at an offset."""
        note = NOTE.match(self.text, end)
        if not note:
            raise self.error("something follows the value on its line", end)
        node.end = end
        node.note = note.group().rstrip()
        self.consume(self.line_number(end - 1))
        return node

    def line_number(self, offset: int) -> int:
        """The number of the line of an offset, which is not above the last line read."""
        line_number = max(self.at - 1, 0)
        while self.lines[line_number].end <= offset:
            line_number += 1
        return line_number

    def plain(self, node: Node, indent: int) -> Node:
        """A plain scalar, which may go on over deeper lines."""
        first = self.text[node.start : node.start + 2]
        alone = first[1:] in ("", " ", "\t", "\r", "\n")
        if first[0] == "?" and alone:
            raise self.error("a complex key ('?')", node.start)
        if first[0] in "@`%,]}" or (first[0] == "-" and alone):
            raise self.error(f"a value cannot begin with {first[0]!r}", node.start)
        line_number = self.line_number(node.start)
        start = node.start
        while True:
            found = PLAIN_END.search(self.text, start)
            end = found.start() if found else len(self.text)
            part = self.text[start:end]
            if ": " in part or part.endswith(":"):
                raise self.error("a second ':' in a plain value", start)
            below = line_number + 1
            while below < len(self.lines) and not self.lines[below].body.strip():
                below += 1
            commented = found is not None and found.group().endswith("#")
            if commented or below >= len(self.lines) or self.lines[below].silent or self.lines[below].indent <= indent:
                break
            line_number = below
            start = self.lines[line_number].start + self.lines[line_number].indent
        raw = self.text[node.start : end]
        node.plain = yaml_scalars.resolve(yaml_scalars.folded(raw))
        return self.finish(node, end)

    def opaque(self, node: Node, indent: int) -> Node:
        """An anchor, an alias or a tag with all that belongs to it."""
        line_number = self.line_number(node.start)
        bare = len(self.text[node.start : self.lines[line_number].end].split()) == 1
        last = line_number
        for below in range(line_number + 1, len(self.lines)):
            line = self.lines[below]
            if line.silent:
                continue
            if line.indent < indent or (line.indent == indent and not (bare and line.item)):
                break
            last = below
        self.consume(last)
        node.end = self.lines[last].end
        node.plain = Literal(self.text[node.start : node.end].rstrip())
        return node

    def literal(self, node: Node, indent: int) -> Node:
        """A block scalar."""
        found = BLOCK.match(self.text, node.start)
        note = NOTE.match(self.text, found.end()) if found else None
        if not found or not note:
            raise self.error("malformed head of a block scalar", node.start)
        first = self.line_number(node.start)
        last = first
        step = found.group(2) or found.group(4)
        depth = max(indent, 0) + int(step) if step else 0
        for below in range(first + 1, len(self.lines)):
            line = self.lines[below]
            if not line.body.strip() and (not depth or line.indent < depth):
                continue
            depth = depth or line.indent
            if line.indent < depth or depth <= indent:
                break
            last = below
        if found.group(3) == "+":
            while last + 1 < len(self.lines) and not self.lines[last + 1].body.strip():
                last += 1
        texts = [self.text[line.start : line.end].rstrip("\r\n") for line in self.lines[first + 1 : last + 1]]
        if not depth:  # nothing but empty lines: the longest of them has the indentation
            depth = max((len(text) - len(text.lstrip(" ")) for text in texts), default=0)
        texts = [text[depth:] for text in texts]
        ended = self.text[: self.lines[last].end].endswith("\n")
        node.plain = yaml_scalars.block(texts, found.group(1), found.group(3), ended)
        self.consume(last)
        node.end = self.lines[last].end
        node.note = note.group().rstrip()
        return node
