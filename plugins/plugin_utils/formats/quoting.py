# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Texts quoted so that a language reads them as one word or literal: shells, Nushell, Emacs Lisp, Lua, systemd, XML.

Everything here is pure: a value and parameters in, text out. A value is text, a number or a path value; booleans, null,
lists and mappings are refused with FormatError unless a function says otherwise, since no shell has them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..values import FormatError
from .atoms import Trail, atom_text, entries, kind_of, several

if TYPE_CHECKING:
    from collections.abc import Callable

SHELL_SAFE = re.compile(r"[A-Za-z0-9,._+:@%/-]+")
SYSTEMD_SPLITS = re.compile(r"[\s\"'\\]")
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
REGEX_SPECIAL_BASIC = re.compile(r"[].[^$*\\]")
REGEX_SPECIAL = re.compile(r"[\\\[{()^$?*+|.]")
SHELL_TOKEN = re.compile(r"\\.|\$[({]|.", re.DOTALL)
XML = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "'": "&apos;", '"': "&quot;"}
UNESCAPED = re.compile(r'\\.|["\\]', re.DOTALL)
C_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def word_text(value: object, trail: Trail = ()) -> str:
    """The text of a value that becomes one word; FormatError for what has no single text, and for a NUL."""
    if isinstance(value, bool) or value is None:
        raise FormatError(f"{kind_of(value)} cannot be quoted; convert it first, for example with bool_word", trail)
    text = atom_text(value, trail)
    if "\0" in text:
        raise FormatError("text cannot contain a NUL character", trail)
    return text


def sh_quote(value: object) -> str:
    """One word for bash, dash and zsh, as ``lib.escapeShellArg``: single quotes, and none where none are needed."""
    text = word_text(value)
    return text if SHELL_SAFE.fullmatch(text) else _single_quoted(text)


def sh_args(value: object) -> str:
    """A list as words of a shell command, as ``lib.escapeShellArgs``; a single value counts as a list of one."""
    return " ".join(sh_quote(word) for word, _trail in several(value))


def dquote(value: object) -> str:
    r"""A double-quoted shell string in which ``$``, backquotes and backslashes keep their meaning.

    This is how Home Manager writes session variables: ``$HOME/bin`` and ``$(tty)`` work, and ``\$`` is a dollar. What
    would break the string there is put right: a bare ``"`` outside a substitution and a lone backslash at the end are
    escaped, and so is the beginning of a substitution that never ends.
    """
    return '"' + _guarded(word_text(value)) + '"'


def _guarded(text: str, literal: str = "") -> str:
    """The inside of a double-quoted string; outside substitutions the characters `literal` lose their meaning too."""
    tokens: list[str] = SHELL_TOKEN.findall(text)
    if literal:
        tokens = [part for token in tokens for part in ([token] if token[0] != "\\" or token == "\\$" else token)]
    openers = {"$(": ")", "${": "}"} | ({} if "`" in literal else {"`": "`"})
    closers: list[str] = []
    guarded = ""
    for token in tokens:
        if closers and token == closers[-1]:
            closers.pop()
        elif token in openers:
            closers.append(openers[token])
        elif token == "(" and closers[-1:] == [")"]:
            closers.append(")")
        elif (token == "\\" and not (literal and closers)) or (token in ('"', *literal) and not closers):
            token = "\\" + token
        guarded += token
    if closers:
        return "".join("\\" + token if token in ("$(", "${", "`", '"', "\\") else token for token in tokens)
    return guarded


def zsh_dquote(value: object) -> str:
    r"""A double-quoted zsh string in which ``$`` alone keeps its meaning, and ``\$`` is a dollar.

    Quotes, backquotes and other backslashes are escaped, except inside a substitution.
    """
    return '"' + _guarded(word_text(value), "\\`") + '"'


def zsh_quote(value: object) -> str:
    """One word for zsh, right under any of its options; as ``sh_quote`` but for words that begin with ``%``."""
    text = word_text(value)
    return text if SHELL_SAFE.fullmatch(text) and text[0] != "%" else _single_quoted(text)


def fish_quote(value: object) -> str:
    """One word for fish, in single quotes unless it needs none.

    Only a backslash and the quote itself are escaped.
    """
    text = word_text(value)
    if SHELL_SAFE.fullmatch(text) and text[0] != "%":
        return text
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def nu_quote(value: object) -> str:
    """A double-quoted string of Nushell; control characters become ``\\u{...}``."""
    return _c_string(word_text(value), "\\u{{{:x}}}")


def nu_word(value: object) -> str:
    """One word for Nushell, quoted only where it needs to be."""
    text = word_text(value)
    return text if SHELL_SAFE.fullmatch(text) else nu_quote(text)


def lua_quote(value: object) -> str:
    """A double-quoted string of Lua (5.1 and later); control characters become three decimal digits."""
    return _c_string(word_text(value), "\\{:03d}")


def elisp_quote(value: object) -> str:
    """A string of Emacs Lisp; only quotes and backslashes need an escape there."""
    return '"' + word_text(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


def json_quote(value: object) -> str:
    """A string of JSON."""
    return _c_string(word_text(value), "\\u{:04x}")


def escaped_quote(value: object) -> str:
    r"""A string in double quotes whose backslashes keep their meaning (``\n``, ``\"``).

    A bare ``"`` and a lone backslash at the end are escaped. This is for the many formats whose authors write a
    string's escapes themselves: those of rofi, dunst and libconfig.
    """
    return '"' + UNESCAPED.sub(lambda found: found[0] if found[0][1:] else "\\" + found[0], word_text(value)) + '"'


def mpv_quote(value: object) -> str:
    """mpv's ``%N%text`` with N the length in bytes, in which no character has a meaning."""
    text = word_text(value)
    return f"%{len(text.encode())}%{text}"


def regex_escape(value: object, re_type: str = "posix_extended") -> str:
    """Text that a regular expression matches literally; by default a POSIX extended one, as ``lib.escapeRegex``.

    ``re_type`` is ``posix_extended``, ``posix_basic`` or ``python``.
    """
    text = word_text(value)
    if re_type == "python":
        return re.escape(text)
    special = {"posix_extended": REGEX_SPECIAL, "posix_basic": REGEX_SPECIAL_BASIC}.get(re_type)
    if special is None:
        raise FormatError(f"the parameter re_type must be one of posix_extended, posix_basic, python, not {re_type!r}")
    return special.sub(lambda found: "\\" + found[0], text)


def systemd_quote(value: object) -> str:
    """One argument of a unit's ``Exec...=`` line, quoted.

    Specifiers (``%``) and variables (``$``) are taken literally.
    """
    return _c_string(word_text(value), "\\x{:02x}").replace("%", "%%").replace("$", "$$")


def systemd_word(value: object) -> str:
    """One argument or assignment of a unit, quoted only where it would fall apart; otherwise specifiers keep their meaning."""
    text = word_text(value)
    return systemd_quote(text) if SYSTEMD_SPLITS.search(text) or not text else text


def systemd_escape(value: object, *, path: bool = False) -> str:
    """Text as a part of a unit's name, as systemd-escape(1); ``path`` as its option ``--path``."""
    text = word_text(value)
    if path:
        text = "/".join(part for part in text.split("/") if part)
        if any(part in (".", "..") for part in text.split("/")):
            raise FormatError(f"{text!r} is not a normalized path")
        if not text:
            return "-"
    escaped = ""
    for index, byte in enumerate(text.encode()):
        char = chr(byte)
        if char == "/":
            escaped += "-"
        elif (char.isascii() and char.isalnum()) or char in ":_" or (char == "." and index):
            escaped += char
        else:
            escaped += f"\\x{byte:02x}"
    return escaped


def xml_escape(value: object) -> str:
    """Text for the inside of an XML element or attribute, as ``lib.escapeXML``."""
    return "".join(XML.get(char, char) for char in word_text(value))


def sh_export(value: object, name: str) -> str:
    """One ``export NAME="value"`` line without its newline, the value as ``dquote`` writes it.

    Booleans are ``true`` and ``false``.
    """
    return f"export {_variable(name)}={dquote(_shell_text(value, (name,)))}"


def sh_exports(value: object) -> str:
    """A mapping as ``export`` lines joined by newlines, as ``lib.hm.shell.exportAll``; null leaves a variable out."""
    return "\n".join(sh_export(item, name) for name, item, _trail in entries(value) if item is not None)


def sh_prepend(value: object, name: str, separator: str = ":") -> str:
    """A shell expression of a list before what the variable ``name`` holds, as ``lib.hm.shell.prependToVar``."""
    return (
        separator.join(word_text(word, way) for word, way in several(value))
        + f"${{{_variable(name)}:+{separator}}}${name}"
    )


def zsh_value(value: object) -> str:
    """A value for zsh: booleans bare, a list as an array, the rest as ``zsh_dquote``.

    The lines of an array are indented and have at most 80 characters; its words are quoted where needed.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        words = [_zsh_word(item) for item in value]
        return "(" + "".join("\n  " + line for line in _filled(words, 78)) + ("\n)" if words else ")")
    return zsh_dquote(value)


def _zsh_word(value: object) -> str:
    if isinstance(value, (bool, list, tuple)):
        return zsh_value(value)
    text = word_text(value)
    return text if SHELL_SAFE.fullmatch(text) and text[0] != "%" else zsh_dquote(text)


def _filled(words: list[str], width: int) -> list[str]:
    """The words in lines of at most ``width`` characters; a longer word has a line of its own."""
    lines: list[str] = []
    for word in words:
        if lines and len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += " " + word
        else:
            lines.append(word)
    return lines


def zsh_define(value: object, name: str, export: bool = False) -> str:
    """One zsh assignment ``NAME=value``, as ``lib.hm.zsh.define``; ``export`` puts that word before it."""
    return f"{'export ' if export else ''}{_variable(name)}={zsh_value(value)}"


def zsh_defines(value: object, export: bool = False) -> str:
    """A mapping as zsh assignments joined by newlines; null leaves a variable out."""
    return "\n".join(zsh_define(item, name, export) for name, item, _trail in entries(value) if item is not None)


def if_executable(value: object, program: str, shell: str = "sh") -> str:
    """Shell code that runs only where ``program``, an absolute path, can be executed.

    ``shell`` is sh, bash, zsh or fish. Lines stay unchanged, and a newline ends the code.
    """
    code = word_text(value).rstrip("\n")
    if shell == "fish":
        return f"if test -x {fish_quote(program)}\n{code}\nend\n"
    if shell not in ("sh", "bash", "zsh"):
        raise FormatError(f"if_executable supports sh, bash, zsh and fish, not {shell}")
    return f"if [ -x {sh_quote(program)} ]; then\n{code}\nfi\n"


def _single_quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _c_string(text: str, control: str) -> str:
    """``text`` in double quotes with C's short escapes; ``control`` is the form of another control character."""
    return (
        '"'
        + "".join(
            C_ESCAPES.get(char) or (control.format(ord(char)) if ord(char) < 0x20 or ord(char) == 0x7F else char)
            for char in text
        )
        + '"'
    )


def _shell_text(value: object, trail: Trail) -> str:
    return atom_text(value, trail, null=None)


def _variable(name: str) -> str:
    if not VARIABLE.fullmatch(name):
        raise FormatError(f"invalid name for a shell variable: {name!r}")
    return name


QUOTING: dict[str, Callable[..., str]] = {
    "sh_quote": sh_quote,
    "sh_args": sh_args,
    "dquote": dquote,
    "zsh_quote": zsh_quote,
    "zsh_dquote": zsh_dquote,
    "fish_quote": fish_quote,
    "nu_quote": nu_quote,
    "nu_word": nu_word,
    "lua_quote": lua_quote,
    "elisp_quote": elisp_quote,
    "json_quote": json_quote,
    "escaped_quote": escaped_quote,
    "mpv_quote": mpv_quote,
    "regex_escape": regex_escape,
    "systemd_quote": systemd_quote,
    "systemd_word": systemd_word,
    "systemd_escape": systemd_escape,
    "xml_escape": xml_escape,
    "sh_export": sh_export,
    "sh_exports": sh_exports,
    "sh_prepend": sh_prepend,
    "if_executable": if_executable,
    "zsh_value": zsh_value,
    "zsh_define": zsh_define,
    "zsh_defines": zsh_defines,
}
