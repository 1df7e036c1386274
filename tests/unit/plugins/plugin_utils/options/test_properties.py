# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What holds of merging, whatever is defined."""

from __future__ import annotations

import re
import tempfile
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.home.manager.plugins.plugin_utils.expressions.compiler import Compiler
from ansible_collections.home.manager.plugins.plugin_utils.expressions.filters import dag_sort
from ansible_collections.home.manager.plugins.plugin_utils.expressions.language import Language
from ansible_collections.home.manager.plugins.plugin_utils.expressions.lazy import plain
from ansible_collections.home.manager.plugins.plugin_utils.modules.library import Library
from ansible_collections.home.manager.plugins.plugin_utils.options.evaluation import Evaluation
from ansible_collections.home.manager.plugins.plugin_utils.syntax.errors import SpecError, SpecErrors
from ansible_collections.home.manager.plugins.plugin_utils.syntax.wire import from_wire

LIBRARY = Library(tempfile.mkdtemp())
COMPILER = Compiler()
NAMES = st.sampled_from(["a", "b", "c", "d.e", "f g"])
PRIORITIES = st.sampled_from([None, 50, 90, 100, 1000, 1500])
ORDERS = st.sampled_from([None, 500, 900, 1000, 1500])
LEAVES = st.one_of(st.integers(-5, 5), st.text(max_size=3), st.booleans(), st.none())
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=3)),
    max_leaves=8,
)


def merged(kind: str, definitions: list[Any]) -> Any:
    """The value of an option of a type with these definitions, each in a module of its own. Raises SpecErrors."""
    evaluation = Evaluation(LIBRARY, Language(COMPILER))
    declaration = from_wire({"options": {"x": {"type": kind}}})
    evaluation.use([(declaration, ""), *((from_wire({"x": d}), "") for d in definitions)])
    value = evaluation.attempt(lambda: plain(evaluation.get("x")))
    if evaluation.errors:
        raise SpecErrors(evaluation.errors)
    return value


def marked(value: Any, priority: int | None = None, order: int | None = None, when: bool = True) -> Any:
    if order is not None:
        value = {"_type": "order", "priority": order, "content": value}
    if priority is not None:
        value = {"_type": "override", "priority": priority, "content": value}
    return value if when else {"_type": "if", "condition": False, "content": value}


DEFINITIONS = st.lists(
    st.tuples(st.lists(st.integers(0, 9), max_size=3), PRIORITIES, ORDERS, st.booleans()), max_size=6
)


@given(DEFINITIONS)
def test_a_list_is_the_winners_in_order(definitions: list[Any]) -> None:
    """Conditions first, then the lowest priority, then a stable sort by order."""
    got = merged("listOf int", [marked(*d) for d in definitions])
    there = [(value, priority or 100, order or 1000) for value, priority, order, when in definitions if when]
    best = min((p for _v, p, _o in there), default=100)
    winners = sorted((d for d in there if d[1] == best), key=lambda d: d[2])
    assert got == [item for value, _p, _o in winners for item in value]


@given(st.lists(st.dictionaries(NAMES, st.tuples(st.integers(0, 9), PRIORITIES), max_size=4), max_size=5))
def test_keys_of_a_mapping_merge_on_their_own(definitions: list[dict[str, Any]]) -> None:
    """Each key has the value that the key's definitions alone would have, or the whole is refused because one has none."""
    wanted: dict[str, int] = {}
    conflict = False
    for key in {key for d in definitions for key in d}:
        said = [d[key] for d in definitions if key in d]
        best = min(p or 100 for _v, p in said)
        values = {v for v, p in said if (p or 100) == best}
        conflict = conflict or len(values) > 1
        wanted[key] = min(values)
    try:
        got = merged("attrsOf int", [{k: marked(v, p) for k, (v, p) in d.items()} for d in definitions])
    except SpecErrors as error:
        got = str(error)
    if conflict:
        assert re.search("has (two|three|[0-9]+) values", got)
        return
    assert got == wanted
    assert list(got) == sorted(got), "mappings iterate in byte order"


@pytest.mark.slow
@given(TREES)
def test_one_freeform_definition_is_the_value(tree: Any) -> None:
    assert merged("json", [tree]) == tree


@given(st.dictionaries(NAMES, TREES, max_size=4), st.dictionaries(NAMES, TREES, max_size=4))
def test_freeform_definitions_without_common_keys_add_up(one: dict[str, Any], two: dict[str, Any]) -> None:
    two = {key: value for key, value in two.items() if key not in one}
    assert merged("json", [one, two]) == {**one, **two}


@given(st.dictionaries(NAMES, TREES, max_size=4))
def test_force_leaves_nothing_else(tree: dict[str, Any]) -> None:
    assert merged("json", [{"other": 1}, marked(tree, 50), marked({"weak": 1}, 1000)]) == tree


EDGES = st.dictionaries(
    st.sampled_from("abcdef"),
    st.tuples(st.lists(st.sampled_from("abcdefx"), max_size=3), st.lists(st.sampled_from("abcdefx"), max_size=3)),
    max_size=6,
)


@given(EDGES)
def test_a_dag_is_sorted_or_its_cycle_is_told(edges: dict[str, Any]) -> None:
    entries = {name: {"after": after, "before": before, "data": name} for name, (after, before) in edges.items()}
    told = None
    try:
        order = [entry["name"] for entry in dag_sort(entries)]
    except SpecError as error:
        told = str(error)
    if told is not None:
        assert "->" in told
        return
    assert sorted(order) == sorted(entries)
    for name, (after, before) in edges.items():
        assert all(order.index(other) < order.index(name) for other in after if other in entries and other != name)
        assert all(order.index(name) < order.index(other) for other in before if other in entries and other != name)
