# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Merging into TOML files."""

from __future__ import annotations

import datetime
import json
import tomllib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.home.manager.plugins.module_utils.engine.merging.errors import MergeError
from ansible_collections.home.manager.plugins.module_utils.engine.merging.merged import merge, unmerge
from ansible_collections.home.manager.plugins.module_utils.engine.merging.toml_text import TomlDocument
from ansible_collections.home.manager.plugins.module_utils.engine.merging.values import Literal

from .properties import Tree, hold

CASES = {
    "missing file": ("", {"a": 1, "t": {"b": {"c": "x"}}}, 'a = 1\n\n[t.b]\nc = "x"\n'),
    "end of the table": (
        "[a]\nx = 1 # one\n# two\n\n[b]\n",
        {"a": {"y": 2}},
        "[a]\nx = 1 # one\ny = 2\n# two\n\n[b]\n",
    ),
    "value beside a comment": ("x = 1   # one\n", {"x": [1, 2]}, "x = [1, 2]   # one\n"),
    "style of the table": ("[a]\n  x=1\n", {"a": {"y": 2}}, "[a]\n  x=1\n  y=2\n"),
    "top above the first header": ("# file\n\n# about a\n[a]\n", {"x": 1}, "# file\n\nx = 1\n\n# about a\n[a]\n"),
    "new table below an existing one": (
        "[a]\nx = 1\n[z]\n",
        {"a": {"b": {"c": 1}}},
        "[a]\nx = 1\n[z]\n\n[a.b]\nc = 1\n",
    ),
    "table only implied": ("[a.b]\nx = 1\n", {"a": {"y": 2}}, "[a.b]\nx = 1\n\n[a]\ny = 2\n"),
    "dotted keys": ("a.b = 1\nz = 0\n", {"a": {"c": 2, "d": {"e": 3}}}, "a.b = 1\na.c = 2\na.d.e = 3\nz = 0\n"),
    "dotted keys below a header": (
        "[t]\na.b = 1\nz = 0\n[u]\n",
        {"t": {"a": {"c": 2}}},
        "[t]\na.b = 1\na.c = 2\nz = 0\n[u]\n",
    ),
    "inline table": ("t = { a = 1 }\n", {"t": {"a": 2, "b": {"c": 3}}}, "t = { a = 2, b.c = 3 }\n"),
    "empty inline table": ("t = {}\n", {"t": {"b": "x"}}, 't = {b = "x"}\n'),
    "deep inline table": (
        "t = {u = {v = 1}, w.x = 2}\n",
        {"t": {"u": {"y": 3}, "w": {"z": 4}}},
        "t = {u = {v = 1, y = 3}, w.x = 2, w.z = 4}\n",
    ),
    "array over lines": ("a = [\n  1, # one\n  2,\n]\nb = 1\n", {"b": 2}, "a = [\n  1, # one\n  2,\n]\nb = 2\n"),
    "strings over lines": (
        "a = \"\"\"\n[x]\nb = 1\n\"\"\"\nb = '''\n#\n''' # c\n",
        {"b": "y"},
        'a = """\n[x]\nb = 1\n"""\nb = "y" # c\n',
    ),
    "array of tables made": (
        "x = 1\n",
        {"s": [{"a": 1, "t": {"u": [True]}}, {"a": 2}]},
        "x = 1\n\n[[s]]\na = 1\n\n[s.t]\nu = [true]\n\n[[s]]\na = 2\n",
    ),
    "array of tables replaced": (
        "[[s]]\na = 1\n[s.t]\nb = 1\n\n[[s]]\na = 2\n\n[z]\n",
        {"s": [{"a": 3}]},
        "[z]\n\n[[s]]\na = 3\n",
    ),
    "array of tables kept": (
        "[[s]]\na = 1\n[[s]]\na = 2 # two\n",
        {"s": [{"a": 1}, {"a": 2}]},
        "[[s]]\na = 1\n[[s]]\na = 2 # two\n",
    ),
    "whole number is no float": ("a = 1\n", {"a": 1.0}, "a = 1.0\n"),
    "number as written": ("a = 0x_F\n".replace("_", ""), {"a": 15}, "a = 0xF\n"),
    "date gives way": ("a = 1979-05-27 07:32:00 # born\n", {"a": "1979-05-27"}, 'a = "1979-05-27" # born\n'),
    "quoted keys": (
        '"a b" = 1\n[t."c.d"]\nx = 1\n',
        {"a b": 2, "t": {"c.d": {"é": 1}}},
        '"a b" = 2\n[t."c.d"]\nx = 1\n"é" = 1\n',
    ),
    "line ends": ("[a]\r\nx = 1\r\n", {"a": {"y": 2}, "b": {"z": 1}}, "[a]\r\nx = 1\r\ny = 2\r\n\r\n[b]\r\nz = 1\r\n"),
    "no line end at the end": ("[a]\nx = 1", {"a": {"y": 2}}, "[a]\nx = 1\ny = 2\n"),
    "long array": ("", {"a": ["x" * 60, "y" * 60]}, 'a = [\n    "%s",\n    "%s",\n]\n' % ("x" * 60, "y" * 60)),
    "empty table": ("x = 1\n", {"t": {}}, "x = 1\n\n[t]\n"),
    "table gives way to a scalar": ("[a]\nx = 1\n# c\n[b]\n", {"a": 5}, "a = 5\n\n# c\n[b]\n"),
    "byte order mark": ("\ufeffx = 1\n", {"x": 2}, "\ufeffx = 2\n"),
}


@pytest.mark.parametrize("case", CASES)
def test_text_after_a_merge(case: str) -> None:
    text, declared, expected = CASES[case]
    merged = merge("toml", text, declared, None)
    assert merged.text == expected
    tomllib.loads(merged.text.lstrip("\ufeff"))
    assert unmerge("toml", merged.text, merged.record) == text
    assert merge("toml", merged.text, declared, merged.record).text == merged.text


TAKEN_OUT = {
    "pair and table": ("[a]\nx = 1\n", {"a": {"y": 2}, "b": {"c": {"d": 1}}}, ("x = 1", "x = 9"), "[a]\nx = 9\n"),
    "former value as written": ("a = 0x0F # c\nz = 1\n", {"a": 3}, ("z = 1", "z = 2"), "a = 0x0F # c\nz = 2\n"),
    "former date": ("a = 1979-05-27\nz = 1\n", {"a": 3}, ("z = 1", "z = 2"), "a = 1979-05-27\nz = 2\n"),
    "inline": ("t = {a = 1}\nz = 1\n", {"t": {"b": 2, "c": 3}}, ("z = 1", "z = 2"), "t = {a = 1}\nz = 2\n"),
    "dotted": ("t.a = 1\nz = 1\n", {"t": {"b": 2, "c": {"d": 3}}}, ("z = 1", "z = 2"), "t.a = 1\nz = 2\n"),
    "array of tables": ("z = 1\n", {"s": [{"a": 1}, {"a": 2}]}, ("z = 1", "z = 2"), "z = 2\n"),
    "former array of tables": (
        "z = 1\n\n[[s]]\na = 1979-05-27\n",
        {"s": []},
        ("z = 1", "z = 2"),
        "z = 2\n\n[[s]]\na = 1979-05-27\n",
    ),
    "changed by somebody": ("a = 1\n", {"a": 2}, ("a = 2", "a = 3"), "a = 3\n"),
    "table that others use too": ("", {"t": {"a": 2}}, ("a = 2", "a = 2\nb = 1"), "[t]\nb = 1\n"),
    "program rewrote the table inline": (
        "",
        {"t": {"a": 2}, "u": 1},
        ("u = 1\n\n[t]\na = 2\n", "t = {a = 2}\nv = 1\n"),
        "v = 1\n",
    ),
}


@pytest.mark.parametrize("case", TAKEN_OUT)
def test_text_after_taking_out_of_a_changed_file(case: str) -> None:
    text, declared, (old, new), expected = TAKEN_OUT[case]
    merged = merge("toml", text, declared, None)
    assert old in merged.text
    assert unmerge("toml", merged.text.replace(old, new, 1), merged.record) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a = 1\na = 2\n", "line 2: a is defined twice"),
        ("[a]\n[b]\n[a]\n", "line 3: a is defined twice"),
        ("a = 1\n[a.b]\n", "line 2: a is not a table"),
        ("[a]\n[[a]]\n", "line 2: a is not an array of tables"),
        ("[a.b]\n[a]\nb.c = 1\n[x\n", "line 3: b cannot be extended with a dotted key"),
        ("x = 1\n[a\n", "line 2: a table's header is not closed"),
        ("a = \n", "line 1: a value is missing"),
        ("\na = tru\n", "line 2: expected a TOML value, found 'tru'"),
        ("a = 01\n", "line 1: expected a TOML value, found '01'"),
        ("a = 1 b = 2\n", "line 1: expected the end of the line, found 'b'"),
        ("a\n", "line 1: expected '=' after the key a"),
        ("a = 'x\n'\n", "line 1: a string that begins here is never closed"),
        ('a = "\\x"\n', "line 1: unknown escape '\\\\x'"),
        ("a = [1\n2]\n", "line 2: expected ',' or ']', found '2'"),
        ("a = [1,\n", "line 1: an array that begins here is never closed"),
        ("a = {b = 1,\n}\n", "line 1: expected a key"),
        ("a = {b = 1, b = 2}\n", "line 1: duplicate key b in an inline table"),
    ],
)
def test_malformed(text: str, message: str) -> None:
    with pytest.raises(tomllib.TOMLDecodeError):
        tomllib.loads(text)
    with pytest.raises(MergeError) as caught:
        merge("toml", text, {"z": 1}, None)
    assert message in str(caught.value)


def test_null_is_refused() -> None:
    with pytest.raises(MergeError, match=r"a\.b: TOML has no null"):
        merge("toml", "", {"a": {"b": [None]}}, None)


SPECIMEN = r'''
title = "TOML \u00e9 \"q\" \U0001F600" # comment
bare-key_1 = 'C:\x'
1234 = 1
"quoted.key" = [ [1, 2,], ["a", QQQbQQQ ], # c
  {x = 1}, ]
site."google.com" = true
ints = [+99, -17, 0, 1_000, 0xDEAD_beef, 0o17, 0b1_0]
floats = [1.0, -0.01, 5e+22, 1e06, -2E-2, 6.626e-34, 224_617.445, inf, -inf]
dates = [1979-05-27T07:32:00Z, 1979-05-27T00:32:00.999-07:00, 1979-05-27 07:32:00, 1979-05-27, 07:32:00.5]
long = """\
    The quick \

      fox"" "\""""
lit = """
''x'' """
many = """"two quotes"" inside"""""

[a . "b" . c]
d = 1
[a]
x.y.z = 1
x.y.w = { p.q = 1, p.r = "}" }
[a.x2.y2]
[[fruit]]
name = "apple"
[fruit.physical]
colour = "red"
[[fruit.variety]]
n = 1
[[fruit.variety]]
n = 2
[[fruit]]
[[fruit.variety]]
n = 3
'''.replace("QQQ", "'" * 3)


def dateless(value: Any) -> Any:
    """Dates as their ISO text, wherever they came from."""
    if isinstance(value, dict):
        return {key: dateless(item) for key, item in value.items()}
    if isinstance(value, list):
        return [dateless(item) for item in value]
    if isinstance(value, Literal):
        return dateless(tomllib.loads(f"x = {value.text}")["x"])
    return value.isoformat() if isinstance(value, (datetime.date, datetime.time)) else value


def test_the_reader_reads_what_the_standard_reader_reads() -> None:
    assert dateless(TomlDocument(SPECIMEN).tree()) == dateless(tomllib.loads(SPECIMEN))
    crlf = SPECIMEN.replace("\n", "\r\n")
    assert dateless(TomlDocument(crlf).tree()) == dateless(tomllib.loads(crlf))


KEYS = st.sampled_from(["a", "b", "c-d", "e.f", "g h", ""])
SCALARS = st.one_of(st.booleans(), st.integers(-9, 9), st.floats(allow_nan=False), st.text(max_size=4))
VALUES = st.recursive(
    SCALARS | st.just({}),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(KEYS, inner, max_size=3)
        | st.lists(st.dictionaries(KEYS, inner, max_size=2), max_size=2)
    ),
    max_leaves=8,
)
TREES = st.dictionaries(KEYS, VALUES, max_size=4)


def quoted(key: str) -> str:
    """A key in a way that every reader takes."""
    return key if key in ("a", "b", "c-d") else json.dumps(key)


def inline(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{quoted(key)} = {inline(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ",".join(map(inline, value)) + "]"
    if isinstance(value, float):
        return repr(value)
    return json.dumps(value).replace("\x7f", "\\u007f") if isinstance(value, (bool, int)) else text_of(value)


def text_of(value: str) -> str:
    """A basic string with everything beyond ASCII escaped."""
    return '"' + "".join(one if one.isalnum() and one.isascii() else f"\\U{ord(one):08X}" for one in value) + '"'


@st.composite
def texts(draw: st.DrawFn) -> str:
    """A TOML text in one of the many ways to write one tree."""
    lines: list[str] = []

    def comment() -> list[str]:
        return draw(st.sampled_from([[], [], [], [""], ["# own"]]))

    def body(table: Tree, path: list[str], prefix: str) -> None:
        below = []
        for key, value in table.items():
            name = prefix + quoted(key)
            if isinstance(value, dict) and value and draw(st.booleans()):
                body_dotted(value, name)
            elif (isinstance(value, dict) and draw(st.booleans())) or (
                isinstance(value, list) and value and all(isinstance(x, dict) for x in value) and draw(st.booleans())
            ):
                below.append((key, value))
            else:
                lines.append(
                    name
                    + draw(st.sampled_from([" = ", "=", "  =  "]))
                    + inline(value)
                    + draw(st.sampled_from(["", "", " # note"]))
                )
            lines.extend(comment())
        for key, value in below:
            inner = [*path, quoted(key)]
            for item in value if isinstance(value, list) else [value]:
                lines.append(f"[[{'.'.join(inner)}]]" if isinstance(value, list) else f"[{' . '.join(inner)}]")
                body(item, inner, "")

    def body_dotted(table: Tree, prefix: str) -> None:
        for key, value in table.items():
            name = f"{prefix}.{quoted(key)}"
            if isinstance(value, dict) and value and draw(st.booleans()):
                body_dotted(value, name)
            else:
                lines.append(f"{name} = {inline(value)}")

    lines.extend(draw(st.sampled_from([[], ["# file", ""], ["# about"]])))
    body(draw(TREES), [], "")
    newline = draw(st.sampled_from(["\n", "\n", "\r\n"]))
    return newline.join(lines) + draw(st.sampled_from(["", newline]))


@pytest.mark.slow
@settings(max_examples=settings.default.max_examples * 150 // 100)
@given(text=texts(), declared=TREES, later=TREES)
def test_properties(text: str, declared: Tree, later: Tree) -> None:
    assert TomlDocument(text).tree() == tomllib.loads(text)
    hold("toml", text, declared, later, tomllib.loads, "\n# foreign\n")


@settings(max_examples=settings.default.max_examples * 50 // 100)
@given(text=texts(), value=SCALARS)
def test_every_line_of_others_stays(text: str, value: Any) -> None:
    result = merge("toml", text, {"new": value, "new table": {"x": value}}, None).text
    lines = iter(result.splitlines())
    assert all(line in lines for line in text.splitlines())
