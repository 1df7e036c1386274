# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Hyprlang (https://wiki.hypr.land/Hypr-Ecosystem/hyprlang/), as ``lib.hm.generators.toHyprconf`` writes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..values import Value
from .atoms import Trail, entries, is_list, is_mapping, items
from .keyvalue import Dialect

if TYPE_CHECKING:
    from collections.abc import Sequence


def to_hyprconf(value: object, *, important_prefixes: Sequence[str] = ("$",), indent_level: int = 0) -> str:
    """Nested sections and ``key=value`` fields; a list repeats its key or section.

    Fields whose name begins with one of ``important_prefixes`` come first (variables precede their use), then the
    sections, parted by empty lines, then the other fields. ``indent_level`` counts steps of two spaces.
    """
    return _body(value, "  " * indent_level, tuple(important_prefixes), ())


def _body(value: object, indent: str, prefixes: tuple[str, ...], trail: Trail) -> str:
    fields = Dialect(lists="duplicate", indent=indent)
    important: dict[str, object] = {}
    plain: dict[str, object] = {}
    sections: list[str] = []
    for key, item, way in entries(value, trail):
        if key.startswith(prefixes):
            important[key] = item
        elif is_list(item) or is_mapping(item):
            sections.append(_section(key, item, indent, prefixes, way))
        else:
            plain[key] = item
    return fields.lines(important, trail) + "\n".join(sections) + fields.lines(plain, trail)


def _section(key: str, value: Value, indent: str, prefixes: tuple[str, ...], trail: Trail) -> str:
    if is_list(value):
        between = "\n" if all(is_mapping(item) for item in value) else ""
        return between.join(_section(key, item, indent, prefixes, way) for item, way in items(value, trail))
    if is_mapping(value):
        return f"{indent}{key} {{\n{_body(value, indent + '  ', prefixes, trail)}{indent}}}\n"
    return Dialect(indent=indent).lines({key: value}, trail[:-1])
