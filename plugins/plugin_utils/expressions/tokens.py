# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The tokens of an expression, as Jinja's lexer finds them; anything unusual is `Unsupported`, and left to Jinja."""

from __future__ import annotations

import re

NAME, TEXT, NUMBER, END = "name", "text", "number", ""

# The groups are: name, text in single or double quotes, decimal number, whole number, operator.
_TOKEN = re.compile(
    r"\s*(?:([^\W\d]\w*)"
    r"|'([^'\\]*(?:\\.[^'\\]*)*)'"
    r'|"([^"\\]*(?:\\.[^"\\]*)*)"'
    r"|(\d+\.\d+)(?![\w.])"
    r"|(0|[1-9]\d*)(?![\w.])"
    r"|(//|\*\*|[=!<>]=|[-+/*%~\[\](){}<>=.:|,]))",
    re.DOTALL,
)
_SPACE = re.compile(r"\s*")
_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")


class Unsupported(Exception):
    """An expression that is left to Jinja: it uses a rare part of the language, or is none."""


class Tokens:
    """The tokens of one expression: the kind of each (an operator is its own kind), and its value. The last one is END."""

    __slots__ = ("at", "kinds", "values")

    def __init__(self) -> None:
        self.at = 0
        self.kinds: list[str] = []
        self.values: list[str | int | float] = []

    @property
    def kind(self) -> str:
        """The kind of the current token."""
        return self.kinds[self.at]

    def is_word(self, word: str) -> bool:
        """Whether the current token is this name."""
        return self.kinds[self.at] == NAME and self.values[self.at] == word

    def take(self, kind: str) -> str | int | float:
        """The value of the current token, which must be of a kind. Raises Unsupported."""
        if self.kinds[self.at] != kind:
            raise Unsupported
        self.at += 1
        return self.values[self.at - 1]

    def skip(self, kind: str) -> bool:
        """Whether the current token is of a kind; it is passed then."""
        if self.kinds[self.at] != kind:
            return False
        self.at += 1
        return True

    def skip_word(self, word: str) -> bool:
        """Whether the current token is this name; it is passed then."""
        if not self.is_word(word):
            return False
        self.at += 1
        return True


def tokens_of(source: str) -> Tokens:
    """The tokens of a whole expression without braces. Raises Unsupported."""
    _refuse_line_ends(source)
    return _read(source, 0, False)[0]


def pieces_of(source: str) -> list[str | Tokens]:
    """A text with `{{ }}` as its literal parts and its expressions. Raises Unsupported."""
    _refuse_line_ends(source)
    found: list[str | Tokens] = []
    at = 0
    while (start := source.find("{{", at)) >= 0:
        literal, sign = source[at:start], source[start + 2 : start + 3]
        if sign == "-":
            literal = literal.rstrip()
        if literal:
            found.append(literal)
        tokens, at = _read(source, start + 2 + (sign in ("-", "+")), True)
        found.append(tokens)
    if at < len(source):
        found.append(source[at:])
    return found


def _refuse_line_ends(source: str) -> None:
    """Leave to Jinja what it takes for the end of a line, and what its statements begin with here."""
    if "\r" in source or "\0" in source:
        raise Unsupported


def _read(source: str, at: int, braced: bool) -> tuple[Tokens, int]:
    """The tokens from a place on, up to the closing braces, or else to the end; and the place after them."""
    tokens = Tokens()
    kinds, values = tokens.kinds, tokens.values
    depth = 0
    while True:
        found = _TOKEN.match(source, at)
        if found is None:
            if braced or _SPACE.fullmatch(source, at) is None:
                raise Unsupported
            break
        at, group = found.end(), found.lastindex or 0
        text = found[group]
        if group == 6:
            if text in _OPENING:
                depth += 1
            elif text in _CLOSING:
                if depth == 0:
                    if not braced or not source.startswith("}}", at - 1):
                        raise Unsupported
                    at += 1
                    break
                depth -= 1
            kinds.append(text)
            values.append(text)
        elif group == 1:
            if not text.isascii():
                raise Unsupported
            kinds.append(NAME)
            values.append(text)
        elif group in (2, 3):
            kinds.append(TEXT)
            values.append(text if "\\" not in text else _unescaped(text))
        else:
            kinds.append(NUMBER)
            values.append(float(text) if group == 4 else int(text))
    kinds.append(END)
    values.append("")
    return tokens, at


def _unescaped(text: str) -> str:
    """A text with its escapes replaced, as in Python. Raises Unsupported for wrong ones."""
    try:
        return text.encode("ascii", "backslashreplace").decode("unicode-escape")
    except UnicodeError:
        raise Unsupported from None
