# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Desktop entries (https://specifications.freedesktop.org/desktop-entry-spec/latest/) and what shares their syntax."""

from __future__ import annotations

from .atoms import Trail, atom_text, entries, is_list, items, ordered

MAIN = "Desktop Entry"
CONTROL = {"\n": "\\n", "\t": "\\t", "\r": "\\r"}


def to_desktop(value: object, *, escape: bool = True) -> str:
    """Text of ``{group: {key: value}}``, the group ``Desktop Entry`` first.

    Lists end each item with ``;``, and null is left out. Newlines, tabs and leading spaces are escaped, and so is ``;``
    in the items of lists; with ``escape`` backslashes too (off, values contain the specification's escapes already, as
    they do in Home Manager's ``xdg.desktopEntries``).
    """
    groups = sorted(ordered(value), key=lambda group: group[0] != MAIN)
    return "\n".join(f"[{name}]\n" + _group(group, escape, (name,)) for name, group in groups)


def _group(group: object, escape: bool, trail: Trail) -> str:
    text = ""
    for key, item, way in entries(group, trail):
        if is_list(item):
            parts = [
                _escaped(atom_text(part, inner, null=None), escape).replace(";", "\\;")
                for part, inner in items(item, way)
            ]
            text += f"{key}=" + "".join(part + ";" for part in parts) + "\n" if parts else ""
        elif item is not None:
            text += f"{key}={_escaped(atom_text(item, way), escape)}\n"
    return text


def _escaped(text: str, escape: bool) -> str:
    if escape:
        text = text.replace("\\", "\\\\")
    text = "".join(CONTROL.get(char, char) for char in text)
    stripped = text.lstrip(" ")
    return "\\s" * (len(text) - len(stripped)) + stripped
