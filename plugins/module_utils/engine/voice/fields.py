# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reading the fields of a JSON object by type, and writing records back without what is at its default."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import Callable, TypeVar

    T = TypeVar("T")


class Fields:
    """The fields of one JSON object. Each getter raises ValueError, naming the field, when the type is another."""

    __slots__ = ("value", "what")

    def __init__(self, value: Any, what: str) -> None:
        if not isinstance(value, dict):
            raise ValueError(f"{what} must be an object, not {type(value).__name__}")
        self.value: dict[str, Any] = value
        self.what = what

    def _get(self, name: str, kind: Any, default: Any) -> Any:
        found = self.value.get(name)
        if found is None:
            return default
        # A boolean is an integer in Python, and not in JSON.
        if not isinstance(found, kind) or (isinstance(found, bool) and kind is not bool):
            raise ValueError(f"{self.what}: `{name}` has the wrong type, {type(found).__name__}")
        return found

    def text(self, name: str, default: str = "") -> str:
        """A string."""
        found: str = self._get(name, str, default)
        return found

    def maybe(self, name: str) -> str | None:
        """A string, or None when it is absent or null."""
        found: str | None = self._get(name, str, None)
        return found

    def number(self, name: str, default: int = 0) -> int:
        """An integer."""
        found: int = self._get(name, int, default)
        return found

    def count(self, name: str) -> int | None:
        """An integer, or None when it is absent or null."""
        found: int | None = self._get(name, int, None)
        return found

    def real(self, name: str) -> float | None:
        """A number, or None when it is absent or null."""
        found: float | None = self._get(name, (int, float), None)
        return found

    def flag(self, name: str, default: bool = False) -> bool:
        """A boolean."""
        found: bool = self._get(name, bool, default)
        return found

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of strings."""
        found = self._get(name, list, [])
        if not all(isinstance(item, str) for item in found):
            raise ValueError(f"{self.what}: `{name}` must be a list of strings")
        return tuple(found)

    def items(self, name: str, of: Callable[[Any], T]) -> tuple[T, ...]:
        """A list of records, each read by `of`."""
        return tuple(of(item) for item in self._get(name, list, []))

    def item(self, name: str, of: Callable[[Any], T]) -> T | None:
        """A record, or None when it is absent or null."""
        found = self.value.get(name)
        return None if found is None else of(found)


def plain(record: Any) -> dict[str, Any]:
    """The JSON of a named tuple: fields at their default are left out, `source_` and its kin lose the underscore."""
    defaults = record._field_defaults
    return {
        name.rstrip("_"): _plain(item)
        for name, item in zip(record._fields, record)
        if name not in defaults or item != defaults[name]
    }


def _plain(item: Any) -> Any:
    if hasattr(item, "json"):
        return item.json()
    if isinstance(item, tuple):
        return [_plain(inner) for inner in item]
    return item
