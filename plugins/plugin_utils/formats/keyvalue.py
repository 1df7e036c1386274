# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Files of one ``key=value`` a line, as ``lib.generators.toKeyValue`` writes them.

The dialects of programs are parameters. ``Dialect`` is shared with the INI formats, whose sections are such texts.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from ..values import FormatError, PathValue, Value
from .atoms import Trail, atom_text, choice, entries, is_mapping, items, several
from .quoting import QUOTING, VARIABLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LISTS = ("refuse", "duplicate", "join")
NULLS = ("write", "drop", "empty", "bare", "refuse")


@dataclass(frozen=True)
class Dialect:
    """How one program writes ``key=value``.

    ``separator`` between key and value (escaped by a backslash where a key holds it, unless ``escape_key`` is false);
    ``lists``: ``refuse`` them, ``duplicate`` the key, or ``join`` the items by ``joiner``;
    ``nulls``: ``write`` the word null, ``drop`` the key, ``empty`` value, the ``bare`` key, or ``refuse``;
    ``bools``: the words for true and false; with ``flags`` true is the bare key and false drops it;
    ``quote``: the name of a quoting word for strings and places, with ``quote_all`` for every value;
    ``indent`` begins and ``suffix`` ends each line.
    """

    separator: str = "="
    lists: str = "refuse"
    joiner: str = ","
    nulls: str = "write"
    bools: Sequence[str] = ("true", "false")
    flags: bool = False
    quote: str | None = None
    quote_all: bool = False
    escape_key: bool = True
    indent: str = ""
    suffix: str = ""

    def __post_init__(self) -> None:
        choice("lists", self.lists, LISTS)
        choice("nulls", self.nulls, NULLS)
        if self.quote is not None:
            choice("quote", self.quote, sorted(QUOTING))
        if isinstance(self.bools, str) or len(self.bools) != 2:
            raise FormatError(f"the parameter bools must be a pair of words, not {self.bools!r}")

    def lines(self, mapping: object, trail: Trail = ()) -> str:
        """All entries of ``mapping``, each line with its newline."""
        found = (line for key, item, inner in entries(mapping, trail) for line in self.entry(key, item, inner))
        return "".join(self.indent + line + self.suffix + "\n" for line in found)

    def entry(self, key: str, value: object, trail: Trail) -> Iterator[str]:
        """The lines (none, one, several) of one key, without indent and suffix."""
        if isinstance(value, (list, tuple)):
            if self.lists == "duplicate":
                for item, inner in items(value, trail):
                    yield from self._single(key, item, inner)
                return
            if self.lists == "join":
                yield self._line(key, self.joiner.join(self._text(item, inner) for item, inner in items(value, trail)))
                return
        yield from self._single(key, value, trail)

    def _single(self, key: str, value: object, trail: Trail) -> Iterator[str]:
        if (value is None and self.nulls == "bare") or (value is True and self.flags):
            yield key
        elif not ((value is None and self.nulls == "drop") or (value is False and self.flags)):
            yield self._line(key, self._text(value, trail))

    def _line(self, key: str, text: str) -> str:
        if self.escape_key and self.separator:
            key = key.replace(self.separator, "\\" + self.separator)
        return f"{key}{self.separator}{text}"

    def _text(self, value: object, trail: Trail) -> str:
        null = {"write": "null", "refuse": None}.get(self.nulls, "")
        text = atom_text(value, trail, bools=self.bools, null=null)
        if self.quote is not None and (self.quote_all or isinstance(value, (str, PathValue))):
            return QUOTING[self.quote](text)
        return text


DIALECT_PARAMETERS = frozenset(field.name for field in fields(Dialect))


def dialect(parameters: dict[str, Value]) -> Dialect:
    """The dialect of keyword parameters; FormatError for an unknown one."""
    unknown = sorted(set(parameters) - DIALECT_PARAMETERS)
    if unknown:
        raise FormatError(
            f"unknown parameter {', '.join(unknown)}; known parameters: {', '.join(sorted(DIALECT_PARAMETERS))}"
        )
    return Dialect(**parameters)


def to_keyvalue(value: object, *, header: str = "", **parameters: object) -> str:
    """A mapping as lines ``key=value``.

    ``parameters`` are the fields of ``Dialect``; ``header`` is text before everything.
    """
    return header + dialect(parameters).lines(value)


def to_env(value: object, *, export: bool = False, nulls: str = "drop") -> str:
    """A file of ``NAME=value`` that a shell can source, each value quoted for it.

    ``export`` puts that word before each line. Booleans are ``true`` and ``false``. FormatError for a name that no
    shell accepts.
    """
    for name, _item, trail in entries(value):
        if not VARIABLE.fullmatch(name):
            raise FormatError(f"invalid name for an environment variable: {name!r}", trail)
    return Dialect(quote="sh_quote", nulls=nulls, indent="export " if export else "").lines(value)


def to_ssh_config(value: object, *, indent: str = "  ") -> str:
    """ssh_config(5): ``Keyword value`` lines, then each mapping as an indented block under its own key (``Host example``).

    Booleans are ``yes`` and ``no``, a list repeats its keyword, null is left out. FormatError for a block inside a
    block.
    """
    style = {"separator": " ", "lists": "duplicate", "nulls": "drop", "bools": ("yes", "no"), "escape_key": False}
    loose = {key: item for key, item, _trail in entries(value) if not is_mapping(item)}
    blocks = [
        f"{key}\n" + dialect({**style, "indent": indent}).lines(item, trail)
        for key, item, trail in entries(value)
        if is_mapping(item)
    ]
    return "\n".join(filter(None, [dialect(style).lines(loose), *blocks]))


def to_properties(value: object, *, separator: str = "=", joiner: str = ",") -> str:
    """Java's ``.properties``: ASCII only, everything that has a meaning there escaped; lists joined, null left out."""
    lines = ""
    for key, item, trail in entries(value):
        if item is None:
            continue
        text = joiner.join(atom_text(part, inner, null=None) for part, inner in several(item, trail))
        lines += _property(key, " =:") + separator + _property(text, "") + "\n"
    return lines


def _property(text: str, special: str) -> str:
    escapes = {
        "\n": "\\n",
        "\t": "\\t",
        "\r": "\\r",
        "\f": "\\f",
        "\\": "\\\\",
        **{char: "\\" + char for char in special},
    }
    out = ""
    for index, char in enumerate(text):
        if not index and char in " #!":
            out += "\\" + char
        elif char in escapes or 0x20 <= ord(char) < 0x7F:
            out += escapes.get(char, char)
        else:
            units = char.encode("utf-16-be", "surrogatepass").hex()
            out += "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))
    return out


def to_xresources(value: object) -> str:
    """X resources: ``name: value`` a line, lists joined by a comma and a space, null left out.

    Backslashes keep their meaning (translations are written with them); a newline and leading space are escaped.
    """
    lines = ""
    for key, item, trail in entries(value):
        if item is None:
            continue
        text = ", ".join(atom_text(part, inner, null=None) for part, inner in several(item, trail))
        lines += f"{key}: {_resource(text)}\n"
    return lines


def _resource(text: str) -> str:
    continued = [line if line.endswith("\\") else line + "\\n\\" for line in text.split("\n")[:-1]]
    text = "\n".join([*continued, text.rsplit("\n", maxsplit=1)[-1]])
    return "\\" + text if text[:1] in (" ", "\t") else text
