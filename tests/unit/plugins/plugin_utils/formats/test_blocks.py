# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Formats of nested blocks: KDL, scfg, hyprlang, sway, rasi, desktop entries, style sheets, VDF."""

from __future__ import annotations

import textwrap

import pytest

from ansible_collections.home.manager.plugins.plugin_utils.formats import FORMATS
from ansible_collections.home.manager.plugins.plugin_utils.values import FormatError, Package, Raw

ENTRY = {
    "Desktop Action new": {"Name": "New", "Exec": "true -n"},
    "Desktop Entry": {
        "Type": "Application",
        "Name": "  A\tb",
        "Exec": 'true "x"',
        "Terminal": False,
        "Categories": ["Utility"],
        "Actions": ["new"],
        "Keywords": ["a;b", "c"],
        "Comment": None,
        "MimeType": [],
    },
}
TABLE = [
    (
        "kdl",
        {"a": 1, "b": None, "c": 'x"\n\\', "d": [1, "y", False]},
        {},
        'a 1\nb null\nc "x\\"\\n\\"\nd 1 "y" false\n',
    ),
    ("kdl", {"c": "\\\t"}, {"escape_backslashes": True, "escape_tabs": True}, 'c "\\\\\\t"\n'),
    (
        "kdl",
        {"n": {"_args": [1, "a"], "_props": {"z": True, "b": 2}, "k": {"l": []}}},
        {},
        'n 1 "a" b=2 z=true {\n\tk {\n\t\tl\n\t}\n}\n',
    ),
    (
        "kdl",
        {"n": {"_children": [{"z": 1}, {"a": {"_args": [2]}}, {"z": 3}], "b": 4}},
        {},
        "n {\n\tz 1\n\ta 2\n\tz 3\n\tb 4\n}\n",
    ),
    ("kdl", {"_children": [{"z": 1}, {"z": 2}], "a": 3}, {}, "z 1\nz 2\na 3\n"),
    ("kdl", {"l": [{"a": 1}, [2, 3], None]}, {}, "l {\n\t- {\n\t\ta 1\n\t}\n\t- 2 3\n\t- null\n}\n"),
    ("kdl", {"f": 1.5, "p": Package("x"), "e": {}}, {}, 'e\nf 1.500000\np "@x@"\n'),
    ("kdl", {}, {}, ""),
    (
        "scfg",
        [{"name": "a", "params": ["x y", 1, "", True], "children": [{"name": "b"}, {"name": "c d", "children": []}]}],
        {},
        'a "x y" 1 "" true {\n\tb\n}\n',
    ),
    (
        "scfg",
        [{"name": "a", "params": ['q"\\\n']}, {"name": "n", "params": [None]}, {"name": "e", "params": []}],
        {},
        'a "q\\"\\\\\\n"\ne\n',
    ),
    ("scfg", [], {}, ""),
    (
        "hyprconf",
        {"z": 1, "$v": "x", "s": {"b": True, "l": ["a", "b"]}, "m": [{"a": 1}, {"a": 2}], "f": 0.5},
        {},
        "$v=x\nm {\n  a=1\n}\n\nm {\n  a=2\n}\n\ns {\n  l=a\n  l=b\n  b=true\n}\nf=0.500000\nz=1\n",
    ),
    (
        "hyprconf",
        {"bind": ["a", {"x": 1}], "name": "n", "b": {"c": {"d": None}}},
        {"important_prefixes": ["$", "na"], "indent_level": 1},
        "  name=n\n  b {\n    c {\n      d=null\n    }\n  }\n\n  bind=a\n  bind {\n    x=1\n  }\n",
    ),
    (
        "sway_block",
        {"position": "top", "colors": {"bg": "#000"}, "l": [1, {"x": True}], "n": None},
        {"header": "bar"},
        "bar {\n  colors {\n    bg #000\n  }\n  l 1\n  l {\n    x yes\n  }\n  position top\n}\n",
    ),
    (
        "sway_block",
        {"a": True, "b": "c d"},
        {"bools": ("on", "off"), "separator": " = ", "quote": "json_quote"},
        'a = on\nb = "c d"\n',
    ),
    (
        "rasi",
        {
            "*": {"c": Raw("literal", "#fff"), "w": 5, "b": True, "n": None, "f": 0.5},
            "@theme": "t",
            "@import": ["a", "b"],
        },
        {},
        '@theme "t"\n\n@import "a"\n\n@import "b"\n\n* {\nb: true;\nc: #fff;\nf: 0.5;\nw: 5;\n}\n',
    ),
    (
        "rasi",
        {"#in": {"l": [Raw("literal", "a"), "b"], "s": 'q"\\"\\n'}, "@media (x)": {"w": {"a": 1}}},
        {},
        '#in {\nl: [ a,"b" ];\ns: "q\\"\\"\\n";\n}\n\n@media (x) {\n  w {\n  a: 1;\n  }\n}\n',
    ),
    (
        "desktop",
        ENTRY,
        {},
        (
            '[Desktop Entry]\nActions=new;\nCategories=Utility;\nExec=true "x"\nKeywords=a\\;b;c;\nName=\\s\\sA\\tb\n'
            "Terminal=false\nType=Application\n\n[Desktop Action new]\nExec=true -n\nName=New\n"
        ),
    ),
    ("desktop", {"X": {"a": "b\\n\n", "l": ["c\\"]}}, {"escape": False}, "[X]\na=b\\n\\n\nl=c\\;\n"),
    ("desktop", {"X": {"a": "b\\n\n", "l": ["c\\"]}}, {}, "[X]\na=b\\\\n\\n\nl=c\\\\;\n"),
    (
        "css",
        {"b": {"z": 1, "color": "red", "font": ["A", "B"]}, "a": {"x": None}},
        {},
        "b {\n  color: red;\n  font: A, B;\n  z: 1;\n}\n",
    ),
    (
        "css",
        {"a, b": {"c": 1, "&:hover, i": {"d": 0.5}, "@media print": {"e": 2}}},
        {},
        (
            "a, b {\n  c: 1;\n}\n\na:hover, a i, b:hover, b i {\n  d: 0.5;\n}\n\n"
            "@media print {\n  a, b {\n    e: 2;\n  }\n}\n"
        ),
    ),
    ("css", {"a:is(b, c)": {"d": {"e": 1}}}, {}, "a:is(b, c) d {\n  e: 1;\n}\n"),
    (
        "css",
        {"@import": ["url(a)", "url(b)"], "@define-color": {"y": "@x", "x": "#000"}, "@font-face": {"src": "url(f)"}},
        {},
        (
            "@import url(a);\n@import url(b);\n\n@define-color x #000;\n@define-color y @x;\n\n"
            "@font-face {\n  src: url(f);\n}\n"
        ),
    ),
    (
        "css",
        {"@media print": {"a": {"b": 1}, "c": {"d": 2}}},
        {"indent": "\t"},
        "@media print {\n\ta {\n\t\tb: 1;\n\t}\n\n\tc {\n\t\td: 2;\n\t}\n}\n",
    ),
    (
        "css",
        {"@media x": {"a": {"b": 1}}, "z": {"b": 2}},
        {},
        "z {\n  b: 2;\n}\n\n@media x {\n  a {\n    b: 1;\n  }\n}\n",
    ),
    ("css", [{"z": {"a": 1}}, {"b": {"c": 2}}], {}, "z {\n  a: 1;\n}\n\nb {\n  c: 2;\n}\n"),
    (
        "libconfig",
        {
            "s": 'a"b\\"c',
            "f": 1.0,
            "t": True,
            "g": {"x": {"y": -1}},
            "a": [1, 2],
            "e": [],
            "m": [1, "b"],
            "r": [{"k": [False]}],
        },
        {},
        (
            'a = [ 1 , 2 ];\ne = [  ];\nf = 1.000000;\ng: { x = { y = -1; }; };\nm = ( 1 , "b" );\nr = ( { k = [ false ]; } );\n'
            's = "a\\"b\\"c";\nt = true;\n'
        ),
    ),
    (
        "vdf",
        {"a": {"k": 'v"\\', "l": ["x", 2], "b": True, "n": None, "e": {}}},
        {},
        '"a"\n{\n\t"b"\t\t"1"\n\t"e"\n\t{\n\t}\n\t"k"\t\t"v\\"\\\\"\n\t"l"\t\t"x"\n\t"l"\t\t"2"\n}\n',
    ),
]


@pytest.mark.parametrize(("name", "value", "parameters", "text"), TABLE)
def test_text(name, value, parameters, text):
    assert FORMATS[name](value, **parameters) == text


@pytest.mark.parametrize(
    ("name", "value", "path", "message"),
    [
        ("kdl", {"a": {"_args": [[1]]}}, ("a", "_args", 0), "expected a plain value, got a list"),
        ("kdl", {"a": {"_args": 1}}, ("a", "_args"), "_args must be a list"),
        ("kdl", {"a": {"_children": {"b": 1}}}, ("a", "_children"), "a list of mappings"),
        ("kdl", {"a": {"b": Raw("literal", "x")}}, ("a", "b"), "an inline expression"),
        ("kdl", [1], (), "expected a mapping, got a list"),
        ("scfg", {"a": 1}, (), "a list of directives"),
        ("scfg", [{"params": []}], (0,), "a directive must have a name"),
        (
            "scfg",
            [{"name": "a", "children": [{"name": "b", "parms": []}]}],
            (0, "children", 0),
            "a directive must have a name",
        ),
        ("scfg", [{"name": "a", "params": ["x", None]}], (0, "params", 1), "cannot hold null"),
        ("hyprconf", {"$a": {"b": 1}}, ("$a",), "cannot hold a mapping"),
        ("hyprconf", {"a": {"b": Raw("literal", "x")}}, ("a", "b"), "an inline expression"),
        ("sway_block", {"a": {"b": [[1]]}}, ("a", "b", 0), "cannot hold a list"),
        ("rasi", {"a": {"b": [{"c": 1}]}}, ("a", "b", 0), "rasi cannot hold a mapping here"),
        ("rasi", {"a": {"b": Raw("lua-inline", "x")}}, ("a", "b"), "an inline expression"),
        ("desktop", {"Desktop Entry": {"a": {"b": 1}}}, ("Desktop Entry", "a"), "cannot hold a mapping"),
        ("desktop", {"Desktop Entry": 1}, ("Desktop Entry",), "expected a mapping"),
        ("css", {"color": "red"}, ("color",), "a property must be inside a rule"),
        ("css", {"a": {"b": [None, 1]}}, ("a", "b", 0), "cannot hold null"),
        ("libconfig", {"a": [{"b": None}]}, ("a", 0, "b"), "libconfig cannot hold null"),
        ("vdf", {"a": {"b": [[1]]}}, ("a", "b", 0), "cannot hold a list"),
    ],
)
def test_refusals_name_the_place(name, value, path, message):
    with pytest.raises(FormatError, match=message) as caught:
        FORMATS[name](value)
    assert caught.value.path == path


def test_desktop_entries_validate(program, tmp_path):
    entry = {**ENTRY, "Desktop Entry": {**ENTRY["Desktop Entry"], "Name": "A b"}}
    (tmp_path / "a.desktop").write_text(FORMATS["desktop"](entry))
    assert program("desktop-file-validate", str(tmp_path / "a.desktop")) == ""


def test_every_format_has_its_word():
    for word, write in FORMATS.items():
        assert write.__name__ == f"to_{word}"
        assert textwrap.dedent(write.__doc__ or "").strip()
