# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The scalar types by name."""

from __future__ import annotations

import math

from ..expressions.limits import compiled, matched
from ..syntax.nodes import PlainWord
from ..values import Package, PathValue, Value
from .definition import Definition
from .schema import Site, Type
from .types import PackageType, RawKind, Scalar, Separated, SourceType, TemplateType


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_float(value: object) -> bool:
    return isinstance(value, float) and not math.isnan(value)


def _is_number(value: object) -> bool:
    return _is_int(value) or _is_float(value)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _boolean(value: object) -> object:
    return value.lower() in ("yes", "on") if isinstance(value, PlainWord) else value


def _decimal(value: Value) -> Value:
    return float(value) if _is_int(value) else value


def _package_path(value: object) -> object:
    """A package where text is expected means its path, as in Nix."""
    return str(value) if isinstance(value, Package) else value


def _path(value: object) -> bool:
    return isinstance(value, PathValue) or (isinstance(value, str) and value.startswith("/"))


def _single_line(value: object) -> object:
    return value[:-1] if isinstance(value, str) and value.endswith("\n") else value


def between(low: float | None, high: float | None, whole: bool = True) -> Scalar:
    """Integers (or numbers) within bounds, both inclusive; None is no bound."""
    kind = "integer" if whole else "number"
    inside = {
        (True, True): f"{kind} between {low} and {high} (both inclusive)",
        (True, False): f"{kind} of at least {low}",
        (False, True): f"{kind} of at most {high}",
    }[low is not None, high is not None]
    right = _is_int if whole else _is_number
    return Scalar(inside, lambda v: right(v) and (low is None or v >= low) and (high is None or v <= high))


def matching(pattern: str) -> Scalar:
    """Strings that a regular expression matches whole."""
    compiled(pattern)
    return Scalar(
        f"string matching the pattern {pattern}",
        lambda v: _is_text(v) and matched("fullmatch", pattern, v) is not None,
    )


def one_of(values: list[object]) -> Scalar:
    """One of some values."""
    words = ", ".join(f'"{v}"' if isinstance(v, str) else ("null" if v is None else str(v).lower()) for v in values)
    allowed = [(isinstance(v, bool), v) for v in values]
    found = Scalar(f"one of {words}", lambda v: not isinstance(v, (dict, list)) and (isinstance(v, bool), v) in allowed)
    return found


SCALARS: dict[str, Type] = {
    "bool": Scalar("boolean", lambda v: isinstance(v, bool), _boolean, convert_alone=True),
    "int": Scalar("integer", _is_int),
    "float": Scalar("number with decimals", _is_float, _decimal),
    "number": Scalar("number", _is_number),
    "str": Scalar("string", _is_text, _package_path),
    "string": Scalar("string", _is_text, _package_path),
    "nonEmptyStr": Scalar("string that is not blank", lambda v: _is_text(v) and v.strip() != ""),
    "singleLineStr": Scalar("string of one line", lambda v: _is_text(v) and "\n" not in v, _single_line),
    "path": Scalar("absolute path", _path),
    "package": PackageType(),
    "shellPackage": PackageType(),
    "source": SourceType(),
    "template": TemplateType(),
    "lines": Separated("\n", "text"),
    "commas": Separated(",", "string of comma-separated words"),
    "envVar": Separated(":", "string of colon-separated words"),
    "separatedString": Separated("", "string"),
    "luaInline": RawKind("lua-inline", "inline Lua (`!lua-inline`)"),
    "nushellInline": RawKind("nushell-inline", "inline Nushell (`!nushell-inline`)"),
    "null": Scalar("null", lambda v: v is None),
    "ints.unsigned": between(0, None),
    "ints.positive": between(1, None),
    "ints.u8": between(0, 255),
    "ints.u16": between(0, 65535),
    "ints.u32": between(0, 4294967295),
    "ints.s8": between(-128, 127),
    "ints.s16": between(-32768, 32767),
    "ints.s32": between(-2147483648, 2147483647),
    "port": between(0, 65535),
    "numbers.nonnegative": between(0, None, whole=False),
    "numbers.positive": Scalar("number above 0", lambda v: _is_number(v) and v > 0),
}


class BoolByOr(Type):
    """Booleans, of which one true one suffices."""

    description = "boolean"

    def coerce(self, value: object, definition: object = None) -> object:
        return _boolean(value)

    def check(self, value: object) -> bool:
        return isinstance(value, bool)

    def merge(self, site: Site, definitions: list[Definition]) -> bool:
        return any(d.value for d in definitions)


SCALARS["boolByOr"] = BoolByOr()
