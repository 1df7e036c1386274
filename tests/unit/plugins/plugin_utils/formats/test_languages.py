# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Formats that are a language's own literals: Lua, Nushell, Emacs Lisp, GVariant, property lists."""

from __future__ import annotations

import json
import plistlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.home.manager.plugins.plugin_utils.formats import FORMATS
from ansible_collections.home.manager.plugins.plugin_utils.formats.gvariant import split_types
from ansible_collections.home.manager.plugins.plugin_utils.values import FormatError, GVariant, Package, Path, Raw

LUA = Raw("lua-inline", "vim.fn.x('y')")
NU = Raw("nushell-inline", "ls | length")
XML_TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")
) | st.sampled_from(["a\nb", "\t", "\r", "<&>"])
TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"))
SCALAR = st.booleans() | st.integers(-(2**31), 2**31 - 1) | TEXT
FLOAT = st.floats(allow_nan=False, allow_infinity=False)


def tree(scalar, keys):
    return st.recursive(
        scalar, lambda part: st.lists(part, max_size=3) | st.dictionaries(keys, part, max_size=3), max_leaves=10
    )


TABLE = [
    ("lua", {"a": [1, "x"], "b": LUA}, {}, '{\n  ["a"] = {\n    1,\n    "x"\n  },\n  ["b"] = (vim.fn.x(\'y\'))\n}'),
    ("lua", {"a": [1, {}], "b": None}, {"multiline": False}, '{ ["a"] = { 1, {} }, ["b"] = nil }'),
    ("lua", {"a": [True]}, {"indent": "  "}, '{\n    ["a"] = {\n      true\n    }\n  }'),
    ("lua", {"b.c": {"k": 1.5}, "a": Package("x")}, {"as_bindings": True}, 'a = "@x@"\nb.c = {\n  ["k"] = 1.5\n}\n'),
    ("lua", [], {}, "{}"),
    (
        "nushell",
        {"a": [1, True], "b": NU, "c": None},
        {},
        '{\n    "a": [\n        1\n        true\n    ]\n    "b": (ls | length)\n    "c": null\n}',
    ),
    ("nushell", {"a": [1, {"x": "y"}]}, {"multiline": False}, '{ "a": [ 1, { "x": "y" } ] }'),
    ("nushell", {"a": 1.0, "$b": []}, {"as_bindings": True}, "let $b = []\nlet a = 1.0\n"),
    ("nushell", [Package("x"), Path("/a b"), {}], {"multiline": False}, '[ @x@, "/a b", {} ]'),
    (
        "nushell",
        {"b": {"c-d": [NU], "e f": {"g": 1}}, "a": True, "z": {}},
        {"assign_to": "$env.config"},
        '$env.config.a = true\n$env.config.b.c-d = [\n    (ls | length)\n]\n$env.config.b."e f".g = 1\n',
    ),
    ("nuon", {"a": Package("x")}, {}, '{\n    "a": "@x@"\n}\n'),
    ("elisp", [1, 2.5, True, False, None, 'a"b', []], {}, '(1 2.5 t nil nil "a\\"b" nil)'),
    ("elisp", {"b": 1, "a c": ["x"], "1": 2}, {"quoted": True}, '\'((\\1 . 2) (a\\ c . ("x")) (b . 1))'),
    ("elisp", {"b": 1}, {"keys": "string"}, '(("b" . 1))'),
    ("elisp", {"b": {"c": 1}}, {"mappings": "plist"}, "(:b (:c 1))"),
    ("elisp", [Raw("elisp-inline", "'foo"), "x"], {}, '(\'foo "x")'),
    ("elisp", "x", {"quoted": True}, '"x"'),
    ("gvariant", True, {}, "true"),
    ("gvariant", 5, {}, "5"),
    ("gvariant", 1.5, {}, "1.500000"),
    ("gvariant", "a'b\\c\n", {}, "'a\\'b\\\\c\\n'"),
    ("gvariant", [], {}, "@as []"),
    ("gvariant", ["a", "b"], {}, "@as ['a','b']"),
    ("gvariant", GVariant("u", 7), {}, "@u 7"),
    ("gvariant", GVariant("ms", None), {}, "@ms nothing"),
    ("gvariant", GVariant("ms", "x"), {}, "just 'x'"),
    ("gvariant", GVariant("(si)", ["x", 1]), {}, "@(si) ('x',1)"),
    ("gvariant", GVariant("(s)", ["x"]), {}, "@(s) ('x',)"),
    ("gvariant", GVariant("v", "x"), {}, "@v <'x'>"),
    ("gvariant", GVariant("a{sv}", {"k": GVariant("v", 1)}), {}, "@a{sv} {'k':@v <1>}"),
    ("gvariant", GVariant("a{sv}", [GVariant("{sv}", ["k", GVariant("v", 1)])]), {}, "@a{sv} [@{sv} {'k',@v <1>}]"),
    (
        "gvariant",
        [GVariant("(ss)", ["xkb", "us"]), GVariant("(ss)", ["xkb", "de"])],
        {},
        "@a(ss) [@(ss) ('xkb','us'),@(ss) ('xkb','de')]",
    ),
    ("gvariant", GVariant("o", "/a/b"), {}, "objectpath '/a/b'"),
    ("dconf", {"org/x": {"b": 1, "a": "t"}, "/": {"c": GVariant("u", 2)}}, {}, "[/]\nc=@u 2\n\n[org/x]\na='t'\nb=1\n"),
]


@pytest.mark.parametrize(("name", "value", "parameters", "text"), TABLE)
def test_text(name, value, parameters, text):
    assert FORMATS[name](value, **parameters) == text


@pytest.mark.parametrize(
    ("name", "value", "parameters", "path", "message"),
    [
        ("lua", {"a": NU}, {}, ("a",), r"an inline expression \(nushell-inline\)"),
        ("lua", {"a-b": 1}, {"as_bindings": True}, ("a-b",), "invalid name for a Lua variable"),
        ("lua", [float("inf")], {}, (0,), "cannot hold inf"),
        ("lua", {"a": GVariant("u", 1)}, {}, ("a",), "a GVariant value"),
        ("nushell", {"a": [LUA]}, {}, ("a", 0), r"an inline expression \(lua-inline\)"),
        ("nushell", {"a b": 1}, {"as_bindings": True}, ("a b",), "invalid name for a Nushell variable"),
        ("nuon", {"a": NU}, {}, ("a",), "an inline expression"),
        ("elisp", {"a": LUA}, {}, ("a",), "an inline expression"),
        ("elisp", {}, {"keys": "x"}, (), "keys must be one of"),
        ("gvariant", None, {}, (), "null needs a GVariant type"),
        ("gvariant", {"a": 1}, {}, (), "a mapping needs a GVariant type"),
        ("gvariant", [1, "a"], {}, (1,), "type i cannot hold a string"),
        ("gvariant", 2**31, {}, (), "use a wider type"),
        ("gvariant", GVariant("y", 256), {}, (), "256 does not fit the GVariant type y"),
        ("gvariant", GVariant("(ss)", ["a"]), {}, (), "holds 2 values, got 1"),
        ("gvariant", GVariant("zz", "a"), {}, (), "invalid GVariant type"),
        ("gvariant", GVariant("ss", "a"), {}, (), "must be a single GVariant type"),
        ("dconf", {"a": {"b": None}}, {}, ("a", "b"), "null needs"),
        ("plist", {"a": [None]}, {}, ("a", 0), "cannot hold null"),
        ("plist", {"a": LUA}, {}, ("a",), "an inline expression"),
        ("plist", {"a": "\x01"}, {}, ("a",), "control character"),
        ("plist", ["\ufffe"], {}, (0,), "control character"),
    ],
)
def test_refusals_name_the_place(name, value, parameters, path, message):
    with pytest.raises(FormatError, match=message) as caught:
        FORMATS[name](value, **parameters)
    assert caught.value.path == path


LUA_PRINTER = r"""
local function show(v)
  if type(v) == "table" then
    local keys = {}
    for k in pairs(v) do keys[#keys + 1] = k end
    table.sort(keys, function(a, b) return tostring(a) < tostring(b) end)
    local out = {}
    for _, k in ipairs(keys) do out[#out + 1] = show(k) .. "=" .. show(v[k]) end
    return "{" .. table.concat(out, ",") .. "}"
  elseif type(v) == "string" then
    return "s" .. v:gsub(".", function(c) return string.format("%02x", c:byte()) end)
  end
  return tostring(v)
end
"""


def as_lua(value):
    """What ``LUA_PRINTER`` says of the same value."""
    if isinstance(value, (dict, list)):
        pairs = list(value.items()) if isinstance(value, dict) else list(enumerate(value, 1))
        pairs.sort(key=lambda pair: str(pair[0]).encode())
        return "{" + ",".join(f"{as_lua(key)}={as_lua(item)}" for key, item in pairs) + "}"
    return "s" + value.encode().hex() if isinstance(value, str) else json.dumps(value)


@settings(max_examples=settings.default.max_examples * 40 // 100)
@given(tree(SCALAR, TEXT), st.booleans())
def test_lua_reads_back(program, value, multiline):
    script = f"{LUA_PRINTER}\nprint(show({FORMATS['lua'](value, multiline=multiline)}))"
    assert program("lua5.4", "-", stdin=script).strip() == as_lua(value)


def test_lua_bindings_run(program):
    text = FORMATS["lua"]({"a": [1, 2], "b": Raw("lua-inline", "#a + 1")}, as_bindings=True)
    assert program("lua5.4", "-", stdin=text + "print(b)").strip() == "3"


@settings(max_examples=settings.default.max_examples * 15 // 100)
@given(
    st.lists(TEXT | st.integers(-(2**40), 2**40) | st.booleans(), max_size=5),
    st.lists(TEXT.filter(bool), max_size=4, unique=True),
)
def test_emacs_reads_back(program, values, names):
    literal = FORMATS["elisp"]([values, dict.fromkeys(names, 1)])
    script = '(progn (set-language-environment "UTF-8") (dolist (x (car \'{0})) (princ (format "%s\\0" x)))'
    script += ' (dolist (x (cadr \'{0})) (princ (format "%s\\0" (symbol-name (car x))))))'
    said = program("emacs", "--batch", "-Q", "--eval", script.replace("{0}", literal)).split("\0")[:-1]
    expected = [{True: "t", False: "nil"}[item] if isinstance(item, bool) else str(item) for item in values]
    assert said == expected + sorted(names, key=str.encode)


@settings(max_examples=settings.default.max_examples * 80 // 100)
@given(tree(SCALAR.filter(lambda item: not isinstance(item, str)) | XML_TEXT | FLOAT, XML_TEXT))
def test_plist_round_trip(value):
    assert plistlib.loads(FORMATS["plist"](value).encode()) == value


def test_plist_text(program):
    text = FORMATS["plist"]({"b": [1, "<x>"], "a": None, "c": {"d": True, "e": 0.5}, "p": Package("git")})
    assert text.split("\n")[2:] == [
        '<plist version="1.0">',
        "<dict>",
        "\t<key>b</key>",
        "\t<array>",
        "\t\t<integer>1</integer>",
        "\t\t<string>&lt;x&gt;</string>",
        "\t</array>",
        "\t<key>c</key>",
        "\t<dict>",
        "\t\t<key>d</key>",
        "\t\t<true/>",
        "\t\t<key>e</key>",
        "\t\t<real>0.5</real>",
        "\t</dict>",
        "\t<key>p</key>",
        "\t<string>@git@</string>",
        "</dict>",
        "</plist>",
        "",
    ]
    assert "<b>" in FORMATS["plist"]("<b>x</b>", escape=False)
    program("xmllint", "--noout", "--nonet", "-", stdin=text)


def test_dconf_compiles_every_kind(program, tmp_path):
    values = {
        "b": True,
        "i": -5,
        "d": 1.25,
        "s": "it's \\ ü\n",
        "as": [],
        "aas": [["a"], ["b"]],
        "ad": [1.0, 2.5],
        "u": GVariant("u", 1),
        "x": GVariant("x", 2**40),
        "t": GVariant("t", 2**63),
        "y": GVariant("y", 255),
        "n": GVariant("n", -7),
        "ms": GVariant("ms", None),
        "just": GVariant("ms", "x"),
        "t1": GVariant("(s)", ["x"]),
        "o": GVariant("o", "/a"),
        "t2": GVariant("(sbai)", ["x", True, [1, 2]]),
        "v": GVariant("v", GVariant("as", [])),
        "g": GVariant("g", "a{sv}"),
        "dict": GVariant("a{sv}", {"k": GVariant("v", "w"), "e": GVariant("v", 2.0)}),
        "empty": GVariant("a{si}", {}),
        "entries": GVariant("a{sv}", [GVariant("{sv}", ["k", GVariant("v", 1)])]),
    }
    (tmp_path / "db.d").mkdir()
    (tmp_path / "db.d" / "00-x").write_text(FORMATS["dconf"]({"org/test": values}))
    program("dconf", "compile", str(tmp_path / "db"), str(tmp_path / "db.d"))
    assert b"entries" in (tmp_path / "db").read_bytes()


@pytest.mark.parametrize(
    ("text", "parts"),
    [("sa{sv}(ii)", ["s", "a{sv}", "(ii)"]), ("", []), ("aai", ["aai"]), ("()", ["()"]), ("m(s(i))", ["m(s(i))"])],
)
def test_split_types(text, parts):
    assert split_types(text) == parts


@pytest.mark.parametrize("text", ["a", "(", "(s", "{s}", "{sss}", "z", "s)", "}"])
def test_what_is_no_type(text):
    with pytest.raises(FormatError):
        split_types(text)
