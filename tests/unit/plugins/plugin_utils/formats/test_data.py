# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""JSON, YAML, TOML: the formats that hold whole structures, read back by their parsers."""

from __future__ import annotations

import json
import math
import tomllib

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.home.manager.plugins.plugin_utils.formats.json import to_json
from ansible_collections.home.manager.plugins.plugin_utils.formats.toml import to_toml
from ansible_collections.home.manager.plugins.plugin_utils.formats.yaml import to_yaml
from ansible_collections.home.manager.plugins.plugin_utils.values import FormatError, GVariant, Package, Path, Raw

TEXT = st.text(st.characters(exclude_categories=("Cs",)))
NUMBER = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
TRICKY = st.sampled_from(
    [
        "on",
        "y",
        "~",
        "null",
        "1e3",
        "0o17",
        "0x1f",
        "12:30:45",
        "1_000",
        ".inf",
        "2026-01-01",
        "=",
        "<<",
        "- a",
        "a: b",
        "#x",
        "  lead",
        "trail  \n",
        "\n\n",
        '"""',
        "'",
        "\\",
        "a\tb\nc",
        "\x85",
        " ",
        "﻿",
        "👍",
        "1.",
        "+.5",
        "*a",
        "&a",
        "!x",
        "%",
    ]
)
ATOM = st.booleans() | NUMBER | TEXT | TRICKY
KEY = TEXT | TRICKY


def tree(atom):
    return st.recursive(
        atom, lambda part: st.lists(part, max_size=4) | st.dictionaries(KEY, part, max_size=4), max_leaves=12
    )


@given(tree(ATOM | st.none()))
def test_json_round_trip(value):
    assert json.loads(to_json(value)) == value
    assert json.loads(to_json(value, pretty=False)) == value


@given(tree(ATOM | st.none()))
def test_yaml_round_trip(value):
    assert yaml.safe_load(to_yaml(value)) == value


@given(st.dictionaries(KEY, tree(ATOM), max_size=5))
def test_toml_round_trip(value):
    assert tomllib.loads(to_toml(value)) == value


def test_json_text():
    value = {"b": [1, 2.5, True, None], "a": {"ü": "\u007f\n"}, "p": Package("git"), "e": [], "q": Path("/x")}
    assert to_json(value) == (
        '{\n  "a": {\n    "ü": "\u007f\\n"\n  },\n  "b": [\n    1,\n    2.5,\n    true,\n    null\n  ],\n'
        '  "e": [],\n  "p": "@git@",\n  "q": "/x"\n}\n'
    )
    assert to_json({"b": [1, {}], "a": ()}, pretty=False) == '{"a":[],"b":[1,{}]}'
    assert to_json([1], indent=4) == "[\n    1\n]\n"


def test_json_keys_are_in_byte_order():
    assert (
        to_json({"é": 0, "z": 0, "Z": 0, "😀": 0, "\uffff": 0}, pretty=False) == '{"Z":0,"z":0,"é":0,"\uffff":0,"😀":0}'
    )


def test_yaml_text():
    value = {
        "b": ["x", {"k": 1}],
        "a": "one\ntwo\n",
        "long": "word " * 60,
        "n": None,
        "t": True,
        "o": "on",
        "e": {},
        "u": "ü",
    }
    assert to_yaml(value) == (
        "a: |\n  one\n  two\nb:\n- x\n- k: 1\ne: {}\nlong: '" + "word " * 60 + "'\n'n': null\no: 'on'\nt: true\nu: ü\n"
    )
    assert to_yaml("x") == "x\n"
    assert to_yaml({}) == "{}\n"


@pytest.mark.parametrize("text", ["1e3", "0o17", "1.", ".5", "y", "N", "12:30:45", "+1e-3", "0x1F", "017", "1_000"])
def test_yaml_quotes_what_another_version_takes_for_a_number(text):
    assert to_yaml({"k": text}) == f"k: '{text}'\n"


def test_yaml_never_uses_aliases():
    shared = {"a": [1]}
    assert to_yaml({"x": shared, "z": shared}) == "x:\n  a:\n  - 1\nz:\n  a:\n  - 1\n"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({}, ""),
        ({"b": 1, "a": "x", "c": True, "d": 1.0, "e": [1, "a"]}, 'a = "x"\nb = 1\nc = true\nd = 1.0\ne = [1, "a"]\n'),
        ({"t": {"k": 1}, "z": 2}, "z = 2\n\n[t]\nk = 1\n"),
        ({"a": {"b": {"c": 1}}}, "[a.b]\nc = 1\n"),
        ({"a": {}, "b.c": {"d e": 1}}, '[a]\n\n["b.c"]\n"d e" = 1\n'),
        ({"l": [{"x": 1, "s": {"y": 2}}, {}]}, "[[l]]\nx = 1\n\n[l.s]\ny = 2\n\n[[l]]\n"),
        ({"m": [1, {"x": [{}], "y": "a\nb"}]}, 'm = [1, { x = [{}], y = "a\\nb" }]\n'),
        ({"s": 'q"\\\t\x01'}, 's = "q\\"\\\\\\t\\u0001"\n'),
        ({"s": 'a\n"b""\n'}, 's = """\na\n"b\\""\n"""\n'),
        ({"p": Package("git")}, 'p = "@git@"\n'),
        ({"f": math.inf}, "f = inf\n"),
    ],
)
def test_toml_text(value, text):
    assert to_toml(value) == text
    tomllib.loads(text)


def test_toml_drops_nulls_on_request():
    assert to_toml({"a": None, "b": {"c": None, "d": [1, None]}}, nulls="drop") == "[b]\nd = [1]\n"


@pytest.mark.parametrize(
    ("write", "value", "path", "message"),
    [
        (to_toml, {"a": {"b": [1, None]}}, ("a", "b", 1), "TOML has no null"),
        (to_toml, {"l": [{"x": None}]}, ("l", 0, "x"), "TOML has no null"),
        (to_toml, {"a": 2**63}, ("a",), "64 bits"),
        (to_toml, [1], (), "must be a mapping, not a list"),
        (to_toml, {"a": Raw("lua-inline", "x")}, ("a",), r"an inline expression \(lua-inline\)"),
        (to_json, {"a": [math.nan]}, ("a", 0), "JSON has no nan"),
        (to_json, {"a": {1: 2}}, ("a",), "keys must be strings, but 1 is an integer"),
        (to_json, {"a": GVariant("u", 1)}, ("a",), "a GVariant value"),
        (to_yaml, {"a": {"b": object()}}, ("a", "b"), "type object"),
    ],
)
def test_refusals_name_the_place(write, value, path, message):
    with pytest.raises(FormatError, match=message) as caught:
        write(value)
    assert caught.value.path == path
