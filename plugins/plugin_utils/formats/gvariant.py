# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""GVariant's text format and the keyfiles of dconf.

Both are written as ``lib.hm.gvariant`` and ``toDconfINI`` of Home Manager write them.
"""

from __future__ import annotations

import re

from ..values import FormatError, GVariant, PathValue, Value
from .atoms import Trail, entries, float_text, is_list, is_mapping, items, kind_of
from .ini import to_ini

BITS = {"y": (0, 8), "n": (-1, 16), "q": (0, 16), "i": (-1, 32), "u": (0, 32), "x": (-1, 64), "t": (0, 64)}
STRINGS = {"s": "", "o": "objectpath ", "g": "signature "}
TYPE = re.compile(r"[bynqiuxtdsogv]")


def to_gvariant(value: object) -> str:
    """One value in GVariant's text format, without a newline.

    Plain values find their type: booleans, integers (32 bits), floats, strings, lists by their first item (an empty one
    is of strings). Any other type requires a GVariant. FormatError for a value that does not fit its type, for mixed
    lists, for null and for mappings without a type.
    """
    return _text(value, None, ())


def to_dconf(value: object) -> str:
    """A dconf keyfile of ``{"org/gnome/x": {key: value}}``, each value as ``to_gvariant`` writes it."""
    texts = {
        path: {key: _text(item, None, way) for key, item, way in entries(section, trail)}
        for path, section, trail in entries(value)
    }
    return to_ini(texts)


def _text(value: object, wanted: str | None, trail: Trail) -> str:
    if isinstance(value, GVariant):
        if split_types(value.type, trail) != [value.type]:
            raise FormatError(f"{value.type!r} must be a single GVariant type", trail)
        if wanted not in (None, value.type):
            raise FormatError(f"expected a value of type {wanted}, got {value.type}", trail)
        return _typed(value.value, value.type, trail)
    return _typed(value, wanted or infer(value, trail), trail)


def _typed(value: Value, kind: str, trail: Trail) -> str:
    if kind == "b" and isinstance(value, bool):
        return "true" if value else "false"
    if kind in BITS and isinstance(value, int) and not isinstance(value, bool):
        return _integer(value, kind, trail)
    if kind == "d" and isinstance(value, (int, float)) and not isinstance(value, bool):
        return float_text(float(value))
    if kind in STRINGS and isinstance(value, (str, PathValue)):
        text = str(value).replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n")
        return f"{STRINGS[kind]}'{text}'"
    if kind == "v" and value is not None:
        return f"@v <{_text(value, None, trail)}>"
    if kind[0] == "m":
        return f"@{kind} nothing" if value is None else "just " + _text(value, kind[1:], trail)
    if kind[0] == "a" and is_list(value):
        return f"@{kind} [" + ",".join(_text(item, kind[1:], way) for item, way in items(value, trail)) + "]"
    if kind[:2] == "a{" and is_mapping(value):
        key, item_kind = split_types(kind[2:-1], trail)
        pairs = [f"{_text(name, key, way)}:{_text(item, item_kind, way)}" for name, item, way in entries(value, trail)]
        return f"@{kind} {{" + ",".join(pairs) + "}"
    if kind[0] in "({" and is_list(value):
        return _tuple(value, kind, trail)
    raise FormatError(f"the GVariant type {kind} cannot hold {kind_of(value)}", trail)


def _integer(value: int, kind: str, trail: Trail) -> str:
    signed, bits = BITS[kind]
    low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1)) if signed else (0, 2**bits)
    if not low <= value < high:
        raise FormatError(f"{value} does not fit the GVariant type {kind}; use a wider type", trail)
    return str(value) if kind == "i" else f"@{kind} {value}"


def _tuple(value: Value, kind: str, trail: Trail) -> str:
    kinds = split_types(kind[1:-1], trail)
    if len(kinds) != len(value):
        raise FormatError(f"the GVariant type {kind} holds {len(kinds)} values, got {len(value)}", trail)
    parts = [_text(item, each, way) for (item, way), each in zip(items(value, trail), kinds, strict=True)]
    # A tuple of one needs its comma: without it the parentheses only group.
    tail = "," if kind[0] == "(" and len(parts) == 1 else ""
    return f"@{kind} {kind[0]}" + ",".join(parts) + tail + kind[-1]


def infer(value: Value, trail: Trail = ()) -> str:
    """The type of a plain value, as ``lib.hm.gvariant.mkValue`` finds it."""
    for kind, text in ((bool, "b"), (int, "i"), (float, "d"), ((str, PathValue), "s")):
        if isinstance(value, kind):
            return text
    if isinstance(value, GVariant):
        return value.type
    if is_list(value):
        return "a" + (infer(value[0], (*trail, 0)) if value else "s")
    raise FormatError(f"{kind_of(value)} needs a GVariant type", trail)


def split_types(text: str, trail: Trail = ()) -> list[str]:
    """A sequence of types as single ones: ``sa{sv}`` is ``s`` and ``a{sv}``; FormatError where it is none."""
    found = []
    at = 0
    while at < len(text):
        end = _type_end(text, at)
        if end is None:
            raise FormatError(f"invalid GVariant type {text!r}", trail)
        found.append(text[at:end])
        at = end
    return found


def _type_end(text: str, at: int) -> int | None:
    """Where the type that begins at ``at`` ends."""
    char = text[at : at + 1]
    if char in ("a", "m"):
        return _type_end(text, at + 1)
    if char in ("(", "{"):
        closing = {"(": ")", "{": "}"}[char]
        inner: int | None = at + 1
        count = 0
        while inner is not None and text[inner : inner + 1] not in ("", closing):
            inner = _type_end(text, inner)
            count += 1
        if inner is None or inner >= len(text) or (char == "{" and count != 2):
            return None
        return inner + 1
    return at + 1 if char and TYPE.match(char) else None
