# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The scfg syntax (https://codeberg.org/emersion/scfg), as ``lib.hm.generators.toSCFG`` writes it.

A list of directives, each ``{name, params: [...], children: [directive, ...]}``.
"""

from __future__ import annotations

import re

from ..values import FormatError, PathValue, Value
from .atoms import Trail, atom_text, is_list, is_mapping, items, kind_of

ESCAPES = {'"': '\\"', "\\": "\\\\", "\r": "\\r", "\n": "\\n", "\t": "\\t"}
SPECIAL = re.compile(r"""["\\\r\n\t '{}]""")


def to_scfg(value: object) -> str:
    """scfg text of a list of directives; one whose params and children are both given empty is left out.

    FormatError for anything else than directives, and for a parameter that is null, a list or a mapping.
    """
    return "".join(line + "\n" for line in _directives(value, ()))


def _directives(value: Value, trail: Trail) -> list[str]:
    if not is_list(value):
        raise FormatError(f"expected a list of directives, got {kind_of(value)}", trail)
    lines: list[str] = []
    for directive, way in items(value, trail):
        if not is_mapping(directive) or not {"name"} <= set(directive) <= {"name", "params", "children"}:
            raise FormatError("a directive must have a name and may have params and children", way)
        params, children = directive.get("params", [None]), directive.get("children", [])
        if len(directive) > 1 and params == [None] and children == []:
            continue
        line = _word(directive["name"], (*way, "name"))
        if "params" in directive and params is not None:
            line += "".join(" " + _word(param, inner) for param, inner in items(params, (*way, "params")))
        if "children" in directive and children is not None:
            inside = _directives(children, (*way, "children"))
            lines += [line + " {", *("\t" + text for text in inside), "}"]
        else:
            lines.append(line)
    return lines


def _word(value: object, trail: Trail) -> str:
    text = atom_text(value, trail, null=None)
    if isinstance(value, (str, PathValue)) and (not text or SPECIAL.search(text)):
        return '"' + "".join(ESCAPES.get(char, char) for char in text) + '"'
    return text
