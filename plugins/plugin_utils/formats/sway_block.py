# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Blocks of ``key value`` lines in braces, as the configurations of i3, sway and similar programs nest them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .atoms import Trail, entries, is_mapping, several
from .keyvalue import Dialect

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def to_sway_block(
    value: object,
    *,
    header: str = "",
    indent: str = "  ",
    separator: str = " ",
    bools: Sequence[str] = ("yes", "no"),
    quote: str | None = None,
) -> str:
    """Lines of a mapping: a plain value is ``key value``, a mapping a block of its own.

    A list repeats its key; null is left out. ``header`` puts the whole into one block of that title (``bar``,
    ``input "type:keyboard"``). ``separator``, ``bools`` and ``quote`` are those of ``keyvalue``.
    """
    style = Dialect(separator=separator, bools=bools, quote=quote, nulls="drop", escape_key=False)
    lines = list(_lines(value, style, indent, ()))
    if header:
        lines = [header + " {", *(indent + line for line in lines), "}"]
    return "".join(line + "\n" for line in lines)


def _lines(value: object, style: Dialect, indent: str, trail: Trail) -> Iterator[str]:
    for key, item, way in entries(value, trail):
        for single, inner in several(item, way):
            if is_mapping(single):
                yield key + " {"
                yield from (indent + line for line in _lines(single, style, indent, inner))
                yield "}"
            else:
                yield from style.entry(key, single, inner)
