# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Type strings: `nullOr (enum dock hide)`, juxtaposed atoms without commas."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from ..syntax.errors import SpecError, did_you_mean
from .schema import Type
from .type_container import (
    AnyValue,
    Attrs,
    AttrsOf,
    DagOf,
    Freeform,
    GVariantType,
    ListOf,
    ModuleType,
    NullOr,
    Once,
)
from .type_scalar import SCALARS, between, matching, one_of
from .type_union import Either
from .types import Separated

T = TypeVar("T")

_TOKEN = re.compile(r'\s*(?:(?P<paren>[()])|"(?P<text>(?:[^"\\]|\\.)*)"|(?P<word>[^\s()"]+))')
_ESCAPE = re.compile(r'\\(["\\])')

FREEFORM = {
    "json": True, "yaml": True, "toml": False, "lua": True, "plist": True, "kdl": True, "nuon": True, "elisp": True, "hyprconf": True,
    "libconfig": False, "rasi": False,
}  # fmt: skip
# The formats whose own files write a path with dots or in nested blocks, and seldom a name that holds a dot.
NESTING = {"toml", "kdl", "nuon", "hyprconf", "libconfig"}


def _ini_atom() -> Type:
    return NullOr(Either([SCALARS["bool"], SCALARS["int"], SCALARS["float"], SCALARS["str"]]))


def _git_section() -> Type:
    atom: Type = Either([SCALARS["str"], SCALARS["bool"], SCALARS["int"]])
    values: Type = Either([atom, ListOf(atom)])
    entry: Type = Either([values, AttrsOf(values)])
    entry.description = "git value (a string, a boolean, a whole number, a list of these, a subsection)"
    section: Type = AttrsOf(entry)
    section.description = "git section (a mapping of names to values, perhaps with subsections)"
    return AttrsOf(section)


def _section_values() -> Type:
    return Either([_ini_atom(), ListOf(_ini_atom())])


NAMED: dict[str, Type] = {
    **SCALARS,
    **{name: Freeform(name, null, nests=name in NESTING) for name, null in FREEFORM.items()},
    "attrs": Attrs(),
    "gvariant": GVariantType(),
    "module": ModuleType(),
    "anything": AnyValue("deep"),
    "unspecified": AnyValue("loose"),
    "raw": AnyValue("raw"),
    "iniAtom": _ini_atom(),
    "ini": AttrsOf(AttrsOf(_ini_atom())),
    "iniLists": AttrsOf(AttrsOf(_section_values())),
    "keyValue": AttrsOf(_ini_atom()),
    "keyValueLists": AttrsOf(_section_values()),
    "gitIni": _git_section(),
}

for _name, _description in {
    "iniAtom": "INI value",
    "ini": "INI settings (a mapping of sections to names and values)",
    "iniLists": "INI settings (a mapping of sections to names and values, which may be lists)",
    "keyValue": "settings (a mapping of names to values)",
    "keyValueLists": "settings (a mapping of names to values, which may be lists)",
    "gitIni": "git settings (a mapping of sections to names and values)",
}.items():
    NAMED[_name].description = _description

_ONE: dict[str, Callable[[Type], Type]] = {
    "nullOr": NullOr,
    "listOf": ListOf,
    "nonEmptyListOf": lambda t: ListOf(t, non_empty=True),
    "attrsOf": AttrsOf,
    "lazyAttrsOf": lambda t: AttrsOf(t, lazy=True),
    "dagOf": DagOf,
    "uniq": Once,
    "unique": Once,
    "functionTo": lambda t: t,
}
CONSTRUCTORS = {*_ONE, "either", "oneOf", "enum", "strMatching", "separatedString", "ints.between", "numbers.between"}


class _Reader:
    def __init__(self, text: str, named: Callable[[str], Type | None]) -> None:
        self.text = text
        self.named = named
        self.tokens: list[tuple[str, str]] = []
        at = 0
        while text[at:].strip():
            found = _TOKEN.match(text, at)
            if not found:
                raise SpecError(f"invalid type `{text}`: unterminated quote")
            kind = str(found.lastgroup)
            self.tokens.append((kind, _ESCAPE.sub(r"\1", found[kind]) if kind == "text" else found[kind]))
            at = found.end()
        self.at = 0

    def peek(self) -> tuple[str, str] | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def take(self, what: str) -> tuple[str, str]:
        token = self.peek()
        if token is None:
            raise SpecError(f"unexpected end of type `{self.text}`: expected {what}")
        self.at += 1
        return token

    def whole(self) -> Type:
        found = self.type()
        token = self.peek()
        if token is not None:
            raise SpecError(
                f"unexpected `{token[1]}` in type `{self.text}`", hint="put a type with arguments in parentheses"
            )
        return found

    def type(self) -> Type:
        kind, word = self.take("a type")
        if (kind, word) == ("paren", "("):
            found = self.type()
            if self.take("a closing parenthesis") != ("paren", ")"):
                raise SpecError(f"invalid type `{self.text}`: missing closing parenthesis")
            return found
        if kind != "word":
            raise SpecError(f"invalid type `{self.text}`: `{word}` is not a type")
        if word in _ONE:
            return _ONE[word](self.type())
        if word in CONSTRUCTORS:
            return self.constructed(word)
        found_type = self.named(word) or NAMED.get(word)
        if found_type is None:
            raise SpecError(f"unknown type `{word}`", hint=did_you_mean(word, [*NAMED, *CONSTRUCTORS, "submodule"]))
        return found_type

    def constructed(self, word: str) -> Type:
        if word == "either":
            return Either([self.type(), self.type()])
        if word == "oneOf":
            return Either(list(self.rest(self.type)))
        if word == "enum":
            return one_of(self.rest(self.atom))
        if word == "strMatching":
            return matching(self.take("a pattern")[1])
        if word == "separatedString":
            return Separated(self.take("a separator")[1].replace("\\n", "\n"))
        low, high = self.bound(), self.bound()
        return between(low, high, whole=word.startswith("ints"))

    def bound(self) -> float:
        word = self.take("a number")[1]
        try:
            return int(word) if "." not in word else float(word)
        except ValueError:
            raise SpecError(f"invalid type `{self.text}`: `{word}` is not a number") from None

    def rest(self, take: Callable[[], T]) -> list[T]:
        found: list[T] = []
        while self.peek() not in (None, ("paren", ")")):
            found.append(take())
        if not found:
            raise SpecError(f"unexpected end of type `{self.text}`: expected at least one more argument")
        return found

    def atom(self) -> object:
        kind, word = self.take("a value")
        if kind == "word":
            if word in ("true", "false", "null"):
                return {"true": True, "false": False, "null": None}[word]
            if re.fullmatch(r"-?[0-9]+", word):
                return int(word)
        return word


# Types by the text that says them, with the words of the text: most options of the library share a few.
_known: dict[str, tuple[list[str], Type]] = {}


def parse_type(text: str, named: Callable[[str], Type | None] = lambda _name: None) -> Type:
    """The type that a type string says; `named` knows the named types in force. Raises SpecError."""
    known = _known.get(text)
    if known is not None and all(named(word) is None for word in known[0]):
        return known[1]
    asked: list[str] = []

    def noted(word: str) -> Type | None:
        found = named(word)
        asked.append("" if found is not None else word)
        return found

    read = _Reader(text, noted).whole()
    if "" not in asked:
        _known[text] = (asked, read)
    return read
