# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""`str.format` as an expression may use it: names and attributes in a format mean what they mean in an expression.

Python's own follows any attribute of any object, and so leads from a function to everything that the process holds.
"""

from __future__ import annotations

import re
import string
from _string import formatter_field_name_split  # type: ignore[import-not-found]
from collections.abc import Callable, Mapping, Sequence

from ..syntax.errors import SpecError, summary
from ..values import PathValue, Raw, Value
from .limits import check_size

# The widest column of a format.
WIDEST = 10_000
_NUMBER = re.compile(r"\d+")


def plain_data(value: object) -> object:
    """A value that may be put into a formatted text. Raises SpecError for functions and other things without a text."""
    if value is None or isinstance(value, (str, int, float, list, tuple, dict, PathValue, Raw)):
        return value
    raise SpecError(f"{summary(value)} cannot be written as text")


class Formatter(string.Formatter):
    """Formats texts; `attribute` and `item` look into the values."""

    def __init__(self, attribute: Callable[[object, str], object], item: Callable[[object, object], object]) -> None:
        self.attribute = attribute
        self.item = item

    def get_field(self, field_name: str, args: Sequence[object], kwargs: Mapping[str, object]) -> tuple[object, str]:
        first, rest = formatter_field_name_split(field_name)
        value = self.get_value(first, args, kwargs)
        for is_attribute, name in rest:
            value = self.attribute(value, name) if is_attribute else self.item(value, name)
        return value, first

    def format_field(self, value: object, format_spec: str) -> str:
        for number in _NUMBER.findall(format_spec):
            check_size(int(number[:20]), WIDEST, "columns")
        text = super().format_field(plain_data(value), format_spec)
        check_size(len(text))
        return str(text)

    def convert_field(self, value: Value, conversion: Value) -> Value:
        return super().convert_field(plain_data(value), conversion)


class TextFormat:
    """The method `format`, or with `mapping` the method `format_map`, of one text."""

    __slots__ = ("formatter", "mapping", "text")

    def __init__(self, text: str, formatter: Formatter, mapping: bool = False) -> None:
        self.text = str(text)
        self.formatter = formatter
        self.mapping = mapping

    def __call__(self, *values: object, **named: object) -> str:
        if not self.mapping:
            return self.formatter.vformat(self.text, values, named)
        if named or len(values) != 1 or not isinstance(values[0], Mapping):
            raise SpecError("`format_map` takes one mapping")
        return self.formatter.vformat(self.text, (), values[0])
