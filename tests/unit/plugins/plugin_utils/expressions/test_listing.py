# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Filters that Jinja evaluates lazily give lists, `string` gives the place on the target, and `refuse` is an error."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.home.manager.plugins.plugin_utils.expressions.lazy import plain
from ansible_collections.home.manager.plugins.plugin_utils.syntax.errors import SpecError

DECLARED = "options: {text: {type: str, default: ''}, names: {type: listOf str, default: []}, file: {type: path}}"


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("[{'x': 'a b'}, {'x': 'c'}] | map(attribute='x')", ["a b", "c"]),
        ("['a', '', 'b'] | select", ["a", "b"]),
        ("['a', 'b'] | reject('eq', 'a')", ["b"]),
        ("[{'x': 'a'}] | selectattr('x', 'eq', 'a') | map(attribute='x')", ["a"]),
        ("['b', 'b', 'a'] | unique", ["b", "a"]),
    ],
)
def test_a_lazy_filter_is_a_value(evaluate: Any, expression: str, wanted: list[str]) -> None:
    assert plain(evaluate(DECLARED, f'names: "{{{{ {expression} }}}}"').get("names")) == wanted


def test_filters_take_what_map_gives(evaluate: Any) -> None:
    said = "text: \"{{ [{'x': 'a b'}, {'x': 'c'}] | map(attribute='x') | sh_args }}\""
    assert evaluate(DECLARED, said).get("text") == "'a b' c"


def test_string_of_a_path_is_its_place_on_the_target(evaluate: Any, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("k")
    home = evaluate(
        DECLARED, f"file: !path {tmp_path}/key", "{text: '{{ config.file | string }}', names: ['{{ config.file }}/']}"
    )
    assert home.get("text").startswith("/home/alice/.local/state/home.manager/store/")
    assert home.get("names") == [home.get("text") + "/"]


def test_path_text_is_the_path_itself(evaluate: Any, tmp_path: Path) -> None:
    home = evaluate(DECLARED, f"file: !path {tmp_path}/key", "text: '{{ config.file | path_text }}'")
    assert home.get("text") == str(tmp_path / "key")


def test_refuse_is_an_error_with_its_message(evaluate: Any) -> None:
    with pytest.raises(SpecError, match="no such colour"):
        evaluate(DECLARED, "text: \"{{ 'no such colour' | refuse }}\"").get("text")
