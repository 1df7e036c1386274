# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The readers compared with tomllib and PyYAML on damaged documents: they read the same value, or refuse the document.

test_reference_documents.py reads the test documents of tomlkit and PyYAML.
"""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.home.manager.plugins.module_utils.engine.merging.errors import MergeError
from ansible_collections.home.manager.plugins.module_utils.engine.merging.merged import merge, unmerge
from ansible_collections.home.manager.plugins.module_utils.engine.merging.toml_text import TomlDocument
from ansible_collections.home.manager.plugins.module_utils.engine.merging.values import Literal
from ansible_collections.home.manager.plugins.module_utils.engine.merging.yaml_text import YamlDocument

from .properties import equal

TOML = [
    "title = 'x' # note\nwhen = 2024-02-29T07:32:00.5+01:00\nday = 1979-05-27\nat = 07:32:00\n[a]\nb.c = 1\nb.d = [1, 2]\n",
    '[[p]]\nname = "one"\n[[p.q]]\nr = 1_000\n[[p]]\nname = """\ntwo\\\n   lines\\u00e9"""\n[p.s]\nt = {u = 1, v.w = true}\n',
    "a = 0xff\nb = -1e6\nc = inf\nd = nan\n'e f' = '''lit\n'quoted' '''\n\"g\\th\" = 0b1\n\n[x.y]\n[x]\nz = [\n  1, # one\n  [2],\n]\n",
    "[dog.'tater.man']\ntype.name = 'pug'\n[a.b.c]\n[a]\nd = {}\n",
]
YAML = [
    "# head\na: 1\nb:\n  - x\n  - y: 2\n    z: 'it''s'\n  -\n    - deep\nc: {d: [1, two, \"3\\n\"], e: }\nf: null\n",
    '%YAML 1.2\n---\ntext: |\n  one\n   two\n\nfolded: >-\n  some\n  words\n\n  more\nplain: goes\n  on here\nquoted: "a\n  b"\n...\n',
    "key with spaces: yes\n'quoted': ~\n\"double\": 0x1f\nnested:\n    four:\n        - a\n\n        # note\n        - b\nlast: -1.5e3 # end\n",
    "list:\n- a\n- - b\n  - c\n- d: e\n  f: g\nother: [a, b,\n  c]\nempty: {}\n",
]
EDITS = st.lists(
    st.tuples(
        st.integers(0, 300),
        st.integers(0, 3),
        st.text(" \n\r\t:,.-#'\"[]{}|>%?\\_0129ab+TZeinf\x00\x0c\x7f\x85", max_size=3),
    ),
    min_size=1,
    max_size=4,
)


def damaged(text: str, edits: list[tuple[int, int, str]]) -> str:
    """The text with some characters replaced at some places."""
    for place, length, new in edits:
        at = place % (len(text) + 1)
        text = text[:at] + new + text[at + length :]
    return text


def spelled_out(value: Any, parse: Any) -> Any:
    """A value whose literals are read by the other reader."""
    if isinstance(value, dict):
        return {key: spelled_out(item, parse) for key, item in value.items()}
    if isinstance(value, list):
        return [spelled_out(item, parse) for item in value]
    return parse(value.text) if isinstance(value, Literal) else value


def agree_on_toml(text: str) -> None:
    """Both read the same, or both refuse."""
    try:
        expected: Any = tomllib.loads(text)
    except (ValueError, RecursionError):
        with pytest.raises(MergeError):
            TomlDocument(text)
        return
    found = spelled_out(TomlDocument(text).tree(), lambda literal: tomllib.loads(f"x = {literal}")["x"])
    assert equal(found, expected)
    if "new" in expected:
        return
    merged = merge("toml", text, {"new": {"key": 1}}, None)
    assert equal(tomllib.loads(merged.text), {**expected, "new": {"key": 1}})
    assert unmerge("toml", merged.text, merged.record) == text


class TextKeys(yaml.SafeLoader):
    """Keys are texts as written."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> Any:
        keys = [key.value for key, _value in node.value]
        if len(set(keys)) != len(keys):
            raise yaml.YAMLError("duplicate keys")
        return {key.value: self.construct_object(value, deep=True) for key, value in node.value}


TextKeys.add_constructor("tag:yaml.org,2002:map", TextKeys.construct_mapping)


def agree_on_yaml(text: str) -> None:
    """What is accepted is what the other one reads. Ours may refuse more: it edits block mappings of plain keys."""
    try:
        document = YamlDocument(text)
    except MergeError:
        return
    try:
        expected = yaml.load(text, TextKeys)
    except yaml.YAMLError:
        # PyYAML takes a tab before a comment for an indentation, and a question mark in a flow value for a key's.
        assert "\t" in text or "?" in text
        return
    expected = {} if expected is None else expected
    found = spelled_out(document.tree(), lambda literal: yaml.load(literal, TextKeys))
    assert equal(found, expected)
    if "new" in expected:
        return
    try:
        merged = merge("yaml", text, {"new": {"key": 1}}, None)
    except MergeError:
        return
    assert equal(yaml.load(merged.text, TextKeys), {**expected, "new": {"key": 1}})
    assert unmerge("yaml", merged.text, merged.record) == text


@settings(max_examples=settings.default.max_examples * 2)
@given(text=st.sampled_from(TOML), edits=EDITS)
def test_damaged_toml(text: str, edits: list[tuple[int, int, str]]) -> None:
    agree_on_toml(damaged(text, edits))


@settings(max_examples=settings.default.max_examples * 2)
@given(text=st.sampled_from(YAML), edits=EDITS)
def test_damaged_yaml(text: str, edits: list[tuple[int, int, str]]) -> None:
    agree_on_yaml(damaged(text, edits))


@pytest.mark.parametrize("text", TOML)
def test_whole_toml(text: str) -> None:
    assert TomlDocument(text).tree()
    agree_on_toml(text)


@pytest.mark.parametrize("text", YAML)
def test_whole_yaml(text: str) -> None:
    assert YamlDocument(text).tree()
    agree_on_yaml(text)


@pytest.mark.parametrize(
    "text",
    [
        "a = 2023-02-29\n",
        "a = 24:00:00\n",
        "a = '\x7f'\n",
        "# \x00\n",
        "a = 1 # \r b\n",
        "a = {b = {c = 1}, b.d = 2}\n",
    ],
)
def test_what_toml_does_not_allow_is_refused(text: str) -> None:
    agree_on_toml(text)


@pytest.mark.parametrize("text", ["a: \x00\n", "a: \x85b\n", "%YAML 2\n---\na: 1\n", "%FOO bar\n---\na: 1\n"])
def test_what_yaml_does_not_allow_is_refused(text: str) -> None:
    with pytest.raises(MergeError):
        YamlDocument(text)
