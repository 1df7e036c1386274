# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Nushell's data notation, as ``lib.hm.nushell.toNushell`` writes it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..values import FormatError, Package, PathValue, Raw
from .atoms import Trail, entries, is_mapping, items, kind_of, short_float
from .quoting import nu_quote

INLINE = "nushell-inline"
VARIABLE = re.compile(r"""[$]?[^.\[({+\-*^/=!<>&|\s"'`]+""")
CELL = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
BARE_PLACE = re.compile(r"@[A-Za-z0-9_-]+@|/[A-Za-z0-9_@./+-]*")


def to_nushell(
    value: object, *, multiline: bool = True, indent: str = "", as_bindings: bool = False, assign_to: str | None = None
) -> str:
    """A Nushell expression without a trailing newline; a ``nushell-inline`` expression is put into parentheses.

    ``indent`` is what the lines after the first begin with (``multiline``). With ``as_bindings`` a mapping becomes
    lines ``let name = value``; with ``assign_to`` (such as ``$env.config``) nested mappings become lines
    ``$env.config.a.b = value``. FormatError for inline expressions of other languages, names Nushell does not have,
    infinities.
    """
    if assign_to is not None:
        return "".join(
            f"{indent}{path} = {_expression(item, multiline, indent, trail, inline=True)}\n"
            for path, item, trail in _leaves(value, assign_to, ())
        )
    if not as_bindings:
        return _expression(value, multiline, indent, (), inline=True)
    text = ""
    for name, item, trail in entries(value):
        if not VARIABLE.fullmatch(name):
            raise FormatError(f"invalid name for a Nushell variable: {name!r}", trail)
        text += f"{indent}let {name} = {_expression(item, multiline, indent, trail, inline=True)}\n"
    return text


def _leaves(value: object, path: str, trail: Trail) -> Iterator[tuple[str, object, Trail]]:
    """The values below nested mappings, each with its path in Nushell; an empty mapping has none."""
    for key, item, way in entries(value, trail):
        cell = f"{path}.{key if CELL.fullmatch(key) else nu_quote(key)}"
        if is_mapping(item):
            yield from _leaves(item, cell, way)
        else:
            yield cell, item, way


def to_nuon(value: object, *, multiline: bool = True) -> str:
    """NUON: the same notation for data alone, ended by a newline; every inline expression is refused."""
    return _expression(value, multiline, "", (), inline=False) + "\n"


def _expression(value: object, multiline: bool, indent: str, trail: Trail, inline: bool) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return short_float(value, trail)
    if isinstance(value, (str, PathValue)):
        # Home Manager leaves a package's place bare where the word is one to Nushell.
        bare = inline and isinstance(value, Package) and BARE_PLACE.fullmatch(str(value))
        return str(value) if bare else nu_quote(value)
    if inline and isinstance(value, Raw) and value.kind == INLINE:
        return f"({value.text})"
    inner = indent + "    "
    if isinstance(value, (list, tuple)):
        opening, closing = "[", "]"
        fields = [_expression(item, multiline, inner, way, inline) for item, way in items(value, trail)]
    elif is_mapping(value):
        opening, closing = "{", "}"
        fields = [
            f"{nu_quote(key)}: {_expression(item, multiline, inner, way, inline)}"
            for key, item, way in entries(value, trail)
        ]
    else:
        raise FormatError(f"Nushell cannot hold {kind_of(value)}", trail)
    if not fields:
        return opening + closing
    before, after = (f"\n{inner}", f"\n{indent}") if multiline else (" ", " ")
    # On one line only a comma parts the fields of a record.
    return opening + before + (before if multiline else ", ").join(fields) + after + closing
