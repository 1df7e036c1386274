# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Named types may name themselves; what a union makes of numbers and names."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.home.manager.plugins.plugin_utils.expressions.lazy import plain
from ansible_collections.home.manager.plugins.plugin_utils.syntax.errors import SpecError

TREE = """
types:
  node:
    type: submodule
    coerce: {str: "{'title': value}"}
    options:
      title: {type: str}
      children: {type: listOf node, default: []}
      index: {type: attrsOf (either int node), default: {}}
options:
  tree: {type: node}
  several: {type: attrsOf node, default: {}}
"""


def test_a_type_holds_itself_at_any_depth(evaluate: Any) -> None:
    said = "tree: {title: a, children: [b, {title: c, children: [{title: d, index: {x: 1, y: {title: e}}}]}]}"
    tree = plain(evaluate(TREE, said).get("tree"))
    assert [child["title"] for child in tree["children"]] == ["b", "c"]
    assert tree["children"][1]["children"][0]["index"]["y"]["title"] == "e"


def test_definitions_of_a_type_that_holds_itself_merge(evaluate: Any) -> None:
    several = plain(
        evaluate(TREE, "several: {a: {children: [b]}}", "several: {a: {title: t, children: [c]}}").get("several")
    )
    assert [child["title"] for child in several["a"]["children"]] == ["b", "c"]


def test_a_wrong_value_deep_inside_is_named(evaluate: Any) -> None:
    with pytest.raises(SpecError, match="must be a string"):
        plain(evaluate(TREE, "tree: {title: a, children: [{title: b, children: [{title: [c]}]}]}").get("tree"))


@pytest.mark.parametrize(
    ("type_text", "value", "wanted"),
    [
        ("oneOf bool float int str", "111", 111),
        ("oneOf bool float int str", "1.5", 1.5),
        ("either float str", "8", 8.0),
        ("either int float", "8", 8),
    ],
)
def test_a_union_keeps_an_integer_where_it_has_integers(evaluate: Any, type_text: str, value: str, wanted: Any) -> None:
    found = evaluate(f"options: {{x: {{type: {type_text}}}}}", f"x: {value}").get("x")
    assert found == wanted
    assert isinstance(found, type(wanted))


@pytest.mark.parametrize(
    ("type_text", "value", "wanted"),
    [
        ("either package path", "hello", "@hello@"),
        ("nullOr (either package (listOf package))", "hello", "@hello@"),
        ("either package str", "hello", "hello"),
        ("either (either package path) str", "hello", "hello"),
        ("either package path", "/opt/x", "/opt/x"),
    ],
)
def test_a_bare_name_is_a_package_where_nothing_else_takes_it(
    evaluate: Any, type_text: str, value: str, wanted: str
) -> None:
    assert str(evaluate(f"options: {{x: {{type: {type_text}}}}}", f"x: {value}").get("x")) == wanted
