# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Key-value files, INI and its dialects, systemd units."""

from __future__ import annotations

import configparser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.home.manager.plugins.plugin_utils.formats import FORMATS
from ansible_collections.home.manager.plugins.plugin_utils.formats.ini import to_ini, to_systemd
from ansible_collections.home.manager.plugins.plugin_utils.formats.keyvalue import to_env
from ansible_collections.home.manager.plugins.plugin_utils.values import FormatError, Package, Raw

WORD = st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=1)
LINE = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp"))).map(str.strip)
UNIT = {
    "Unit": {"Description": "A", "After": ["a.target", "b.target"], "X": None, "Before": []},
    "Service": {"ExecStart": "/bin/true --x", "RemainAfterExit": True, "TimeoutSec": 5, "Type": "oneshot"},
    "Install": {"WantedBy": []},
}


@given(st.dictionaries(WORD.filter(lambda name: name != "DEFAULT"), st.dictionaries(WORD, LINE)))
def test_ini_round_trip(value):
    parser = configparser.RawConfigParser(delimiters=("=",), comment_prefixes=(), strict=True)
    parser.optionxform = str
    parser.read_string(to_ini(value, separator=" = "))
    assert {name: dict(parser[name]) for name in parser.sections()} == value


TABLE = [
    ("keyvalue", {"b": 1, "a": "x y", "c": True, "d": None, "e": 0.5}, {}, "a=x y\nb=1\nc=true\nd=null\ne=0.500000\n"),
    ("keyvalue", {"k=x": 1e-9, "p": Package("git")}, {}, "k\\=x=0.000000001\np=@git@\n"),
    ("keyvalue", {"k=x": 1}, {"escape_key": False}, "k=x=1\n"),
    ("keyvalue", {"l": ["a", 1]}, {"lists": "duplicate", "separator": " "}, "l a\nl 1\n"),
    ("keyvalue", {"l": ["a", 1], "e": []}, {"lists": "join", "joiner": ":"}, "e=\nl=a:1\n"),
    ("keyvalue", {"a": None, "b": 1}, {"nulls": "drop"}, "b=1\n"),
    ("keyvalue", {"a": None, "b": True, "c": False}, {"nulls": "bare", "bools": ("yes", "no")}, "a\nb=yes\nc=no\n"),
    ("keyvalue", {"a": None}, {"nulls": "empty"}, "a=\n"),
    ("keyvalue", {"a": True, "b": False, "c": "x"}, {"flags": True, "separator": " "}, "a\nc x\n"),
    ("keyvalue", {"a": "b c", "n": 1}, {"quote": "sh_quote"}, "a='b c'\nn=1\n"),
    (
        "keyvalue",
        {"a": "ü", "n": 1, "t": True},
        {"quote": "mpv_quote", "quote_all": True, "bools": ("yes", "no")},
        "a=%2%ü\nn=%1%1\nt=%3%yes\n",
    ),
    ("keyvalue", {"a": 1}, {"header": "# x\n", "indent": "set ", "suffix": ";"}, "# x\nset a=1;\n"),
    ("ini", {"b": {"y": 1, "x": "v"}, "a[1]": {}}, {}, "[a\\[1\\]]\n\n[b]\nx=v\ny=1\n"),
    ("ini", {"a[1]": {}}, {"section_names": "plain"}, "[a[1]]\n"),
    (
        "ini",
        {"main": {"k": 1}, "s": {"l": [1, 2]}},
        {"global_section": "main", "lists": "duplicate"},
        "k=1\n\n[s]\nl=1\nl=2\n",
    ),
    ("ini", {"k": 1, "a": {"x": 2}}, {"loose_keys": True, "header": "; hi\n"}, "; hi\nk=1\n\n[a]\nx=2\n"),
    ("ini_global", {"globalSection": {"g": "hi"}, "sections": {"s": {"x": 1}}}, {}, "g=hi\n\n[s]\nx=1\n"),
    ("ini_global", {"sections": {"s": {"x": 1}}}, {}, "[s]\nx=1\n"),
    ("ini_ordered", [["z", {"b": 1}], {"a": {"x": 2}}, ["z", {}]], {}, "[z]\nb=1\n\n[a]\nx=2\n\n[z]\n"),
    (
        "cnf",
        {"client": {"skip": None, "port": 3306, "x": True, "i": ["a", "b"]}},
        {},
        "[client]\ni = a\ni = b\nport = 3306\nskip\nx = 1\n",
    ),
    (
        "systemd",
        UNIT,
        {},
        (
            "[Service]\nExecStart=/bin/true --x\nRemainAfterExit=true\nTimeoutSec=5\nType=oneshot\n\n"
            "[Unit]\nAfter=a.target\nAfter=b.target\nDescription=A\n"
        ),
    ),
    ("env", {"A": "b c", "B": 1, "C": True, "D": None, "E": "it's"}, {}, "A='b c'\nB=1\nC=true\nE='it'\\''s'\n"),
    ("env", {"A": "$x"}, {"export": True}, "export A='$x'\n"),
    (
        "ssh_config",
        {"Compression": True, "SendEnv": ["A", "B"], "Host x": {"Port": 22, "ForwardX11": False, "User": None}},
        {},
        "Compression yes\nSendEnv A\nSendEnv B\n\nHost x\n  ForwardX11 no\n  Port 22\n",
    ),
    (
        "properties",
        {"a b": " x", "k:": "ü\n\\", "l": [1, True], "n": None, "#c": "#d=e"},
        {},
        "\\#c=\\#d=e\na\\ b=\\ x\nk\\:=\\u00fc\\n\\\\\nl=1,true\n",
    ),
    (
        "xresources",
        {"*x": "#fff", "b": True, "l": [1, "a"], "n": None, "t": "#override \\\n <Key>: x", "m": "a\nb", "s": " y"},
        {},
        "*x: #fff\nb: true\nl: 1, a\nm: a\\n\\\nb\ns: \\ y\nt: #override \\\n <Key>: x\n",
    ),
]


@pytest.mark.parametrize(("name", "value", "parameters", "text"), TABLE)
def test_text(name, value, parameters, text):
    assert FORMATS[name](value, **parameters) == text


@pytest.mark.parametrize(
    ("name", "value", "parameters", "path", "message"),
    [
        ("keyvalue", {"a": [1]}, {}, ("a",), "cannot hold a list here"),
        ("keyvalue", {"a": [[1]]}, {"lists": "duplicate"}, ("a", 0), "cannot hold a list here"),
        ("keyvalue", {"a": {"b": 1}}, {}, ("a",), "cannot hold a mapping here"),
        ("keyvalue", {"a": Raw("literal", "x")}, {}, ("a",), "an inline expression"),
        ("keyvalue", {"a": None}, {"nulls": "refuse"}, ("a",), "cannot hold null here"),
        ("keyvalue", {"a": float("inf")}, {}, ("a",), "inf cannot be written"),
        ("keyvalue", {}, {"sep": ":"}, (), "unknown parameter sep; known parameters: bools,"),
        ("keyvalue", {}, {"lists": "x"}, (), "lists must be one of refuse, duplicate, join, not 'x'"),
        ("keyvalue", {}, {"quote": "x"}, (), "quote must be one of"),
        ("keyvalue", {}, {"bools": "yn"}, (), "a pair of words"),
        ("ini", {"a": 1}, {}, ("a",), "a section must be a mapping, not an integer"),
        ("ini", {"a": {"b": {}}}, {}, ("a", "b"), "cannot hold a mapping"),
        ("ini_global", {"section": {}}, {}, ("section",), "only globalSection and sections"),
        ("ini_ordered", {"a": {}}, {}, (), "a list of sections"),
        ("ini_ordered", [["a"]], {}, (0,), "a pair"),
        ("systemd", {"Unit": {"A": {"x": 1}}}, {}, ("Unit", "A"), "cannot hold a mapping"),
        ("env", {"A-B": 1}, {}, ("A-B",), "invalid name for an environment variable"),
        ("properties", {"a": {"b": 1}}, {}, ("a",), "cannot hold a mapping"),
        ("xresources", {"a": [1, [2]]}, {}, ("a", 1), "cannot hold a list"),
        ("ssh_config", {"Host x": {"y": {"z": 1}}}, {}, ("Host x", "y"), "cannot hold a mapping"),
    ],
)
def test_refusals_name_the_place(name, value, parameters, path, message):
    with pytest.raises(FormatError, match=message) as caught:
        FORMATS[name](value, **parameters)
    assert caught.value.path == path


def test_a_unit_verifies(program, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    (tmp_path / "x.service").write_text(to_systemd(UNIT))
    program("systemd-analyze", "--user", "--man=no", "verify", str(tmp_path / "x.service"))


def test_ssh_understands_the_file(program, tmp_path):
    config = tmp_path / "config"
    config.write_text(
        FORMATS["ssh_config"]({"Host a": {"Port": 2222, "ForwardAgent": True}, "Match all": {"User": "bob"}})
    )
    said = program("ssh", "-G", "-F", str(config), "a").splitlines()
    assert {"port 2222", "user bob", "forwardagent yes"} <= set(said)


@settings(max_examples=settings.default.max_examples * 25 // 100)
@given(st.lists(st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0")), max_size=5))
def test_a_shell_reads_env_files_back(program, texts):
    names = [f"V{index}" for index in range(len(texts))]
    script = to_env(dict(zip(names, texts, strict=True))) + "".join(f"printf '%s\\0' \"${name}\"\n" for name in names)
    assert program("sh", "-c", script).split("\0")[:-1] == texts


def test_mysql_style_files_parse():
    parser = configparser.RawConfigParser(allow_no_value=True)
    parser.read_string(FORMATS["cnf"]({"client": {"skip": None, "port": 3306}}))
    assert dict(parser["client"]) == {"skip": None, "port": "3306"}


def test_java_style_escapes_survive_a_reader():
    line = FORMATS["properties"]({"k": "😀=x"}).strip()
    assert line == "k=\\ud83d\\ude00=x"
