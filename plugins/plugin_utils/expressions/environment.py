# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The Jinja environments of the language.

In YAML text only `{{ }}` is live; templates (`.j2`) know statements and comments too. In both, the keys of a mapping win over
its methods, an unknown name is an error that names its neighbours, and only text-like values can be put into text.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, MutableMapping
from typing import TYPE_CHECKING, Any, NoReturn

import jinja2
from jinja2 import nodes
from jinja2.environment import TemplateModule
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import SandboxedEnvironment
from jinja2.utils import Namespace, missing
from jinja2.visitor import NodeTransformer

from ..syntax.errors import SpecError, did_you_mean, nearest, shown
from ..values import GVariant, Package, Path, Place, Raw
from .cache import CodeCache

if TYPE_CHECKING:
    from .expression import Evaluator
    from .scope import Scope

SCOPE = "__scope__"
_METHODS: dict[type[Any], set[str]] = {
    dict: {"items", "keys", "values", "get"},
    str: {"startswith", "endswith", "split", "rsplit", "strip", "lstrip", "rstrip", "upper", "lower", "replace", "splitlines", "title",
          "capitalize", "find", "count", "join", "isdigit", "isalpha", "partition", "rpartition", "removeprefix", "removesuffix",
          "format", "index", "ljust", "rjust", "zfill"},
    list: {"index", "count"},
}  # fmt: skip


class Absent(jinja2.StrictUndefined):
    """An unknown name; using it is an error that offers the nearest names."""

    __slots__ = ()

    def _fail_with_undefined_error(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise SpecError(self._undefined_message if self._undefined_hint is None else self._undefined_hint)

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


def unknown_name(name: str, scope: Scope) -> Absent:
    """What stands for a name that no scope has."""
    hint = did_you_mean(name, scope.known())
    return Absent(name=name, hint=f"there is no `{name}` here" + (f"; {hint}" if hint else ""))


def unknown_key(value: Any, name: Any) -> Absent:
    """What stands for a key that a mapping does not have, or an attribute that a value does not have."""
    if isinstance(value, dict):
        known = value.neighbours() if hasattr(value, "neighbours") else value
        close = nearest(str(name), (str(k) for k in known))
        there = " or ".join(f"`{n}`" for n in close)
        where = getattr(value, "label", "") or "the mapping"
        return Absent(name=str(name), hint=f"{where} has no `{name}`" + (f"; did you mean {there}?" if close else ""))
    return Absent(name=str(name), hint=f"{shown(value)} has no `{name}`")


def attribute(value: Any, name: str) -> Any:
    """`value.name` as the language means it: an entry of a mapping first, then one of the few methods allowed."""
    if isinstance(value, dict):
        try:
            return value[name]
        except KeyError:
            pass
    if isinstance(value, Absent):
        return value
    if isinstance(value, (Namespace, TemplateModule)) and not name.startswith("_"):
        try:
            return getattr(value, name)
        except AttributeError:
            return Absent(name=name, hint=f"the template has set no `{name}`")
    if isinstance(value, (Place, Raw, GVariant)):
        return _part(value, name)
    if isinstance(value, LoopContext) and not name.startswith("_"):
        return getattr(value, name, unknown_key(value, name))
    for kind, methods in _METHODS.items():
        if isinstance(value, kind) and name in methods:
            return getattr(value, name)
    if callable(getattr(value, "language_attribute", None)):
        return value.language_attribute(name)
    return unknown_key(value, name)


def _part(value: Place | Raw | GVariant, name: str) -> Any:
    if isinstance(value, Package):
        if name == "mainProgram":
            return value.main_program or value.name
        if name in ("outPath", "out"):
            return value.out_path
        if name in ("pname",):
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


def defined(value: Any) -> Any:
    """The value itself. Raises SpecError for an unknown name."""
    if isinstance(value, Absent):
        value._fail_with_undefined_error()
    return value


def interpolated(value: Any) -> Any:
    """The text of a value put into text. Raises SpecError for values whose text would be a guess."""
    if isinstance(value, str):
        return value
    if isinstance(value, Absent):
        value._fail_with_undefined_error()
    if isinstance(value, bool):
        raise SpecError(
            "a boolean has no text of its own here",
            hint="say how it is written: `| lower`, `| to_json` or `'yes' if x else 'no'`",
        )
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Place):
        return str(value)
    if isinstance(value, Raw):
        return value.text
    names = {type(None): "null", float: "a float", list: "a list", dict: "a mapping"}
    name = next((n for kind, n in names.items() if isinstance(value, kind)), shown(value))
    raise SpecError(
        f"{name} has no text of its own here",
        hint="say how it is written, by a filter such as `to_json`, `join`, `float_text` or `default('')`",
    )


@jinja2.pass_context
def interpolated_here(context: Any, value: Any) -> Any:
    """The text of a value put into text; a file of the controller is its place in the store of the target, as in Nix."""
    if isinstance(value, Path):
        from .path_values import stored

        value = stored(context, value)
    return interpolated(value)


class ScopeContext(Context):
    """A Jinja context that looks its names up in a scope."""

    def __init__(self, environment: jinja2.Environment, parent: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        super().__init__(environment, parent, *args, **kwargs)
        self.scope: Scope | None = parent.get(SCOPE)

    def resolve_or_missing(self, key: str) -> Any:
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
        return missing if self.scope is None else unknown_name(key, self.scope)


class Provided(MutableMapping[str, Callable[..., Any]]):
    """Filters or tests: the language's own first, then what the play provides, looked up when first used."""

    def __init__(self, own: dict[str, Callable[..., Any]]) -> None:
        self.own = own
        self.provider: Callable[[str], Callable[..., Any] | None] | None = None

    def __getitem__(self, name: str) -> Callable[..., Any]:
        if name not in self.own:
            found = self.provider(name) if self.provider is not None else None
            if found is None:
                raise KeyError(name)
            self.own[name] = found
        return self.own[name]

    def __setitem__(self, name: str, value: Callable[..., Any]) -> None:
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


class LanguageEnvironment(SandboxedEnvironment):
    """A sandboxed environment with the language's attribute rules."""

    context_class = ScopeContext

    def getattr(self, obj: Any, attribute_name: str) -> Any:
        return attribute(obj, attribute_name)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(obj, ScopeContext):
            found = obj.resolve_or_missing(argument)
            return unknown_name(argument, obj.scope) if found is missing and obj.scope is not None else found
        if isinstance(obj, Absent):
            return obj
        try:
            return obj[argument]
        except (KeyError, IndexError, TypeError, AttributeError):
            return (
                attribute(obj, argument)
                if isinstance(argument, str) and not isinstance(obj, dict)
                else unknown_key(obj, argument)
            )

    def is_safe_callable(self, obj: Any) -> bool:
        return True


class _NamesWhenReached(NodeTransformer):
    """Makes each name of an expression a look-up where it stands: Jinja itself looks all of them up at the beginning, so that
    `a if x else b` would compute both."""

    def visit_Name(self, node: nodes.Name) -> nodes.Node:  # noqa: N802 - the name that Jinja calls
        if node.ctx != "load":
            return node
        return nodes.Getitem(nodes.ContextReference(), nodes.Const(node.name), "load", lineno=node.lineno)


def _environment(**syntax: Any) -> LanguageEnvironment:
    from .filters import FILTERS
    from .tests import TESTS

    environment = LanguageEnvironment(
        undefined=Absent, keep_trailing_newline=True, autoescape=False, finalize=interpolated_here, **syntax
    )
    environment.filters = Provided({**environment.filters, **FILTERS})  # type: ignore[assignment]
    environment.tests = Provided(dict[str, Any](environment.tests) | TESTS)  # type: ignore[assignment]
    environment.globals.update({"null": None, "Null": None})
    return environment


@functools.cache
def text_environment() -> LanguageEnvironment:
    """The environment of YAML text: statements and comments do not exist."""
    off = {f"{kind}_{end}_string": f"\x00{kind}{end}\x00" for kind in ("block", "comment") for end in ("start", "end")}
    return _environment(**off)


@functools.cache
def template_environment() -> LanguageEnvironment:
    """The environment of template files."""
    environment = _environment(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"]
    )
    return environment


def provide(
    filters: Callable[[str], Callable[..., Any] | None], tests: Callable[[str], Callable[..., Any] | None]
) -> None:
    """Let the play's filters and tests stand behind the language's own."""
    for environment in (text_environment(), template_environment()):
        environment.filters.provider = filters  # type: ignore[attr-defined]
        environment.tests.provider = tests  # type: ignore[attr-defined]


@functools.cache
def code_cache() -> CodeCache:
    """The compiled expressions of earlier runs."""
    return CodeCache()


def compile_bare(source: str) -> Evaluator:
    """An evaluator of an expression that stands without braces."""
    return _compiled("=" + source, lambda environment: (True, _parsed_bare(environment, source)))


def compile_text(source: str) -> Evaluator:
    """An evaluator of a text with `{{ }}` in it."""
    return _compiled(":" + source, lambda environment: _parsed_text(environment, source))


def _compiled(key: str, parse: Callable[[LanguageEnvironment], tuple[bool, nodes.Template]]) -> Evaluator:
    environment = text_environment()
    known = code_cache().get(key)
    if known is None:
        lone, tree = parse(environment)
        code = environment.compile(tree)
        code_cache().put(key, lone, code)
    else:
        lone, code = known
    template = jinja2.Template.from_code(environment, code, {})
    return _value_of(template) if lone else _text_of(template)


def _parsed_bare(environment: LanguageEnvironment, source: str) -> nodes.Template:
    parser = jinja2.parser.Parser(environment, source, state="variable")
    expression = parser.parse_expression()
    if not parser.stream.eos:
        raise jinja2.TemplateSyntaxError("there is more behind the expression", parser.stream.current.lineno)
    return _assignment(environment, expression)


def _parsed_text(environment: LanguageEnvironment, source: str) -> tuple[bool, nodes.Template]:
    tree = environment.parse(source)
    body = tree.body
    output = body[0] if len(body) == 1 else None
    if (
        isinstance(output, nodes.Output)
        and len(output.nodes) == 1
        and not isinstance(output.nodes[0], nodes.TemplateData)
    ):
        return True, _assignment(environment, output.nodes[0])
    return False, _lazy(environment, tree)


def _assignment(environment: LanguageEnvironment, expression: nodes.Expr) -> nodes.Template:
    tree = nodes.Template([nodes.Assign(nodes.Name("result", "store"), expression, lineno=1)], lineno=1)
    return _lazy(environment, tree)


def _lazy(environment: LanguageEnvironment, tree: nodes.Template) -> nodes.Template:
    found: nodes.Template = _NamesWhenReached().visit(tree)
    found.set_environment(environment)
    return found


def _text_of(template: jinja2.Template) -> Evaluator:
    def render(scope: Scope) -> str:
        return "".join(template.root_render_func(template.new_context({SCOPE: scope}, shared=True)))

    return render


def _value_of(template: jinja2.Template) -> Evaluator:
    def evaluate(scope: Scope) -> Any:
        context = template.new_context({SCOPE: scope}, shared=True)
        for _piece in template.root_render_func(context):
            pass
        return defined(context.vars["result"])

    return evaluate
