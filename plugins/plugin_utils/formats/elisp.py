# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Values as literals of Emacs Lisp."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..values import FormatError, PathValue, Raw, Value
from .atoms import Trail, choice, entries, is_list, is_mapping, items, kind_of, short_float
from .quoting import elisp_quote

INLINE = ("elisp-inline", "literal")
PLAIN_SYMBOL = re.compile(r"[A-Za-z0-9+\-*/_~!@$%^&:<>={}.]")
NUMBER = re.compile(r"[+-]?(\d+\.?|\d*\.\d+)([eE][+-]?\d+)?")


def to_elisp(value: object, *, quoted: bool = False, mappings: str = "alist", keys: str = "symbol") -> str:
    """A literal without a trailing newline.

    Booleans are ``t`` and ``nil``, null and empty lists ``nil``, lists ``(a b)``. ``mappings``: ``alist``
    (``((key . value))``) or ``plist`` (``(:key value)``); ``keys`` of an alist: ``symbol`` or ``string``. ``quoted``
    puts ``'`` before a list, so that it can be an argument.
    """
    choice("mappings", mappings, ("alist", "plist"))
    choice("keys", keys, ("symbol", "string"))
    text = _Writer(mappings, keys).literal(value, ())
    return "'" + text if quoted and text.startswith("(") and not isinstance(value, Raw) else text


@dataclass(frozen=True)
class _Writer:
    mappings: str
    keys: str

    def literal(self, value: Value, trail: Trail) -> str:
        if value is None or value is False:
            return "nil"
        if value is True:
            return "t"
        if isinstance(value, int):
            return str(value)
        if isinstance(value, float):
            return short_float(value, trail)
        if isinstance(value, (str, PathValue)):
            return elisp_quote(value)
        if isinstance(value, Raw) and value.kind in INLINE:
            return value.text
        if is_list(value):
            parts = [self.literal(item, way) for item, way in items(value, trail)]
        elif is_mapping(value):
            parts = [self.entry(key, self.literal(item, way)) for key, item, way in entries(value, trail)]
        else:
            raise FormatError(f"Emacs Lisp cannot hold {kind_of(value)}", trail)
        return "(" + " ".join(parts) + ")" if parts else "nil"

    def entry(self, key: str, text: str) -> str:
        if self.mappings == "plist":
            return f":{_symbol(key, keyword=True)} {text}"
        return f"({elisp_quote(key) if self.keys == 'string' else _symbol(key)} . {text})"


def _symbol(name: str, keyword: bool = False) -> str:
    escaped = "".join(char if PLAIN_SYMBOL.match(char) else "\\" + char for char in name)
    if not name:
        return "" if keyword else "##"
    return "\\" + escaped if not keyword and (NUMBER.fullmatch(name) or name == ".") else escaped
