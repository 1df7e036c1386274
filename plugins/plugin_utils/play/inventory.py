# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A spec in the inventory or in a playbook: values of the play as nodes of the language."""

from __future__ import annotations

from typing import Any

from ansible.parsing.vault import EncryptedString

from ..expressions.expression import Expression
from ..syntax.marks import checked_record
from ..syntax.nodes import Mapping, Sequence
from ..syntax.position import Position
from ..syntax.secrets import SECRETS
from .datatags import live, position_of


class Secret(Expression):
    """A vaulted value inside a spec: decrypted when it is read, and never shown."""

    __slots__ = ("value",)

    def __init__(self, value: EncryptedString, position: Position | None) -> None:
        super().__init__("<vaulted>", position)
        self.value = value

    def evaluate(self, scope: Any) -> str:
        scope.language.taint()
        value = str(self.value)
        SECRETS.add(value)
        return value


def as_node(value: object, outer: Position | None = None) -> Any:
    """The node for a raw (untemplated) value of the play; keys split as in a spec file."""
    position = position_of(value) or outer
    if isinstance(value, EncryptedString):
        return Secret(value, position)
    if isinstance(value, dict):
        node = Mapping(None, position, verbatim="_type" in value)
        for key, item in value.items():
            node[str(key)] = as_node(item, position_of(key) or position)
            node.positions[str(key)] = position_of(key) or position_of(item) or position or Position("the inventory")
        return node if "_type" not in node else checked_record(node)
    if isinstance(value, (list, tuple)):
        items = Sequence([as_node(item, position) for item in value], position)
        items.positions = [position_of(item) or position or Position("the inventory") for item in value]
        return items
    if isinstance(value, str):
        return Expression("".join(value), position) if live(value) else "".join(value)
    if isinstance(value, bool) or value is None:
        return value
    return int(value) if isinstance(value, int) else float(value) if isinstance(value, float) else str(value)
