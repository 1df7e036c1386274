# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Merging into INI files."""

from __future__ import annotations

import configparser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.home.manager.plugins.module_utils.engine.merging.errors import MergeError
from ansible_collections.home.manager.plugins.module_utils.engine.merging.merged import merge, unmerge

from .properties import Tree, hold

CASES = {
    "missing file": ("", {"g": 1, "s": {"k": True}}, "g=1\n\n[s]\nk=true\n"),
    "spaces as found": ("[s]\na = 1\n", {"s": {"a": 2, "b": "x"}}, "[s]\na = 2\nb = x\n"),
    "no spaces as found": ("[s]\na=1\n", {"s": {"a": 2, "b": "x"}}, "[s]\na=2\nb=x\n"),
    "style of the other sections": ("[s]\na = 1\n\n[t]\n", {"t": {"b": 1}}, "[s]\na = 1\n\n[t]\nb = 1\n"),
    "aligned": ("[s]\na    = 1\n", {"s": {"a": 2, "bb": 3}}, "[s]\na    = 2\nbb = 3\n"),
    "as git writes it": (
        "[user]\n\tname = a\n[core]\n\tpager = less\n",
        {"user": {"email": "a@b"}},
        "[user]\n\tname = a\n\temail = a@b\n[core]\n\tpager = less\n",
    ),
    "above the comments at the end of a section": (
        "[s]\na=1\n; b=2\n\n[t]\n",
        {"s": {"c": 3}},
        "[s]\na=1\nc=3\n; b=2\n\n[t]\n",
    ),
    "global key above the first header": (
        "# file\n\n# about s\n[s]\na=1\n",
        {"g": "x"},
        "# file\n\ng=x\n\n# about s\n[s]\na=1\n",
    ),
    "global key after the others": ("a=1\n\n[s]\n", {"b": 2}, "a=1\nb=2\n\n[s]\n"),
    "list is a repeated key": ("[s]\nk=1\nk=2\nx=0\n", {"s": {"k": [1, 3, 4]}}, "[s]\nk=1\nk=3\nk=4\nx=0\n"),
    "shorter list": ("[s]\nk=1\nk=2\nx=0\n", {"s": {"k": [2]}}, "[s]\nk=2\nx=0\n"),
    "empty list is no key": ("[s]\nk=1\nk=2\nx=0\n", {"s": {"k": []}}, "[s]\nx=0\n"),
    "duplicate sections": (
        "[s]\na=1\n[t]\nb=1\n[s]\nc=1\n",
        {"s": {"a": 2, "d": 1}},
        "[s]\na=2\n[t]\nb=1\n[s]\nc=1\nd=1\n",
    ),
    "no line end at the end": ("[s]\na=1", {"s": {"a": 2}}, "[s]\na=2"),
    "line ends": ("[s]\r\na=1\r\n", {"s": {"b": 2}, "t": {"c": 3}}, "[s]\r\na=1\r\nb=2\r\n\r\n[t]\r\nc=3\r\n"),
    "nested groups of KDE": ("[A][1][B]\nx=1\n", {"A][1][B": {"y": 2}}, "[A][1][B]\nx=1\ny=2\n"),
    "quoted part of git": ('[remote "o"]\n\turl = x\n', {'remote "o"': {"url": "y"}}, '[remote "o"]\n\turl = y\n'),
    "key without a value": ("[s]\nflag\n", {"s": {"other": None}}, "[s]\nflag\nother\n"),
    "colons": ("[s]\na: 1\n", {"s": {"a": 2, "b": 3}}, "[s]\na: 2\nb: 3\n"),
    "continued value": ("[s]\na = 1\n  2\nb = x\n", {"s": {"a": 3}}, "[s]\na = 3\nb = x\n"),
    "untouched value keeps its bytes": ("[s]\na =   1  \n", {"s": {"a": 1}}, "[s]\na =   1  \n"),
    "a key and a section of one name": ("a=1\n[a]\nb=1\n", {"a": {"b": 2}}, "a=1\n[a]\nb=2\n"),
    "header with a comment": ("[s] ; see [t]\na=1\n", {"s": {"a": 2}}, "[s] ; see [t]\na=2\n"),
    "empty section": ("a=1\n", {"s": {}}, "a=1\n\n[s]\n"),
    "byte order mark": ("\ufeff[s]\na=1\n", {"s": {"a": 2}}, "\ufeff[s]\na=2\n"),
}


@pytest.mark.parametrize("case", CASES)
def test_text_after_a_merge(case: str) -> None:
    text, declared, expected = CASES[case]
    merged = merge("ini", text, declared, None)
    assert merged.text == expected
    assert unmerge("ini", merged.text, merged.record) == text
    assert merge("ini", merged.text, declared, merged.record).text == merged.text


TAKEN_OUT = {
    "key and section": ("[s]\na=1\n", {"s": {"b": 2}, "t": {"c": 1}}, ("a=1", "a=9"), "[s]\na=9\n"),
    "former lines": ("[s]\nk = 1\nk =  2\nz=1\n", {"s": {"k": 3}}, ("z=1", "z=2"), "[s]\nk = 1\nk =  2\nz=2\n"),
    "changed by somebody": ("[s]\na=1\n", {"s": {"a": 2}}, ("a=2", "a=3"), "[s]\na=3\n"),
    "section that others use too": ("", {"s": {"a": 2}}, ("a=2", "a=2\nb=1"), "[s]\nb=1\n"),
    "spaces set by the program": ("[s]\na=1\n", {"s": {"b": 2}}, ("b=2", "b = 2"), "[s]\na=1\n"),
}


@pytest.mark.parametrize("case", TAKEN_OUT)
def test_text_after_taking_out_of_a_changed_file(case: str) -> None:
    text, declared, (old, new), expected = TAKEN_OUT[case]
    merged = merge("ini", text, declared, None)
    assert old in merged.text
    assert unmerge("ini", merged.text.replace(old, new, 1), merged.record) == expected


@pytest.mark.parametrize(
    ("text", "declared", "message"),
    [
        ("a=1\n[s\n", {"b": 1}, "line 2: a section header without ']'"),
        ("", {"s": {"t": {"k": 1}}}, "s.t.k: an INI file has sections and keys, nothing deeper"),
        ("", {"s": {"k": "a\nb"}}, "s.k: an INI value has no line breaks"),
        ("", {"s": {"k": [{"x": 1}]}}, "s.k: an INI value is a scalar or a list of scalars"),
        ("", {"s": {"a=b": 1}}, "s.a=b: this key cannot be written"),
        ("", {"s": {"#a": 1}}, "s.#a: this key cannot be written"),
        ("", {"s": {"a\nb": 1}}, "s.a\nb: this key cannot be written"),
        ("", {"s\n[t": {"a": 1}}, "cannot be the name of a section"),
    ],
)
def test_refused(text: str, declared: Tree, message: str) -> None:
    with pytest.raises(MergeError) as caught:
        merge("ini", text, declared, None)
    assert message in str(caught.value)


KEYS = st.sampled_from(["a", "B", "c d", "e.f", "g[x]"])
SECTIONS = st.sampled_from(["s", "T u", 'v "w"', "x]["])
WORDS = st.text(st.sampled_from("ab1 #;=:[]\"'é%"), max_size=6).map(str.strip)
ENTRIES = st.dictionaries(KEYS, WORDS, max_size=4)
DECLARED = st.dictionaries(SECTIONS, ENTRIES, max_size=3)


def parse(text: str) -> Tree:
    """As the standard parser reads it, keys in their own case; global keys stand in a section added for the purpose."""
    parser = configparser.RawConfigParser(strict=False, delimiters=("=",), default_section="\0", allow_no_value=True)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string("[\1]\n" + text)
    return {name: dict(parser[name]) for name in parser.sections() if name != "\1"} | dict(parser["\1"])


@st.composite
def texts(draw: st.DrawFn) -> str:
    """An INI text as people and programs write it."""
    lines = draw(st.lists(st.sampled_from(["# head", "", "; note"]), max_size=3))
    for name, entries in draw(DECLARED).items():
        lines.append(f"[{name}]")
        indent = draw(st.sampled_from(["", "", "\t"]))
        delimiter = draw(st.sampled_from(["=", " = ", "= "]))
        for key, value in entries.items():
            lines.append(indent + key + delimiter + value)
            lines += draw(st.sampled_from([[], [], [""], ["# own"], [indent + "; x"]]))
    newline = draw(st.sampled_from(["\n", "\n", "\r\n"]))
    return newline.join(lines) + draw(st.sampled_from(["", newline]))


@settings(max_examples=settings.default.max_examples * 200 // 100)
@given(text=texts(), declared=DECLARED, later=DECLARED)
def test_properties(text: str, declared: Tree, later: Tree) -> None:
    hold("ini", text, declared, later, parse, "\n# foreign\n")


@settings(max_examples=settings.default.max_examples * 100 // 100)
@given(text=texts(), declared=DECLARED)
def test_every_line_of_others_stays(text: str, declared: Tree) -> None:
    result = merge("ini", text, declared, None).text.splitlines()
    section = ""
    for line in text.splitlines():
        body = line.strip()
        if body.startswith("[") and not body.startswith("[x]=") and body.endswith("]"):
            section = body[1:-1]
        ours = "=" in body and body[:1] not in "#;" and body.split("=")[0].strip() in declared.get(section, {})
        assert ours or line in result
