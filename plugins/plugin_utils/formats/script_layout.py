# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Scripts of fish laid out by their blocks, much as fish_indent does it, without fish.

Only the white space between words and quotes that nothing needs are touched: what a script means stays as it is. Lines
inside quotes or parentheses that began on another line stay whole.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

OPENERS = {"begin", "for", "function", "if", "switch", "while"}
PREFIXES = {"!", "and", "else", "if", "not", "or", "while", "begin", "time"}
SEPARATORS = re.compile(r"&&|\|\||&\||[;|&]")
SIMPLE = re.compile(r"""(["'])([A-Za-z0-9_/-]+)\1""")
SPACE = re.compile(r"[ \t]+")
ESCAPED_END = re.compile(r"(?<!\\)(?:\\\\)*\\$")


@dataclass
class _Line:
    """A line in parts: words, separators and a comment.

    `heads` are the numbers of the words where a command begins.
    """

    parts: list[str] = field(default_factory=list)
    spaced: list[bool] = field(default_factory=list)
    heads: list[int] = field(default_factory=list)


def fish_layout(value: str) -> str:
    """A script of fish, each line indented by four spaces a block, with single spaces between words.

    Words of letters, digits, `_`, `-` and `/` lose their quotes.
    """
    layout = _Layout()
    return "".join(layout.line(line) + "\n" for line in value.rstrip("\n").split("\n"))


class _Layout:
    """What the lines so far leave open: blocks, quotes and parentheses, a line that goes on."""

    def __init__(self) -> None:
        self.blocks: list[str] = []
        self.open: list[str] = []
        self.continued = False
        self.glued = False

    def line(self, text: str) -> str:
        if self.open:
            return self._inside(text)
        if not text.strip():
            self.continued = False
            return ""
        found = self._parts(text.strip() if not text.rstrip().endswith("\\") else text.lstrip())
        depth = self._depth(found)
        whole = self.glued
        self.continued = bool(ESCAPED_END.search(text)) and found.parts[-1][0] != "#"
        self.glued = self.continued and found.parts[-1] != "\\"
        if whole:
            return text
        words = "".join((" " if spaced else "") + part for part, spaced in zip(found.parts, found.spaced, strict=True))
        return "    " * depth + words

    def _inside(self, text: str) -> str:
        """A line that begins inside quotes or parentheses, whole; what follows their end on it is not looked at."""
        at = self._scan(text, 0)
        while at < len(text):
            at = max(self._scan(text, at), at + 1)
        self.continued = self.glued = not self.open and bool(ESCAPED_END.search(text))
        return text

    def _depth(self, line: _Line) -> int:
        """The depth of the line; the blocks that it begins and ends are recorded."""
        depth = len(self.blocks) + (1 if self.continued else 0)
        heads = [line.parts[at] for at in line.heads]
        for number, head in enumerate(heads):
            if head == "end":
                if self.blocks and self.blocks[-1] == "case":
                    self.blocks.pop()
                if self.blocks:
                    self.blocks.pop()
                depth = len(self.blocks) if number == 0 else depth
            elif head == "case":
                if self.blocks and self.blocks[-1] == "case":
                    self.blocks.pop()
                depth = len(self.blocks) if number == 0 else depth
                self.blocks.append("case")
            elif head == "else":
                depth = max(len(self.blocks) - 1, 0) if number == 0 else depth
            elif head in OPENERS and not (number and heads[number - 1] == "else" and head == "if"):
                self.blocks.append(head)
        return depth

    def _parts(self, text: str) -> _Line:
        line = _Line()
        at, head, spaced = 0, not self.continued, False
        while at < len(text):
            space = SPACE.match(text, at)
            if space:
                at, spaced = space.end(), bool(line.parts)
                continue
            separator = SEPARATORS.match(text, at)
            end = len(text) if text[at] == "#" else separator.end() if separator else self._scan(text, at)
            part = text[at:end]
            if separator:
                head = True
            elif text[at] != "#":
                if head:
                    line.heads.append(len(line.parts))
                simple = None if head else SIMPLE.fullmatch(part)
                part = simple[2] if simple else part
                head = head and part in PREFIXES
            line.parts.append(part)
            line.spaced.append(spaced)
            at, spaced = end, False
        return line

    def _scan(self, text: str, at: int) -> int:
        """Where the word that begins at `at` ends; quotes and parentheses that stay open are noted."""
        while at < len(text):
            char, within = text[at], self.open[-1] if self.open else ""
            if char == "\\":
                at += 2
                continue
            if within in ("'", '"'):
                if char == within:
                    self.open.pop()
                elif within == '"' and text.startswith("$(", at):
                    self.open.append("(")
                    at += 1
            elif char in "'\"(":
                self.open.append(char)
            elif char == ")" and within:
                self.open.pop()
            elif not within and char in " \t;|&":
                return at
            at += 1
        return min(at, len(text))
