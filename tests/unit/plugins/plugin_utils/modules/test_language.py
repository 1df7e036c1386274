# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The specification language, decision by decision (docs/language.md)."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.home.manager.plugins.plugin_utils.expressions.lazy import plain
from ansible_collections.home.manager.plugins.plugin_utils.modules.spec_file import load_text as load
from ansible_collections.home.manager.plugins.plugin_utils.options.unread import check_unread
from ansible_collections.home.manager.plugins.plugin_utils.syntax.errors import SpecError, SpecErrors
from ansible_collections.home.manager.plugins.plugin_utils.syntax.keys import split

STR = "options: {x: {type: str}}"
ATTRS = "options: {x: {type: attrsOf str, default: {}}}"


@pytest.mark.parametrize(
    ("key", "parts"),
    [
        ("a.b.c", ("a", "b", "c")),
        ('xdg.configFile."bat/{{ k }}.{{ ext }}".text', ("xdg", "configFile", "bat/{{ k }}.{{ ext }}", "text")),
        ('a."b\\"c".d', ("a", 'b"c', "d")),
        ("a.{{ b.c }}.d", ("a", "{{ b.c }}", "d")),
        ("plain", ("plain",)),
    ],
)
def test_where_keys_split(key: str, parts: tuple[str, ...]) -> None:
    assert split(key) == parts


def test_names_of_entries_are_whole(value: Any) -> None:
    assert value("x", ATTRS, "x: {.bashrc: a, editor.size: b}") == {".bashrc": "a", "editor.size": "b"}
    assert value("x", ATTRS, 'x."a.b": c') == {"a.b": "c"}


def test_freeform_keys_are_literal_unless_declared(value: Any) -> None:
    module = "options: {x: {type: submodule, freeformType: json, options: {a.b: {type: int, default: 1}}}}"
    assert value("x", module, "x: {a.b: 2, c.d: 3}") == {"a": {"b": 2}, "c.d": 3}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("{{ 1 + 1 }}", 2),
        ("{{ [1, 2] }}", [1, 2]),
        ("a {{ 1 }}\n", "a 1\n"),
        ("${#a[@]} %{%F{red}%} {{ 'x' }}", "${#a[@]} %{%F{red}%} x"),
        ("{{ '1.10' }}", "1.10"),
        ("{{ 1 }}{{ 2 }}", "12"),
        ("{{ null }}", None),
        ("{{ pkgs.git }}/bin", "@git@/bin"),
    ],
)
def test_what_expressions_give(value: Any, text: str, wanted: Any) -> None:
    assert value("x", "options: {x: {type: unspecified}}", "x: " + _quoted(text)) == wanted


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


@pytest.mark.parametrize("value_text", ["true", "null", "[1]", "1.5", "{}"])
def test_only_text_goes_into_text(value: Any, value_text: str) -> None:
    with pytest.raises(SpecErrors, match=r"interpolate.* into text"):
        value("x", STR, f'x: "a {{{{ {value_text} }}}}"')


def test_unsafe_is_literal(value: Any) -> None:
    assert value("x", STR, 'x: !unsafe "{{ a }}"') == "{{ a }}"
    assert value("x", ATTRS, 'x: !unsafe {"{{ k }}": "{{ v }}"}') == {"{{ k }}": "{{ v }}"}


def test_a_hyphen_is_a_subtraction(value: Any) -> None:
    with pytest.raises(SpecErrors, match=r"cfg\['oh-my-zsh'\]"):
        value("x", STR, 'x: "{{ cfg.oh-my-zsh }}"')


def test_unknown_names_offer_the_nearest(value: Any) -> None:
    with pytest.raises(SpecErrors, match="did you mean `config`"):
        value("x", STR, 'x: "{{ confg.y }}"')
    with pytest.raises(SpecErrors, match="did you mean `alpha`"):
        value("x", "options: {x: {type: str}, g.alpha: {type: str, default: a}}", 'x: "{{ config.g.alhpa }}"')


def test_keys_win_over_methods(value: Any) -> None:
    assert (
        value("x", "options: {x: {type: str}, g.keys: {type: str, default: mine}}", 'x: "{{ config.g.keys }}"')
        == "mine"
    )


def test_nested_blocks(value: Any) -> None:
    module = """
    options: {x: {type: attrsOf str, default: {}}, on: {type: bool, default: true}, many: {type: attrsOf (listOf str), default: {}}}
    config:
      - when: config.on
        block:
          - loop: "{{ config.many }}"
            vars: {dir: "d/{{ item.key }}"}
            block:
              - loop: "{{ item.value }}"
                loop_control: {loop_var: leaf}
                when: leaf != 'skipped'
                x."{{ dir }}/{{ leaf }}": "{{ leaf }}"
    """
    assert value("x", module, "many: {b: [q, skipped], a: [p]}") == {"d/a/p": "p", "d/b/q": "q"}
    assert value("x", module, "{many: {a: [p]}, on: false}") == {}


def test_an_outer_when_guards_inner_loops(value: Any) -> None:
    module = """
    options: {x: {type: listOf str, default: []}}
    config:
      - when: false
        block: [{loop: "{{ 1 / 0 }}", x: [never]}]
      - x: [a]
    """
    assert value("x", module) == ["a"]


def test_block_stands_alone(value: Any) -> None:
    with pytest.raises(SpecErrors, match="is not allowed next to `block`"):
        value("x", "{options: {x: {type: str, default: a}}, config: {when: true, x: b, block: []}}")


def test_vars_are_lazy_and_see_each_other(value: Any) -> None:
    module = """
    vars: {a: "{{ b }}!", b: "{{ config.y }}", never: "{{ 1 / 0 }}"}
    options: {x: {type: str, default: "{{ a }}"}, y: {type: str, default: why}}
    """
    assert value("x", module) == "why!"


def test_cfg_is_the_common_group(value: Any) -> None:
    module = """
    options:
      programs.p: {enable: {type: bool, default: false}, name: {type: str, default: n}}
      programs.p.old: {renamedTo: programs.p.name}
    config: [{when: cfg.enable, out: "{{ cfg.name }}"}]
    """
    assert value("out", "options: {out: {type: str, default: none}}", module, "programs.p.enable: true") == "n"


def test_import_with_vars(value: Any) -> None:
    shared = """
    root: "programs.{{ name_ }}"
    options: {"programs.{{ name_ }}": {enable: {type: bool, default: false}, file: {type: str, default: "{{ name_ }}.conf"}}}
    """
    user = "{imports: [{import: shared.yml, vars: {name_: one}}, {import: shared.yml, vars: {name_: two}}], programs.two.enable: true}"
    got = [
        value(f"programs.{n}.{o}", user, files={"shared.yml": shared})
        for n, o in (("one", "file"), ("two", "file"), ("two", "enable"))
    ]
    assert got == ["one.conf", "two.conf", True]


def test_imports_do_not_depend_on_config(value: Any) -> None:
    with pytest.raises(SpecErrors, match="`imports` cannot depend on `config`"):
        value("x", STR, '{imports: ["{{ config.x }}.yml"], x: a}')


def test_a_folder_imports_its_default(value: Any) -> None:
    assert (
        value(
            "x", STR, "imports: [sub]", files={"sub/default.yml": "imports: [./other.yml]", "sub/other.yml": "x: deep"}
        )
        == "deep"
    )


def test_disabled_modules_go_with_their_imports(value: Any) -> None:
    files = {"a.yml": "imports: [b.yml]", "b.yml": "x: [b]", "c.yml": "x: [c]"}
    assert value(
        "x", "options: {x: {type: listOf str}}", "{imports: [a.yml, c.yml], disabledModules: [a.yml]}", files=files
    ) == ["c"]


def test_each(value: Any) -> None:
    assert value(
        "x",
        ATTRS,
        "x: !each {loop: {a: 1, b: 2}, when: item.value > 1, key: '{{ item.key }}2', value: 'v{{ item.value }}'}",
    ) == {"b2": "v2"}
    assert value("x", "options: {x: {type: listOf str}}", "x: !each {loop: [1, 2], value: 'v{{ item }}'}") == [
        "v1",
        "v2",
    ]


def test_submodules_see_this_outer_and_name(value: Any) -> None:
    module = """
    options:
      x:
        type: attrsOf submodule
        options:
          base: {type: str, default: b}
          inner: {type: attrsOf submodule, default: {}, options: {path: {type: str, default: "{{ outer.base }}/{{ name }}"}}}
          label: {type: str, default: "{{ name }}-{{ this.base }}"}
        config: {base: !default from-config}
    """
    assert value("x", module, "x.k.inner.i: {}") == {
        "k": {"base": "from-config", "inner": {"i": {"path": "from-config/i"}}, "label": "k-from-config"}
    }


def test_named_types(value: Any) -> None:
    module = """
    types:
      theme: {type: submodule, options: {name: {type: str, default: plain}}}
    options: {x: {type: nullOr theme, default: null}, many: {type: listOf theme, default: []}}
    """
    assert value("many", module, "many: [{}, {name: dark}]") == [{"name": "plain"}, {"name": "dark"}]
    assert value("x", module) is None


def test_removed_and_changed(evaluate: Any) -> None:
    module = """
    options:
      gone: {removed: Use x.}
      old: {changedTo: x, type: bool, value: "'on' if value else 'off'"}
      x: {type: str, default: none}
    """
    evaluation = evaluate(module, "old: true")
    assert evaluation.get("x") == "on"
    evaluation = evaluate(module, "gone: 1")
    check_unread(evaluation)
    assert "has been removed. Use x." in str(evaluation.errors[0])


def test_legacy_default(evaluate: Any) -> None:
    module = """
    options:
      home.stateVersion: {type: str}
      x: {type: nullOr str, default: null, legacyDefault: {before: "25.05", value: old}}
    """
    evaluation = evaluate(module, 'home.stateVersion: "24.11"')
    assert evaluation.get("x") == "old"
    assert len(evaluation.warnings) == 1
    evaluation = evaluate(module, 'home.stateVersion: "25.05"')
    assert evaluation.get("x") is None
    assert evaluation.warnings == []


def test_play_variables_stand_behind_the_language(value: Any) -> None:
    play = {"mine": "from the play", "config": "not this"}
    assert value("x", STR, 'x: "{{ mine }}"', variable=play.get) == "from the play"


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("a: 1\na: 2", "duplicate key `a`"),
        ("*.corp: 1", "quote it"),
        ("a: [", "not readable as YAML"),
        ("a: !nope 1", "unknown tag `!nope`"),
        ("a: !forc 1", "did you mean `!force`"),
        ("when: !cfg.a", "unknown tag"),
        ("a: !force", "the tag `!force` has no value"),
        ("? [a]\n: 1", "a key must be a string"),
        ("a: &x [*x]", "infinite recursion: the alias contains itself"),
        ("[" * 300, "nested more than"),
        ("a: 1\n--- \nb: 2", "a spec must be a single YAML document"),
    ],
)
def test_loader_errors(text: str, part: str) -> None:
    with pytest.raises(SpecError) as caught:
        load(text, "spec.yml", "/")
    assert part in str(caught.value)
    assert "spec.yml:" in str(caught.value)


def test_core_values_are_those_of_yaml_1_2() -> None:
    text = 'on: [yes, 0o17, 017, 1e3, 12:30:45, 2026-01-01, ~, "", 0x1f, .inf, +1]\n1.10: a'
    got = load(text, "spec.yml", "/")
    assert list(got) == ["on", "1.10"]
    assert got["on"] == ["yes", 15, 17, 1000.0, "12:30:45", "2026-01-01", None, "", 31, float("inf"), 1]


def test_omit_in_lists_options_and_depths(value: Any) -> None:
    module = "options: {x: {type: json, default: {}}, l: {type: listOf str, default: [d]}}"
    assert value("x", module, 'x: {a: "{{ omit }}", b: {c: "{{ omit }}", d: 1}, e: [1, "{{ omit }}"]}') == {
        "b": {"d": 1},
        "e": [1],
    }
    assert value("l", module, 'l: "{{ omit }}"') == ["d"]


def test_groups_accept_an_expression(value: Any) -> None:
    assert value("g.a", "options: {g.a: {type: int, default: 0}}", "g: \"{{ {'a': 5} }}\"") == 5


def test_the_whole_configuration_is_plain_data(evaluate: Any) -> None:
    evaluation = evaluate("options: {a.b: {type: int, default: 1}, c: {type: listOf str, default: []}}")
    assert plain(evaluation.config) == {"a": {"b": 1}, "c": []}


def test_inline_modules_all_count(value: Any) -> None:
    module = "imports: [{imports: [{x: [deep]}], x: [mid]}, {x: [other]}]"
    assert value("x", "options: {x: {type: listOf str}}", module) == ["deep", "mid", "other"]


def test_a_cycle_of_entries_names_each(value: Any) -> None:
    with pytest.raises(SpecErrors, match=r"a\.x -> a\.y -> a\.x"):
        value("a", "options: {a: {type: attrsOf str}}", 'a: {x: "{{ config.a.y }}", y: "{{ config.a.x }}"}')


def test_leading_zeros_are_kept_in_the_hint(value: Any) -> None:
    with pytest.raises(SpecErrors, match=r'write "0644"'):
        value("x", STR, "x: 0644")
    with pytest.raises(SpecErrors, match=r'write "26\.05"'):
        value(
            "x",
            'options: {x: {type: enum "25.11" "26.05"}}'.replace("enum", "'enum").replace('"}}', "\"'}}"),
            "x: 26.05",
        )


def test_a_platform_is_asserted_for_the_users_modules_too(evaluate: Any) -> None:
    module = """
    options: {my.mac.enable: {type: bool, default: false}}
    meta: {platforms: [darwin]}
    """
    assertions = "options: {assertions: {type: listOf anything, default: []}}"
    evaluation = evaluate(assertions, module, "my.mac.enable: true")
    assert "is not for this platform" in plain(evaluation.get("assertions"))[0]["message"]


def test_named_types_are_visible_to_importers(value: Any) -> None:
    files = {"types.yml": "types: {theme: {type: submodule, options: {name: {type: str, default: plain}}}}"}
    assert value("x", "{imports: [types.yml], options: {x: {type: theme, default: {}}}}", files=files) == {
        "name": "plain"
    }


def test_a_branch_that_is_not_taken_is_not_computed(value: Any) -> None:
    module = """
    vars: {never: "{{ 1 / 0 }}", fine: "yes it is"}
    options: {x: {type: str, default: "{{ fine if config.y else never }}"}, y: {type: bool, default: true}}
    """
    assert value("x", module) == "yes it is"
    assert value("x", STR, "x: \"{{ nothing | default('d') }}{{ '!' if nothing is defined else '?' }}\"") == "d?"


def test_declarations_in_a_loop_see_its_item(value: Any) -> None:
    module = """
    options:
      - loop: [one, two]
        "{{ item }}": {type: str, default: "the {{ item }}", apply: "value ~ '/' ~ item"}
    """
    assert value("two", module) == "the two/two"


def test_what_a_disabled_module_declares_is_told(evaluate: Any, tmp_path: Any) -> None:
    (tmp_path / "library" / "programs").mkdir(parents=True)
    (tmp_path / "library" / "programs" / "p.yml").write_text(
        "options: {programs.p.enable: {type: bool, default: false}}"
    )
    evaluation = evaluate("{disabledModules: [programs/p.yml], programs.p.enable: true}")
    assert "the module that declares this option is disabled" in str(evaluation.errors[0])


def test_quoted_parts_of_keys_have_the_escapes_of_nix(value):
    declared = "options: {x: {type: attrsOf str}}"
    assert value("x", declared, 'x."a\\nb\\tc\\"d\\\\e": v') == {'a\nb\tc"d\\e': "v"}
