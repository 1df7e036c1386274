# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Explains texts that are not valid YAML: what was probably meant, and what to write instead."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

import yaml

from .errors import SpecError
from .nix import is_nix
from .position import Position

_HALF_QUOTED = re.compile(r"""\s*(?:- )?(?P<first>"[^"]*"|'[^']*')(?P<rest>\.[^:\s]+)(?=:(?:\s|$))""")

# What YAML allows nowhere, not even in quotes.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class _Slip(NamedTuple):
    """What is wrong, where (line and column count from 0), and the remedy."""

    message: str
    line: int
    column: int
    hint: str = ""


class _Mark(NamedTuple):
    """Where the parser stood; line and column count from 0."""

    line: int
    column: int

    @classmethod
    def of(cls, problem: yaml.YAMLError, name: str) -> _Mark | None:
        mark = getattr(problem, name, None)
        return cls(mark.line, mark.column) if mark is not None else None


class _Problem:
    """An error of the YAML parser over the lines of its text."""

    def __init__(self, problem: yaml.YAMLError, text: str) -> None:
        self.what = str(getattr(problem, "problem", None) or getattr(problem, "reason", None) or problem).strip()
        self.context = str(getattr(problem, "context", None) or "")
        self.start = _Mark.of(problem, "context_mark")
        found = _Mark.of(problem, "problem_mark") or self.start
        self.known = found is not None
        self.mark = found or _Mark(0, 0)
        self.lines = text.splitlines()

    def line(self, number: int) -> str:
        return self.lines[number] if 0 <= number < len(self.lines) else ""

    def above(self, number: int) -> int:
        """The last line above that is not empty; -1 when there is none."""
        number -= 1
        while number >= 0 and not self.line(number).strip():
            number -= 1
        return number


def spec_error(problem: yaml.YAMLError, name: str, text: str) -> SpecError:
    """The error for a text that the YAML parser refused."""
    found = _Problem(problem, text)
    if is_nix(text):
        return nix_file(name)
    control = _CONTROL.search(text)
    if not found.known and control is not None:
        return _control_character(control[0], text[: control.start()], name)
    if not found.known:
        return SpecError(f"not readable as YAML: {found.what}", [Position(name)]).with_details("yaml", whole=True)
    slip = next((slip for look in _SLIPS if (slip := look(found)) is not None), None)
    if slip is None:
        context = f" ({found.context})" if found.context else ""
        slip = _Slip(f"not readable as YAML: {found.what}{context}", found.mark.line, found.mark.column)
    error = SpecError(slip.message, [Position(name, slip.line + 1, slip.column + 1)], hint=slip.hint)
    return error.with_details("yaml", whole=True)


def _control_character(character: str, before: str, name: str) -> SpecError:
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    code = ord(character)
    error = SpecError(
        f"the control character U+{code:04X} cannot be in YAML",
        [Position(name, line, column)],
        hint=f'remove it, or write "\\u{code:04x}" in double quotes',
    )
    return error.with_details("yaml", whole=True)


def nix_file(name: str) -> SpecError:
    """The error for a file in the Nix language."""
    advice = ["docs/how-to/from-nix.md explains how to translate Home Manager modules"]
    return SpecError("this is Nix, but a spec is written in YAML", [Position(name, 1, 1)]).with_details(
        "yaml", advice=advice
    )


def _tab(found: _Problem) -> _Slip | None:
    """A tab in the indentation of the line of an error, or of the line before it."""
    for index in (found.mark.line, found.mark.line - 1):
        line = found.line(index)
        indent = line[: len(line) - len(line.lstrip())]
        if "\t" in indent:
            return _Slip("a tab cannot indent YAML", index, indent.index("\t"), "indent with spaces")
    return None


def _indicator(found: _Problem) -> _Slip | None:
    """A value that begins with a character that YAML keeps for itself."""
    for mark in (found.start, found.mark):
        if mark is None:
            continue
        line = found.line(mark.line)
        first = line[mark.column] if mark.column < len(line) else ""
        if first and first in "*&%@`":
            rest = line[mark.column :]
            inside = line[: mark.column].count("[") + line[: mark.column].count("{") > 0
            value = re.split(r"[,\]}]| #", rest)[0] if inside else rest.partition(" #")[0]
            name = "a backquote" if first == "`" else f"`{first}`"
            return _Slip(f"a value cannot begin with {name}", mark.line, mark.column, _quoted(value.strip()))
    return None


def _half_quoted_key(found: _Problem) -> _Slip | None:
    """A dotted key whose first part is quoted: YAML takes the quotes for those of the whole key."""
    line = found.line(found.mark.line)
    key = _HALF_QUOTED.match(line)
    if key is None or not key.start("rest") <= found.mark.column <= key.end("rest"):
        return None
    whole = f'"{key["first"][1:-1]}"{key["rest"]}'
    return _Slip(
        "the quotes end before the key does", found.mark.line, key.start("first"), f"quote the whole key: '{whole}'"
    )


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'quote it: "{escaped}"'


def _open_bracket(found: _Problem) -> _Slip | None:
    if not found.what.startswith("did not find expected ',' or") or found.start is None:
        return None
    line = found.line(found.start.line)
    first = line[found.start.column : found.start.column + 1]
    closing = {"[": "]", "{": "}"}.get(first)
    if closing is None or line.count(first) <= line.count(closing):
        return None
    return _Slip(f"the `{first}` is never closed", found.start.line, found.start.column, f"it needs a `{closing}`")


def _no_comma(found: _Problem) -> _Slip | None:
    if not found.what.startswith("did not find expected ',' or"):
        return None
    return _Slip(
        "a comma is missing before this", found.mark.line, found.mark.column, "separate what is in brackets by commas"
    )


def _stray(found: _Problem) -> _Slip | None:
    if not found.what.startswith("did not find expected <document start>"):
        return None
    return _Slip("this line belongs to nothing above it", found.mark.line, found.mark.column, "write `option: value`")


def _open_quote(found: _Problem) -> _Slip | None:
    if "end of stream" not in found.what or "quoted scalar" not in found.context or found.start is None:
        return None
    quote = found.line(found.start.line)[found.start.column : found.start.column + 1]
    return _Slip(
        f"the quote {quote} is never closed", found.start.line, found.start.column, f"it needs a second {quote}"
    )


def _escape(found: _Problem) -> _Slip | None:
    if not found.what.startswith("found unknown escape character"):
        return None
    line = found.line(found.mark.line)
    column = line.rfind("\\", 0, found.mark.column + 1)
    return _Slip(
        f"`{line[column : column + 2]}` is not an escape sequence in double quotes",
        found.mark.line,
        column,
        "double the backslash, or use single quotes",
    )


def _nix_text(found: _Problem) -> _Slip | None:
    above = found.above(found.mark.line)
    line = found.line(above)
    if line.rstrip().endswith(": ''"):
        return _Slip(
            "`''` does not start a multi-line text", above, len(line.rstrip()) - 2, "write `|`, and indent the text"
        )
    return None


def _colon_in_value(found: _Problem) -> _Slip | None:
    """A second colon in a line, or a line that is indented as if it belonged to a value."""
    if not found.what.startswith("mapping values are not allowed"):
        return None
    line = found.line(found.mark.line)
    key = re.match(r"(\s*(?:- )*)([^\s:#][^:]*:\s+)(?=\S)", line)
    if key is not None and key.end() <= found.mark.column:
        value = line[key.end() :].partition(" #")[0].strip()
        return _Slip("a text with a colon and a space must be quoted", found.mark.line, key.end(), _quoted(value))
    column = len(line) - len(line.lstrip())
    above = found.line(found.above(found.mark.line))
    if column > len(above) - len(above.lstrip()):
        return _Slip(
            "this line is indented deeper than the one above it, which already has a value",
            found.mark.line,
            column,
            "indent both the same",
        )
    return None


def _no_colon(found: _Problem) -> _Slip | None:
    """A line without a colon: the text of a block that is not indented, or a key alone."""
    if not found.what.startswith("could not find expected ':'"):
        return None
    number = found.start.line if found.start is not None else found.mark.line
    line, above = found.line(number), found.line(found.above(number))
    column = len(line) - len(line.lstrip())
    if above.rstrip().endswith(("|", ">", "|-", ">-")):
        return _Slip("the text of a block must be indented", number, column, "indent it below its key")
    return _Slip("a key needs a colon and a space", number, column)


def _dedent(found: _Problem) -> _Slip | None:
    if not found.what.startswith("did not find expected key"):
        return None
    line = found.line(found.mark.line)
    column = len(line) - len(line.lstrip())
    if column != found.mark.column:
        return None
    return _Slip("the indentation matches no line above", found.mark.line, column, "indent it like the lines around it")


def _second_document(found: _Problem) -> _Slip | None:
    if "another document" not in found.what:
        return None
    return _Slip("a spec must be a single YAML document", found.mark.line, found.mark.column, "remove this line")


_SLIPS: tuple[Callable[[_Problem], _Slip | None], ...] = (
    _tab,
    _half_quoted_key,
    _indicator,
    _open_bracket,
    _no_comma,
    _stray,
    _open_quote,
    _escape,
    _nix_text,
    _colon_in_value,
    _no_colon,
    _dedent,
    _second_document,
)
