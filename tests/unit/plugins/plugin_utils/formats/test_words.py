# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Small pure words about texts and names."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.home.manager.plugins.plugin_utils.formats.words import WORDS, zbase32
from ansible_collections.home.manager.plugins.plugin_utils.values import FormatError, Package


@pytest.mark.parametrize(
    ("word", "value", "parameters", "text"),
    [
        ("hash_text", "abc", {"algorithm": "md5"}, "900150983cd24fb0d6963f7d28e17f72"),
        ("hash_text", "ü", {}, hashlib.sha256("ü".encode()).hexdigest()),
        ("store_name", ".config/a-b c?=_+.x", {}, "hm_.configabc?=_+.x"),
        ("indent_lines", "a\n\nb\n", {"prefix": "> "}, "> a\n\n> b\n"),
        ("indent_lines", "a\n\nb", {"first": False, "blank": True}, "a\n  \n  b"),
        ("wrap_lines", "one two three\n\nfour", {"width": 8, "continuation": "+ "}, "one two\n+ three\n\nfour"),
        ("bool_word", True, {}, "yes"),
        ("bool_word", False, {"yes": "on", "no": "off"}, "off"),
        ("float_text", 0.5, {}, "0.500000"),
        ("float_text", 1e-8, {}, "0.00000001"),
        ("float_text", 1e22, {}, "10000000000000000000000.000000"),
        ("float_text", 3, {}, "3"),
        ("to_nix_string", [True, False, None, 1.5, "a", Package("x"), [1, 2]], {}, "1   1.500000 a @x@ 1 2"),
        ("zbase32", "00", {}, "yy"),
        ("zbase32", "f0bfc7", {}, "6n9hq"),
        ("zbase32", "d47a04", {}, "4t7ye"),
        ("zbase32", "ff", {"bits": 1}, "o"),
    ],
)
def test_text(word, value, parameters, text):
    assert WORDS[word](value, **parameters) == text


@pytest.mark.parametrize(
    ("word", "value", "parameters"),
    [
        ("hash_text", "a", {"algorithm": "crc32"}),
        ("hash_text", [1], {}),
        ("zbase32", "xyz", {}),
        ("zbase32", "ff", {"bits": 9}),
        ("bool_word", "yes", {}),
        ("float_text", True, {}),
        ("float_text", "1", {}),
        ("to_nix_string", {"a": 1}, {}),
    ],
)
def test_refusals(word, value, parameters):
    with pytest.raises(FormatError):
        WORDS[word](value, **parameters)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_is_never_changed(number):
    assert float(WORDS["float_text"](number)) == number


@given(st.binary(max_size=20))
def test_zbase32_against_the_definition(data):
    bits = "".join(f"{byte:08b}" for byte in data)
    groups = [bits[at : at + 5].ljust(5, "0") for at in range(0, len(bits), 5)]
    assert zbase32(data.hex()) == "".join("ybndrfg8ejkmcpqxot1uwisza345h769"[int(group, 2)] for group in groups)


def test_gnupg_names_its_socket_folder_alike(program, tmp_path):
    home = tmp_path / "gnupg"
    home.mkdir(mode=0o700)
    listed = program("gpgconf", "--homedir", str(home), "--list-dirs", "agent-socket").strip()
    if "/d." not in listed:
        pytest.skip("gpgconf finds no runtime folder and keeps its sockets in the home")
    assert f"/d.{zbase32(WORDS['hash_text'](str(home), 'sha1'), 120)}/" in listed
