# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The type `module`: what a specialisation is made of reaches its reader unevaluated."""

from __future__ import annotations

from typing import Any

DECLARED = (
    "options: {x: {type: attrsOf submodule, options: {configuration: {type: module}, name: {type: str, default: d}}}}"
)


def test_expressions_stay_expressions(evaluate: Any) -> None:
    found = evaluate(DECLARED, "x.k.configuration: {programs.a.b: '{{ nobody }}', imports: [c.yml]}").get("x")["k"][
        "configuration"
    ]
    assert [d.value.keys() for d in found] == [{"programs.a.b", "imports"}]
    assert found[0].value["programs.a.b"].source == "{{ nobody }}"
    assert found[0].position.line == 1


def test_every_definition_counts(evaluate: Any) -> None:
    found = evaluate(DECLARED, "x.k.configuration: {a: 1}", "x.k.configuration: {a: 2}").get("x")["k"]["configuration"]
    assert [d.value["a"] for d in found] == [1, 2]


def test_a_forced_module_stands_alone(evaluate: Any) -> None:
    found = evaluate(DECLARED, "x.k.configuration: {a: 1}", "x.k.configuration: !force {a: 2}").get("x")["k"][
        "configuration"
    ]
    assert [d.value["a"] for d in found] == [2]


def test_without_definitions_there_is_none(evaluate: Any) -> None:
    assert evaluate(DECLARED, "x.k: {}").get("x")["k"]["configuration"] == []


def test_name_is_an_option_like_any_other(evaluate: Any) -> None:
    assert evaluate(DECLARED, "x.k: {name: n}").get("x")["k"]["name"] == "n"
