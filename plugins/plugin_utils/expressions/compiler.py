# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The compiler of the language: expressions and template files, each compiled once, for any number of homes."""

from __future__ import annotations

import re

import jinja2
from jinja2 import nodes
from jinja2.visitor import NodeTransformer

from ..syntax.errors import SpecError
from .attributes import defined
from .cache import CodeCache
from .environment import SCOPE, LanguageEnvironment, Plugins, template_environment, text_environment
from .filters import FILTERS
from .grammar import text_of, value_of
from .operations import Evaluator
from .scope import Scope
from .template import Templates
from .tests import TESTS
from .tokens import Unsupported

_HYPHENATED = re.compile(
    r"(?<![\w.'\"\]])((?:cfg|config|osConfig|options|pkgs|this|outer|item)(?:\.\w+)*\.[A-Za-z]\w*(?:-[A-Za-z]\w*)+)"
)
_STRINGS = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")


class Compiler:
    """Compiles what it is asked for once.

    `templates` is the folder of the library's templates; `plugins` finds the filters and tests that are not the language's own;
    `cache` keeps compiled code between runs.
    """

    def __init__(self, templates: str = "", plugins: Plugins | None = None, cache: CodeCache | None = None) -> None:
        self.cache = CodeCache() if cache is None else cache
        self.environment = text_environment(FILTERS, TESTS, plugins)
        self.templates = Templates(template_environment(FILTERS, TESTS, plugins), templates, self.cache)
        self._evaluators: dict[tuple[str, bool], Evaluator] = {}

    def evaluator(self, source: str, bare: bool) -> Evaluator:
        """The evaluator of a text with `{{ }}`, or of an expression without braces. Raises SpecError."""
        found = self._evaluators.get((source, bare))
        if found is None:
            found = self._evaluators[source, bare] = self._compile(source, bare)
        return found

    def _compile(self, source: str, bare: bool) -> Evaluator:
        _refuse_hyphens(source)
        try:
            is_value, evaluate = (
                (True, value_of(self.environment, source)) if bare else text_of(self.environment, source)
            )
        except Unsupported:
            return self._by_jinja(source, bare)
        return _defined(evaluate) if is_value else evaluate

    def _by_jinja(self, source: str, bare: bool) -> Evaluator:
        """The evaluator of what the grammar here does not know. Raises jinja2.TemplateError."""
        key = f"={source}" if bare else f":{source}"
        known = self.cache.get(key)
        if known is None:
            parse = _parsed_bare if bare else _parsed_text
            is_value, tree = parse(self.environment, source)
            code = self.environment.compile(tree)
            self.cache.put(key, is_value, code)
        else:
            is_value, code = known
        template = jinja2.Template.from_code(self.environment, code, {})
        return _value_of(template) if is_value else _text_of(template)


def _defined(evaluate: Evaluator) -> Evaluator:
    return lambda scope: defined(evaluate(scope))


def _refuse_hyphens(source: str) -> None:
    if "-" not in source:
        return
    found = _HYPHENATED.search(_STRINGS.sub("''", source))
    if found:
        head, _dot, last = found[1].rpartition(".")
        raise SpecError(
            f"`{found[1]}` is a subtraction, because names in expressions have no hyphens",
            hint=f"write `{head}['{last}']`",
        )


class _NamesWhenReached(NodeTransformer):
    """Looks each name of an expression up where it is used.

    Jinja itself looks all of them up at the beginning, so that `a if x else b` would compute both.
    """

    def visit_Name(self, node: nodes.Name) -> nodes.Node:  # noqa: N802 - the name that Jinja calls
        if node.ctx != "load":
            return node
        return nodes.Getitem(nodes.ContextReference(), nodes.Const(node.name), "load", lineno=node.lineno)


def _parsed_bare(environment: LanguageEnvironment, source: str) -> tuple[bool, nodes.Template]:
    parser = jinja2.parser.Parser(environment, source, state="variable")
    expression = parser.parse_expression()
    if not parser.stream.eos:
        raise jinja2.TemplateSyntaxError("unexpected text after the expression", parser.stream.current.lineno)
    return True, _assignment(environment, expression)


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
    def evaluate(scope: Scope) -> object:
        context = template.new_context({SCOPE: scope}, shared=True)
        for _piece in template.root_render_func(context):
            pass
        return defined(context.vars["result"])

    return evaluate
