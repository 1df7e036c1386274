# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Rofi's advanced style information (rasi), as Home Manager writes it: sections of ``name: value;``."""

from __future__ import annotations

from ..values import FormatError, PathValue, Raw, Value
from .atoms import Trail, entries, is_list, is_mapping, items, kind_of, several, short_float
from .quoting import escaped_quote

INLINE = "literal"
FIRST = ("@theme", "@import")


def to_rasi(value: object) -> str:
    """rasi text of ``{section: {name: value}}``; strings are quoted, ``literal`` expressions are not, null is left out.

    A plain value at the top is a directive (``@import``: a list repeats it); ``@theme`` and ``@import`` come first.
    Sections may nest (``@media (min-width: 100px) {...}``). Backslashes in strings keep their meaning.
    """
    blocks = [
        block
        for wanted in (*FIRST, None)
        for key, item, trail in entries(value)
        if (key == wanted or (wanted is None and key not in FIRST)) and item is not None
        for block in _blocks(key, item, trail)
    ]
    return "\n".join(blocks)


def _blocks(key: str, value: object, trail: Trail) -> list[str]:
    if is_mapping(value):
        return [_section(key, value, "", trail)]
    return [f"{key} {_value(item, way)}\n" for item, way in several(value, trail)]


def _section(name: str, value: object, indent: str, trail: Trail) -> str:
    text = f"{indent}{name} {{\n"
    for key, item, way in entries(value, trail):
        if is_mapping(item):
            text += _section(key, item, indent + "  ", way)
        elif item is not None:
            text += f"{indent}{key}: {_value(item, way)};\n"
    return text + indent + "}\n"


def _value(value: Value, trail: Trail) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return short_float(value, trail)
    if isinstance(value, Raw) and value.kind == INLINE:
        return value.text
    if isinstance(value, (str, PathValue)):
        return escaped_quote(value)
    if is_list(value):
        return "[ " + ",".join(_value(item, way) for item, way in items(value, trail)) + " ]"
    raise FormatError(f"rasi cannot hold {kind_of(value)} here", trail)
