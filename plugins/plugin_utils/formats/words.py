# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Small pure words of the language about texts and names; each takes a value first, as a filter does."""

from __future__ import annotations

import hashlib
import re
import textwrap
from typing import TYPE_CHECKING

from ..values import FormatError
from .atoms import atom_text, float_text, kind_of, nix_string
from .script_layout import fish_layout

if TYPE_CHECKING:
    from collections.abc import Callable

ALGORITHMS = ("md5", "sha1", "sha256", "sha512")
UNSAFE_IN_NAME = re.compile(r"[^A-Za-z0-9+._?=]")
ZBASE32 = "ybndrfg8ejkmcpqxot1uwisza345h769"


def hash_text(value: object, algorithm: str = "sha256") -> str:
    """The hash of a text's UTF-8 bytes in hex, as ``builtins.hashString``; md5, sha1, sha256 or sha512."""
    if algorithm not in ALGORITHMS:
        raise FormatError(f"the parameter algorithm must be one of {', '.join(ALGORITHMS)}, not {algorithm!r}")
    return hashlib.new(algorithm, atom_text(value).encode(), usedforsecurity=False).hexdigest()


def zbase32(value: str, bits: int | None = None) -> str:
    """The first ``bits`` (default: all) of a hex text in z-base-32, lower case without padding.

    GnuPG names the socket folder of a home that is not the usual one by 120 bits of the path's SHA-1:
    ``path | hash_text('sha1') | zbase32(120)``. FormatError for what is no hex.
    """
    try:
        data = bytes.fromhex(value)
    except ValueError:
        raise FormatError(f"{value!r} is not hexadecimal text") from None
    wanted = len(data) * 8 if bits is None else bits
    if not 0 <= wanted <= len(data) * 8:
        raise FormatError(f"expected {wanted} bits, got {len(data) * 8}")
    digits = -(-wanted // 5)
    number = int.from_bytes(data, "big") >> (len(data) * 8 - wanted) << (digits * 5 - wanted)
    return "".join(ZBASE32[number >> 5 * (digits - 1 - at) & 31] for at in range(digits))


def store_name(value: str) -> str:
    """The name of a managed file in the store, as ``lib.hm.strings.storeFileName`` gives it.

    It is ``hm_`` and the safe characters of the file's path.
    """
    return "hm_" + UNSAFE_IN_NAME.sub("", value)


def indent_lines(value: str, prefix: str = "  ", first: bool = True, blank: bool = False) -> str:
    """``prefix`` before each line; ``first`` says whether before the first too, ``blank`` whether before empty ones."""
    lines = value.split("\n")
    return "\n".join(prefix + line if (first or at) and (blank or line) else line for at, line in enumerate(lines))


def wrap_lines(value: str, width: int = 78, continuation: str = "") -> str:
    """Each line folded at spaces to at most ``width`` characters; further lines begin with ``continuation``.

    Words longer than a line stay whole, and empty lines stay.
    """
    return "\n".join(
        textwrap.fill(line, width, subsequent_indent=continuation, break_long_words=False, break_on_hyphens=False)
        for line in value.split("\n")
    )


def bool_word(value: object, yes: str = "yes", no: str = "no") -> str:
    """One of two words for a boolean; FormatError for anything else."""
    if not isinstance(value, bool):
        raise FormatError(f"bool_word takes a boolean, got {kind_of(value)}")
    return yes if value else no


def number_text(value: object) -> str:
    """A number as Nix's ``toString`` writes it: a float with six decimals, an integer as it is."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise FormatError(f"float_text takes a number, got {kind_of(value)}")
    return float_text(value) if isinstance(value, float) else str(value)


def to_nix_string(value: object) -> str:
    """Any value but a mapping as Nix's ``toString``: true is ``1``, false and null are empty, lists spaced."""
    return nix_string(value)


WORDS: dict[str, Callable[..., str]] = {
    "bool_word": bool_word,
    "fish_layout": fish_layout,
    "float_text": number_text,
    "hash_text": hash_text,
    "indent_lines": indent_lines,
    "store_name": store_name,
    "to_nix_string": to_nix_string,
    "wrap_lines": wrap_lines,
    "zbase32": zbase32,
}
