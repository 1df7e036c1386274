# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Lines of text with a style each, and how wide and how detailed they may be."""

from __future__ import annotations

import unicodedata
from typing import NamedTuple

PLAIN = "plain"
ADD = "add"
REMOVE = "remove"
CHANGE = "change"
STAY = "stay"
NEED = "need"
DONE = "done"
ERROR = "error"
WARNING = "warning"
HOME = "home"
NOTE = "note"

SIGNS = {"+": ADD, "-": REMOVE, "~": CHANGE, "=": STAY, "!": NEED, ">": DONE}


class Line(NamedTuple):
    """A line without its end. `whole` lines are never cut to the width of a terminal."""

    text: str
    style: str = PLAIN
    whole: bool = False


BLANK = Line("")


class View(NamedTuple):
    """How much is shown: `width` in columns (0: not limited), `verbose` (nothing folded), lines of diffs."""

    width: int = 0
    verbose: bool = False
    file_lines: int = 40
    home_lines: int = 200


def columns(text: str) -> int:
    """The width of a text on a terminal."""
    if text.isascii():
        return len(text)
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def padded(text: str, width: int) -> str:
    """The text with blanks up to a width in columns."""
    return text + " " * (width - columns(text))


def cut(line: Line, width: int) -> Line:
    """The line, cut with `...` when it is wider than a terminal."""
    if not width or line.whole or columns(line.text) <= width:
        return line
    kept, used = [], 0
    for character in line.text:
        used += _columns(character)
        if used > width - 3:
            break
        kept.append(character)
    return line._replace(text="".join(kept) + "...")


def printable(text: str) -> str:
    """A name on one line: control characters are escaped."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "backslashreplace").decode() for c in text)
