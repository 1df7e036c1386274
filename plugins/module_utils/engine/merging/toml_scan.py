# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reading TOML 1.0 values and keys with positions."""

from __future__ import annotations

import calendar
import re
from typing import Dict, List, Optional, Set

from .errors import MergeError
from .values import Literal, Path

BLANK = re.compile(r"[ \t]*")
SPACE = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
BARE = re.compile(r"[A-Za-z0-9_-]+")
LITERAL = re.compile(r"'([^'\r\n]*)'")
LONG_LITERAL = re.compile(r"'''(?:\r?\n)?((?:[^']|'{1,2}(?!'))*'{0,2})'''")
BASIC = re.compile(r'"((?:[^"\\\r\n]|\\.)*)"')
LONG_BASIC = re.compile(r'"""(?:\r?\n)?((?:[^"\\]|\\.|"{1,2}(?!"))*"{0,2})"""', re.DOTALL)
ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([ \t]*\r?\n[ \t\r\n]*)|(.))", re.DOTALL)
SIMPLE = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", '"': '"', "\\": "\\"}
# What no TOML text has, outside of escapes.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)")
CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"
TIME = CLOCK + r":[0-5][0-9](?:\.[0-9]+)?"
MOMENT = re.compile(
    r"([0-9]{4})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])(?:[Tt ]"
    + TIME
    + r"(?:[Zz]|[+-]"
    + CLOCK
    + r")?)?(?![0-9A-Za-z_.:+-])|"
    + TIME
    + r"(?![0-9A-Za-z_.:+-])"
)
WORD = re.compile(r"[0-9A-Za-z_.+-]+")
INTEGER = re.compile(r"[+-]?(?:0|[1-9](?:_?[0-9])*)$")
BASED = re.compile(r"0(?:x[0-9A-Fa-f](?:_?[0-9A-Fa-f])*|o[0-7](?:_?[0-7])*|b[01](?:_?[01])*)$")
FLOAT = re.compile(r"[+-]?(?:0|[1-9](?:_?[0-9])*)(?:\.[0-9](?:_?[0-9])*)?(?:[eE][+-]?[0-9](?:_?[0-9])*)?$")
SPECIAL = re.compile(r"[+-]?(?:inf|nan)$")


class Value:
    """A value with its span; `items` for an inline table, None for every other."""

    def __init__(self, start: int) -> None:
        self.start = start
        self.end = start
        self.plain: object = None
        self.items: Optional[List[Item]] = None


class Item:
    """A key, dotted or not, and its value in an inline table; `comma` is the position of its comma, or -1."""

    def __init__(self, keys: Path, start: int, value: Value) -> None:
        self.keys = keys
        self.start = start
        self.value = value
        self.comma = -1


class Scanner:
    """A place in a TOML text, and what can be read from there."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 1 if text.startswith("\ufeff") else 0

    def error(self, message: str, at: Optional[int] = None) -> MergeError:
        """The error for a place, the present one by default."""
        return MergeError(message, self.text.count("\n", 0, self.at if at is None else at) + 1)

    def peek(self) -> str:
        """The present character; empty at the end."""
        return self.text[self.at : self.at + 1]

    def blanks(self) -> None:
        """Pass spaces on the line."""
        found = BLANK.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def spaces(self) -> None:
        """Pass spaces, line ends and comments."""
        found = SPACE.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def keys(self) -> Path:
        """A key, dotted or not, and the spaces after it."""
        keys = [self.key()]
        self.blanks()
        while self.peek() == ".":
            self.at += 1
            self.blanks()
            keys.append(self.key())
            self.blanks()
        return tuple(keys)

    def key(self) -> str:
        """One part of a key."""
        if self.peek() == '"' and not self.text.startswith('"""', self.at):
            return self.string()
        if self.peek() == "'" and not self.text.startswith("'''", self.at):
            return self.string()
        found = BARE.match(self.text, self.at)
        if not found:
            raise self.error(f"expected a key, found {self.peek()!r}" if self.peek() else "expected a key")
        self.at = found.end()
        return found.group()

    def string(self) -> str:
        """A string of any of the four kinds."""
        start = self.at
        long = self.text[start : start + 3]
        if long == "'''":
            pattern = LONG_LITERAL
        elif long == '"""':
            pattern = LONG_BASIC
        else:
            pattern = BASIC if self.peek() == '"' else LITERAL
        found = pattern.match(self.text, start)
        if not found:
            raise self.error("a string that begins here is never closed")
        self.at = found.end()
        text = found.group(1).replace("\r\n", "\n")
        return text if long[0] == "'" else ESCAPE.sub(lambda one: self.escaped(one, start), text)

    def escaped(self, found: re.Match[str], start: int) -> str:
        """What an escape sequence means."""
        code = found.group(1) or found.group(2)
        if code:
            number = int(code, 16)
            if number > 0x10FFFF or 0xD800 <= number <= 0xDFFF:
                raise self.error(f"{found.group()} is not a character", start)
            return chr(number)
        if found.group(3) is not None:
            return ""
        if found.group(4) not in SIMPLE:
            raise self.error(f"unknown escape {found.group()!r}", start)
        return SIMPLE[found.group(4)]

    def value(self) -> Value:
        """Any value."""
        value = Value(self.at)
        char = self.peek()
        if char and char in "\"'":
            value.plain = self.string()
        elif char == "[":
            value.plain = self.array()
        elif char == "{":
            self.inline(value)
        else:
            value.plain = self.word()
        value.end = self.at
        return value

    def word(self) -> object:
        """A number, a boolean or a date."""
        moment = MOMENT.match(self.text, self.at)
        if moment:
            year, month, day = moment.groups()
            if year and not (int(year) and int(day) <= calendar.monthrange(int(year), int(month))[1]):
                raise self.error(f"{year}-{month}-{day} is not a date")
            self.at = moment.end()
            return Literal(moment.group())
        found = WORD.match(self.text, self.at)
        word = found.group() if found else ""
        number = word.replace("_", "")
        if word in ("true", "false"):
            plain: object = word == "true"
        elif INTEGER.match(word):
            plain = int(number)
        elif BASED.match(word):
            plain = int(number, 0)
        elif FLOAT.match(word) or SPECIAL.match(word):
            plain = float(number)
        else:
            shown = word or self.peek()
            raise self.error(
                f"expected a TOML value, found {shown.strip()!r}" if shown.strip() else "a value is missing"
            )
        self.at += len(word)
        return plain

    def array(self) -> List[object]:
        """An array, whose bracket is the present character."""
        opening = self.at
        plain: List[object] = []
        self.at += 1
        self.spaces()
        while self.peek() != "]":
            if not self.peek():
                raise self.error("an array that begins here is never closed", opening)
            plain.append(self.value().plain)
            self.spaces()
            if self.peek() == ",":
                self.at += 1
                self.spaces()
            elif self.peek() and self.peek() != "]":
                raise self.error(f"expected ',' or ']', found {self.peek()!r}")
        self.at += 1
        return plain

    def inline(self, value: Value) -> None:
        """An inline table, whose brace is the present character."""
        value.items = []
        value.plain = {}
        # The tables that dotted keys made: only these can be extended.
        dotted = {id(value.plain)}
        self.at += 1
        self.blanks()
        while self.peek() != "}" or (value.items and value.items[-1].comma >= 0):
            start = self.at
            keys = self.keys()
            if self.peek() != "=":
                raise self.error("expected '=' after a key of an inline table")
            self.at += 1
            self.blanks()
            item = Item(keys, start, self.value())
            value.items.append(item)
            self.enter(value.plain, item, dotted)
            self.blanks()
            if self.peek() == ",":
                item.comma = self.at
                self.at += 1
                self.blanks()
            elif self.peek() != "}":
                raise self.error("expected ',' or '}' in an inline table (TOML 1.0 keeps one on its line)")
        self.at += 1

    def enter(self, table: Dict[str, object], item: Item, dotted: Set[int]) -> None:
        """Add an item to the plain values of its inline table."""
        for key in item.keys[:-1]:
            if key not in table:
                table[key] = {}
                dotted.add(id(table[key]))
            below = table[key]
            if not isinstance(below, dict) or id(below) not in dotted:
                raise self.error(f"{key} is not a table", item.start)
            table = below
        if item.keys[-1] in table:
            raise self.error(f"duplicate key {item.keys[-1]} in an inline table", item.start)
        table[item.keys[-1]] = item.value.plain
