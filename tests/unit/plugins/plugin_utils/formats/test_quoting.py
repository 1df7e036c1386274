# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Quoting, judged by the shells themselves."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.home.manager.plugins.plugin_utils.formats.quoting import QUOTING, dquote
from ansible_collections.home.manager.plugins.plugin_utils.values import FormatError, Package

TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"))
NASTY = st.text(st.sampled_from(list("'\"\\$`!%=~ \n\t*?#&|;<>(){}[]-a")))
WORDS = st.lists(TEXT | NASTY, min_size=1, max_size=6)
SEVERAL = settings(max_examples=settings.default.max_examples * 40 // 100)


@SEVERAL
@given(WORDS)
@pytest.mark.parametrize("shell", ["sh", "bash", "zsh"])
@pytest.mark.parametrize("quote", ["sh_quote", "zsh_quote"])
def test_shells_read_words_back(program, shell, quote, words):
    script = "printf '%s\\0' " + " ".join(map(QUOTING[quote], words))
    assert program(shell, "-c", script).split("\0")[:-1] == words


@SEVERAL
@given(WORDS)
def test_zsh_reads_words_back_with_odd_options(program, words):
    script = "setopt rcquotes extendedglob magicequalsubst\nprintf '%s\\0' " + " ".join(
        map(QUOTING["zsh_quote"], words)
    )
    assert program("zsh", "-f", "-c", script).split("\0")[:-1] == words


@SEVERAL
@given(WORDS)
def test_fish_reads_words_back(program, words):
    script = "printf '%s\\0' " + " ".join(map(QUOTING["fish_quote"], words))
    assert program("fish", "--no-config", "-c", script).split("\0")[:-1] == words


@SEVERAL
@given(WORDS)
def test_sh_args_is_a_command_line(program, words):
    assert program("bash", "-c", "printf '%s\\0' " + QUOTING["sh_args"](words)).split("\0")[:-1] == words


@SEVERAL
@given(st.lists(st.text(st.characters(min_codepoint=1, codec="utf-8")) | NASTY, min_size=1, max_size=5))
def test_lua_reads_strings_back(program, words):
    script = "".join(f'io.write({QUOTING["lua_quote"](word)}, "\\0")\n' for word in words)
    assert program("lua5.4", "-", stdin=script).split("\0")[:-1] == words


@SEVERAL
@given(TEXT | NASTY)
def test_json_reads_strings_back(text):
    assert json.loads(QUOTING["json_quote"](text)) == text


@SEVERAL
@given(NASTY)
def test_a_regex_matches_only_its_text(text):
    assert re.fullmatch(QUOTING["regex_escape"](text), text)


@SEVERAL
@given(st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), min_size=1))
def test_systemd_escapes_alike(program, text):
    assert QUOTING["systemd_escape"](text) == program("systemd-escape", "--", text).rstrip("\n")


@pytest.mark.parametrize("path", ["/", "/a/b", "//a//b.c/", "/.hid", "a b", "/x-y/ü"])
def test_systemd_escapes_paths_alike(program, path):
    assert QUOTING["systemd_escape"](path, path=True) == program("systemd-escape", "--path", "--", path).rstrip("\n")


@SEVERAL
@given(NASTY | TEXT)
def test_a_double_quoted_string_always_parses(program, text):
    for shell in ("bash", "zsh"):
        program(shell, "-n", "-c", f"x={dquote(re.sub('[$`]', '', text))}")


@pytest.mark.parametrize(
    ("value", "quoted", "result"),
    [
        ("$HOME/bin", '"$HOME/bin"', "/h/bin"),
        ('say "hi"', '"say \\"hi\\""', 'say "hi"'),
        ('say \\"hi\\"', '"say \\"hi\\""', 'say "hi"'),
        ("\\$HOME", '"\\$HOME"', "$HOME"),
        ('$(echo "a  b")', '"$(echo "a  b")"', "a  b"),
        ('${HOME:-"x y"}', '"${HOME:-"x y"}"', "/h"),
        ('`echo "x"`', '"`echo "x"`"', "x"),
        ('$(echo $(echo "(")")")', '"$(echo $(echo "(")")")"', None),
        ("tail\\", '"tail\\\\"', "tail\\"),
        ("open $(", '"open \\$("', "open $("),
        ('open ` "', '"open \\` \\""', 'open ` "'),
        (5, '"5"', "5"),
        (Package("git"), '"@git@"', "@git@"),
    ],
)
def test_dquote(program, value, quoted, result):
    assert dquote(value) == quoted
    if result is not None:
        assert program("bash", "-c", f"HOME=/h; printf %s {quoted}") == result
        assert program("zsh", "-f", "-c", f"HOME=/h; printf %s {quoted}") == result


@pytest.mark.parametrize(
    ("word", "value", "parameters", "text"),
    [
        ("sh_quote", "a-b/c.d:e@f%g+h_i,j", {}, "a-b/c.d:e@f%g+h_i,j"),
        ("sh_quote", "", {}, "''"),
        ("sh_quote", "it's", {}, "'it'\\''s'"),
        ("sh_quote", "ü", {}, "'ü'"),
        ("sh_quote", 5, {}, "5"),
        ("sh_quote", "a=b", {}, "'a=b'"),
        ("sh_args", ["a b", 1, Package("x")], {}, "'a b' 1 @x@"),
        ("sh_args", "a b", {}, "'a b'"),
        ("zsh_quote", "%1", {}, "'%1'"),
        ("fish_quote", "it's \\", {}, "'it\\'s \\\\'"),
        ("nu_quote", 'a"\n\x1b', {}, '"a\\"\\n\\u{1b}"'),
        ("lua_quote", "a\x1b1", {}, '"a\\0271"'),
        ("elisp_quote", 'a"\\\nb', {}, '"a\\"\\\\\nb"'),
        ("mpv_quote", "ü", {}, "%2%ü"),
        ("regex_escape", "a.b[c]{1}", {}, "a\\.b\\[c]\\{1}"),
        ("systemd_word", "PATH=%t/a:$B", {}, "PATH=%t/a:$B"),
        ("systemd_word", "PATH=/a b", {}, '"PATH=/a b"'),
        ("systemd_word", "", {}, '""'),
        ("nu_word", "/a/b.nu", {}, "/a/b.nu"),
        ("nu_word", "/a b.nu", {}, '"/a b.nu"'),
        ("systemd_quote", 'a b"%$\x01', {}, '"a b\\"%%$$\\x01"'),
        ("systemd_escape", "/.a-b", {}, "-.a\\x2db"),
        ("xml_escape", "<a b='&\"'>", {}, "&lt;a b=&apos;&amp;&quot;&apos;&gt;"),
        ("sh_export", "v", {"name": "A"}, 'export A="v"'),
        ("sh_exports", {"B": False, "A": 1, "N": None, "E": ""}, {}, 'export A="1"\nexport B="false"\nexport E=""'),
        ("sh_prepend", ["$HOME/bin", "b"], {"name": "PATH"}, "$HOME/bin:b${PATH:+:}$PATH"),
        ("zsh_value", [True, "a b", 1, "$x"], {}, '(\n  true "a b" 1 "$x"\n)'),
        ("zsh_value", ["w" * 40, "v" * 37, "u"], {}, f"(\n  {'w' * 40} {'v' * 37}\n  u\n)"),
        ("zsh_value", [], {}, "()"),
        ("zsh_dquote", 'a "b" `c` \\d $HOME \\$e', {}, '"a \\"b\\" \\`c\\` \\\\d $HOME \\$e"'),
        ("zsh_dquote", '$(echo "a `b` \\n") "c"', {}, '"$(echo "a `b` \\n") \\"c\\""'),
        ("zsh_dquote", "never ${ends", {}, '"never \\${ends"'),
        ("if_executable", "a\n", {"program": "/x y/b"}, "if [ -x '/x y/b' ]; then\na\nfi\n"),
        ("if_executable", "a", {"program": "/b", "shell": "fish"}, "if test -x /b\na\nend\n"),
        ("zsh_define", "v", {"name": "A", "export": True}, 'export A="v"'),
        ("zsh_defines", {"B": True, "A": ["x"], "N": None}, {}, "A=(\n  x\n)\nB=true"),
    ],
)
def test_text(word, value, parameters, text):
    assert QUOTING[word](value, **parameters) == text


@pytest.mark.parametrize("value", [True, None, ["a"], {"a": 1}, "a\0b"])
@pytest.mark.parametrize("word", ["sh_quote", "dquote", "fish_quote", "lua_quote", "xml_escape"])
def test_what_is_no_word_is_refused(word, value):
    with pytest.raises(FormatError):
        QUOTING[word](value)


def test_names_of_variables_are_checked():
    with pytest.raises(FormatError, match="invalid name for a shell variable: 'A B'"):
        QUOTING["sh_export"]("v", "A B")


def test_prepending_in_a_shell(program):
    line = f'P={QUOTING["dquote"](QUOTING["sh_prepend"](["a", "b"], "P"))}; echo "$P"'
    assert program("bash", "-c", f"{line}; {line}") == "a:b\na:b:a:b\n"


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("a", '"a"'),
        (1, '"1"'),
        ('say "x"', '"say \\"x\\""'),
        ("a\\nb", '"a\\nb"'),
        ('\\"', '"\\""'),
        ("c\\", '"c\\\\"'),
        ("\\\\", '"\\\\"'),
    ],
)
def test_escaped_quote_keeps_backslashes(text, quoted):
    assert QUOTING["escaped_quote"](text) == quoted
