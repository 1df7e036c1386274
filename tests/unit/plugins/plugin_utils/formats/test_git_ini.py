# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Git's own syntax, read back by git."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.home.manager.plugins.plugin_utils.formats.git_ini import to_git_ini
from ansible_collections.home.manager.plugins.plugin_utils.values import FormatError, Package, Path, Raw

TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0\r"))
NAME = st.from_regex(re.compile(r"[a-z][a-z0-9-]{0,8}", re.ASCII), fullmatch=True)
SUBSECTION = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0\n\r"), min_size=1)


@pytest.mark.slow
@settings(max_examples=settings.default.max_examples * 60 // 100)
@given(
    st.dictionaries(NAME, st.dictionaries(SUBSECTION, st.dictionaries(NAME, st.lists(TEXT, min_size=1, max_size=3))))
)
def test_git_reads_back(program, value):
    read = program("git", "config", "--list", "--null", "-f", "-", stdin=to_git_ini(value)).split("\0")[:-1]
    expected = [
        f"{section}.{subsection}.{key}\n{item}"
        for section, subsections in value.items()
        for subsection, keys in subsections.items()
        for key, found in keys.items()
        for item in found
    ]
    assert sorted(read) == sorted(expected)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({}, ""),
        (
            {"user": {"name": "A B", "age": 3, "x": True, "n": None}},
            '[user]\n\tage = 3\n\tn = null\n\tname = "A B"\n\tx = true\n',
        ),
        ({"url": {"ssh://git@h.org/": {"insteadOf": "h:"}}}, '[url "ssh://git@h.org/"]\n\tinsteadOf = "h:"\n'),
        ({"a": {"b": {"c": 1}, "d": 2}}, '[a]\n\td = 2\n\n[a "b"]\n\tc = 1\n'),
        ({"a": {"b": {"c": {"k": 1}}}}, '[a "b.c"]\n\tk = 1\n'),
        ({"diff.word": {"k": 1}, "diff": {"word": {"l": 2}}}, '[diff "word"]\n\tk = 1\n\tl = 2\n'),
        ({'remote "o"': {"url": "x"}}, '[remote "o"]\n\turl = "x"\n'),
        ({"r": {'a"\\': {"k": 1}}}, '[r "a\\"\\\\"]\n\tk = 1\n'),
        ({"c": {"h": ["a", 1, False]}}, '[c]\n\th = "a"\n\th = 1\n\th = false\n'),
        ({"c": {"e": [], "f": 1.5}}, "[c]\n\tf = 1.500000\n"),
        ({"c": {"s": 'q"\\\n\t#;'}}, '[c]\n\ts = "q\\"\\\\\\n\\t#;"\n'),
        ({"c": {"p": Package("less"), "q": Path("/a b")}}, '[c]\n\tp = @less@\n\tq = "/a b"\n'),
    ],
)
def test_text(program, value, text):
    assert to_git_ini(value) == text
    program("git", "config", "--list", "-f", "-", stdin=text)


@pytest.mark.parametrize(
    ("value", "path", "message"),
    [
        ({"core": 1}, ("core",), "no values outside sections"),
        ({"core": {"a_b": 1}}, ("core", "a_b"), "name of a variable, not 'a_b'"),
        ({"co re": {"a": 1}}, ("co re",), "name of a section"),
        ({"core": {"a\nb": {"k": 1}}}, ("core", "a\nb"), "must be a single line"),
        ({"core": {"a": [{"b": 1}]}}, ("core", "a", 0), "cannot hold a mapping"),
        ({"core": {"a": Raw("literal", "x")}}, ("core", "a"), "an inline expression"),
        ({"core": {"a": "\0"}}, ("core", "a"), "NUL"),
    ],
)
def test_refusals_name_the_place(value, path, message):
    with pytest.raises(FormatError, match=message) as caught:
        to_git_ini(value)
    assert caught.value.path == path
