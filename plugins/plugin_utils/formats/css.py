# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Style sheets (CSS and GTK's dialect) from nested mappings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..values import FormatError, Value
from .atoms import Trail, atom_text, entries, is_list, is_mapping, items, several, short_float

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMA = re.compile(r"\s*,\s*(?![^(\[]*[)\]])")

DEFINITION = "@define-color"
PROPERTY_RULES = ("@font-face", "@page", "@property", "@counter-style")


def to_css(value: object, *, indent: str = "  ") -> str:
    """CSS text of ``{selector: {property: value}}``, rules in byte order; a list of mappings keeps its own.

    - A mapping inside a rule is a nested selector, written out flat: ``&`` means the outer one, else it is a
    descendant. - A key ``@media ...`` (any at-rule) with a mapping wraps what it holds; inside a rule it wraps that
    rule. - A plain value under an at-rule is a statement: ``"@import": url("x")``; a list repeats it; and
    ``"@define-color": {name: value}`` gives one statement for each name. - The items of a property's list are joined by
    commas; null leaves it out.
    """
    return "\n".join("\n".join(block) + "\n" for block in _rules(value, "", indent, ()))


def _rules(value: Value, selector: str, indent: str, trail: Trail) -> Iterator[list[str]]:
    """Blocks of lines for the rules of ``selector`` (empty at the top and directly inside an at-rule)."""
    if is_list(value):
        for item, way in items(value, trail):
            yield from _rules(item, selector, indent, way)
        return
    properties: list[str] = []
    nested: list[tuple[str, Value, Trail]] = []
    for key, item, way in entries(value, trail):
        if is_mapping(item) or _is_rules(item):
            nested.append((key, item, way))
        elif key.startswith("@"):
            yield [f"{key} {_text(single, inner)};" for single, inner in several(item, way)]
        elif not selector:
            raise FormatError("a property must be inside a rule", way)
        elif item is not None:
            properties.append(f"{indent}{key}: {_property(item, way)};")
    if properties:
        yield [f"{selector} {{", *properties, "}"]
    for key, item, way in sorted(nested, key=lambda rule: _is_conditional(rule[0])):
        if key.startswith("@"):
            yield from _at_rule(key, item, selector, indent, way)
        else:
            yield from _rules(item, _selector(selector, key), indent, way)


def _is_conditional(key: str) -> bool:
    """Whether a rule must follow the plain ones to have its effect: at equal weight the later declaration wins."""
    return key.startswith("@") and not key.startswith((DEFINITION, *PROPERTY_RULES))


def _at_rule(key: str, value: object, selector: str, indent: str, trail: Trail) -> Iterator[list[str]]:
    if key == DEFINITION:
        yield [f"{key} {name} {_text(item, way)};" for name, item, way in entries(value, trail) if item is not None]
    elif key.startswith(PROPERTY_RULES):
        yield from _rules(value, key, indent, trail)
    else:
        blocks = list(_rules(value, selector, indent, trail))
        inside = [line for at, block in enumerate(blocks) for line in ([""] if at else []) + block]
        yield [f"{key} {{", *(indent + line if line else "" for line in inside), "}"]


def _is_rules(value: Value) -> bool:
    return is_list(value) and bool(value) and all(is_mapping(item) for item in value)


def _selector(outer: str, inner: str) -> str:
    if not outer:
        return inner
    return ", ".join(
        part.replace("&", each) if "&" in part else f"{each} {part}"
        for each in COMMA.split(outer)
        for part in COMMA.split(inner)
    )


def _property(value: object, trail: Trail) -> str:
    return ", ".join(_text(item, way) for item, way in several(value, trail))


def _text(value: object, trail: Trail) -> str:
    return short_float(value, trail) if isinstance(value, float) else atom_text(value, trail, null=None)
