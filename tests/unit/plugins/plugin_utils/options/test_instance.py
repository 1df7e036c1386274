# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Assignments find their options, whatever marks are around them."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.home.manager.plugins.plugin_utils.syntax.errors import SpecErrors

OPTIONS = (
    "o.yml",
    "options: {a.b: {type: str, default: no}, on: {type: bool, default: true}, off: {type: bool, default: false}}",
)


@pytest.mark.parametrize(
    ("when", "expected"),
    [("[config.on, config.on]", "yes"), ("[config.on, config.off]", "no"), ("config.off", "no"), ("config.on", "yes")],
)
def test_all_conditions_around_a_group_count(value: Any, when: str, expected: str) -> None:
    module = f"a: !mark {{when: {when}, value: {{b: 'yes'}}}}"
    assert value("a.b", OPTIONS, module) == expected


def test_a_priority_from_a_play_is_checked(value: Any) -> None:
    found = {"_type": "override", "priority": "high", "content": {"b": "x"}}
    with pytest.raises(SpecErrors, match="must be an integer"):
        value("a.b", OPTIONS, "a: '{{ found }}'", variable=lambda name, default: found if name == "found" else default)


def test_a_widened_enumeration_belongs_to_one_evaluation(value: Any) -> None:
    files = {
        "first.yml": "options: {kind: {type: enum a b, default: a}}",
        "second.yml": "options: {kind: {type: enum c}}",
    }
    assert value("kind", "imports: [first.yml, second.yml]\nkind: c", files=files) == "c"
    with pytest.raises(SpecErrors, match='one of "a", "b", not'):
        value("kind", "imports: [first.yml]\nkind: c")
