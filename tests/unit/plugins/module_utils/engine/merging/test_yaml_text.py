# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Merging into YAML files."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ansible_collections.home.manager.plugins.module_utils.engine.merging.errors import MergeError
from ansible_collections.home.manager.plugins.module_utils.engine.merging.merged import merge, unmerge
from ansible_collections.home.manager.plugins.module_utils.engine.merging.values import Literal
from ansible_collections.home.manager.plugins.module_utils.engine.merging.yaml_text import YamlDocument

from .properties import Tree, as_read_back, hold

CASES = {
    "missing file": (
        "",
        {"a": 1, "b": {"c": ["x", {"d": 1, "e": [2]}]}},
        "a: 1\nb:\n  c:\n    - x\n    - d: 1\n      e:\n        - 2\n",
    ),
    "after the last entry": (
        "a:\n  b: 1 # 1\n  # 2\n\nc: 2\n",
        {"a": {"d": 3}},
        "a:\n  b: 1 # 1\n  d: 3\n  # 2\n\nc: 2\n",
    ),
    "comment beside the value": ("a: 1   # one\n", {"a": "x"}, "a: x   # one\n"),
    "indentation as found": ("a:\n    b: 1\n", {"a": {"c": {"d": 2}}}, "a:\n    b: 1\n    c:\n        d: 2\n"),
    "lists as found": ("l:\n- 1\n", {"m": [2, 3]}, "l:\n- 1\nm:\n- 2\n- 3\n"),
    "list in place of a scalar": ("a: 1 # c\nb: 2\n", {"a": [1]}, "a: # c\n  - 1\nb: 2\n"),
    "scalar in place of a list": ("a: # c\n  - 1\n  - 2\nb: 2\n", {"a": 1}, "a: 1 # c\nb: 2\n"),
    "scalar in place of a block": ("a: |\n  one\n\n  two\n\nb: 2\n", {"a": "x"}, "a: x\n\nb: 2\n"),
    "equal list stays": ("a: [1, 'x', {b: c}]\n", {"a": [1, "x", {"b": "c"}]}, "a: [1, 'x', {b: c}]\n"),
    "equal block stays": ("a: >-\n  one\n  two\n", {"a": "one two"}, "a: >-\n  one\n  two\n"),
    "words that need quotes": (
        "",
        {"a": "yes", "b": "1.0", "c": "x: y", "d": "", "e": "null", "f": " x", "g": "é"},
        'a: "yes"\nb: "1.0"\nc: "x: y"\nd: ""\ne: "null"\nf: " x"\ng: "é"\n',
    ),
    "yes is not true": ("a: yes\n", {"a": True}, "a: true\n"),
    "empty mapping filled": ("a: {} # c\n", {"a": {"b": 1}}, "a: # c\n  b: 1\n"),
    "null filled": ("a:\nz: 1\n", {"a": {"b": 1}}, "z: 1\na:\n  b: 1\n"),
    "document marks": ("---\na: 1\n...\n", {"b": 2}, "---\na: 1\nb: 2\n...\n"),
    "only comments": ("# none\n", {"b": 2}, "# none\nb: 2\n"),
    "quoted keys": ("\"a b\": 1\n'c''d': 2\n", {"a b": 3, "c'd": 4}, "\"a b\": 3\n'c''d': 4\n"),
    "line ends": ("a:\r\n  b: 1\r\n", {"a": {"c": [1]}}, "a:\r\n  b: 1\r\n  c:\r\n    - 1\r\n"),
    "no line end at the end": ("a: 1", {"a": 2, "b": 3}, "a: 2\nb: 3\n"),
    "anchors elsewhere": (
        "x: &x\n  k: 1\ny:\n  <<: *x\n  z: 1\n",
        {"y": {"z": 2, "w": 3}},
        "x: &x\n  k: 1\ny:\n  <<: *x\n  z: 2\n  w: 3\n",
    ),
    "tags elsewhere": ("a: !vault |\n  123\n  456\nb: 1\n", {"b": 2}, "a: !vault |\n  123\n  456\nb: 2\n"),
    "text over lines": ('a: one\n  two\nb: "x\n  y"\nc: 1\n', {"c": 2}, 'a: one\n  two\nb: "x\n  y"\nc: 2\n'),
    "urls and times are no keys": ("a: http://x/y\nb: 12:30\nc: 1\n", {"c": 2}, "a: http://x/y\nb: 12:30\nc: 2\n"),
}


@pytest.mark.parametrize("case", CASES)
def test_text_after_a_merge(case: str) -> None:
    text, declared, expected = CASES[case]
    merged = merge("yaml", text, declared, None)
    assert merged.text == expected
    assert unmerge("yaml", merged.text, merged.record) == text
    assert merge("yaml", merged.text, declared, merged.record).text == merged.text


TAKEN_OUT = {
    "key and mapping": ("a: 1\n", {"b": 2, "c": {"d": {"e": 3}}}, ("a: 1", "a: 9"), "a: 9\n"),
    "former value as written": ("a: 0x1F # c\nz: 1\n", {"a": 3}, ("z: 1", "z: 2"), "a: 0x1F # c\nz: 2\n"),
    "former list as written": (
        "a: # l\n  # in\n  - 1\n  - {b: c}\nz: 1\n",
        {"a": 3},
        ("z: 1", "z: 2"),
        "a: # l\n  # in\n  - 1\n  - {b: c}\nz: 2\n",
    ),
    "changed by somebody": ("a: 1\n", {"a": 2}, ("a: 2", "a: 3"), "a: 3\n"),
    "mapping that others use too": ("", {"t": {"a": 2}}, ("a: 2", "a: 2\n  b: 1"), "t:\n  b: 1\n"),
    "last key of their mapping": ("t:\n  b: 1\n", {"t": {"a": 2}}, ("  b: 1\n", ""), "t: {}\n"),
}


@pytest.mark.parametrize("case", TAKEN_OUT)
def test_text_after_taking_out_of_a_changed_file(case: str) -> None:
    text, declared, (old, new), expected = TAKEN_OUT[case]
    merged = merge("yaml", text, declared, None)
    assert old in merged.text
    assert unmerge("yaml", merged.text.replace(old, new, 1), merged.record) == expected


@pytest.mark.parametrize(
    ("text", "declared", "message"),
    [
        ("a: 1\n---\nb: 2\n", {"c": 1}, "line 2: a file of several YAML documents"),
        ("a: 1\n...\nb: 2\n", {"c": 1}, "line 2: a file of several YAML documents"),
        ("a: 1\nb: {c: 1}\n", {"b": {"d": 2}}, "line 2: b.d: cannot write this into a flow mapping"),
        ("{a: 1}\n", {"b": 1}, "line 1: the file holds a flow mapping"),
        ("- a\n", {"b": 1}, "line 1: the file holds something else"),
        ("x: 1\na: &x 1\nb: *x\n", {"a": 2}, "line 2: a: cannot write this over an anchor, alias or tag"),
        ("x: &x {k: 1}\na: *x\n", {"a": {"k": 2}}, "line 2: a: cannot write this over an anchor, alias or tag"),
        ("a:\n  - &x 1\n", {"a": 2}, "line 1: a: cannot write this over an anchor, alias or tag"),
        ("a:\n\tb: 1\n", {"a": {"b": 2}}, "line 2: "),
        ("? a\n: 1\n", {"b": 1}, "line 1: a complex key"),
        ("a: [? b : c]\n", {"b": 1}, "line 1: a complex key"),
        ("a: 1\n  b: 2\n", {"b": 1}, "line 2: a second ':'"),
        ("a:\n  b: 1\n c: 2\n", {"b": 1}, "line 3: "),
        ("a: 1\na: 2\n", {"b": 1}, "line 2: duplicate key a"),
        ("a: 'x\n", {"b": 1}, "line 1: a string that begins here is never closed"),
        ("a: [1, 2\n", {"b": 1}, "expected ',' or ']' in a flow value"),
        ('a: "\\q"\n', {"b": 1}, "line 1: unknown escape"),
        ("a: @x\n", {"b": 1}, "line 1: a value cannot begin with '@'"),
    ],
)
def test_refused(text: str, declared: Tree, message: str) -> None:
    with pytest.raises(MergeError) as caught:
        merge("yaml", text, declared, None)
    assert message in str(caught.value)


SPECIMEN = """\
# head
plain: some text # note
"double": "a\\tb \\u00e9 \\
  c

  d"
'single': 'it''s
  so'
folded: text that
  goes on

  and on
nulls: [~, null, , ]
numbers: [1, -2, 1.5, 1.0e+3]
flow: {a: 1, "b":2, c: [x y, 'z'], d: , e: {f: g}, # note
  h: http://i/j, ? k : l}
literal: |
    one
      two

    three

keep: |+
  x

strip: >-
  a
  b

  c
   d
  e
hinted: |2
    x
list:
- a
- b: 1
  c:
  - d
  -
    e: 2
- - 1
  - 2
-
deep:
  er:
    est: {}   # empty

  # comment
  more: "x # y"
last:
"""


def test_the_reader_reads_what_pyyaml_reads() -> None:
    for text in (SPECIMEN, SPECIMEN.replace("nulls: [~, null, , ]\n", "").replace("\n", "\r\n")):
        text = text.replace("nulls: [~, null, , ]", "nulls: [~, null]")
        assert YamlDocument(text).tree() == yaml.safe_load(text)


@pytest.mark.parametrize("style", ["|", ">", "|+", ">+", "|-", ">-", "|2+", ">2+"])
@pytest.mark.parametrize("lines", ["", "\n", "  \n", "\n\n", "\n  x\n\n", "  x\n\n  y\n"])
def test_empty_lines_of_block_scalars_count_as_pyyaml_counts_them(style: str, lines: str) -> None:
    for text in (f"a: {style}\n{lines}", f"a: {style}\n{lines}b: 1\n"):
        assert YamlDocument(text).tree() == yaml.safe_load(text)


# What somebody else writes at the end of a file.
FOREIGN = "\n# foreign\n"
COMPLEX = re.compile(r"^[ -]*\?", re.MULTILINE)
KEYS = st.sampled_from(["a", "b", "c d", "e.f", "1", "yes", "é", ""])
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-9, 99),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=6),
    st.text(st.sampled_from("ab \n:#-'\"\\?&*!|>%@[]{},1."), max_size=8),
    st.sampled_from(["yes", "1.5", "0x1", "1:30", "2001-01-01", "two words", "a\nb\n"]),
)
VALUES = st.recursive(
    SCALARS | st.just({}),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)
TREES = st.dictionaries(KEYS, VALUES, max_size=4)


def spelled_out(value: Any) -> Any:
    """What the reader leaves open because YAML 1.1 and 1.2 disagree, as PyYAML takes it."""
    if isinstance(value, dict):
        return {key: spelled_out(item) for key, item in value.items()}
    if isinstance(value, list):
        return [spelled_out(item) for item in value]
    return yaml.safe_load(value.text) if isinstance(value, Literal) else value


def parse(text: str) -> Tree:
    """As PyYAML reads it."""
    return yaml.safe_load(text) or {}


@st.composite
def texts(draw: st.DrawFn) -> str:
    """A YAML text as PyYAML writes it in its several styles, with comments at the root."""
    tree = as_read_back(draw(TREES))  # nothing stands in it twice: PyYAML would write an anchor
    parts = []
    for key, value in tree.items():
        style = draw(st.sampled_from([None, None, "'", '"', "|", ">"]))
        flow = not isinstance(value, dict) and draw(st.booleans())
        part = yaml.safe_dump(
            {key: value},
            default_flow_style=None if flow else False,
            default_style=style,
            indent=draw(st.sampled_from([2, 4])),
            width=draw(st.sampled_from([20, 200])),
            allow_unicode=draw(st.booleans()),
        )
        # Keys in block style become complex keys, and scalars of other types get tags: neither is edited.
        if part.startswith("{") or "!!" in part or COMPLEX.search(part):
            part = yaml.safe_dump({key: value}, default_flow_style=False)
        # Behind a text whose line ends all count PyYAML ends the document, which goes on here.
        part = part.removesuffix("...\n")
        parts.append(part + draw(st.sampled_from(["", "", "# own\n", "\n"])))
    text = draw(st.sampled_from(["", "# file\n", "---\n"])) + "".join(parts)
    if draw(st.booleans()) and "|" not in text and ">" not in text:
        text = text.rstrip("\n")
    # PyYAML ends a document where it cannot tell the last text's line ends otherwise: such a file is not one of these.
    assume(not any(line.startswith("...") for line in text.split("\n")))
    assume(parse(text) == tree and not COMPLEX.search(text))
    # Behind a text that keeps its line ends, whatever somebody writes makes it longer.
    assume(parse(text + FOREIGN) == tree)
    return text


@pytest.mark.slow
@settings(max_examples=settings.default.max_examples * 120 // 100)
@given(text=texts(), declared=TREES, later=TREES)
def test_properties(text: str, declared: Tree, later: Tree) -> None:
    assert spelled_out(YamlDocument(text).tree()) == parse(text)
    hold("yaml", text, declared, later, parse, FOREIGN)


@settings(max_examples=settings.default.max_examples * 50 // 100)
@given(text=texts(), value=SCALARS)
def test_every_line_of_others_stays(text: str, value: Any) -> None:
    result = merge("yaml", text, {"new": value, "new mapping": {"x": value}}, None).text
    lines = iter(result.split("\n"))
    assert all(line in lines for line in text.rstrip("\n").split("\n") if line)
