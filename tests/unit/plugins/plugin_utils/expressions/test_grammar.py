# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Expressions that are read without Jinja mean what Jinja makes of them, their errors included."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ansible_collections.home.manager.plugins.plugin_utils.expressions.attributes import defined
from ansible_collections.home.manager.plugins.plugin_utils.expressions.compiler import Compiler
from ansible_collections.home.manager.plugins.plugin_utils.expressions.grammar import text_of, value_of
from ansible_collections.home.manager.plugins.plugin_utils.expressions.language import Language
from ansible_collections.home.manager.plugins.plugin_utils.expressions.operations import Evaluator
from ansible_collections.home.manager.plugins.plugin_utils.expressions.scope import Outermost, Scope
from ansible_collections.home.manager.plugins.plugin_utils.expressions.tokens import Unsupported
from ansible_collections.home.manager.plugins.plugin_utils.syntax.errors import SpecError
from ansible_collections.home.manager.plugins.plugin_utils.values import Raw

COMPILER = Compiler()
COMPILER.cache.entries.clear()
NAMES: dict[str, object] = {
    "n": 3,
    "zero": 0,
    "half": 1.5,
    "t": "text",
    "empty": "",
    "yes": True,
    "nothing": None,
    "l": ["b", "a", 7],
    "m": {"a": 1, "t": "inner", "items": "entry", "deep": {"l": [1, 2]}},
    "raw": Raw("literal", "x"),
    "if_": "no keyword",
}


def scope() -> Scope:
    """A new scope with NAMES."""
    return Outermost(Language(COMPILER), dict(NAMES))


def outcome(evaluate: Evaluator) -> tuple[object, ...]:
    """The value of an expression with its type, or its error."""
    try:
        value = evaluate(scope())
    except Exception as error:
        hint = error.hint if isinstance(error, SpecError) else ""
        return "error", type(error).__name__, str(error), hint
    return "value", type(value).__name__, re.sub(" at 0x[0-9a-f]+", "", repr(value))


def ours(source: str, bare: bool) -> Evaluator | None:
    """The evaluator without Jinja, or None."""
    try:
        lone, found = (True, value_of(COMPILER.environment, source)) if bare else text_of(COMPILER.environment, source)
    except Unsupported:
        return None
    return (lambda scope: defined(found(scope))) if lone else found


def agree(source: str, bare: bool) -> None:
    """Check that an expression comes to what Jinja makes of it, where it is read without Jinja."""
    found = ours(source, bare)
    if found is not None:
        assert outcome(found) == outcome(COMPILER._by_jinja(source, bare)), source


OPERATORS = ("+", "-", "*", "/", "//", "%", "**", "~", "==", "!=", "<", "<=", ">", ">=", "in", "not in", "and", "or")
FILTERS = (
    "length", "upper", "default('d')", "default('d', true)", "join('-')", "to_json", "string", "list", "first", "sort", "int",
    "map('string')", "select('string') | list", "replace('t', 'u')", "force", "to_list", "sh_quote", "keys", "without_null", "mkDefault",
    "dict2items", "to_json(**{'indent': 1})", "flatten", "regex_replace('t', 'u')", "indent(2, first=true)", "only('a', 't')",
)  # fmt: skip
TESTS = (
    "defined", "none", "mapping", "string", "sameas(3)", "in l", "in('text', t)", "not none", "odd", "divisibleby 2", "eq n",
)  # fmt: skip
ATOMS = (
    *NAMES, "unknown", "m.a", "m.items", "m.lost", "m['t']", "l[0]", "l[9]", "t[1:]", "l[:2]", "l[1:2]", "m.deep.l", "m.keys()",
    "t.upper()", "t.split('e')", "t.lost", "'q'", '"d\\n"', "'a' 'b'", "12", "0", "2.50", "true", "False", "none", "null", "()", "[]",
    "{}", "range(3)", "range(3) | list", "dict(a=1)", "t.replace('t', 'T', 1)", "'%s' % n", "'{}'.format(n)", "pkgs", "m.get('a')",
)  # fmt: skip


def compound(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Expressions made of others."""
    return st.one_of(
        st.builds("{} {} {}".format, inner, st.sampled_from(OPERATORS), inner),
        st.builds("({} {} {})".format, inner, st.sampled_from(OPERATORS), inner),
        st.builds("{} | {}".format, inner, st.sampled_from(FILTERS)),
        st.builds("({}) | {}".format, inner, st.sampled_from(FILTERS)),
        st.builds("{} is {}".format, inner, st.sampled_from(TESTS)),
        st.builds("{} if {} else {}".format, inner, inner, inner),
        st.builds("not {}".format, inner),
        st.builds("-{}".format, inner),
        st.builds("[{}, {}]".format, inner, inner),
        st.builds("({},)".format, inner),
        st.builds("{{'k': {}, {}: 1}}".format, inner, inner),
        st.builds("({}).t".format, inner),
        st.builds("({})[{}]".format, inner, inner),
        st.builds("{} < {} <= {}".format, inner, inner, inner),
    )


EXPRESSIONS = st.recursive(st.sampled_from(ATOMS), compound, max_leaves=6)


@settings(max_examples=settings.default.max_examples * 10)
@given(EXPRESSIONS)
def test_generated_expressions(source: str) -> None:
    agree(source, bare=True)


@settings(max_examples=settings.default.max_examples * 5)
@given(
    st.lists(
        st.one_of(EXPRESSIONS.map("{{{{ {} }}}}".format), st.sampled_from(["a", "\n", " ", "}", "é{"])), max_size=4
    )
)
def test_generated_texts(parts: list[str]) -> None:
    agree("".join(parts), bare=False)


PIECES = (
    *ATOMS,
    *OPERATORS,
    "|",
    "is",
    "if",
    "else",
    ".",
    ",",
    ":",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "=",
    "'",
    " ",
    "\\",
    "é",
    "\n",
    "7.",
)


@settings(max_examples=settings.default.max_examples * 10)
@given(st.lists(st.sampled_from(PIECES), max_size=8).map(" ".join), st.booleans())
@example("a}}", True)
@example("t ~ 'x' }}", True)
def test_whatever_is_read_is_an_expression_for_jinja_too(source: str, bare: bool) -> None:
    agree(source if bare else f"{{{{{source}}}}}", bare)


@settings(max_examples=settings.default.max_examples * 10)
@given(st.text(alphabet="tnl.|(){}[]'\"~+-*/%<>=!:,; \n\r\t0127_é#" + string.whitespace, max_size=12), st.booleans())
@example("'\r'", True)
@example("'\r\n'", False)
def test_any_characters(source: str, bare: bool) -> None:
    agree(source, bare)


KNOWN = [
    "{{ t }}", "{{t}}", "a{{ t }}b", "{{ t }}{{ n }}", " \n{{- t }}", "{{ t }} {{- n -}} ", "{{+ t }}", "{{ yes }}!", "{{ nothing }}!", "{{ half }}!",
    "{{ l }}!", "{{ raw }}!", "{{ {'a': {'b': 1}} }}", "{{ {'a': {}}.a }}", "{{ '}}' }}", "{{ unknown }}", "{{ m.lost }}", "{{ m.lost }}!",
    "{{ unknown.b }}", "{{ unknown | default('d') }}", "{{ unknown is defined }}", "{{ l | join(', ') }}", "{{ 'a' if yes }}", "{{ 1, 2 }}",
    "{{ n | nosuch }}", "{{ n is nosuch }}", "{{ n | nosuch if zero else 1 }}", "{{ '\\x41\\u00e9' }}", "{{ 'é' }}", "{{ t | map('upper') }}",
    "{{ l | map('string') | join }}", "{{ m.a - 1 }}", "{{ not not n }}", "{{ -n | string }}", "{{ 2 ** 3 ** 2 }}", "{{ 7 // 2 * 2 }}",
    "{{ n is not none and t }}", "{{ t in l or n }}", "{{ t not in l }}", "{{ zero < n < 9 }}", "{{ 9 < n < unknown }}", "{{ t[::2] }}",
    "{{ dict(a=1).a }}", "{{ 1 .real }}", "{{ t.format }}", "{{ '{0.a}'.format(m) }}", "{{ m | dict2items }}", "{{ namespace(a=1).a }}",
    "{{ t.__class__ }}", "{{ __scope__ }}", "{{ cycler('a').next() }}", "{{ t is string is true }}", "{{ n(1) }}", "{{ range(n)[1] }}",
    "{{ t.upper(*l) }}", "{{ if }}", "{{ n in }}", "{{ }}", "{{ t", "}}", "", "{{ t | }}", "{{ t.1 }}", "{{ l.0 }}", "{{ 0x10 }}", "{{ 1e3 }}",
    "{{ 1_000 }}", "{{ t ~ n ~ nothing }}", "{{ 'a' * 99999999 }}", "{{ 'a' 'b' }}", "{{ (n) }}", "{{ (n,) }}", "{{ f(a=1, a=2) }}",
    "{{ dict(**m) }}", "{{ dict(b=n, **m) | to_json }}", "{{ dict(**m, b=n) }}", "{{ n | default(*l, **m) }}",
]  # fmt: skip


@pytest.mark.parametrize("source", KNOWN)
def test_known_texts(source: str) -> None:
    agree(source, bare=False)
    agree(source.removeprefix("{{").removesuffix("}}"), bare=True)


def live_texts(node: object) -> list[tuple[str, bool]]:
    """The expressions of a library's file, and whether each is one without braces."""
    found: list[tuple[str, bool]] = []
    if isinstance(node, dict):
        for key, value in node.items():
            found += [(item, True) for item in _texts(value)] if key == "when" else live_texts(value)
            found += live_texts(key)
    elif isinstance(node, list):
        for item in node:
            found += live_texts(item)
    elif isinstance(node, str) and "{{" in node:
        found.append((node, False))
    return found


def _texts(value: object) -> list[str]:
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str)]


class _Loader(yaml.CSafeLoader):
    """Tags are of no interest here."""


_Loader.add_multi_constructor("!", lambda loader, _tag, node: construct(loader, node))


def construct(loader: yaml.CSafeLoader, node: yaml.Node) -> object:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(node)


@pytest.mark.slow
def test_the_library_needs_jinja_for_its_templates_alone(checkout: Path) -> None:
    left: list[str] = []
    count = 0
    for file in sorted((checkout / "roles").glob("*/modules/**/*.yml")):
        for source, bare in live_texts(yaml.load(file.read_text(encoding="utf-8"), _Loader)):
            count += 1
            if ours(source, bare) is None:
                left.append(f"{file.name}: {source}")
    assert count > 2_000
    assert not left
