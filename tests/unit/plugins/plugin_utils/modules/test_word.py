# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Words: configuration with a name, used with arguments."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.home.manager.plugins.plugin_utils.syntax.errors import SpecErrors

GREET = """
vars: {place: declared}
options: {x: {type: attrsOf lines, default: {}}, on: {type: bool, default: true}}
words:
  greet:
    arguments: [who]
    blocks:
      hello: {x.hello: "hello {{ given.who }} {{ value }}"}
      bye:
        - when: config.on
          x.bye: "bye {{ given.who }} {{ value }}"
        - when: given.hello is not defined
          x.bye: alone
config: []
"""


def test_a_word_brings_the_blocks_of_the_arguments_given(value: Any) -> None:
    found = value("x", "imports: [words.yml]\ngreet: {who: me, hello: now}", files={"words.yml": GREET})
    assert found == {"hello": "hello me now"}


def used(value: Any, config: str, extra: str = "") -> Any:
    return value("x", GREET.replace("config: []", "config:" + config) + extra)


def test_every_block_of_a_list_counts_and_sees_all_arguments(value: Any) -> None:
    assert used(value, "\n  - greet: {who: me, hello: now, bye: then}") == {
        "hello": "hello me now",
        "bye": "bye me then",
    }
    assert used(value, "\n  - greet: {who: me, bye: then}") == {"bye": "bye me then\nalone"}


def test_arguments_are_evaluated_where_the_word_is_used(value: Any) -> None:
    config = """
  - loop: [a, b]
    vars: {place: used}
    block:
      - greet: {who: "{{ item }}", hello: "{{ place }}"}
      - x.other: "{{ place }}"
"""
    assert used(value, config) == {"hello": "hello a used\nhello b used", "other": "used\nused"}


def test_conditions_guard_a_word_and_definitions_stand_next_to_it(value: Any) -> None:
    config = (
        "\n  - {when: false, greet: {who: me, hello: now}, x.other: a}\n  - {greet: {who: me, hello: now}, x.other: b}"
    )
    assert used(value, config) == {"hello": "hello me now", "other": "b"}


def test_an_argument_that_no_block_reads_is_not_evaluated(value: Any) -> None:
    assert used(value, '\n  - {greet: {who: "{{ missing }}", bye: "{{ missing }}"}, on: false}', "") == {"bye": "alone"}


def test_an_argument_cannot_be_omitted(value: Any) -> None:
    with pytest.raises(SpecErrors, match="the argument `hello` of a word cannot be `omit`"):
        used(value, '\n  - greet: {who: me, hello: "{{ omit }}"}')


def test_a_word_of_the_library_is_known_everywhere(value: Any) -> None:
    module = "options: {x: {type: str}}\nconfig: {shout: {at: you}}"
    types = "words: {shout: {blocks: {at: {x: 'HEY {{ value }}'}}}}"
    assert value("x", module, files={"library/types.yml": types}) == "HEY you"


def test_a_word_works_in_a_submodule(value: Any) -> None:
    module = """
    options:
      x:
        type: attrsOf submodule
        options: {text: {type: str}}
        config: {label: {as: "{{ name }}!"}}
    words: {label: {blocks: {as: {text: "{{ value }}"}}}}
    """
    assert value("x", module, "x.k: {}") == {"k": {"text": "k!"}}


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("greet: {whom: me, hello: now}", "did you mean `who`"),
        ("greet: {zzzzzz: 1}", "known arguments: bye, hello, who"),
        ("greet: me", "must be a mapping of arguments, not the string 'me'"),
        ("greet: {hello: now}", "who"),
    ],
)
def test_wrong_arguments_are_refused(value: Any, call: str, message: str) -> None:
    with pytest.raises(SpecErrors, match=message):
        used(value, f"\n  - {call}")


@pytest.mark.parametrize(
    "word",
    [
        "[]",
        "{}",
        "{blocks: []}",
        "{blocks: {}, argument: []}",
        "{blocks: {}, arguments: [1]}",
        "{blocks: {}, arguments: a}",
    ],
)
def test_wrong_words_are_refused(value: Any, word: str) -> None:
    with pytest.raises(SpecErrors, match="the word `w` must have `blocks`"):
        value("x", f"words: {{w: {word}}}\noptions: {{x: {{type: str, default: a}}}}")


def test_a_word_does_not_know_itself(value: Any) -> None:
    module = "options: {x: {type: str, default: a}}\nwords: {w: {blocks: {a: {w: {a: 1}}}}}\nconfig: {w: {a: 1}}"
    with pytest.raises(SpecErrors, match=r"no such option|unknown option"):
        value("x", module)
