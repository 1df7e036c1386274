# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Filters and tests that have the names of Ansible's give what Ansible's give, for every parameter of those."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from ansible.plugins.filter import core, mathstuff
from ansible.plugins.test import core as test_core
from jinja2 import Environment

from ansible_collections.home.manager.plugins.plugin_utils.expressions.ansible_filters import NAMED_AS_ANSIBLES
from ansible_collections.home.manager.plugins.plugin_utils.expressions.filters import FILTERS
from ansible_collections.home.manager.plugins.plugin_utils.expressions.language import Language
from ansible_collections.home.manager.plugins.plugin_utils.expressions.scope import Outermost
from ansible_collections.home.manager.plugins.plugin_utils.expressions.tests import TESTS
from ansible_collections.home.manager.plugins.plugin_utils.syntax.errors import SpecError

THEIRS = {**core.FilterModule().filters(), **mathstuff.FilterModule().filters()}
# Filters whose result is the language's own, though they accept the same.
DIFFERENT = {"to_json", "to_yaml", "regex_escape"}
MAPPINGS = ({"a": 1, "b": {"x": [1, 2], "y": 2}}, {"b": {"x": [2, 3], "z": 4}, "c": [5]})


def theirs(name: str, *arguments: Any, **options: Any) -> Any:
    function = THEIRS[name]
    if getattr(function, "jinja_pass_arg", None) is not None:
        return function(Environment(), *arguments, **options)
    return function(*arguments, **options)


def test_no_name_of_ansibles_is_forgotten() -> None:
    assert set(FILTERS) & set(THEIRS) == set(NAMED_AS_ANSIBLES) | DIFFERENT


CALLS: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
    ("b64encode", ("ä?>~~",), {}),
    ("b64encode", ("ä?>~~",), {"urlsafe": True}),
    ("b64encode", ("ä",), {"encoding": "latin-1"}),
    ("basename", ("/a/b.c",), {}),
    ("dirname", ("/a/b.c",), {}),
    *[("combine", MAPPINGS, {"recursive": deep, "list_merge": merge}) for deep in (False, True)
      for merge in ("replace", "keep", "append", "prepend", "append_rp", "prepend_rp")],
    ("combine", (list(MAPPINGS),), {"recursive": True}),
    ("combine", ({"a": 1}, [{"b": 2}, {"a": 3}]), {}),
    ("dict2items", ({"a": 1, "b": 2},), {}),
    ("dict2items", ({"a": 1},), {"key_name": "k", "value_name": "v"}),
    ("items2dict", ([{"k": "a", "v": 1}],), {"key_name": "k", "value_name": "v"}),
    ("difference", ([1, 1, [2], 3], [3]), {}),
    ("intersect", ([1, [2], [2], 3], [[2], 3]), {}),
    ("union", ([1, 1, [2]], [[2], 4]), {}),
    ("flatten", ([1, [2, None, [3, [4]]], "null"],), {}),
    ("flatten", ([1, [2, None, [3, [4]]]],), {"levels": 1}),
    ("flatten", ([1, [2, None, [3, [4]]]],), {"levels": 1, "skip_nulls": False}),
    ("regex_replace", ("aXbx", "x", "-"), {}),
    ("regex_replace", ("aXbx", "x", "-", True), {}),
    ("regex_replace", ("a\nb", "^", "> "), {"multiline": True}),
    ("regex_replace", ("aaa", "a", "b", False, False, 2), {}),
    ("regex_replace", ("aaa", "(a)", r"<\1>"), {"count": 1}),
    ("regex_replace", ("aaa", "a", "b"), {"mandatory_count": 3}),
    ("regex_search", ("foobar", "o+b"), {}),
    ("regex_search", ("FOO", "o+"), {"ignorecase": True}),
    ("regex_search", ("a\nb", "^b"), {"multiline": True}),
    ("regex_search", ("key=value", "(?P<k>\\w+)=(\\w+)", r"\g<k>", "\\2"), {}),
    ("regex_search", ("x", "y"), {}),
    ("relpath", ("/a/b/c", "/a/d"), {}),
    ("split", ("a,b,c", ","), {}),
    ("split", ("a b  c",), {}),
    ("split", ("a,b,c", ",", 1), {}),
    ("ternary", (True, 1, 2), {}),
    ("ternary", (None, 1, 2, 3), {}),
    ("ternary", (0,), {"true_val": 1, "false_val": 2}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "arguments", "options"), CALLS)
def test_results_are_ansibles(name: str, arguments: tuple[Any, ...], options: dict[str, Any]) -> None:
    assert NAMED_AS_ANSIBLES[name](*arguments, **options) == theirs(name, *arguments, **options)


def test_splitext_is_a_list() -> None:
    assert NAMED_AS_ANSIBLES["splitext"]("/a/b.c") == list(theirs("splitext", "/a/b.c"))


@pytest.mark.parametrize(
    ("name", "arguments", "options"),
    [
        ("combine", ({"a": 1}, 2), {}),
        ("combine", MAPPINGS, {"list_merge": "sideways"}),
        ("regex_replace", ("aaa", "a", "b"), {"mandatory_count": 2}),
        ("regex_search", ("a", "(a)", "1"), {}),
        ("items2dict", ([{"key": 1}],), {}),
        ("dict2items", ([],), {}),
    ],
)
def test_what_ansible_refuses_is_refused(name: str, arguments: tuple[Any, ...], options: dict[str, Any]) -> None:
    with pytest.raises(Exception, match=r"."):
        theirs(name, *arguments, **options)
    with pytest.raises(SpecError):
        NAMED_AS_ANSIBLES[name](*arguments, **options)


@pytest.mark.parametrize("name", ["match", "search"])
def test_tests_take_flags(name: str) -> None:
    for options in ({}, {"ignorecase": True}, {"multiline": True}):
        for text in ("abc", "ABC", "x\nabc"):
            wanted = bool(getattr(test_core, name)(text, "^abc", **options))
            assert TESTS[name](text, "^abc", **options) is wanted


@pytest.mark.parametrize("name", sorted(DIFFERENT))
def test_formats_accept_the_parameters_of_ansibles(name: str) -> None:
    language = Language()
    parameters = [
        p.name for p in inspect.signature(THEIRS[name]).parameters.values() if p.kind is p.POSITIONAL_OR_KEYWORD
    ]
    values = {"profile": "tagless", "re_type": "python", "default_flow_style": True}
    for parameter in parameters[1:]:
        call = language.evaluator(f"{{{{ 'a.b' | {name}({parameter}=value) }}}}", False)
        assert "a" in call(Outermost(language, {"value": values.get(parameter, True)}))


def test_ways_of_writing() -> None:
    language = Language()

    def text(source: str) -> Any:
        return language.evaluator(f"{{{{ {{'b': 1, 'a': ['é']}} | {source} }}}}", False)(Outermost(language, {}))

    assert text("to_json(pretty=false, sort_keys=false, ensure_ascii=true)") == '{"b":1,"a":["\\u00e9"]}'
    assert text("to_json(indent=4)") == '{\n    "a": [\n        "é"\n    ],\n    "b": 1\n}\n'
    assert text("to_yaml(default_flow_style=true, sort_keys=false)") == "{b: 1, a: [é]}\n"
    assert text("to_yaml(explicit_start=true)") == "---\na:\n- é\nb: 1\n"
    with pytest.raises(SpecError, match="unknown parameter colour"):
        text("to_json(colour=1)")
