# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""KDL documents, as ``lib.hm.generators.toKDL`` writes them.

A key is a node's name, written as it is. A mapping is a node with ``_args`` (list), ``_props`` (mapping), ``_children``
(list of mappings, for order and repeated names) and its other keys as children; a list of plain values is a node's
arguments, any other list a node with a child named ``-`` for each item.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..values import FormatError, PathValue, Value
from .atoms import Trail, entries, float_text, is_list, is_mapping, items, kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator

OWN_KEYS = ("_args", "_props", "_children")


def to_kdl(value: object, *, escape_backslashes: bool = False, escape_tabs: bool = False) -> str:
    """KDL text of a mapping; quotes and newlines in strings are always escaped, backslashes and tabs on request.

    FormatError for inline expressions and for a list or mapping where only a plain value is allowed.
    """
    escapes = {"\n": "\\n", '"': '\\"'} | ({"\\": "\\\\"} if escape_backslashes else {})
    return _Writer(escapes | ({"\t": "\\t"} if escape_tabs else {})).document(value)


@dataclass(frozen=True)
class _Writer:
    escapes: dict[str, str]

    def document(self, value: object) -> str:
        return "".join(node + "\n" for key, item, trail in entries(value) for node in self.nodes(key, item, trail))

    def nodes(self, name: str, value: Value, trail: Trail) -> Iterator[str]:
        if is_mapping(value):
            yield self.node(name, value, trail)
        elif name == "_children":
            yield from self.children(value, trail)
        elif is_list(value):
            if any(is_list(item) or is_mapping(item) for item in value):
                yield name + self.body(
                    [node for item, way in items(value, trail) for node in self.nodes("-", item, way)]
                )
            else:
                yield " ".join([name, *(self.literal(item, way) for item, way in items(value, trail))])
        else:
            yield f"{name} {self.literal(value, trail)}"

    def node(self, name: str, value: Value, trail: Trail) -> str:
        head = [name]
        head += [self.literal(item, way) for item, way in items(self.listed(value, "_args", trail), (*trail, "_args"))]
        head += [
            f"{key}={self.literal(item, way)}"
            for key, item, way in entries(value.get("_props", {}), (*trail, "_props"))
        ]
        inside = list(self.children(value.get("_children", []), (*trail, "_children")))
        for key, item, way in entries(value, trail):
            if key not in OWN_KEYS:
                inside += self.nodes(key, item, way)
        return " ".join(head) + (self.body(inside) if inside else "")

    def children(self, value: Value, trail: Trail) -> Iterator[str]:
        if not is_list(value):
            raise FormatError(f"_children must be a list of mappings, not {kind_of(value)}", trail)
        for child, way in items(value, trail):
            for key, item, inner in entries(child, way):
                yield from self.nodes(key, item, inner)

    def listed(self, value: Value, key: str, trail: Trail) -> Value:
        found = value.get(key, [])
        if not is_list(found):
            raise FormatError(f"{key} must be a list, not {kind_of(found)}", (*trail, key))
        return found

    def body(self, nodes: list[str]) -> str:
        return " {\n" + "".join(f"\t{line}\n" for node in nodes for line in node.split("\n")) + "}"

    def literal(self, value: object, trail: Trail) -> str:
        if value is None or isinstance(value, bool):
            return {None: "null", True: "true", False: "false"}[value]
        if isinstance(value, int):
            return str(value)
        if isinstance(value, float):
            return float_text(value)
        if isinstance(value, (str, PathValue)):
            return '"' + "".join(self.escapes.get(char, char) for char in str(value)) + '"'
        raise FormatError(f"expected a plain value, got {kind_of(value)}", trail)
