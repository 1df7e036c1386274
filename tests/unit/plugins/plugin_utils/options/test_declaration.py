# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Declarations: one for several options, and named ones."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.home.manager.plugins.plugin_utils.report.explanation import Explainer
from ansible_collections.home.manager.plugins.plugin_utils.report.source import Sources
from ansible_collections.home.manager.plugins.plugin_utils.syntax.errors import SpecErrors

LOOPED = """
options:
  x:
    fixed: {type: str, default: f}
    in{{ item }}:
      type: str
      loop: [Bash, Zsh]
      default: "{{ item }}"
      description: "Run it in {{ item }}."
      example: "-{{ item }}-"
"""


def test_a_declaration_with_a_loop_declares_an_option_for_each_item(value: Any) -> None:
    assert value("x", LOOPED, "x.inZsh: mine") == {"fixed": "f", "inBash": "Bash", "inZsh": "mine"}


def test_a_loop_works_below_a_submodule_and_over_a_mapping(value: Any) -> None:
    module = """
    options:
      x:
        type: attrsOf submodule
        default: {}
        options:
          "{{ item.key }}": {type: int, loop: {a: 1, b: 2}, default: "{{ item.value }}"}
    """
    assert value("x", module, "x.k.a: 5") == {"k": {"a": 5, "b": 2}}


def test_a_loop_over_old_names(evaluate: Any) -> None:
    module = (
        'options: {x: {a: {type: str}, b: {type: str}}, "old.{{ item }}": {renamedTo: "x.{{ item }}", loop: [a, b]}}'
    )
    evaluation = evaluate(module, "old: {a: 1st, b: 2nd}")
    assert (evaluation.get("x.a"), evaluation.get("x.b")) == ("1st", "2nd")


def test_a_loop_that_is_no_list_is_refused(value: Any) -> None:
    with pytest.raises(SpecErrors, match="loop"):
        value("x.a", "options: {x: {'{{ item }}': {type: str, loop: a}}}")


def test_a_description_tells_the_item_and_the_example(evaluate: Any) -> None:
    found = Explainer(evaluate(LOOPED), Sources("/nowhere")).explain("x.inZsh")
    assert (found.path, found.description, found.example) == ("x.inZsh", "Run it in Zsh.", "-{{ item }}-")


def test_a_named_declaration_can_bear_the_name_of_its_type(value: Any) -> None:
    module = """
    types: {package: {type: package, default: git, description: A program.}}
    options: {x: {type: package}, many: {type: listOf package, default: [hello]}}
    """
    assert str(value("x", module)) == "@git@"
    assert [str(package) for package in value("many", module)] == ["@hello@"]
