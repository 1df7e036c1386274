# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which definitions of an option count, and in which order."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.home.manager.plugins.plugin_utils.expressions.language import Language
from ansible_collections.home.manager.plugins.plugin_utils.expressions.scope import Outermost
from ansible_collections.home.manager.plugins.plugin_utils.modules.spec_file import load_text
from ansible_collections.home.manager.plugins.plugin_utils.options.definition import Definition
from ansible_collections.home.manager.plugins.plugin_utils.options.priority import discharge, effective, may_vanish
from ansible_collections.home.manager.plugins.plugin_utils.syntax.errors import SpecError
from ansible_collections.home.manager.plugins.plugin_utils.values import OMIT

LANGUAGE = Language()
SCOPE = Outermost(LANGUAGE, {"on": True, "off": False, "omit": OMIT})


def definition(text: str, **more: int) -> Definition:
    node: Any = load_text("x: " + text, "a.yml")
    return Definition(node["x"], SCOPE, node.position_of("x"), **more)


def values(*texts: str) -> list[Any]:
    return [found.value for found in effective(definition(text) for text in texts)]


@pytest.mark.parametrize(
    ("definitions", "expected"),
    [
        (["1", "2"], [1, 2]),
        (["1", "!force 2", "!default 3"], [2]),
        (["!default 1", "!optionDefault 2"], [1]),
        (["!override/60 1", "!override/50 2", "!force 3"], [2, 3]),
        (["!after a", "b", "!before c"], ["c", "b", "a"]),
        (["b", "!order/1000 c", "!order/999 a"], ["a", "b", "c"]),
        (["!merge [!after a, b, !before c]", "d"], ["c", "b", "d", "a"]),
    ],
)
def test_the_lowest_priority_wins_and_the_rest_is_ordered(definitions: list[str], expected: list[Any]) -> None:
    assert values(*definitions) == expected


def test_the_outermost_mark_of_a_kind_counts() -> None:
    (found,) = discharge([definition("!force {_type: override, priority: 1000, content: 1}")])
    assert (found.value, found.priority) == (1, 50)
    (found,) = discharge([definition("!after {_type: order, priority: 500, content: 1}")])
    assert (found.value, found.order) == (1, 1500)


def test_a_priority_outside_of_the_value_counts_before_its_marks() -> None:
    (found,) = discharge([definition("!default 1", priority=60)])
    assert found.priority == 60


@pytest.mark.parametrize(
    "text", ['"{{ omit }}"', "!mark {when: off, value: 1}", "!merge []", '"{{ 1 if off else omit }}"']
)
def test_a_definition_that_does_not_hold_vanishes(text: str) -> None:
    assert values(text) == []
    assert values(text, "2") == [2]
    assert may_vanish(definition(text).value)


def test_a_plain_value_cannot_vanish() -> None:
    assert not may_vanish(definition("{a: 1}").value)
    assert not may_vanish(definition('"{{ on }}"').value)


def test_a_priority_is_a_whole_number() -> None:
    with pytest.raises(SpecError, match="must be an integer"):
        values("{_type: override, priority: high, content: 1}")
    with pytest.raises(SpecError, match="must be an integer"):
        values("{_type: order, priority: true, content: 1}")
