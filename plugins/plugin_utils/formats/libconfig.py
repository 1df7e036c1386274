# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""libconfig (https://hyperrealm.github.io/libconfig/), which picom reads."""

from __future__ import annotations

from ..values import FormatError, PathValue, Value
from .atoms import Trail, atom_text, entries, is_list, is_mapping, items, kind_of
from .quoting import escaped_quote


def to_libconfig(value: object) -> str:
    """Settings ``name = value;`` and groups ``name: { ... };`` of a mapping, a line each.

    A list of single values of one kind is an array (``[ ... ]``), any other one a list (``( ... )``). Backslashes in
    strings keep their meaning. FormatError for null, which libconfig does not have.
    """
    return "".join(
        f"{key}{':' if is_mapping(item) else ' ='} {_value(item, trail)};\n" for key, item, trail in entries(value)
    )


def _value(value: Value, trail: Trail) -> str:
    if is_mapping(value):
        return " ".join(["{", *(f"{key} = {_value(item, way)};" for key, item, way in entries(value, trail)), "}"])
    if is_list(value):
        texts = " , ".join(_value(item, way) for item, way in items(value, trail))
        return f"[ {texts} ]" if _array(value) else f"( {texts} )"
    if isinstance(value, (str, PathValue)):
        return escaped_quote(value)
    if not isinstance(value, (bool, int, float)):
        raise FormatError(f"libconfig cannot hold {kind_of(value)}", trail)
    return atom_text(value, trail)


def _array(value: list[object]) -> bool:
    return not any(is_mapping(item) or is_list(item) for item in value) and len({type(item) for item in value}) < 2
