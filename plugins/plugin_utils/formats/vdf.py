# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Valve's KeyValues text format (https://developer.valvesoftware.com/wiki/KeyValues)."""

from __future__ import annotations

from .atoms import Trail, atom_text, entries, is_mapping, several

ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"}


def to_vdf(value: object) -> str:
    """Nested ``"key" { ... }`` and ``"key" "value"``, indented by tabs; a list repeats its key, null is left out.

    Booleans are ``1`` and ``0``, for the format has strings alone.
    """
    return _body(value, "", ())


def _body(value: object, indent: str, trail: Trail) -> str:
    text = ""
    for key, item, way in entries(value, trail):
        for single, inner in several(item, way):
            if is_mapping(single):
                text += f"{indent}{_string(key)}\n{indent}{{\n{_body(single, indent + chr(9), inner)}{indent}}}\n"
            elif single is not None:
                text += f"{indent}{_string(key)}\t\t{_string(atom_text(single, inner, bools=('1', '0')))}\n"
    return text


def _string(text: str) -> str:
    return '"' + "".join(ESCAPES.get(char, char) for char in text) + '"'
