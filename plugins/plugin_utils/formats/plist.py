# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""XML property lists of macOS, as ``lib.generators.toPlist`` writes them."""

from __future__ import annotations

from ..values import FormatError, PathValue, Value
from .atoms import Trail, entries, is_list, is_mapping, items, kind_of, short_float
from .quoting import xml_escape

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<!DOCTYPE plist PUBLIC "-//Apple Computer//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n'
)


def to_plist(value: object, *, escape: bool = True) -> str:
    """A property list, indented by tabs; null is left out of mappings.

    ``escape``: whether markup in strings is escaped (off, strings are XML already). FormatError for null elsewhere, for
    inline expressions, infinities, and characters that XML cannot hold.
    """
    lines = _lines(value, escape, "", ())
    return HEAD + '<plist version="1.0">\n' + "".join(line + "\n" for line in lines) + "</plist>\n"


def _lines(value: Value, escape: bool, indent: str, trail: Trail) -> list[str]:
    if isinstance(value, bool):
        return [indent + ("<true/>" if value else "<false/>")]
    if isinstance(value, int):
        return [f"{indent}<integer>{value}</integer>"]
    if isinstance(value, float):
        return [f"{indent}<real>{short_float(value, trail)}</real>"]
    if isinstance(value, (str, PathValue)):
        return [f"{indent}<string>{_text(str(value), escape, trail)}</string>"]
    inside: list[str] = []
    if is_list(value):
        for item, way in items(value, trail):
            inside += _lines(item, escape, indent + "\t", way)
        return [f"{indent}<array>", *inside, f"{indent}</array>"]
    if is_mapping(value):
        for key, item, way in entries(value, trail):
            if item is not None:
                inside.append(f"{indent}\t<key>{_text(key, escape, way)}</key>")
                inside += _lines(item, escape, indent + "\t", way)
        return [f"{indent}<dict>", *inside, f"{indent}</dict>"]
    raise FormatError(f"a property list cannot hold {kind_of(value)} here", trail)


def _text(text: str, escape: bool, trail: Trail) -> str:
    if any((ord(char) < 0x20 and char not in "\t\n\r") or char in "\ufffe\uffff" for char in text):
        raise FormatError("XML cannot hold a control character or a noncharacter", trail)
    # A reader turns a bare carriage return into a newline.
    return xml_escape(text).replace("\r", "&#13;") if escape else text
