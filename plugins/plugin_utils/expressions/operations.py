# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The operations of an expression as functions of a scope, each made of those of its operands.

They do what the code does that Jinja makes of the same expression, by the same functions: attributes, filters, tests, calls and
limits are those of the environment.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import NamedTuple

from jinja2.utils import missing

from ..values import Value
from .attributes import attribute, element, unknown_name
from .environment import LanguageEnvironment, interpolated_here
from .operators import BINARY, texts_joined
from .scope import Scope
from .tokens import Unsupported

Evaluator = Callable[[Scope], Value]

BINARIES: dict[str, Callable[[Value, Value], Value]] = {
    **BINARY,
    "-": operator.sub,
    "/": operator.truediv,
    "//": operator.floordiv,
}
COMPARISONS: dict[str, Callable[[Value, Value], Value]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "in": lambda left, right: left in right,
    "not in": lambda left, right: left not in right,
}


class Arguments(NamedTuple):
    """The arguments of a call, a filter or a test."""

    positional: tuple[Evaluator, ...] = ()
    named: tuple[tuple[str, Evaluator], ...] = ()
    spread: Evaluator | None = None  # a mapping of further named ones

    def values(self, scope: Scope) -> tuple[list[Value], dict[str, Value]]:
        """Their values in a scope, in the order in which they are written."""
        positional, named = [one(scope) for one in self.positional], {name: one(scope) for name, one in self.named}
        if self.spread is not None:
            for name, value in {**self.spread(scope)}.items():
                if name in named:
                    raise TypeError(f"got multiple values for keyword argument {name!r}")
                named[name] = value
        return positional, named


def constant(value: Value) -> Evaluator:
    """A text, a number, a boolean or null."""
    return lambda _scope: value


def path(environment: LanguageEnvironment, first: str, rest: Sequence[str]) -> Evaluator:
    """`first.a.b`: nearly all conditions and values of the library are of this kind. The scope's names come before those of Jinja."""
    known = environment.globals

    def read(scope: Scope) -> Value:
        value = scope.find(first, missing)
        if value is missing:
            value = known.get(first, missing)
            if value is missing:
                value = unknown_name(first, scope.known)
        for name in rest:
            value = attribute(value, name)
        return value

    return read


def attributes(value: Evaluator, names: Sequence[str]) -> Evaluator:
    """`value.a.b`."""

    def read(scope: Scope) -> Value:
        found = value(scope)
        for name in names:
            found = attribute(found, name)
        return found

    return read


def item(value: Evaluator, key: Evaluator) -> Evaluator:
    """`value[key]`."""
    return lambda scope: element(value(scope), key(scope))


def part(value: Evaluator, first: Evaluator | None, last: Evaluator | None) -> Evaluator:
    """`value[first:last]`."""

    def cut(scope: Scope) -> Value:
        whole = value(scope)
        start = first(scope) if first is not None else None
        return whole[start : last(scope) if last is not None else None]

    return cut


def call(environment: LanguageEnvironment, function: Evaluator, arguments: Arguments) -> Evaluator:
    """`function(...)`."""

    def run(scope: Scope) -> Value:
        called = function(scope)
        positional, named = arguments.values(scope)
        return environment.call(environment.context(scope), called, *positional, **named)

    return run


def filtered(environment: LanguageEnvironment, word: str, value: Evaluator, arguments: Arguments) -> Evaluator:
    """`value | word(...)`. Raises Unsupported where there is no such filter."""
    return _applied(environment.filters.get(word), environment, value, arguments, environment.call_filter, word)


def tested(environment: LanguageEnvironment, word: str, value: Evaluator, arguments: Arguments) -> Evaluator:
    """`value is word ...`. Raises Unsupported where there is no such test."""
    return _applied(environment.tests.get(word), environment, value, arguments, environment.call_test, word)


def _applied(
    function: Value,
    environment: LanguageEnvironment,
    value: Evaluator,
    arguments: Arguments,
    through_jinja: Callable[..., Value],
    word: str,
) -> Evaluator:
    if function is None:
        raise Unsupported
    if hasattr(function, "jinja_pass_arg"):  # it wants a part of the environment

        def run_inside(scope: Scope) -> Value:
            first = value(scope)
            positional, named = arguments.values(scope)
            return through_jinja(word, first, positional, named, environment.context(scope))

        return run_inside
    if arguments == Arguments():
        return lambda scope: function(value(scope))

    def run(scope: Scope) -> Value:
        first = value(scope)
        positional, named = arguments.values(scope)
        return function(first, *positional, **named)

    return run


def binary(sign: str, left: Evaluator, right: Evaluator) -> Evaluator:
    """`left + right` and the like."""
    compute = BINARIES[sign]
    return lambda scope: compute(left(scope), right(scope))


def negative(value: Evaluator) -> Evaluator:
    """`-value`."""
    return lambda scope: -value(scope)


def positive(value: Evaluator) -> Evaluator:
    """`+value`."""
    return lambda scope: +value(scope)


def negation(value: Evaluator) -> Evaluator:
    """`not value`."""
    return lambda scope: not value(scope)


def conjunction(left: Evaluator, right: Evaluator) -> Evaluator:
    """`left and right`."""
    return lambda scope: left(scope) and right(scope)


def disjunction(left: Evaluator, right: Evaluator) -> Evaluator:
    """`left or right`."""
    return lambda scope: left(scope) or right(scope)


def choice(condition: Evaluator, yes: Evaluator, no: Evaluator) -> Evaluator:
    """`yes if condition else no`."""
    return lambda scope: yes(scope) if condition(scope) else no(scope)


def comparison(first: Evaluator, rest: Sequence[tuple[str, Evaluator]]) -> Evaluator:
    """`first < a <= b`: each is computed once, and none after a comparison that does not hold."""
    steps = [(COMPARISONS[sign], value) for sign, value in rest]
    if len(steps) == 1:
        compare, second = steps[0]
        return lambda scope: compare(first(scope), second(scope))

    def run(scope: Scope) -> Value:
        left, holds = first(scope), None
        for compares, value in steps:
            right = value(scope)
            holds = compares(left, right)
            if not holds:
                break
            left = right
        return holds

    return run


def joined(parts: Sequence[Evaluator]) -> Evaluator:
    """`a ~ b`."""
    return lambda scope: texts_joined([one(scope) for one in parts])


def listing(items: Sequence[Evaluator]) -> Evaluator:
    """`[a, b]`."""
    return lambda scope: [one(scope) for one in items]


def row(items: Sequence[Evaluator]) -> Evaluator:
    """`(a, b)`."""
    return lambda scope: tuple([one(scope) for one in items])


def mapping(pairs: Sequence[tuple[Evaluator, Evaluator]]) -> Evaluator:
    """`{a: b}`."""
    return lambda scope: {key(scope): value(scope) for key, value in pairs}


class _Here:
    """What the interpolation of a value needs of a context."""

    __slots__ = ("scope",)

    def __init__(self, scope: Scope) -> None:
        self.scope = scope


def text(pieces: Sequence[str | Evaluator]) -> Evaluator:
    """A text with values put into it."""

    def render(scope: Scope) -> str:
        here = _Here(scope)
        return "".join([one if isinstance(one, str) else str(interpolated_here(here, one(scope))) for one in pieces])

    return render
