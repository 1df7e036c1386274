# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Errors, warnings and notes as records: what is wrong, where it was written, what to do about it."""

from __future__ import annotations

from typing import NamedTuple

from .fields import Fields, plain

# The code of a choice that moves what is in the way aside, and of one that keeps its lines in the new file.
BACKUP = "backup"
KEEP_LINES = "keep-lines"
# The code of an error that is about a switch which nobody confirmed.
UNCONFIRMED = "unconfirmed"


class SourceLocation(NamedTuple):
    """A place in a source file.

    `line`, `column` and `end` count characters from 1, `end` is the first one behind; 0: not known. `source` is the
    line, or the line before it and the line. `by` are the imports that lead to the file, the nearest first. `label` is
    printed behind the carets, or behind the place when there is no source. `module` names a file of the library, which
    was read because of this place.
    """

    file: str
    line: int = 0
    column: int = 0
    end: int = 0
    source: str = ""
    label: str = ""
    module: str = ""
    by: tuple[SourceLocation, ...] = ()

    @classmethod
    def of(cls, value: object) -> SourceLocation:
        """The place of a JSON object."""
        read = Fields(value, "place")
        return cls(
            read.text("file"),
            read.number("line"),
            read.number("column"),
            read.number("end"),
            read.text("source"),
            read.text("label"),
            read.text("module"),
            read.items("by", cls.of),
        )

    def json(self) -> dict[str, object]:
        """The JSON object."""
        return plain(self)


class Choice(NamedTuple):
    """One thing that the reader can do.

    `code` names its kind (`backup`, `keep-lines`, ...), `text` says what it is for, `command` is to be typed, `spec` is
    to be pasted into the file `where`, and `option` is the option that it sets.
    """

    text: str = ""
    command: str = ""
    spec: str = ""
    where: str = ""
    option: str = ""
    code: str = ""

    @classmethod
    def of(cls, value: object) -> Choice:
        """The choice of a JSON object."""
        read = Fields(value, "choice")
        return cls(*(read.text(name) for name in cls._fields))

    def json(self) -> dict[str, object]:
        """The JSON object."""
        return plain(self)


class Message(NamedTuple):
    """An error, a warning or a note. `more` counts the places that are left out; `details` are further lines."""

    text: str
    code: str = ""
    option: str = ""
    places: tuple[SourceLocation, ...] = ()
    more: int = 0
    details: tuple[str, ...] = ()
    hints: tuple[Choice, ...] = ()
    homes: tuple[str, ...] = ()

    @classmethod
    def of(cls, value: object) -> Message:
        """The message of a JSON object."""
        read = Fields(value, "message")
        return cls(
            read.text("text"),
            read.text("code"),
            read.text("option"),
            read.items("places", SourceLocation.of),
            read.number("more"),
            read.texts("details"),
            read.items("hints", Choice.of),
            read.texts("homes"),
        )

    def json(self) -> dict[str, object]:
        """The JSON object."""
        return plain(self)
