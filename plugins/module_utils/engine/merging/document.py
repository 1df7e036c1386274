# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A text with a format, edited in place: what every format promises to the merge."""

from __future__ import annotations

import abc
from typing import Dict, List, Optional, Tuple

from .values import ABSENT, Path, leaves, same

Edit = Tuple[int, int, str]


class Document(abc.ABC):
    """One file's text. Each change is logged, so that it can be taken back byte for byte."""

    strict = True

    def __init__(self, text: str) -> None:
        """Read `text`; MergeError when it is malformed."""
        self.text = text
        self.undo: List[Edit] = []
        self.read()

    @abc.abstractmethod
    def read(self) -> None:
        """Parse `self.text` again."""

    @abc.abstractmethod
    def tree(self) -> Dict[str, object]:
        """The whole file as nested plain values."""

    @abc.abstractmethod
    def put(self, path: Path, value: object, source: Optional[str] = None) -> None:
        """Set `path` to `value`, making the mappings above it; `source`, when given, is how the value was written."""

    @abc.abstractmethod
    def remove(self, path: Path) -> None:
        """Take `path` out, which is there."""

    @abc.abstractmethod
    def source(self, path: Path) -> Optional[str]:
        """How the value at `path` is written, for `put` to write it so again."""

    @abc.abstractmethod
    def is_blank(self) -> bool:
        """Whether the text has neither values nor comments."""

    def get(self, path: Path) -> object:
        """The value at `path`, or ABSENT."""
        value: object = self.tree()
        for key in path:
            if not isinstance(value, dict) or key not in value:
                return ABSENT
            value = value[key]
        return value

    def leaves(self) -> Dict[Path, object]:
        """Each leaf of the file by its path."""
        return dict(leaves(self.tree()))

    def mapping(self, path: Path) -> Optional[Dict[str, object]]:
        """The mapping at `path`, or None when there is none."""
        value = self.get(path)
        return value if isinstance(value, dict) else None

    def obstacle(self, path: Path) -> object:
        """What is where a mapping has to be made, or ABSENT."""
        value = self.get(path)
        return ABSENT if isinstance(value, dict) else value

    def remove_mapping(self, path: Path) -> None:
        """Take out the empty mapping at `path`."""
        self.remove(path)

    def satisfied(self, path: Path, value: object) -> bool:
        """Whether the file has `value` at `path`; an empty mapping is there as soon as any mapping is."""
        if value == {} and isinstance(value, dict):
            return self.mapping(path) is not None
        return self.holds(path, value)

    def holds(self, path: Path, value: object) -> bool:
        """Whether exactly `value` is at `path`."""
        if isinstance(value, dict):
            found: object = self.mapping(path)
        else:
            found = self.get(path)
        return same(found, value, self.strict)

    @property
    def newline(self) -> str:
        """The line end of the file: that of its first line."""
        first = self.text.find("\n")
        return "\r\n" if first > 0 and self.text[first - 1] == "\r" else "\n"

    def apply(self, *edits: Edit) -> None:
        """Replace each span (start, end, new text), none overlapping, and read the result."""
        for start, end, new in sorted(edits, reverse=True):
            self.undo.append((start, start + len(new), self.text[start:end]))
            self.text = self.text[:start] + new + self.text[end:]
        self.read()

    def line_of(self, offset: int) -> int:
        """The line number, counted from 1, of an offset."""
        return self.text.count("\n", 0, offset) + 1

    def line_start(self, offset: int) -> int:
        """Where the line of `offset` begins."""
        return self.text.rfind("\n", 0, offset) + 1

    def line_end(self, offset: int) -> int:
        """Where the line of `offset` ends, its line end included."""
        found = self.text.find("\n", offset)
        return len(self.text) if found < 0 else found + 1
