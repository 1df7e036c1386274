# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The Jinja environments of the language.

In YAML text only `{{ }}` is live; templates (`.j2`) know statements and comments too. In both, the keys of a mapping win over
its methods, an unknown name is an error that names its neighbours, and only text-like values can be put into text.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, MutableMapping
from typing import Any, Protocol

import jinja2
from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.runtime import Context
from jinja2.sandbox import SandboxedEnvironment
from jinja2.utils import Cycler, Joiner, Namespace, missing

from .. import inputs
from ..values import Path
from .attributes import UnknownName, attribute, element, interpolated, unknown_name
from .operators import BINARY, LIMITED, texts_joined
from .path_values import ScopedContext, stored
from .scope import Scope

SCOPE = "__scope__"
GENERATORS = ("batch", "map", "reject", "rejectattr", "select", "selectattr", "slice", "unique")
Functions = dict[str, Callable[..., Any]]
# Joiner and its kin have no attributes here; what they do is done by calling them.
CLASSES = frozenset({dict, Cycler, Joiner, Namespace})


class Plugins(Protocol):
    """Where filters and tests come from that are not the language's own."""

    def filter(self, name: str) -> Callable[..., object] | None:
        """The filter of that name."""

    def test(self, name: str) -> Callable[..., object] | None:
        """The test of that name."""


@jinja2.pass_context
def interpolated_here(context: ScopedContext, value: object) -> object:
    """The text of a value put into text; a file of the controller is its path in the store of the target, as in Nix."""
    return interpolated(stored(context, value) if isinstance(value, Path) else value)


class ScopeContext(Context):
    """A Jinja context that looks its names up in a scope."""

    def __init__(self, environment: jinja2.Environment, parent: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        super().__init__(environment, parent, *args, **kwargs)
        self.scope: Scope | None = parent.get(SCOPE)

    def resolve_or_missing(self, key: str) -> object:
        if key in self.vars:
            return self.vars[key]
        if self.scope is not None:
            value = self.scope.find(key, missing)
            if value is not missing:
                return value
        if key in self.parent:
            return self.parent[key]
        value = self.environment.globals.get(key, missing)
        if value is not missing:
            return value
        return missing if self.scope is None else unknown_name(key, self.scope.known)


class Provided(MutableMapping[str, Callable[..., Any]]):
    """Filters or tests: the language's own first, then what `find` knows, asked when the name is first used."""

    def __init__(
        self, own: dict[str, Callable[..., object]], find: Callable[[str], Callable[..., object] | None]
    ) -> None:
        self.own = own
        self.find = find

    def __getitem__(self, name: str) -> Callable[..., object]:
        if name not in self.own:
            found = self.find(name)
            if found is None:
                raise KeyError(name)
            self.own[name] = found
        return self.own[name]

    def __setitem__(self, name: str, value: Callable[..., object]) -> None:
        self.own[name] = value

    def __delitem__(self, name: str) -> None:
        del self.own[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.own)

    def __len__(self) -> int:
        return len(self.own)

    def __contains__(self, name: object) -> bool:
        try:
            self[str(name)]
        except KeyError:
            return False
        return True


class LimitedCode(CodeGenerator):
    """Compiles `a ~ b` to a call that limits the size of the result."""

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:  # noqa: N802 - the name that Jinja calls
        self.write("environment.texts_joined((")
        for part in node.nodes:
            self.visit(part, frame)
            self.write(", ")
        self.write("))")


class LanguageEnvironment(SandboxedEnvironment):
    """A sandboxed environment with the language's attribute rules."""

    context_class = ScopeContext
    code_generator_class = LimitedCode
    intercepted_binops = frozenset(BINARY)

    texts_joined = staticmethod(texts_joined)

    def context(self, scope: Scope) -> ScopeContext:
        """The context of an expression that no template of Jinja belongs to."""
        return ScopeContext(self, {SCOPE: scope}, None, {})

    def getattr(self, obj: object, attribute_name: str) -> object:
        return attribute(obj, attribute_name)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(obj, ScopeContext):
            found = obj.resolve_or_missing(argument)
            return unknown_name(argument, obj.scope.known) if found is missing and obj.scope is not None else found
        return element(obj, argument)

    def call_binop(self, context: Context, operator: str, left: object, right: object) -> object:
        return BINARY[operator](left, right)

    def is_safe_callable(self, obj: object) -> bool:
        # A class makes objects that no expression is meant to have; these few are Jinja's own words.
        return super().is_safe_callable(obj) and (not isinstance(obj, type) or obj in CLASSES)


def _environment(
    filters: Functions, tests: Functions, plugins: Plugins | None, **syntax: object
) -> LanguageEnvironment:
    # Without the optimizer, which takes longer than it saves, and computes constants whether or not they are reached.
    environment = LanguageEnvironment(
        undefined=UnknownName,
        keep_trailing_newline=True,
        autoescape=False,
        optimized=False,
        finalize=interpolated_here,
        **syntax,
    )
    find_filter, find_test = (plugins.filter, plugins.test) if plugins is not None else (_nothing, _nothing)
    known = {**environment.filters, **LIMITED}
    known["random"] = _random(known["random"])
    lazy = {name: _listing(known[name]) for name in GENERATORS}
    environment.filters = Provided({**known, **lazy, **filters}, find_filter)  # type: ignore[assignment]
    environment.tests = Provided(dict[str, Any](environment.tests) | tests, find_test)  # type: ignore[assignment]
    environment.globals.update({"null": None, "Null": None})
    del environment.globals["lipsum"]
    return environment


def _listing(generator: Callable[..., Any]) -> Callable[..., Any]:
    """A filter of Jinja that yields its results, as one that returns a list: only that is a value of an option."""

    @functools.wraps(generator)
    def listing(*args: Any, **kwargs: Any) -> list[Any]:
        return list(generator(*args, **kwargs))

    return listing


def _random(choose: Callable[..., Any]) -> Callable[..., Any]:
    """Jinja's `random`, noted: what uses it is another text each time."""

    @functools.wraps(choose)
    def chosen(*args: Any, **kwargs: Any) -> Any:
        inputs.unstable("the filter `random`")
        return choose(*args, **kwargs)

    return chosen


def _nothing(_name: str) -> None:
    return None


def text_environment(filters: Functions, tests: Functions, plugins: Plugins | None) -> LanguageEnvironment:
    """An environment of YAML text: statements and comments do not exist."""
    off = {f"{kind}_{end}_string": f"\x00{kind}{end}\x00" for kind in ("block", "comment") for end in ("start", "end")}
    return _environment(filters, tests, plugins, **off)


def template_environment(filters: Functions, tests: Functions, plugins: Plugins | None) -> LanguageEnvironment:
    """An environment of template files."""
    extensions = ["jinja2.ext.do", "jinja2.ext.loopcontrols"]
    return _environment(filters, tests, plugins, trim_blocks=True, lstrip_blocks=True, extensions=extensions)
