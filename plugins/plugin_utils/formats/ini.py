# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""INI files and their dialects, as ``lib.generators.toINI`` and ``toINIWithGlobalSection`` write them.

A mapping of sections to mappings of keys; sections are parted by an empty line. The parameters of ``keyvalue.Dialect``
say how a key is written; ``section_names`` says how a section's name is: ``escape`` (``[`` and ``]`` behind a
backslash) or ``plain``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..values import FormatError, Value
from .atoms import Trail, choice, entries, is_mapping, items, kind_of, ordered
from .keyvalue import Dialect, dialect

if TYPE_CHECKING:
    from collections.abc import Iterable


def to_ini(
    value: Value,
    *,
    header: str = "",
    section_names: str = "escape",
    global_section: str | None = None,
    loose_keys: bool = False,
    **parameters: Value,
) -> str:
    """INI text of ``{section: {key: value}}``.

    ``header`` is text before everything. ``global_section`` names the section whose keys come first without a heading;
    with ``loose_keys`` the keys at the top that hold no mapping do. FormatError for nesting and for what ``Dialect``
    refuses.
    """
    style = dialect(parameters)
    loose = {key: item for key, item in ordered(value) if loose_keys and not is_mapping(item)}
    first = style.lines(loose)
    if global_section is not None and global_section in value:
        first += style.lines(value[global_section], (global_section,))
    sections = ((key, item, trail) for key, item, trail in entries(value) if key not in loose and key != global_section)
    return header + _joined(first, _sections(sections, style, section_names))


def to_ini_global(value: Value, *, header: str = "", section_names: str = "escape", **parameters: Value) -> str:
    """INI text of ``{globalSection: {key: value}, sections: {section: {key: value}}}``.

    The keys of the global section come first, without a heading.
    """
    style = dialect(parameters)
    for key, _item, trail in entries(value):
        if key not in ("globalSection", "sections"):
            raise FormatError("only globalSection and sections are allowed here", trail)
    first = style.lines(value.get("globalSection", {}), ("globalSection",))
    sections = entries(value.get("sections", {}), ("sections",))
    return header + _joined(first, _sections(sections, style, section_names))


def to_ini_ordered(value: object, *, header: str = "", section_names: str = "escape", **parameters: object) -> str:
    """INI text of a list of ``[name, {key: value}]`` pairs, or of mappings of one section each.

    Sections keep the order of the list.
    """
    if not isinstance(value, (list, tuple)):
        raise FormatError(f"expected a list of sections, got {kind_of(value)}")
    found: list[tuple[str, object, Trail]] = []
    for item, trail in items(value):
        if isinstance(item, (list, tuple)) and len(item) == 2 and isinstance(item[0], str):
            found.append((item[0], item[1], (*trail, 1)))
        elif is_mapping(item) and len(item) == 1:
            found += entries(item, trail)
        else:
            raise FormatError("expected a pair of a section's name and its keys", trail)
    return header + _joined("", _sections(found, dialect(parameters), section_names))


def to_cnf(value: object) -> str:
    """Option files of MySQL and its kin: booleans ``1`` and ``0``, null is the bare key, lists repeat it."""
    return to_ini(value, separator=" = ", lists="duplicate", nulls="bare", bools=("1", "0"), escape_key=False)


def to_systemd(value: object) -> str:
    """A systemd unit, as Home Manager writes it.

    Lists repeat their key; null, empty lists and empty sections are left out.
    """
    kept = {
        name: {key: item for key, item in ordered(section, (name,)) if item is not None and not _is_empty_list(item)}
        for name, section in ordered(value)
    }
    return to_ini(
        {name: section for name, section in kept.items() if section}, lists="duplicate", nulls="empty", escape_key=False
    )


def _is_empty_list(value: object) -> bool:
    return isinstance(value, (list, tuple)) and not value


def _joined(first: str, sections: str) -> str:
    return "\n".join(filter(None, (first, sections)))


def _sections(found: Iterable[tuple[str, object, Trail]], style: Dialect, section_names: str) -> str:
    choice("section_names", section_names, ("escape", "plain"))
    texts = []
    for name, section, trail in found:
        if not is_mapping(section):
            raise FormatError(f"a section must be a mapping, not {kind_of(section)}", trail)
        heading = name.replace("[", "\\[").replace("]", "\\]") if section_names == "escape" else name
        texts.append(f"[{heading}]\n" + style.lines(section, trail))
    return "\n".join(texts)
