# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Keys that hold dots: one name, or a path, whichever fits; a key in quotes is always one name."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.home.manager.plugins.plugin_utils.expressions.lazy import plain
from ansible_collections.home.manager.plugins.plugin_utils.syntax.errors import SpecErrors

DECLARED = """
options:
  x:
    type: submodule
    default: {}
    freeformType: attrsOf (attrsOf int)
    options:
      '"com.a".b': {type: nullOr str, default: null}
"""


@pytest.mark.parametrize("said", ["x: {com.a: {b: v}}", "x: {com.a: {b: v}, com.c: {d: 1}}", 'x."com.a".b: v'])
def test_the_declared_name_is_found(evaluate: Any, said: str) -> None:
    assert evaluate(DECLARED, said).get("x")["com.a"]["b"] == "v"


def test_other_names_stay_whole(evaluate: Any) -> None:
    assert evaluate(DECLARED, "x: {com.c: {d: 1}}").get("x")["com.c"]["d"] == 1


def typed(kind: str, more: str = "") -> str:
    return f"options: {{x: {{type: '{kind}', default: {{}}{more}}}}}"


GIT = "attrsOf (attrsOf (either str (attrsOf str)))"
READINGS = [
    ("a value that fits only when the key is split", GIT, "init.defaultBranch: main", {"init": {"defaultBranch": "main"}}),
    ("three parts", GIT, "branch.main.remote: origin", {"branch": {"main": {"remote": "origin"}}}),
    ("a quoted part stays whole", GIT, """'url."https://a.b/".insteadOf': b""", {"url": {"https://a.b/": {"insteadOf": "b"}}}),
    ("it joins what is nested", GIT, "a.b: x, a: {c: y}", {"a": {"b": "x", "c": "y"}}),
    ("a value that fits as it stands", GIT, "a.b: {c: x}", {"a.b": {"c": "x"}}),
    ("a computed value", GIT, """a.b: "{{ 'x' }}\"""", {"a": {"b": "x"}}),
    ("a marked value", GIT, "a.b: !force x, a: {b: y}", {"a": {"b": "x"}}),
    ("an absent value", GIT, """a.b: "{{ omit }}", a.c: x""", {"a": {"c": "x"}}),
    ("a key with !unsafe", "attrsOf str", "!unsafe a.b: x", {"a.b": "x"}),
    ("a key in quotes", "toml", """'"a.b"': 1""", {"a.b": 1}),
    ("a format takes both", "toml", "a.b: 1", {"a.b": 1}),
    ("below a format too", "toml", "a: {b.c: 1}", {"a": {"b.c": 1}}),
    ("a leading dot", "attrsOf str", ".a: x", {".a": "x"}),
    ("a trailing dot", "attrsOf str", "a.: x", {"a.": "x"}),
    ("a computed key", "attrsOf str", """'{{ "a" }}.b': x, "{{ 'c.d' }}": y""", {"a.b": "x", "c.d": "y"}),
    ("a computed key is no path", GIT, """'{{ "a" }}.b': {c: y}""", {"a.b": {"c": "y"}}),
    ("a literal key with braces", "attrsOf str", "!unsafe '{{ a }}.b': x", {"{{ a }}.b": "x"}),
    ("null", "attrsOf (attrsOf (nullOr int))", "a.b: null", {"a": {"b": None}}),
    ("a union of sections", "either ini (listOf ini)", "a.b: 1", {"a": {"b": 1}}),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "said", "wanted"), [r[1:] for r in READINGS], ids=[r[0] for r in READINGS])
def test_a_dotted_key_is_read_by_fit(value: Any, kind: str, said: str, wanted: Any) -> None:
    assert value("x", typed(kind), f"x: {{{said}}}") == wanted


def test_a_submodule_is_reached_by_the_name_of_its_option(value: Any) -> None:
    declared = "options: {x: {type: attrsOf submodule, default: {}, options: {text: {type: str}}}}"
    assert value("x", declared, "x: {a.text: one, b.c: {text: two}}") == {"a": {"text": "one"}, "b.c": {"text": "two"}}


def test_a_free_key_of_a_submodule_is_read_by_fit_too(value: Any) -> None:
    free = ", freeformType: 'attrsOf (attrsOf int)', options: {n: {type: int, default: 0}}"
    assert value("x", typed("submodule", free), "x: {a.b: 1}") == {"n": 0, "a": {"b": 1}}


def test_what_fits_in_neither_way_is_an_error_that_offers_the_nested_form(value: Any) -> None:
    with pytest.raises(SpecErrors, match="nested form"):
        value("x", typed("attrsOf (attrsOf (attrsOf str))"), "x: {a.b: x}")


def warnings(evaluation: Any) -> list[Any]:
    plain(evaluation.get("x"))
    return list(evaluation.warnings)


@pytest.mark.parametrize("kind", ["toml", "kdl", "hyprconf", "libconfig", "nuon"])
def test_a_format_that_nests_warns(evaluate: Any, kind: str) -> None:
    [warning] = warnings(evaluate(typed(kind), "x: {font: {bright.size: 12}}"))
    assert warning.message == "`bright.size` is read as one name, not as a path"
    assert warning.path == "x.font"
    assert warning.advice[0].endswith("bright: {size: ...}")
    assert """'"bright.size"': ...""" in warning.advice[1]


@pytest.mark.parametrize("kind", ["json", "yaml", "attrsOf json"])
def test_an_option_without_dotted_names_warns(evaluate: Any, kind: str) -> None:
    said = "x: {a: {b.c: 1}}" if kind == "attrsOf json" else "x: {b.c: 1}"
    [warning] = warnings(evaluate(typed(kind, ", dottedKeys: false"), said))
    assert warning.message == "`b.c` is read as one name, not as a path"


@pytest.mark.parametrize(
    ("kind", "more", "said"),
    [
        ("toml", "", """'"font.size"': 12"""),
        ("toml", ", dottedKeys: true", "font.size: 12"),
        ("toml", "", "'*.md': 12"),
        ("toml", "", "font: {size: 12}"),
        ("toml", "", "!unsafe font.size: 12"),
        ("json", "", "editor.fontSize: 12"),
        ("yaml", "", "a.b: 12"),
        ("attrsOf toml", "", "a.b: {c: 1}"),
        ("ini", "", "a.b: 12"),
    ],
)
def test_nothing_warns_where_the_name_is_meant(evaluate: Any, kind: str, more: str, said: str) -> None:
    assert warnings(evaluate(typed(kind, more), f"x: {{{said}}}")) == []
