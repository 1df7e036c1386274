# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reading JSON with positions: comments and trailing commas, as editors write them, are allowed."""

from __future__ import annotations

import re
from json import JSONDecodeError, decoder
from typing import Callable, List, Optional, Tuple

from .errors import MergeError

SPACE = re.compile(r"(?:[ \t\r\n\ufeff]+|//[^\r\n]*|/\*.*?\*/)*", re.DOTALL)
NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
WORDS = {"true": True, "false": False, "null": None, "NaN": float("nan"), "Infinity": float("inf")}
# The scanner of the standard library (in C where there is one) is not in its type stubs.
SCAN: Callable[[str, int, bool], Tuple[str, int]] = decoder.scanstring  # type: ignore[attr-defined]
WORD = re.compile(r"[A-Za-z]+")


class Node:
    """A value with its span in the text; `members` for an object, `items` for a list."""

    def __init__(self, start: int) -> None:
        self.start = start
        self.end = start
        self.members: Optional[List[Member]] = None
        self.items: Optional[List[Node]] = None
        self.scalar: object = None

    def find(self, key: str) -> Optional[Member]:
        """The member that counts for `key`: the last one."""
        for member in reversed(self.members or []):
            if member.key == key:
                return member
        return None

    def value(self) -> object:
        """As plain values."""
        if self.members is not None:
            return {member.key: member.node.value() for member in self.members}
        if self.items is not None:
            return [item.value() for item in self.items]
        return self.scalar


class Member:
    """A key of an object; `comma` is the position of its comma, or -1."""

    def __init__(self, key: str, start: int, end: int, node: Node) -> None:
        self.key = key
        self.start = start
        self.key_end = end
        self.node = node
        self.comma = -1

    @property
    def end(self) -> int:
        """Where the member ends, its comma included."""
        return self.node.end if self.comma < 0 else self.comma + 1


class Reader:
    """One pass over a JSON text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def document(self) -> Optional[Node]:
        """The root value; None when the text is empty. Raises MergeError when it is malformed."""
        self.skip()
        if self.at == len(self.text):
            return None
        root = self.value()
        self.skip()
        if self.at < len(self.text):
            raise self.error("something follows the end of the JSON value")
        return root

    def error(self, message: str, at: Optional[int] = None) -> MergeError:
        """The error for a place, the present one by default."""
        return MergeError(message, self.text.count("\n", 0, self.at if at is None else at) + 1)

    def skip(self) -> None:
        """Pass spaces and comments."""
        found = SPACE.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def peek(self) -> str:
        """The present character; empty at the end."""
        return self.text[self.at : self.at + 1]

    def string(self) -> str:
        """A string, whose opening quote is the present character."""
        start = self.at
        try:
            text, self.at = SCAN(self.text, start + 1, False)
        except JSONDecodeError as error:
            raise self.error(f"malformed string ({error.msg})", start) from None
        return str(text)

    def value(self) -> Node:
        """Any value."""
        node = Node(self.at)
        char = self.peek()
        if char == "{":
            self.object(node)
        elif char == "[":
            self.array(node)
        elif char == '"':
            node.scalar = self.string()
        else:
            node.scalar = self.word()
        node.end = self.at
        return node

    def word(self) -> object:
        """A number or a named constant."""
        number = NUMBER.match(self.text, self.at)
        if number:
            self.at = number.end()
            return float(number.group()) if number.group(1) or number.group(2) else int(number.group())
        if self.text.startswith("-Infinity", self.at):
            self.at += len("-Infinity")
            return float("-inf")
        word = WORD.match(self.text, self.at)
        if not word or word.group() not in WORDS:
            found = word.group() if word else self.peek()
            raise self.error("expected a JSON value, found {}".format(repr(found) if found else "the end of the file"))
        self.at = word.end()
        return WORDS[word.group()]

    def object(self, node: Node) -> None:
        """An object, whose brace is the present character."""
        opening = self.at
        node.members = []
        self.at += 1
        self.skip()
        while self.peek() != "}":
            if self.peek() != '"':
                raise (
                    self.unclosed("an object", opening)
                    if not self.peek()
                    else self.error(f"expected a key in double quotes, found {self.peek()!r}")
                )
            start = self.at
            key = self.string()
            end = self.at
            self.skip()
            if self.peek() != ":":
                raise self.error(f"expected ':' after the key {key!r}")
            self.at += 1
            self.skip()
            member = Member(key, start, end, self.value())
            node.members.append(member)
            member.comma = self.separator("}", opening)
        self.at += 1

    def array(self, node: Node) -> None:
        """A list, whose bracket is the present character."""
        opening = self.at
        node.items = []
        self.at += 1
        self.skip()
        while self.peek() != "]":
            if not self.peek():
                raise self.unclosed("a list", opening)
            node.items.append(self.value())
            self.separator("]", opening)
        self.at += 1

    def separator(self, closing: str, opening: int) -> int:
        """Pass what follows a member: the position of its comma, -1 when the closing bracket follows."""
        self.skip()
        if self.peek() == ",":
            comma = self.at
            self.at += 1
            self.skip()
            return comma
        if self.peek() != closing:
            if not self.peek():
                raise self.unclosed("an object" if closing == "}" else "a list", opening)
            raise self.error(f"expected ',' or {closing!r}, found {self.peek()!r}")
        return -1

    def unclosed(self, what: str, opening: int) -> MergeError:
        """The error for a missing closing bracket."""
        return self.error(f"{what} that begins here is never closed", opening)
