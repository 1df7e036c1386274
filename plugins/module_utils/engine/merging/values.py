# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The values that pass between declarations, records and files, and when two of them are the same."""

from __future__ import annotations

import math
from typing import Dict, Iterator, Tuple

Path = Tuple[str, ...]


class Absent:
    """The type of `ABSENT`: nothing is at a path."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT = Absent()


class Literal:
    """A value of the file which no declaration can express (a date, an ambiguous word), as its source text."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Literal) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return f"Literal({self.text!r})"


def same(left: object, right: object, strict: bool) -> bool:
    """Whether two values are equal; `strict` distinguishes 1 and 1.0, and booleans are never numbers."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key], strict) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(same(one, two, strict) for one, two in zip(left, right))
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, (int, float)) and isinstance(right, (int, float)):
        if strict and type(left) is not type(right):
            return False
        return left == right or (math.isnan(left) and math.isnan(right))
    return type(left) is type(right) and bool(left == right)


def leaves(tree: Dict[str, object], above: Path = ()) -> Iterator[Tuple[Path, object]]:
    """Path and value of each leaf: what is not a mapping, and an empty mapping."""
    for key, value in tree.items():
        path = (*above, key)
        if isinstance(value, dict) and value:
            yield from leaves(value, path)
        else:
            yield path, value


def plain(value: object) -> object:
    """The value as JSON can hold it: a literal becomes its source text."""
    if isinstance(value, Literal):
        return value.text
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def named(path: Path) -> str:
    """The path as a message shows it."""
    return ".".join(path)
