# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Loading a spec file: YAML with the core values of YAML 1.2, positions, tags and live expressions."""

from __future__ import annotations

import os.path
import re
from collections.abc import Callable

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from yaml.resolver import BaseResolver

from ..values import Value
from .errors import SpecError
from .keys import LiteralKey
from .marks import EMPTY, checked_record, wire_form
from .nix import is_nix
from .nodes import Mapping, PlainInteger, PlainNumber, PlainWord, Sequence
from .position import Position
from .yaml_mistakes import nix_file, spec_error

try:
    from yaml.cyaml import CParser as _Parser  # type: ignore[attr-defined]
except ImportError:  # PyYAML without libyaml: the same nodes, slower

    class _Parser(yaml.reader.Reader, yaml.scanner.Scanner, yaml.parser.Parser, yaml.composer.Composer):  # type: ignore[no-redef]
        def __init__(self, stream: str) -> None:
            yaml.reader.Reader.__init__(self, stream)
            yaml.scanner.Scanner.__init__(self)
            yaml.parser.Parser.__init__(self)
            yaml.composer.Composer.__init__(self)


Live = Callable[[str, Position], object]

MAXIMUM_DEPTH = 100
# Composing nodes recurses in C: so many open brackets at once fit into a thread's stack of 256 KiB, with all that may be around them.
_COMPOSED_DEPTH = 300
MAXIMUM_NODES = 2_000_000

_WORDS: dict[str, Value] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_LOOSE_BOOLEANS = {w for base in ("yes", "no", "on", "off") for w in (base, base.capitalize(), base.upper())}
_INTEGER = re.compile(r"[-+]?[0-9]{1,4000}|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_NUMBERS = {".nan": "nan", ".NaN": "nan", ".NAN": "nan"}
_INFINITE = re.compile(r"([-+]?)\.(inf|Inf|INF)")
# Many levels on one line; and a flow collection that is closed on its line, without anything that could hide a bracket.
_STEEP = re.compile(r"[-?:][ \t]+(?:[-?:][ \t]+){29}")
_CLOSED = re.compile(r"[\[{][^\[\]{}\"'#!\n]*[\]}]")


_DEFAULT_TAGS: dict[type[Node], str] = {
    ScalarNode: BaseResolver.DEFAULT_SCALAR_TAG,
    SequenceNode: BaseResolver.DEFAULT_SEQUENCE_TAG,
    MappingNode: BaseResolver.DEFAULT_MAPPING_TAG,
}


class _Composer(_Parser, BaseResolver):
    """Composes nodes without giving plain scalars a type: that is done by `_scalar`."""

    def __init__(self, text: str) -> None:
        _Parser.__init__(self, text)
        BaseResolver.__init__(self)

    # Called for every node, by the parser; there is nothing to be resolved by paths.

    def resolve(self, kind: type[Node], _value: object, _implicit: object) -> str:
        return _DEFAULT_TAGS[kind]

    def descend_resolver(self, _node: Node | None, _index: object) -> None:
        return

    def ascend_resolver(self) -> None:
        return


class _Builder:
    """Turns one file's nodes into data."""

    def __init__(self, name: str, base: str, live: Live) -> None:
        self.name = name
        self.base = base
        self.live = live
        self.made: dict[int, object] = {}
        self.sizes: dict[int, int] = {}  # of collections: how many nodes they expand to
        self.open: set[int] = set()

    def build(self, node: Node, raw: bool = False, depth: int = 0) -> Value:
        if isinstance(node, ScalarNode):
            return self.scalar(node, raw)
        key = id(node) if not raw else -id(node)
        if key in self.made:
            return self.made[key]
        if key in self.open:
            raise SpecError("infinite recursion: the alias contains itself", [_position(self.name, node)])
        if depth > MAXIMUM_DEPTH:
            raise SpecError(f"nested more than {MAXIMUM_DEPTH} levels deep", [_position(self.name, node)])
        self.open.add(key)
        tag = node.tag
        unsafe = raw or tag == "!unsafe"
        value = (
            self.sequence(node, unsafe, depth) if isinstance(node, SequenceNode) else self.mapping(node, unsafe, depth)
        )
        if self.sizes[id(node)] > MAXIMUM_NODES:
            raise SpecError(
                f"too many aliases: the document expands to more than {MAXIMUM_NODES:,} nodes",
                [_position(self.name, node)],
            )
        self.open.discard(key)
        value = self.tagged(node, value, raw)
        self.made[key] = value
        return value

    def tagged(self, node: Node, value: Value, raw: bool) -> Value:
        tag = node.tag
        if tag.startswith("tag:yaml.org,2002:") or tag == "!unsafe":
            if tag.rpartition(":")[2] not in ("map", "seq", "str", "!unsafe"):
                raise self.unknown_type(tag, node)
            return value
        if raw:
            return value
        return wire_form(tag.removeprefix("!"), value, _position(self.name, node), self.base)

    def mapping(self, node: Node, raw: bool, depth: int) -> Mapping:
        result = Mapping(None, _position(self.name, node))
        positions = result.positions
        size = 1
        for key_node, value_node in node.value:
            key = self.key(key_node, raw)
            where = _position(self.name, key_node)
            if key in positions:
                raise SpecError(
                    f"duplicate key `{key}`",
                    [where, positions[key]],
                    hint="merge them, or one would be lost",
                )
            positions[key] = where
            if isinstance(value_node, ScalarNode):
                value = self.scalar(value_node, raw)
                size += 2
            else:
                value = self.build(value_node, raw, depth + 1)
                size += 1 + self.sizes.get(id(value_node), 1)
            dict.__setitem__(result, key, value)
        self.sizes[id(node)] = size
        return result if "_type" not in result else checked_record(result)

    def sequence(self, node: SequenceNode, raw: bool, depth: int) -> Sequence:
        result = Sequence([self.build(child, raw, depth + 1) for child in node.value], _position(self.name, node))
        result.positions = [_position(self.name, child) for child in node.value]
        self.sizes[id(node)] = 1 + sum(self.sizes.get(id(child), 1) for child in node.value)
        return result

    def unknown_type(self, tag: str, node: Node) -> SpecError:
        message = f"the YAML type !!{tag.rpartition(':')[2]} is not supported"
        return SpecError(message, [_position(self.name, node)], hint="leave it out")

    def key(self, node: Node, raw: bool) -> str:
        if not isinstance(node, ScalarNode):
            raise self.no_key(node)
        if raw or node.tag == "!unsafe":
            return LiteralKey(node.value)
        if node.tag.startswith("!"):
            raise SpecError(
                f"a key cannot have the tag {node.tag}", [_position(self.name, node)], hint="write it before the value"
            )
        if node.value == "<<" and not node.style:
            error = SpecError("merge keys are not supported, because YAML 1.2 has none", [_position(self.name, node)])
            raise error.with_details("yaml", whole=True, advice=["write  !merge [*alias, {...}]  as the value instead"])
        return str(node.value)

    def no_key(self, node: Node) -> SpecError:
        """The error for a key that is a list or a mapping: it is an expression without quotes, most likely."""
        position = _position(self.name, node)
        inner: Node | None = node
        while isinstance(inner, MappingNode):
            inner = inner.value[0][0] if len(inner.value) == 1 else None
        if isinstance(inner, ScalarNode):
            return SpecError(
                "a text that begins with `{{` must be quoted", [position], hint=f'"{{{{ {inner.value} }}}}"'
            )
        return SpecError("a key must be a string", [position], hint="quote a key that begins with `{` or `[`")

    def scalar(self, node: ScalarNode, raw: bool) -> Value:
        text, tag = node.value, node.tag
        if tag == "!unsafe":
            return text
        plain = not node.style
        if tag == "tag:yaml.org,2002:str" or tag == "!":
            return self.text(node, text, raw) if not plain or tag == "!" else self.plain(node, text, raw)
        if tag.startswith("tag:yaml.org,2002:"):
            raise self.unknown_type(tag, node)
        value = self.plain(node, text, raw) if plain else self.text(node, text, raw)
        if plain and text == "":
            value = EMPTY
        if raw:
            return value
        return wire_form(tag.removeprefix("!"), value, _position(self.name, node), self.base)

    def text(self, node: ScalarNode, text: str, raw: bool) -> Value:
        if "{{" in text and not raw:
            return self.live(text, _position(self.name, node))
        return text

    def plain(self, node: ScalarNode, text: str, raw: bool) -> Value:
        first = text[:1]
        if first in "0123456789-+.":
            if _INTEGER.fullmatch(text):
                if text[0] == "0" and text[1:2].isdigit():
                    return PlainInteger(text)
                return int(text, 0) if text[:2] in ("0x", "0o") else int(text)
            if _FLOAT.fullmatch(text) and any(c.isdigit() for c in text):
                return PlainNumber(text)
            if text in _NOT_NUMBERS or _INFINITE.fullmatch(text):
                return float(text.replace(".", "", 1).lower())
        if text in _WORDS:
            return _WORDS[text]
        if text in _LOOSE_BOOLEANS:
            return PlainWord(text)
        return self.text(node, text, raw)


def load(text: str, name: str, base: str | None = None, *, live: Live) -> Value:
    """The one document of a spec file as nodes; None when the file is empty.

    `name` is how errors call the file; `base` the folder that its relative paths start from; `live` makes the node of a text
    that holds `{{`. Raises SpecError.
    """
    base = os.path.dirname(os.path.abspath(name)) if base is None else base
    try:
        _refuse_steep(text, name)
        composer = _Composer(text)
        try:
            node = composer.get_single_node()
        finally:
            if hasattr(composer, "dispose"):
                composer.dispose()
    except yaml.YAMLError as problem:
        raise spec_error(problem, name, text) from None
    except (ValueError, UnicodeError) as problem:
        raise SpecError(f"not readable as YAML: {problem}", [Position(name)]) from None
    if node is None:
        return None
    try:
        return _Builder(name, base, live).build(node)
    except SpecError as error:
        if is_nix(text):
            raise nix_file(name) from None
        error.code, error.whole = error.code or "yaml", True
        raise


def _position(name: str, node: Node) -> Position:
    mark = node.start_mark
    # Half the time of `Position(...)`, and there is one for every node.
    return tuple.__new__(Position, (name, mark.line + 1, mark.column + 1))


def _open_brackets(text: str) -> int:
    """At least as many flow collections as are ever open at once. A sequence counts twice: `[a: b]` holds a mapping without braces."""
    closed = 0
    while closed < 5 and text.count("[") + text.count("{") > MAXIMUM_DEPTH:
        text = _CLOSED.sub("", text)
        closed += 1
    return 2 * (closed + text.count("[")) + text.count("{")


def _refuse_steep(text: str, name: str) -> None:
    """Look at the nesting by events first where it could be too deep to be composed."""
    if _open_brackets(text) <= _COMPOSED_DEPTH and not _STEEP.search(text) and " " * MAXIMUM_DEPTH not in text:
        return
    depth = 0
    for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        if isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            depth += 1
            if depth > MAXIMUM_DEPTH:
                mark = event.start_mark
                position = Position(name, mark.line + 1, mark.column + 1) if mark else Position(name)
                raise SpecError(f"nested more than {MAXIMUM_DEPTH} levels deep", [position])
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            depth -= 1
