# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Attributes of values, unknown names, and interpolation into text."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any, NoReturn

import jinja2
from jinja2.environment import TemplateModule
from jinja2.runtime import LoopContext
from jinja2.utils import Namespace, missing

from ..syntax.errors import SpecError, did_you_mean, nearest, summary
from ..values import GVariant, Package, PathValue, Raw
from .operators import TEXT_METHODS
from .text_format import Formatter, TextFormat

_METHODS: dict[type[Any], set[str]] = {
    dict: {"items", "keys", "values", "get"},
    str: {"startswith", "endswith", "split", "rsplit", "strip", "lstrip", "rstrip", "upper", "lower", "replace", "splitlines", "title",
          "capitalize", "find", "count", "join", "isdigit", "isalpha", "partition", "rpartition", "removeprefix", "removesuffix",
          "format", "format_map", "index", "ljust", "rjust", "zfill"},
    list: {"index", "count"},
}  # fmt: skip


# How a mapping is called that does not know its name.
NAMELESS = "the mapping"
LITERALLY = 'a text that means its braces literally:  !unsafe "{{ ... }}"'


class UnknownName(jinja2.StrictUndefined):
    """An unknown name; using it is an error that offers the nearest names, which are looked for only then: `explain` is its message."""

    __slots__ = ("explain",)

    def __init__(
        self,
        hint: str | None = None,
        obj: object = missing,
        name: str | None = None,
        exc: type[jinja2.TemplateRuntimeError] = jinja2.UndefinedError,
        explain: Callable[[], str] | None = None,
    ) -> None:
        super().__init__(hint, obj, name, exc)
        self.explain = explain

    def _fail_with_undefined_error(self, *args: object, **kwargs: object) -> NoReturn:
        message = self.explain() if self.explain is not None else self._undefined_hint or self._undefined_message
        text, _separator, near = message.partition("; ")
        error = SpecError(text, hint=near)
        name = str(self._undefined_name or "")
        advice = [LITERALLY] if text.endswith("` is not defined here") and name != "item" else []
        raise error.with_details("undefined", word=name, whole=True, advice=advice)

    __add__ = __radd__ = __sub__ = __rsub__ = _fail_with_undefined_error
    __mul__ = __rmul__ = __div__ = __rdiv__ = _fail_with_undefined_error
    __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = _fail_with_undefined_error
    __mod__ = __rmod__ = __pos__ = __neg__ = _fail_with_undefined_error
    __call__ = __getitem__ = __lt__ = __le__ = __gt__ = __ge__ = _fail_with_undefined_error
    __int__ = __float__ = __complex__ = __pow__ = __rpow__ = _fail_with_undefined_error
    __iter__ = __str__ = __len__ = __eq__ = __ne__ = __bool__ = __hash__ = _fail_with_undefined_error
    __contains__ = _fail_with_undefined_error

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self._fail_with_undefined_error()


def unknown_name(name: str, known: Callable[[], Iterable[str]]) -> UnknownName:
    """The value of a name that no scope has; `known` gives the names that they have."""

    def explain() -> str:
        hint = "only a `loop` defines it" if name == "item" else did_you_mean(name, known())
        return f"`{name}` is not defined here" + (f"; {hint}" if hint else "")

    return UnknownName(name=name, explain=explain)


def unknown_key(value: object, name: object) -> UnknownName:
    """The value of a key that a mapping does not have, or of an attribute that a value does not have."""

    def explain() -> str:
        if not isinstance(value, dict):
            return f"{summary(value)} has no `{name}`"
        known = value.neighbours() if hasattr(value, "neighbours") else value
        close = nearest(str(name), (str(k) for k in known))
        there = " or ".join(f"`{n}`" for n in close)
        label = getattr(value, "label", "")
        where = f"`{label}`" if label else NAMELESS
        return f"{where} has no `{name}`" + (f"; did you mean {there}?" if close else "")

    return UnknownName(name=str(name), explain=explain)


def attribute(value: Any, name: str) -> Any:
    """`value.name` as the language means it: an entry of a mapping first, then one of the few methods allowed."""
    if isinstance(value, dict):
        try:
            return value[name]
        except KeyError:
            pass
    if isinstance(value, UnknownName):
        return value
    if isinstance(value, (Namespace, TemplateModule)) and not name.startswith("_"):
        try:
            return getattr(value, name)
        except AttributeError:
            return UnknownName(name=name, hint=f"the template does not set `{name}`")
    if isinstance(value, (PathValue, Raw, GVariant)):
        return _part(value, name)
    if isinstance(value, LoopContext) and not name.startswith("_"):
        return getattr(value, name, unknown_key(value, name))
    for kind, methods in _METHODS.items():
        if isinstance(value, kind) and name in methods:
            return _method(value, name)
    if callable(getattr(value, "language_attribute", None)):
        return value.language_attribute(name)
    return unknown_key(value, name)


def _method(value: Any, name: str) -> Any:
    """A method of a text, list or mapping; those that Python leaves without limits are the language's own."""
    if isinstance(value, str):
        if name in ("format", "format_map"):
            return TextFormat(value, FORMATTER, mapping=name == "format_map")
        if name in TEXT_METHODS:
            return functools.partial(TEXT_METHODS[name], value)
    return getattr(value, name)


def element(value: Any, key: Any) -> Any:
    """`value[key]` as the language means it: an entry or an element first, then what `value.key` is."""
    if isinstance(value, UnknownName):
        return value
    try:
        return value[key]
    except (KeyError, IndexError, TypeError, AttributeError):
        return (
            attribute(value, key) if isinstance(key, str) and not isinstance(value, dict) else unknown_key(value, key)
        )


def _part(value: PathValue | Raw | GVariant, name: str) -> Any:
    if isinstance(value, Package):
        if name == "mainProgram":
            return value.main_program or value.name
        if name in ("outPath", "out"):
            return value.out_path
        if name == "pname":
            return value.name
        if name == "meta":
            return {"mainProgram": value.main_program or value.name}
    found = (
        getattr(value, name, None)
        if not name.startswith("_") and name in getattr(type(value), "__dataclass_fields__", ())
        else None
    )
    if found is None and name not in getattr(type(value), "__dataclass_fields__", ()):
        extra = getattr(value, "language_attribute", None)
        return extra(name) if extra else unknown_key(value, name)
    return found


def defined(value: object) -> object:
    """The value itself. Raises SpecError for an unknown name."""
    if isinstance(value, UnknownName):
        value._fail_with_undefined_error()
    return value


def interpolated(value: object) -> Any:
    """The text of a value that is interpolated into text. Raises SpecError for values whose text would be a guess."""
    if isinstance(value, str):
        return value
    if isinstance(value, UnknownName):
        value._fail_with_undefined_error()
    if isinstance(value, bool):
        raise SpecError(
            "cannot interpolate a boolean into text",
            hint="convert it first: `| lower`, `| to_json` or `'yes' if x else 'no'`",
        )
    if isinstance(value, int):
        return str(value)
    if isinstance(value, PathValue):
        return str(value)
    if isinstance(value, Raw):
        return value.text
    names = {type(None): "null", float: "a float", list: "a list", dict: "a mapping"}
    name = next((n for kind, n in names.items() if isinstance(value, kind)), summary(value))
    raise SpecError(
        f"{name} cannot be interpolated into text",
        hint="convert it with a filter such as `to_json`, `join`, `float_text` or `default('')`",
    )


FORMATTER = Formatter(attribute, element)
