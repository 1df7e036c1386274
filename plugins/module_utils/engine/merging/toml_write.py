# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Writing TOML keys and values."""

from __future__ import annotations

import json
import math
from typing import Dict, List

from .errors import MergeError
from .toml_scan import BARE
from .values import Literal, Path, named

WIDTH = 100


def key(name: str) -> str:
    """One part of a key, in quotes where it needs them."""
    found = BARE.match(name)
    return name if found and found.end() == len(name) else string(name)


def keys(path: Path) -> str:
    """A dotted key."""
    return ".".join(key(name) for name in path)


def string(text: str) -> str:
    """A basic string on one line."""
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise MergeError("TOML cannot hold half of a surrogate pair")
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def inline(value: object) -> str:
    """Any value on one line."""
    if isinstance(value, Literal):
        return value.text
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return string(value)
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"
    if isinstance(value, list):
        return "[" + ", ".join(inline(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key(name)} = {inline(item)}" for name, item in value.items()) + "}"
    return str(value)


def block(value: object, indent: str) -> str:
    """A value after `key = ` in a table's body: a long array gets a line for each item."""
    text = inline(value)
    if not isinstance(value, list) or len(text) <= WIDTH:
        return text
    items = "".join(f"{indent}    {inline(item)},\n" for item in value)
    return f"[\n{items}{indent}]"


def tables(path: Path, value: object) -> List[str]:
    """The lines, without line ends, of a mapping or a list of mappings as tables with headers."""
    if isinstance(value, dict):
        return [f"[{keys(path)}]", *body(path, value)]
    lines: List[str] = []
    for item in value if isinstance(value, list) else []:
        lines += [""] * bool(lines) + [f"[[{keys(path)}]]", *body(path, item)]
    return lines


def body(path: Path, table: Dict[str, object]) -> List[str]:
    """The lines below a header: first the pairs, then the tables below."""
    lines = []
    for name, value in table.items():
        if not isinstance(value, dict):
            lines += f"{key(name)} = {block(value, '')}".split("\n")
    for name, value in table.items():
        if isinstance(value, dict):
            lines += ["", *tables((*path, name), value)]
    return lines


def expressible(path: Path, value: object) -> None:
    """MergeError when TOML has no such value."""
    if value is None:
        raise MergeError(f"{named(path)}: TOML has no null")
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        expressible(path, item)
