# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The YAML of a spec file as plain Python data that knows its positions."""

from __future__ import annotations

from ..values import Value
from .position import Position


class Mapping(dict[str, Value]):
    """A mapping of a spec.

    `verbatim` says that its keys are whole names, never to be split at dots (JSON on the wire, computed values).
    """

    __slots__ = ("position", "positions", "verbatim")

    def __init__(
        self, items: dict[str, object] | None = None, position: Position | None = None, verbatim: bool = False
    ) -> None:
        super().__init__(items or {})
        self.position = position
        self.verbatim = verbatim
        self.positions: dict[str, Position] = {}

    def position_of(self, key: str) -> Position | None:
        """The position of the entry `key`."""
        return self.positions.get(key, self.position)


def nested(parts: tuple[str, ...], value: Value, position: Position | None) -> Value:
    """The value below a path of whole names."""
    for part in reversed(parts):
        outer = Mapping({part: value}, position, verbatim=True)
        if position is not None:
            outer.positions = {part: position}
        value = outer
    return value


class Sequence(list[Value]):
    """A list of a spec; `places` holds the position of each element."""

    __slots__ = ("position", "positions")

    def __init__(self, items: list[object] | None = None, position: Position | None = None) -> None:
        super().__init__(items or [])
        self.position = position
        self.positions: list[Position] = []


class PlainWord(str):
    """An unquoted yes, no, on or off: a string, except for an option of type bool."""

    __slots__ = ()


class PlainInteger(int):
    """An unquoted integer with leading zeros that remembers how it was written."""

    text: str

    def __new__(cls, text: str) -> PlainInteger:
        number = super().__new__(cls, text)
        number.text = text
        return number


class PlainNumber(float):
    """An unquoted decimal number that remembers how it was written."""

    __slots__ = ("text",)

    def __new__(cls, text: str) -> PlainNumber:
        number = super().__new__(cls, text)
        number.text = text
        return number

    text: str


def position_of(value: object, key: str | int | None = None) -> Position | None:
    """The position of a node, or of one of its entries, where it is known."""
    if isinstance(value, Mapping):
        return value.position if key is None else value.position_of(str(key))
    if isinstance(value, Sequence):
        if isinstance(key, int) and key < len(value.positions):
            return value.positions[key]
        return value.position
    return getattr(value, "position", None)
