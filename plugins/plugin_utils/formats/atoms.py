# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What every format needs to know of a value: its kind, its order, and the text of a single one.

The order of a mapping is the byte order of its keys, as an attribute set of Nix has it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from ..values import FormatError, GVariant, Package, Path, PathValue, Raw, StoreFile, Value

Trail = tuple["str | int", ...]


def is_mapping(value: object) -> bool:
    return isinstance(value, Mapping)


def is_list(value: object) -> bool:
    return isinstance(value, (list, tuple))


def kind_of(value: object) -> str:
    """The name of a value's type as a spec's author knows it."""
    names: tuple[tuple[type | tuple[type, ...], str], ...] = (
        (type(None), "null"),
        (bool, "a boolean"),
        (int, "an integer"),
        (float, "a float"),
        (str, "a string"),
        (Mapping, "a mapping"),
        ((list, tuple), "a list"),
        (Package, "a package"),
        (Path, "a path"),
        (StoreFile, "a store file"),
        (GVariant, "a GVariant value"),
    )
    if isinstance(value, Raw):
        return f"an inline expression ({value.kind})"
    return next((name for kind, name in names if isinstance(value, kind)), f"a value of type {type(value).__name__}")


def ordered(value: object, trail: Trail = (), what: str = "a mapping") -> list[tuple[str, object]]:
    """The entries of a mapping in byte order of their keys.

    FormatError for anything else, and for keys that are not strings.
    """
    if not isinstance(value, Mapping):
        raise FormatError(f"expected {what}, got {kind_of(value)}", trail)
    for key in value:
        if not isinstance(key, str):
            raise FormatError(f"keys must be strings, but {key!r} is {kind_of(key)}", trail)
    return [(str(key), value[key]) for key in sorted(value, key=lambda key: key.encode("utf-8", "surrogatepass"))]


def entries(value: Value, trail: Trail = (), what: str = "a mapping") -> Iterator[tuple[str, Value, Trail]]:
    """As ``ordered``, each with the way to its value."""
    for key, item in ordered(value, trail, what):
        yield key, item, (*trail, key)


def items(value: Sequence[Value], trail: Trail = ()) -> Iterator[tuple[Value, Trail]]:
    """The items of a list, each with the way to it."""
    for index, item in enumerate(value):
        yield item, (*trail, index)


def several(value: Value, trail: Trail = ()) -> Iterator[tuple[Value, Trail]]:
    """As ``items``, where a value that is no list counts as the only item."""
    return items(value, trail) if isinstance(value, (list, tuple)) else iter([(value, trail)])


def float_text(value: float) -> str:
    """A float as Nix's ``toString`` writes it: six decimals (``0.5`` is ``0.500000``).

    A number which six decimals would change is written with all its digits instead, never with an exponent.
    Raises FormatError for infinities and NaN.
    """
    if not math.isfinite(value):
        raise FormatError(f"{value} cannot be written to a configuration file")
    text = f"{value:.6f}"
    return text if float(text) == value else format(Decimal(repr(float(value))), "f")


def short_float(value: float, trail: Trail = ()) -> str:
    """A float as JSON writes it: the shortest text that reads back as the same number.

    FormatError if it is not finite.
    """
    if not math.isfinite(value):
        raise FormatError(f"this format cannot hold {value}", trail)
    return repr(float(value))


def atom_text(
    value: Value, trail: Trail = (), *, bools: Sequence[str] = ("true", "false"), null: str | None = "null"
) -> str:
    """A single value as nixpkgs' ``generators.mkValueStringDefault`` writes it: strings unchanged, words for the rest.

    ``bools`` are the words for true and false, ``null`` the word for null (``None``: refused). Lists, mappings and
    inline expressions raise FormatError.
    """
    if isinstance(value, bool):
        return bools[0] if value else bools[1]
    if isinstance(value, (str, int, PathValue)):
        return str(value)
    if isinstance(value, float):
        try:
            return float_text(value)
        except FormatError as error:
            raise error.within(*trail) from None
    if value is None and null is not None:
        return null
    raise FormatError(f"this format cannot hold {kind_of(value)} here", trail)


def nix_string(value: Value, trail: Trail = ()) -> str:
    """A value as Nix's ``toString`` writes it: true is ``1``, false and null are empty, lists are joined by spaces."""
    if isinstance(value, (list, tuple)):
        return " ".join(nix_string(item, inner) for item, inner in items(value, trail))
    return atom_text(value, trail, bools=("1", ""), null="")


def plain(value: Value, trail: Trail = (), *, nulls: bool = True, sort: bool = True) -> Value:
    """The same structure made of plain data alone: exact built-in types, path values as their text.

    Mappings are in byte order unless ``sort`` is false. Raises FormatError for inline expressions, GVariants, other objects,
    and for null where ``nulls`` is false.
    """
    if value is None and nulls:
        return None
    if isinstance(value, bool):
        return bool(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value)
    if isinstance(value, (str, PathValue)):
        return str(value)
    if isinstance(value, Mapping):
        found = {key: plain(item, inner, nulls=nulls, sort=sort) for key, item, inner in entries(value, trail)}
        return found if sort else {str(key): found[str(key)] for key in value}
    if isinstance(value, (list, tuple)):
        return [plain(item, inner, nulls=nulls, sort=sort) for item, inner in items(value, trail)]
    raise FormatError(f"this format cannot hold {kind_of(value)}", trail)


def choice(name: str, value: str, allowed: Sequence[str]) -> None:
    """Refuses a parameter that is none of ``allowed``."""
    if value not in allowed:
        raise FormatError(f"the parameter {name} must be one of {', '.join(allowed)}, not {value!r}")
