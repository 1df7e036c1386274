# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Lua values, as ``lib.generators.toLua`` writes them."""

from __future__ import annotations

import re

from ..values import FormatError, PathValue, Raw
from .atoms import Trail, entries, is_mapping, items, kind_of, short_float
from .quoting import lua_quote

INLINE = "lua-inline"
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*")


def to_lua(value: object, *, multiline: bool = True, indent: str = "", as_bindings: bool = False) -> str:
    """A Lua expression without a trailing newline; null is ``nil``, a ``lua-inline`` expression is put into parentheses.

    ``indent`` is what the lines after the first begin with (``multiline``). With ``as_bindings`` a mapping becomes
    lines ``name = value`` instead, where names may be dotted. FormatError for inline expressions of other languages,
    for names that Lua does not have, and for infinities.
    """
    if not as_bindings:
        return _expression(value, multiline, indent, ())
    text = ""
    for name, item, trail in entries(value):
        if not VARIABLE.fullmatch(name):
            raise FormatError(f"invalid name for a Lua variable: {name!r}", trail)
        text += f"{indent}{name} = {_expression(item, multiline, indent, trail)}\n"
    return text


def _expression(value: object, multiline: bool, indent: str, trail: Trail) -> str:
    if value is None:
        return "nil"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return short_float(value, trail)
    if isinstance(value, (str, PathValue)):
        return lua_quote(value)
    if isinstance(value, Raw) and value.kind == INLINE:
        return f"({value.text})"
    inner = indent + "  "
    if isinstance(value, (list, tuple)):
        fields = [_expression(item, multiline, inner, way) for item, way in items(value, trail)]
    elif is_mapping(value):
        fields = [
            f"[{lua_quote(key)}] = {_expression(item, multiline, inner, way)}"
            for key, item, way in entries(value, trail)
        ]
    else:
        raise FormatError(f"Lua cannot hold {kind_of(value)}", trail)
    if not fields:
        return "{}"
    opening, closing = (f"\n{inner}", f"\n{indent}") if multiline else (" ", " ")
    return "{" + opening + f",{opening}".join(fields) + closing + "}"
