# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""XML from plain data, in the convention of nixpkgs' ``formats.xml``.

``@name`` is an attribute, ``#text`` the text, and a list repeats its element.
"""

from __future__ import annotations

import re

from ..values import FormatError, PathValue
from .atoms import Trail, entries, is_mapping, kind_of, several, short_float
from .quoting import xml_escape

HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'
NAME = re.compile(r"[A-Za-z_:][A-Za-z0-9_.:-]*")


def to_xml(value: object, *, header: str = HEAD, indent: str = "  ") -> str:
    """A document of ``{root: element}``.

    An element is a mapping (attributes, text, elements by name), a plain value (its text) or null (empty); elements are
    in byte order of their names. ``header`` precedes the root. FormatError for more than one root, names and characters
    that XML does not allow, and values without a text.
    """
    roots = [(key, item, way) for key, whole, trail in entries(value) for item, way in several(whole, trail)]
    if len(roots) != 1:
        raise FormatError(f"an XML document must have exactly one root element, got {len(roots)}")
    key, item, way = roots[0]
    return header + _element(key, item, "", indent, way)


def _element(name: str, value: object, before: str, indent: str, trail: Trail) -> str:
    if not NAME.fullmatch(name):
        raise FormatError(f"invalid element name {name!r}", trail)
    if not is_mapping(value):
        return f"{before}<{name}>{_text(value, trail)}</{name}>\n"
    attributes, text, inside = "", "", ""
    for key, item, way in entries(value, trail):
        if key.startswith("@"):
            if not NAME.fullmatch(key[1:]):
                raise FormatError(f"invalid attribute name {key[1:]!r}", way)
            attributes += f' {key[1:]}="{_text(item, way)}"'
        elif key == "#text":
            text = _text(item, way)
        else:
            inside += "".join(_element(key, one, before + indent, indent, index) for one, index in several(item, way))
    body = f"{text}\n{inside}{before}" if inside else text
    return f"{before}<{name}{attributes}>{body}</{name}>\n"


def _text(value: object, trail: Trail) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return short_float(value, trail)
    if not isinstance(value, (int, str, PathValue)):
        raise FormatError(f"an XML element must be a mapping or a plain value, not {kind_of(value)}", trail)
    text = str(value)
    if any((ord(char) < 0x20 and char not in "\t\n\r") or char in "\ufffe\uffff" for char in text):
        raise FormatError("XML cannot hold a control character or a noncharacter", trail)
    return xml_escape(text).replace("\r", "&#13;")
