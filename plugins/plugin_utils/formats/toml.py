# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""TOML 1.0, with the layout people write by hand: plain keys first, then tables, arrays of tables under ``[[name]]``.

``pkgs.formats.toml`` (json2toml of remarshal) gives the same values.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from ..values import FormatError, Value
from .atoms import Trail, choice, entries, is_mapping, items, kind_of, plain

if TYPE_CHECKING:
    from collections.abc import Iterator

BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
ESCAPES = {"\\": "\\\\", '"': '\\"', "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}


def to_toml(value: object, *, nulls: str = "refuse") -> str:
    """TOML of a mapping.

    ``nulls``: TOML knows none, so they are refused (``refuse``) or left out of mappings and lists (``drop``).
    Raises FormatError for these, for inline expressions, and for integers beyond 64 bits.
    """
    choice("nulls", nulls, ("refuse", "drop"))
    data = plain(_without_nulls(value) if nulls == "drop" else value)
    if not isinstance(data, dict):
        raise FormatError(f"a TOML file must be a mapping, not {kind_of(data)}")
    return "\n".join("\n".join(block) for block in _blocks(data, (), ()))


def _blocks(table: dict[str, object], name: tuple[str, ...], trail: Trail, array: bool = False) -> Iterator[list[str]]:
    """The tables under ``name``, each as its lines; all but the first end up parted by an empty line."""
    tables = {key: item for key, item in table.items() if isinstance(item, dict) or _is_array_of_tables(item)}
    lines = [_assignment(key, item, (*trail, key)) for key, item, _trail in entries(table) if key not in tables]
    header = ".".join(map(_key, name))
    if array:
        lines.insert(0, f"[[{header}]]")
    elif name and (lines or not tables):
        lines.insert(0, f"[{header}]")
    if lines:
        yield [*lines, ""]
    for key, item, inner in entries(tables, trail):
        if isinstance(item, dict):
            yield from _blocks(item, (*name, key), inner)
            continue
        for element, way in items(item, inner):
            yield from _blocks(element, (*name, key), way, array=True)


def _is_array_of_tables(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def _assignment(key: str, value: object, trail: Trail) -> str:
    if isinstance(value, str) and "\n" in value.rstrip("\n"):
        return f"{_key(key)} = {_long_string(value)}"
    return f"{_key(key)} = {_inline(value, trail)}"


def _inline(value: object, trail: Trail) -> str:
    if value is None:
        raise FormatError("TOML has no null", trail)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        if not -(2**63) <= value < 2**63:
            raise FormatError(f"TOML integers are limited to 64 bits, got {value}", trail)
        return str(value)
    if isinstance(value, float):
        return "nan" if math.isnan(value) else repr(value)
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, list):
        return "[" + ", ".join(_inline(item, inner) for item, inner in items(value, trail)) + "]"
    fields = ", ".join(f"{_key(key)} = {_inline(item, inner)}" for key, item, inner in entries(value, trail))
    return "{ " + fields + " }" if fields else "{}"


def _key(key: str) -> str:
    return key if BARE_KEY.fullmatch(key) else _string(key)


def _string(text: str) -> str:
    return '"' + "".join(_character(char) for char in text) + '"'


def _long_string(text: str) -> str:
    """A string over several lines; the newline after the opening quotes is no part of it."""
    body = ""
    for index, char in enumerate(text):
        if char == '"':
            body += '\\"' if text[index + 1 : index + 2] in ('"', "") else char
        else:
            body += char if char == "\n" else _character(char)
    return '"""\n' + body + '"""'


def _character(char: str) -> str:
    if char in ESCAPES:
        return ESCAPES[char]
    return f"\\u{ord(char):04X}" if ord(char) < 0x20 or ord(char) == 0x7F else char


def _without_nulls(value: Value) -> Value:
    if is_mapping(value):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, (list, tuple)):
        return [_without_nulls(item) for item in value if item is not None]
    return value
