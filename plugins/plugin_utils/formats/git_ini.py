# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The syntax of git-config(1), as ``lib.generators.toGitINI`` writes it: tabs before keys, strings quoted, subsections.

Deeper mappings are subsections whose parts are joined by dots: ``{url: {"ssh://h/": {insteadOf: x}}}`` is ``[url
"ssh://h/"]``. So is a dotted name at the top (``{"diff.word": {...}}``); a name at the top that holds quotes already is
written as it is.
"""

from __future__ import annotations

import re

from ..values import FormatError, PathValue, Value
from .atoms import Trail, atom_text, entries, is_mapping, several

VARIABLE = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
SECTION = re.compile(r"[A-Za-z0-9.-]+")
SAFE_PLACE = re.compile(r"[A-Za-z0-9_@%+=:,./-]+")
ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\b": "\\b"}

Sections = dict[tuple[str, str | None], dict[str, tuple[Value, Trail]]]


def to_git_ini(value: object) -> str:
    """Text for git of nested mappings; lists repeat their key, booleans and numbers are bare, null is the word null.

    FormatError for a value outside any section, for names and characters that git refuses.
    """
    sections: Sections = {}
    _collect(value, (), (), sections)
    ordered = sorted(sections.items(), key=lambda item: ".".join(filter(None, item[0])).encode())
    return "\n".join(f"[{_heading(name, keys)}]\n" + _lines(keys) for name, keys in ordered)


def _collect(value: object, name: tuple[str, ...], trail: Trail, sections: Sections) -> None:
    for key, item, inner in entries(value, trail):
        if is_mapping(item):
            _collect(item, (*name, key), inner, sections)
        elif not name:
            raise FormatError("git has no values outside sections", inner)
        else:
            sections.setdefault(_split(name), {})[key] = (item, inner)


def _split(name: tuple[str, ...]) -> tuple[str, str | None]:
    """Section and subsection of the keys that lead to it."""
    head, *rest = name
    if '"' not in head and "." in head:
        head, first = head.split(".", 1)
        rest.insert(0, first)
    return head, ".".join(rest) if rest else None


def _heading(name: tuple[str, str | None], keys: dict[str, tuple[object, Trail]]) -> str:
    section, subsection = name
    trail = next(iter(keys.values()))[1][:-1]
    if subsection is None and '"' in section and "\n" not in section:
        return section
    if not SECTION.fullmatch(section):
        raise FormatError(
            f"git accepts letters, digits, dots and dashes in the name of a section, not {section!r}", trail
        )
    if subsection is None:
        return section
    if "\n" in subsection or "\0" in subsection:
        raise FormatError("the name of a subsection must be a single line", trail)
    return section + ' "' + subsection.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _lines(keys: dict[str, tuple[object, Trail]]) -> str:
    text = ""
    for key, (value, trail) in sorted(keys.items(), key=lambda item: item[0].encode()):
        if not VARIABLE.fullmatch(key):
            raise FormatError(f"git accepts letters, digits and dashes in the name of a variable, not {key!r}", trail)
        for item, inner in several(value, trail):
            text += f"\t{key} = {_value(item, inner)}\n"
    return text


def _value(value: object, trail: Trail) -> str:
    text = atom_text(value, trail)
    if "\0" in text:
        raise FormatError("git cannot hold a NUL character", trail)
    if isinstance(value, str) or (isinstance(value, PathValue) and not SAFE_PLACE.fullmatch(text)):
        return '"' + "".join(ESCAPES.get(char, char) for char in text) + '"'
    return text
