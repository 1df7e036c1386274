# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The module system's behaviour: vectors that were executed against the original, with the one stated difference in order.

Definitions merge in listing order, imports before their importer, at every depth (the original reverses at each level).
"""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.home.manager.plugins.plugin_utils.options.unread import check_unread
from ansible_collections.home.manager.plugins.plugin_utils.syntax.errors import SpecErrors


def declared(kind: str, more: str = "") -> str:
    quoted = "'" + kind.replace("'", "''") + "'"
    return f"options: {{x: {{type: {quoted}{', ' + more if more else ''}}}}}"


VALUES = [
    ("1 listing order", "listOf str", "", ["x: [A]", "x: [B]"], ["A", "B"]),
    ("3 merge, if, before", "listOf str", "", ["x: !merge [[a], {when: true, value: [b]}, !before [z]]"], ["z", "a", "b"]),
    ("4 orders", "listOf str", "", ["x: !order/900 [a]", "x: !before [b]", "x: [c]", "x: !order/1000 [d]", "x: !after [e]"], ["b", "a", "c", "d", "e"]),
    ("5 lines in order", "lines", "", ["x: A", "x: B", "x: !before C", "x: !after D"], "C\nA\nB\nD"),
    ("6 lines are not trimmed", "lines", "", ['x: "A\\n"', 'x: "B\\n"'], "A\n\nB\n"),
    ("9 equal strings", "str", "", ["x: same", "x: same"], "same"),
    ("10 priorities by key", "attrsOf int", "", ["x: {p: !default 1, q: 2}", "x: {p: 5, q: !force 9}"], {"p": 5, "q": 9}),
    ("11 force on the whole", "attrsOf int", "", ["x: {p: 1, q: 2}", "x: !force {r: 5}"], {"r": 5}),
    ("12 default vanishes", "attrsOf int", "default: {d: 1}", ["x: {p: 1}"], {"p": 1}),
    ("13 absent key", "attrsOf int", "", ['x: {p: "{{ omit }}", q: 2}'], {"q": 2}),
    ("13b absent key by mark", "attrsOf int", "", ["x: {p: !mark {when: false, value: 1}, q: 2}"], {"q": 2}),
    ("14 lazy absent key", "lazyAttrsOf (nullOr int)", "", ["x: {p: !mark {when: false, value: 1}}"], {"p": None}),
    ("15 option default merges", "lines", "default: d", ["x: !optionDefault q"], "d\nq"),
    ("15b plain replaces", "lines", "default: d", ["x: q"], "q"),
    ("16 coerced", "listOf str", "coerce: {str: '[value]'}", ["x: q", "x: [w, e]"], ["q", "w", "e"]),
    ("20 anything", "anything", "", ["x: {l: [1], s: {a: 1}}", "x: {l: [1], s: {b: 2}}"], {"l": [1], "s": {"a": 1, "b": 2}}),
    ("21 json", "json", "", ["x: {l: [1], s: {a: 1}}", "x: {l: [2], s: {b: null}}"], {"l": [1, 2], "s": {"a": 1, "b": None}}),
    ("22 unspecified", "unspecified", "", ["x: x", "x: y"], "xy"),
    ("23 force on a submodule", "attrsOf submodule", "options: {a: {type: int}, b: {type: int, default: 1}}",
     ["x: {k: !force {a: 5}}", "x.k.b: 7"], {"k": {"a": 5, "b": 1}}),
    ("24 default of a submodule", "submodule", "default: {a: 10}, options: {a: {type: int, default: 1}, b: {type: int, default: 2}}",
     ["x: {b: 3}"], {"a": 1, "b": 3}),
    ("25 apply", "listOf int", "apply: value | length", ["x: [1]", "x: [2]"], 2),
    ("29 order survives bare value", "dagOf lines", "", ["x: {k: !after A}", "x: {k: B}"],
     {"k": {"after": [], "before": [], "data": "B\nA", "name": "k"}}),
    ("28 dag merges edges", "dagOf lines", "", ["x: {k: !entry_after {after: [y], data: A}}", "x: {k: !entry_after {after: [z], data: B}}"],
     {"k": {"after": ["y", "z"], "before": [], "data": "A\nB", "name": "k"}}),
    ("29b order inside submodules", "attrsOf submodule", "options: {l: {type: listOf str}}", ["x.k.l: [A]", "x.k.l: [B]"], {"k": {"l": ["A", "B"]}}),
    ("nested override: outermost counts", "int", "", ["x: !default {_type: override, priority: 50, content: 1}", "x: 2"], 2),
    ("force with before", "listOf str", "", ["x: !mark {priority: 50, order: 500, value: [a]}", "x: !force [b]"], ["a", "b"]),
    ("null or", "nullOr int", "", ["x: null"], None),
    ("nothing said of nullOr", "nullOr int", "", [], None),
    ("nothing said of a list", "listOf int", "", [], []),
    ("bool words", "bool", "", ["x: yes"], True),
    ("words are strings elsewhere", "either bool str", "", ["x: yes"], "yes"),
    ("boolByOr", "boolByOr", "", ["x: false", "x: true"], True),
    ("commas", "commas", "", ["x: a", "x: b"], "a,b"),
    ("enum of numbers", "enum 0 1 2", "", ["x: 1"], 1),
    ("number between", "ints.between 1 3", "", ["x: 3"], 3),
]  # fmt: skip

ERRORS = [
    ("7 conflict", "int", "", ["x: 1", "x: 2"], "has two values"),
    ("8 conflicting defaults", "int", "", ["x: !default 1", "x: !default 2"], "has two values"),
    ("9 raw twice", "raw", "", ["x: a", "x: a"], "has two values"),
    ("9b uniq twice", "uniq str", "", ["x: a", "x: a"], "has two values"),
    ("17 either disagrees", "either int str", "", ["x: 1", "x: s"], "disagree"),
    ("18 unions are shallow", "oneOf (listOf int) (listOf str)", "", ['x: ["1"]'], "must be a whole number"),
    ("19 null and not null", "nullOr int", "", ["x: null", "x: 1"], "both to null"),
    ("20b lists of anything", "anything", "", ["x: [1]", "x: [2]"], "has two values"),
    ("26 read-only", "int", "default: 1, readOnly: true", ["x: 2"], "read-only"),
    ("31 paths are text", "path", "", ["x: /x", "x: /x/"], "has two values"),
    ("no value", "int", "", [], "no value"),
    ("wrong type", "int", "", ["x: s"], "must be a whole number, not the string 's'"),
    ("quote it", "str", "", ["x: 26.05"], 'write "26.05"'),
    ("boolean is no integer", "int", "", ["x: true"], "must be a whole number"),
    ("condition must be boolean", "int", "", ["x: !mark {when: '1', value: 2}"], "must be a boolean"),
    ("out of bounds", "port", "", ["x: 70000"], "from 0 to 65535"),
    ("enum", "enum dock hide", "", ["x: doc"], 'one of "dock", "hide"'),
    ("nested names", "attrsOf (attrsOf (attrsOf str))", "", ["x: {user.name: A}"], "nested form"),
]


@pytest.mark.parametrize(("kind", "more", "modules", "wanted"), [v[1:] for v in VALUES], ids=[v[0] for v in VALUES])
def test_values(value: Any, kind: str, more: str, modules: list[str], wanted: Any) -> None:
    assert value("x", declared(kind, more), *modules) == wanted


@pytest.mark.parametrize(("kind", "more", "modules", "part"), [e[1:] for e in ERRORS], ids=[e[0] for e in ERRORS])
def test_errors(value: Any, kind: str, more: str, modules: list[str], part: str) -> None:
    with pytest.raises(SpecErrors) as caught:
        value("x", declared(kind, more), *modules)
    assert part in str(caught.value)
    assert all(error.positions for error in caught.value.errors), "every error says where it stands"


def test_2_imports_come_before_their_importer(value: Any) -> None:
    files = {"c1.yml": "x: [c1]", "c2.yml": "x: [c2]"}
    modules = [
        declared("listOf str"),
        ("m1.yml", "{imports: [c1.yml], x: [m1]}"),
        ("m2.yml", "{imports: [c2.yml], x: [m2]}"),
    ]
    assert value("x", *modules, files=files) == ["c1", "m1", "c2", "m2"]


def test_27_renamed(evaluate: Any) -> None:
    evaluation = evaluate("options: {x: {type: int}, old: {renamedTo: x}}", "old: !force 3", "x: 5")
    assert (evaluation.get("x"), evaluation.get("old")) == (3, 3)
    check_unread(evaluation)
    assert len(evaluation.warnings) == 1
    assert str(evaluation.warnings[0]).startswith("old: is now `x`\n")
    assert "B.yml:1:1" in str(evaluation.warnings[0])


def test_30_unknown_option(value: Any) -> None:
    with pytest.raises(SpecErrors, match=r"did you mean `programs\.alpha`"):
        value("programs.alpha", "options: {programs.alpha: {type: int, default: 1}}", "programs.alhpa: 2")


def test_32_a_file_counts_once(value: Any) -> None:
    files = {"c.yml": "x: [1]"}
    assert value("x", declared("listOf int"), "imports: [c.yml, c.yml]", "imports: [c.yml]", files=files) == [1]
    assert value("x", declared("listOf int"), "x: [1]", "x: [1]") == [1, 1]


def test_a_cycle_prints_its_chain(value: Any) -> None:
    with pytest.raises(SpecErrors) as caught:
        value("a", "options: {a: {type: int}, b: {type: int}}", 'a: "{{ config.b }}"', 'b: "{{ config.a }}"')
    assert "a -> b -> a" in str(caught.value)


def test_all_errors_at_once(evaluate: Any) -> None:
    evaluation = evaluate("options: {a: {type: int}, b: {type: str}}", "{a: s, b: 1, c: 2}")
    check_unread(evaluation)
    assert len(SpecErrors(evaluation.errors).errors) == 3


def test_freeform_at_depth(value: Any) -> None:
    module = """
    options:
      x:
        type: submodule
        freeformType: attrsOf (attrsOf (either str (listOf str)))
        options:
          Unit.Description: {type: nullOr str, default: null}
    """
    assert value("x", module, "x: {Unit: {After: [a], Description: d}, Service: {Exec: e}}") == {
        "Service": {"Exec": "e"},
        "Unit": {"After": ["a"], "Description": "d"},
    }


def test_extending_a_submodule_from_another_module(value: Any) -> None:
    base = "options: {x: {type: attrsOf submodule, default: {}, options: {a: {type: int, default: 1}}}}"
    extension = "options: {x.<name>.b: {type: str, default: '{{ name }}'}}"
    assert value("x", base, extension, "x.k: {}") == {"k": {"a": 1, "b": "k"}}


def test_reading_one_key_does_not_need_the_others(value: Any) -> None:
    assert (
        value(
            "y",
            "options: {x: {type: attrsOf int}, y: {type: int}}",
            'x: {a: 1, b: "{{ config.y }}"}',
            'y: "{{ config.x.a }}"',
        )
        == 1
    )
