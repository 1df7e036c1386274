# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reading YAML flow values: `[a, b]` and `{a: 1}`, over as many lines as they take."""

from __future__ import annotations

import re
from typing import Dict, List, Tuple

from . import yaml_scalars
from .errors import MergeError
from .values import Literal

SPACE = re.compile(r"(?:[ \t\r\n]+(?:#[^\n]*)?)*")
COMPLEX = re.compile(r"\?[ \t\r\n]")
COLON = re.compile(r":(?=[\s,\[\]{}]|\Z)")
SINGLE = re.compile(r"'((?:[^']|'')*)'")
DOUBLE = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
PLAIN = re.compile(
    r"(?:[^\s,\[\]{}:#]|:(?![\s,\[\]{}])|(?<=\S)#|[ \t\r\n]+(?![\s,\[\]{}:#]|\Z)|[ \t]+:(?![\s,\[\]{}]))+"
)
# What no plain scalar begins with, or not to every reader.
STARTERS = ("#", "%", "|", ">", "@", "`", "?", ":")
MERGE_KEY = "expected a mapping or a list of mappings after the merge key '<<'"


def mergeable(value: object) -> bool:
    """Whether `value` is a mapping, an alias (which may stand for one), or a list of these."""
    return all(isinstance(one, (dict, Literal)) for one in (value if isinstance(value, list) else [value]))


class Flow:
    """A place in a flow value; MergeError when it is malformed."""

    def __init__(self, text: str, at: int) -> None:
        self.text = text
        self.at = at

    def error(self, message: str) -> MergeError:
        """The error for the present place."""
        return MergeError(message, self.text.count("\n", 0, self.at) + 1)

    def skip(self) -> str:
        """Pass spaces and comments; the character that follows, empty at the end."""
        found = SPACE.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return self.text[self.at : self.at + 1]

    def value(self) -> object:
        """Any value."""
        char = self.skip()
        if char == "[":
            return self.sequence()
        if char == "{":
            return self.mapping()
        if COMPLEX.match(self.text, self.at):
            raise self.error("a complex key ('?')")
        text, plain = self.scalar()
        return yaml_scalars.resolve(text) if plain else text

    def scalar(self) -> Tuple[str, bool]:
        """The text of a scalar, and whether it is plain."""
        char = self.skip()
        pattern = {"'": SINGLE, '"': DOUBLE}.get(char, PLAIN)
        found = pattern.match(self.text, self.at)
        if not found and char and char in ",]}":
            return "", True
        if not found or char in STARTERS or found.group() == "-" or found.group()[:2] in ("- ", "-\t", "-\n", "-\r"):
            raise self.error("malformed flow value")
        line = self.text.count("\n", 0, self.at) + 1
        self.at = found.end()
        if char == "'":
            return yaml_scalars.single(found.group(1)), False
        if char == '"':
            return yaml_scalars.double(found.group(1), line), False
        return yaml_scalars.folded(found.group()), True

    def sequence(self) -> List[object]:
        """`[...]`, whose bracket is the present character."""
        items: List[object] = []
        self.at += 1
        while self.skip() != "]":
            self.refuse_comma()
            items.append(self.item())
            self.separator("]")
        self.at += 1
        return items

    def item(self) -> object:
        """An item of a sequence: a value, or a pair without braces."""
        begins = self.at
        if self.text.startswith(("[", "{"), begins) or COMPLEX.match(self.text, begins):
            item = self.value()
            if self.colon(begins):
                raise self.error("a complex key")
            return item
        text, plain = self.scalar()
        if self.colon(begins):
            return {text: self.value()}
        return yaml_scalars.resolve(text) if plain else text

    def mapping(self) -> Dict[str, object]:
        """`{...}`, whose brace is the present character."""
        items: Dict[str, object] = {}
        self.at += 1
        while self.skip() != "}":
            self.refuse_comma()
            if COMPLEX.match(self.text, self.at):
                self.at += 1
            begins = self.at
            key, plain = self.scalar()
            value = self.value() if self.colon(begins) else None
            if key in items:
                raise self.error(f"duplicate key {key}")
            if plain and key == "<<" and not mergeable(value):
                raise self.error(MERGE_KEY)
            items[key] = value
            self.separator("}")
        self.at += 1
        return items

    def colon(self, begins: int) -> bool:
        """Pass the colon after a key that began there, if there is one. Behind a plain key a space follows it."""
        if self.skip() != ":" or (
            self.text[begins : begins + 1] not in "\"'[{" and not COLON.match(self.text, self.at)
        ):
            return False
        if "\n" in self.text[begins : self.at]:
            raise self.error("a key of several lines")
        self.at += 1
        return True

    def refuse_comma(self) -> None:
        """MergeError for an empty item."""
        if self.text.startswith(",", self.at):
            raise self.error("a value is missing before ','")

    def separator(self, closing: str) -> None:
        """Pass the comma after an item."""
        char = self.skip()
        if char == ",":
            self.at += 1
        elif char != closing:
            raise self.error(f"expected ',' or {closing!r} in a flow value")
