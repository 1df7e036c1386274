# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Mappings whose values are computed when they are first asked for."""

from __future__ import annotations

from collections.abc import Callable, ItemsView, Iterator, KeysView, ValuesView
from typing import Protocol

from ..syntax.errors import SpecError
from ..values import Value


class Located(Protocol):
    """Something with a path of its own."""

    @property
    def dotted(self) -> str:
        """The path as a person writes it."""


class _Pending:
    __slots__ = ()

    def __repr__(self) -> str:
        return "<not computed yet>"


PENDING = _Pending()


class LazyMapping(dict[str, Value]):
    """A mapping in byte order of its keys; `compute(key)` computes a value, once; `site` is its option."""

    __slots__ = ("_compute", "_site", "taint")

    def __init__(self, keys: list[str], compute: Callable[[str], Value], site: Located | None = None) -> None:
        super().__init__(dict.fromkeys(sorted(keys), PENDING))
        self._compute = compute
        self._site = site
        self.taint: Callable[[], None] | None = None

    @property
    def label(self) -> str:
        """The path of the mapping, for errors."""
        return self._site.dotted if self._site is not None else ""

    def __getitem__(self, key: str) -> Value:
        value = super().__getitem__(key)
        if self.taint is not None:
            self.taint()
        if value is PENDING:
            value = self._compute(key)
            super().__setitem__(key, value)
        return value

    def known(self, key: str) -> bool:
        """Whether the value of `key` has been computed."""
        return super().__getitem__(key) is not PENDING

    def get(self, key: str, default: Value = None) -> Value:
        return self[key] if key in self else default  # noqa: SIM401 - the mapping's own get is this one

    def __iter__(self) -> Iterator[str]:
        return super().__iter__()

    def keys(self) -> KeysView[str]:  # type: ignore[override]
        return KeysView(self)

    def values(self) -> ValuesView[Value]:  # type: ignore[override]
        return ValuesView(self)

    def items(self) -> ItemsView[str, Value]:  # type: ignore[override]
        return ItemsView(self)

    def __eq__(self, other: object) -> bool:
        return bool(plain(self) == plain(other))

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = None

    def copy(self) -> dict[str, Value]:
        return dict(self.items())

    def __repr__(self) -> str:
        return repr(plain(self))

    def __or__(self, other: Value) -> Value:
        return {**self, **other}


class EntryThunk:
    """An entry of a lazy mapping, taken as a value without computing it."""

    __slots__ = ("key", "mapping")

    def __init__(self, mapping: LazyMapping, key: str) -> None:
        self.mapping = mapping
        self.key = key

    def get(self) -> object:
        return self.mapping[self.key]


DEEPEST = 200


def plain(value: Value, depth: int = 0) -> Value:
    """The value with every lazy mapping computed, as plain dicts and lists. Raises SpecError for one that holds itself."""
    if isinstance(value, (dict, list)) and depth > DEEPEST:
        raise SpecError("infinite recursion: the value contains itself")
    if isinstance(value, dict):
        return {key: plain(value[key], depth + 1) for key in value}
    if isinstance(value, list):
        return [plain(item, depth + 1) for item in value]
    return value
