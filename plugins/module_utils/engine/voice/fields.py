# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reading the fields of a JSON object by type, and writing records back without what is at its default."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Callable, NamedTuple, TypeVar

    T = TypeVar("T")


class Fields:
    """The fields of one JSON object. Each getter raises ValueError, naming the field, when the type is another."""

    __slots__ = ("value", "what")

    def __init__(self, value: object, what: str) -> None:
        if not isinstance(value, dict):
            raise ValueError(f"{what} must be an object, not {type(value).__name__}")
        self.value: dict[str, object] = value
        self.what = what

    def _get(self, name: str, kind: type[T]) -> T | None:
        found = self.value.get(name)
        if found is None:
            return None
        # A boolean is an integer in Python, and not in JSON.
        if not isinstance(found, kind) or (isinstance(found, bool) and kind is not bool):
            raise ValueError(f"{self.what}: `{name}` has the wrong type, {type(found).__name__}")
        return found

    def text(self, name: str, default: str = "") -> str:
        """A string."""
        found = self._get(name, str)
        return default if found is None else found

    def maybe(self, name: str) -> str | None:
        """A string, or None when it is absent or null."""
        return self._get(name, str)

    def number(self, name: str, default: int = 0) -> int:
        """An integer."""
        found = self._get(name, int)
        return default if found is None else found

    def count(self, name: str) -> int | None:
        """An integer, or None when it is absent or null."""
        return self._get(name, int)

    def real(self, name: str) -> float | None:
        """A number, or None when it is absent or null."""
        found = self.value.get(name)
        return self._get(name, int) if isinstance(found, int) else self._get(name, float)

    def flag(self, name: str, default: bool = False) -> bool:
        """A boolean."""
        found = self._get(name, bool)
        return default if found is None else found

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of strings."""
        return self._all(name, str, "strings")

    def numbers(self, name: str) -> tuple[int, ...]:
        """A list of integers."""
        return self._all(name, int, "integers")

    def _all(self, name: str, kind: type[T], plural: str) -> tuple[T, ...]:
        items: list[object] = self._get(name, list) or []
        found = tuple(item for item in items if isinstance(item, kind))
        if len(found) != len(items):
            raise ValueError(f"{self.what}: `{name}` must be a list of {plural}")
        return found

    def items(self, name: str, of: Callable[[object], T]) -> tuple[T, ...]:
        """A list of records, each read by `of`."""
        return tuple(of(item) for item in self._get(name, list) or ())

    def counts(self, name: str) -> dict[str, dict[str, int]] | None:
        """Numbers by two names, or None when it is absent or null."""
        found = self._get(name, dict)
        if found is None:
            return None
        inner = [Fields(signs, self.what) for signs in found.values()]
        return {kind: {sign: signs.number(sign) for sign in signs.value} for kind, signs in zip(found, inner)}

    def item(self, name: str, of: Callable[[object], T]) -> T | None:
        """A record, or None when it is absent or null."""
        found = self.value.get(name)
        return None if found is None else of(found)


def plain(record: NamedTuple) -> dict[str, object]:
    """The JSON of a named tuple: fields at their default are left out, `source_` and its kin lose the underscore."""
    defaults = record._field_defaults
    return {
        name.rstrip("_"): _plain(item)
        for name, item in record._asdict().items()
        if name not in defaults or item != defaults[name]
    }


def _plain(item: object) -> object:
    json = getattr(item, "json", None)
    if json is not None:
        return json()
    if isinstance(item, tuple):
        return [_plain(inner) for inner in item]
    return item
