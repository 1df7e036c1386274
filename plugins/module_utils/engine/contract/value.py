# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Plain values: equal when their attributes are equal."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict, Iterator

    JsonValue = object
    JsonObject = Dict[str, JsonValue]


class Value:
    """Base of the classes of the contract. Their attributes are their `__slots__`."""

    __slots__ = ()

    @classmethod
    def attributes(cls) -> Iterator[str]:
        """The names of the attributes, those of the bases first."""
        for base in reversed(cls.__mro__):
            yield from base.__dict__.get("__slots__", ())

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in self.attributes())

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        values = ", ".join("%s=%r" % (name, getattr(self, name)) for name in self.attributes())
        return "%s(%s)" % (type(self).__name__, values)
