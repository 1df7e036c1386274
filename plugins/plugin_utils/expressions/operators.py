# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The operators and text functions that can make a large value out of a small one, with a limit on the result."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable

from jinja2 import pass_eval_context
from jinja2.filters import FILTERS as JINJA
from jinja2.filters import make_attrgetter
from jinja2.nodes import EvalContext

from ..syntax.errors import SpecError
from ..values import Value
from .limits import MOST_BITS, MOST_ITEMS, check_size
from .text_format import WIDEST, plain_data

_WIDTH = re.compile(r"%(?:\([^)]*\))?[-+ #0]*(\*|\d+)?(?:\.(\*|\d+))?")


def _integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def multiply(left: Value, right: Value) -> Value:
    """`left * right`. Raises TooLarge."""
    for value, times in ((left, right), (right, left)):
        if isinstance(value, str) and isinstance(times, int):
            check_size(len(value) * times)
        elif isinstance(value, (list, tuple, bytes)) and isinstance(times, int):
            check_size(len(value) * times, MOST_ITEMS, "items")
    if _integer(left) and _integer(right):
        check_size(left.bit_length() + right.bit_length(), MOST_BITS, "binary digits")
    return operator.mul(left, right)


def power(left: Value, right: Value) -> Value:
    """`left ** right`. Raises TooLarge."""
    if _integer(left) and _integer(right) and abs(left) > 1:
        check_size(left.bit_length() * right, MOST_BITS, "binary digits")
    return operator.pow(left, right)


def add(left: object, right: object) -> object:
    """`left + right`. Raises TooLarge."""
    if isinstance(left, str) and isinstance(right, str):
        check_size(len(left) + len(right))
    elif isinstance(left, (list, tuple)) and isinstance(right, (list, tuple)):
        check_size(len(left) + len(right), MOST_ITEMS, "items")
    return operator.add(left, right)


def modulo(left: object, right: object) -> object:
    """`left % right`: of a text, the values put into it. Raises TooLarge."""
    if not isinstance(left, str):
        return operator.mod(left, right)
    values = right if isinstance(right, tuple) else tuple(right.values()) if isinstance(right, dict) else (right,)
    for value in values:
        plain_data(value)
    for found in _WIDTH.finditer(left):
        for number in found.groups():
            wide = max((v for v in values if _integer(v)), default=0) if number == "*" else int(number or 0)
            check_size(wide, WIDEST, "columns")
    check_size(len(left) + sum(len(v) for v in values if isinstance(v, str)) * max(1, left.count("%")))
    return operator.mod(left, right)


BINARY: dict[str, Callable[[Value, Value], Value]] = {"*": multiply, "**": power, "+": add, "%": modulo}


def texts_joined(parts: Iterable[object]) -> str:
    """`a ~ b`. Raises TooLarge."""
    texts = [str(part) for part in parts]
    check_size(sum(map(len, texts)))
    return "".join(texts)


def replaced(value: str, old: str, new: str, count: int = -1) -> str:
    """`str.replace`. Raises TooLarge."""
    if not all(isinstance(part, str) for part in (value, old, new)):
        raise SpecError("`replace` takes strings")
    times = value.count(old) if count is None or count < 0 else min(count, value.count(old))
    check_size(len(value) + times * (len(new) - len(old)))
    return str(value).replace(old, new, -1 if count is None else count)


def widened(name: str) -> Callable[..., str]:
    """`str.ljust`, `rjust` or `zfill`, with a limit on the width."""

    def widen(value: str, width: int, *fill: str) -> str:
        check_size(width, WIDEST, "columns")
        text: str = getattr(str(value), name)(width, *fill)
        return text

    return widen


def text_joined(value: str, parts: Iterable[str]) -> str:
    """`str.join`. Raises TooLarge."""
    texts = list(parts)
    check_size(sum(len(text) for text in texts if isinstance(text, str)) + len(value) * len(texts))
    return str(value).join(texts)


@pass_eval_context
def joined(context: EvalContext, value: Iterable[object], d: str = "", attribute: str | int | None = None) -> str:
    """Jinja's `join`. Raises TooLarge."""
    items = value if attribute is None else map(make_attrgetter(context.environment, attribute), value)
    return text_joined(str(d), [str(item) for item in items])


def centred(value: object, width: int = 80) -> str:
    """Jinja's `center`. Raises TooLarge."""
    check_size(width, WIDEST, "columns")
    return str(value).center(width)


def indented(value: object, width: int | str = 4, first: bool = False, blank: bool = False) -> str:
    """Jinja's `indent`. Raises TooLarge."""
    text, step = str(value), width if isinstance(width, int) else len(width)
    check_size(step, WIDEST, "columns")
    check_size(len(text) + step * (text.count("\n") + 1))
    result: str = JINJA["indent"](text, width, first, blank)
    return result


def batched(value: Iterable[object], linecount: int, fill_with: object = None) -> object:
    """Jinja's `batch`. Raises TooLarge."""
    check_size(linecount, MOST_ITEMS, "items")
    return list(JINJA["batch"](value, linecount, fill_with))


def sliced(value: Iterable[object], slices: int, fill_with: object = None) -> object:
    """Jinja's `slice`. Raises TooLarge."""
    check_size(slices, MOST_ITEMS, "items")
    return list(JINJA["slice"](list(value), slices, fill_with))


def rounded(value: object, precision: int = 0, method: object = "common") -> object:
    """Jinja's `round`. Raises TooLarge."""
    check_size(abs(precision), 300, "digits")
    return JINJA["round"](value, precision, method)


def formatted(value: str, *values: object, **named: object) -> object:
    """Jinja's `format`: `%` with its values. Raises TooLarge."""
    if values and named:
        raise SpecError("`format` takes values or names, not both")
    return modulo(str(value), named or values)


TEXT_METHODS: dict[str, Callable[..., Value]] = {
    "replace": replaced,
    "join": text_joined,
    **{name: widened(name) for name in ("ljust", "rjust", "zfill")},
}
LIMITED: dict[str, Callable[..., Value]] = {
    "batch": batched,
    "center": centred,
    "format": formatted,
    "indent": indented,
    "join": joined,
    "replace": lambda value, old, new, count=None: replaced(
        str(value), str(old), str(new), -1 if count is None else count
    ),
    "round": rounded,
    "slice": sliced,
}
