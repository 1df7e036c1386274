# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A default counts only where nothing stronger is defined, and is not evaluated otherwise."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.home.manager.plugins.plugin_utils.syntax.errors import SpecError

DECLARED = """
options:
  base: {type: str}
  path: {type: str, default: "{{ config.base }}/mail"}
  names: {type: listOf str, default: ["{{ config.base }}"]}
"""


def test_a_default_beside_a_definition_is_not_evaluated(evaluate: Any) -> None:
    assert evaluate(DECLARED, "path: /mail").get("path") == "/mail"
    assert evaluate(DECLARED, "path: !default /mail").get("path") == "/mail"


def test_a_default_that_is_used_needs_what_it_reads(evaluate: Any) -> None:
    with pytest.raises(SpecError, match="base"):
        evaluate(DECLARED).get("path")
    with pytest.raises(SpecError, match="base"):
        evaluate(DECLARED, "path: '{{ omit }}'").get("path")


def test_a_definition_as_weak_as_the_default_is_merged_with_it(evaluate: Any) -> None:
    said = "names: !override {priority: 1500, value: [b]}"
    assert evaluate(DECLARED, "base: a", said).get("names") == ["a", "b"]


def test_a_weaker_definition_loses(evaluate: Any) -> None:
    assert evaluate(DECLARED, "base: a", "path: !override/2000 b").get("path") == "a/mail"
