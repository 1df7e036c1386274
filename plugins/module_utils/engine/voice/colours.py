# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Styles as escape sequences of a terminal, and whether a terminal wants them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from . import lines

if TYPE_CHECKING:
    from typing import Iterable, TextIO

_CODES = {
    lines.ADD: "32",
    lines.REMOVE: "31",
    lines.CHANGE: "33",
    lines.STAY: "2",
    lines.NEED: "35",
    lines.DONE: "36",
    lines.ERROR: "31",
    lines.WARNING: "33",
    lines.HOME: "1",
    lines.NOTE: "2",
}


def wanted(stream: TextIO, when: str = "auto") -> bool:
    """Whether to colour. `when`: auto, always, never; auto heeds NO_COLOR, CLICOLOR_FORCE and the terminal."""
    if when != "auto":
        return when == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("CLICOLOR_FORCE", "0") != "0":
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def terminal_width(stream: TextIO) -> int:
    """The columns of a terminal; 0 for a pipe or a file, where nothing is cut."""
    if not stream.isatty():
        return 0
    from shutil import get_terminal_size

    return get_terminal_size().columns


def rendered(found: Iterable[lines.Line], colour: bool = False) -> str:
    """The text of the lines, each with its end."""
    return "".join(painted(line.text, line.style, colour) + "\n" for line in found)


def painted(text: str, style: str, colour: bool) -> str:
    """A line in the colour of its style."""
    code = _CODES.get(style) if colour else None
    return f"\033[{code}m{text}\033[0m" if code and text else text
