# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Merging into JSON, with comments and trailing commas."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.home.manager.plugins.module_utils.engine.merging.errors import MergeError
from ansible_collections.home.manager.plugins.module_utils.engine.merging.merged import merge, unmerge

from .properties import Tree, hold

CASES = {
    "missing file": ("", {"a": 1}, '{\n  "a": 1\n}\n'),
    "empty object": ("{}", {"a": [1]}, '{\n  "a": [\n    1\n  ]\n}'),
    "compact": ('{"a":1,"b":{}}', {"b": {"c": [1, 2]}}, '{"a":1,"b":{"c":[1,2]}}'),
    "one line with spaces": ('{"a": 1}\n', {"b": True}, '{"a": 1, "b": true}\n'),
    "tabs": (
        '{\n\t"a": {\n\t\t"x": 1\n\t}\n}\n',
        {"a": {"y": {"z": "é"}}},
        '{\n\t"a": {\n\t\t"x": 1,\n\t\t"y": {\n\t\t\t"z": "é"\n\t\t}\n\t}\n}\n',
    ),
    "line ends": ('{\r\n  "a": 1\r\n}\r\n', {"b": None}, '{\r\n  "a": 1,\r\n  "b": null\r\n}\r\n'),
    "number as written": ('{"a": 1.50, "b": 1E2}', {"a": 1.5, "c": 0}, '{"a": 1.50, "b": 1E2, "c": 0}'),
    "whole float is the same number": ('{"a": 1}', {"a": 1.0}, '{"a": 1}'),
    "comment after the last member": (
        '{\n  "a": 1 // one, two\n  // end\n}\n',
        {"b": 2},
        '{\n  "a": 1, // one, two\n  "b": 2\n  // end\n}\n',
    ),
    "trailing comma": ('{\n  "a": 1, /* x */\n}\n', {"b": 2}, '{\n  "a": 1, /* x */\n  "b": 2,\n}\n'),
    "only a comment": ("{\n  // nothing yet\n}\n", {"b": 2}, '{\n  // nothing yet\n  "b": 2\n}\n'),
    "comment without an object": ("// settings", {"b": 2}, '// settings\n{\n  "b": 2\n}\n'),
    "the last of two equal keys counts": ('{"a": 1, "a": 2}', {"a": 3}, '{"a": 1, "a": 3}'),
    "keys with dots are keys": ('{\n  "editor.tabSize": 4\n}', {"editor.tabSize": 2}, '{\n  "editor.tabSize": 2\n}'),
    "slashes inside strings": ('{"a": "//x", "b": "/*"}', {"c": "*/"}, '{"a": "//x", "b": "/*", "c": "*/"}'),
    "a scalar gives way to an object": (
        '{\n  "a": 5,\n  "b": 1\n}',
        {"a": {"c": 1}},
        '{\n  "b": 1,\n  "a": {\n    "c": 1\n  }\n}',
    ),
    "byte order mark": ('\ufeff{"a": 1}', {"a": 2}, '\ufeff{"a": 2}'),
}


@pytest.mark.parametrize("case", CASES)
def test_text_after_a_merge(case: str) -> None:
    text, declared, expected = CASES[case]
    merged = merge("json", text, declared, None)
    assert merged.text == expected
    assert unmerge("json", merged.text, merged.record) == text


# The file when taken out, the declaration, what others did to the merged file, and what must be left.
TAKEN_OUT = {
    "own line": ('{\n  "a": 1\n}\n', {"b": 2, "c": 3}, ('"a": 1', '"a": 9'), '{\n  "a": 9\n}\n'),
    "one line": ('{"a": 1, "z": 1}', {"b": 2}, ('"z": 1', '"z": 2'), '{"a": 1, "z": 2}'),
    "a member after ours": ('{\n  "a": 1\n}', {"b": 2}, ('"b": 2', '"b": 2,\n  "c": 3'), '{\n  "a": 1,\n  "c": 3\n}'),
    "former value as it was written": ('{"a": 1.50, "z": 1}', {"a": 2}, ('"z": 1', '"z": 2'), '{"a": 1.50, "z": 2}'),
    "changed by somebody": ('{"a": 1}', {"a": 2}, ('"a": 2', '"a": 3'), '{"a": 3}'),
    "removed by somebody": ('{"a": 1, "b": 1}', {"a": 2}, ('"a": 2, ', ""), '{"b": 1}'),
    "a key added to our object": (
        "{}",
        {"o": {"x": 1}},
        ('"x": 1', '"x": 1, "y": 2'),
        '{\n  "o": {\n    "y": 2\n  }\n}',
    ),
    "a comment of the user stays": (
        '{\n  "a": 1\n}',
        {"b": 2},
        ('"b": 2', '"b": 2 // mine'),
        '{\n  "a": 1\n  // mine\n}',
    ),
    "our object goes with its last key": (
        '{\n  "a": 1\n}',
        {"o": {"p": {"q": 1}}},
        ('"a": 1', '"a": 2'),
        '{\n  "a": 2\n}',
    ),
    "a file of ours alone": ("", {"a": {"b": 1}}, ('"b": 1', '"b":1'), ""),
    "restored where an object stood": (
        '{"a": {"k": [1,  2]}, "z": 1}',
        {"a": 5},
        ('"z": 1', '"z": 2'),
        '{"a": {"k": [1,  2]}, "z": 2}',
    ),
    "the comma before a line comment": ('{\n  "a": 1 // x\n}', {"b": 2}, ("// x", "// y"), '{\n  "a": 1 // y\n}'),
}


@pytest.mark.parametrize("case", TAKEN_OUT)
def test_text_after_taking_out_of_a_changed_file(case: str) -> None:
    text, declared, (old, new), expected = TAKEN_OUT[case]
    merged = merge("json", text, declared, None)
    assert old in merged.text
    assert unmerge("json", merged.text.replace(old, new, 1), merged.record) == expected


def test_a_value_changed_by_somebody_is_set_again_and_then_restored() -> None:
    first = merge("json", '{"a": 1}', {"a": 2}, None)
    second = merge("json", '{"a": 7}', {"a": 3}, first.record)
    assert second.text == '{"a": 3}'
    assert unmerge("json", '{"a": 3 }', second.record) == '{"a": 7 }'


def test_a_merge_that_was_written_but_not_recorded_keeps_the_former_value() -> None:
    first = merge("json", '{"a": 1}', {"a": 2}, None)
    second = merge("json", '{"a": 3}', {"a": 3}, first.record)
    assert unmerge("json", second.text, second.record) == '{"a": 1}'


def test_an_empty_mapping_declares_that_a_mapping_is_there() -> None:
    assert merge("json", '{"a": {"b": 1}}', {"a": {}}, None).text == '{"a": {"b": 1}}'
    assert merge("json", '{"a": 1}', {"a": {}}, None).text == '{"a": {}}'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{\n  "a": 1\n  "b": 2\n}', "line 3: expected ',' or '}', found '\"'"),
        ('{\n  "a": tru\n}', "line 2: expected a JSON value, found 'tru'"),
        ('{"a": {\n', "line 1: an object that begins here is never closed"),
        ('{"a": "x\n', "line 1: malformed string"),
        ("[1]", "line 1: the file does not hold an object"),
        ("{} {}", "line 1: something follows the end"),
        ("{a: 1}", "line 1: expected a key in double quotes, found 'a'"),
        ('{"a": /* 1}', "line 1: expected a JSON value, found '/'"),
    ],
)
def test_malformed(text: str, message: str) -> None:
    with pytest.raises(MergeError) as caught:
        merge("json", text, {"b": 1}, None)
    assert message in str(caught.value)


def test_what_json_cannot_say() -> None:
    with pytest.raises(MergeError, match=r"a\.b: JSON has no number nan"):
        merge("json", "{}", {"a": {"b": [float("nan")]}}, None)


def test_a_record_of_another_format() -> None:
    record = merge("ini", "", {"a": 1}, None).record
    with pytest.raises(MergeError, match="format 'ini'"):
        merge("json", "{}", {"a": 1}, record)


KEYS = st.sampled_from(["a", "b", "c", "d.e", 'q"', "é"])
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-9, 9), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=5)
)
VALUES = st.recursive(
    SCALARS | st.just({}),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)
TREES = st.dictionaries(KEYS, VALUES, max_size=4)
OUTSIDE_STRINGS = re.compile(r'"(?:[^"\\]|\\.)*"|//[^\n]*|/\*.*?\*/|,(?=\s*(?://[^\n]*\s*)*[}\]])')


def parse(text: str) -> Tree:
    """Comments and trailing commas taken out, then the standard parser."""
    bare = OUTSIDE_STRINGS.sub(lambda found: found.group() if found.group()[0] == '"' else "", text)
    bare = OUTSIDE_STRINGS.sub(lambda found: found.group() if found.group()[0] == '"' else "", bare)
    return json.loads(bare) if bare.strip() else {}


@st.composite
def texts(draw: st.DrawFn) -> str:
    """A JSON text in one of the ways that programs write it."""
    tree = draw(TREES)
    indent = draw(st.sampled_from([None, None, 2, 4, "\t"]))
    separators = draw(st.sampled_from([(",", ":"), (", ", ": ")])) if indent is None else (",", ": ")
    text = json.dumps(tree, indent=indent, separators=separators, ensure_ascii=draw(st.booleans()))
    if indent is not None and draw(st.booleans()):
        lines = text.split("\n")
        if draw(st.booleans()):
            lines = [
                line + "," if line[-1] not in "[{," and following.strip()[:1] in "]}" else line
                for line, following in zip(lines, [*lines[1:], "x"], strict=True)
            ]
        lines = [line + draw(st.sampled_from(["", " // note", "\n// own line", " /* 1 */ // 2"])) for line in lines]
        text = "\n".join(lines)
    text += draw(st.sampled_from(["", "\n"]))
    if draw(st.booleans()):
        text = text.replace("\n", "\r\n")
    return draw(st.sampled_from([text, text, text, ""]))


@settings(max_examples=settings.default.max_examples * 150 // 100)
@given(text=texts(), declared=TREES, later=TREES)
def test_properties(text: str, declared: Tree, later: Tree) -> None:
    hold("json", text, declared, later, parse, "\n// foreign")


@settings(max_examples=settings.default.max_examples * 50 // 100)
@given(tree=TREES, declared=TREES)
def test_every_line_of_others_stays(tree: Tree, declared: Tree) -> None:
    """Each root member has a comment of its own; members not declared keep their lines, comments all stay."""
    members = [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in tree.items()]
    text = "{\n" + ",\n".join(f"  // about {place}\n{member}" for place, member in enumerate(members)) + "\n}\n"
    result = merge("json", text, declared, None).text
    lines = [line.rstrip(",") for line in result.splitlines()]
    for place, (key, member) in enumerate(zip(tree, members, strict=True)):
        assert f"  // about {place}" in lines
        assert key in declared or member in lines
