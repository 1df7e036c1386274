# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What `options` in an expression offers besides an option's value."""

from __future__ import annotations

from ..values import Value
from .node import Node
from .priority import discharge


class OptionFacts(dict[str, Value]):
    """`options` in expressions: what is known of an option apart from its value."""

    def __init__(self, node: Node) -> None:
        super().__init__()
        self.node = node

    def __getitem__(self, name: str) -> object:
        node = self.node
        if node.schema.declaration is None:
            child = node.child(name) or node.loaded(name)
            if child is None:
                raise KeyError(name)
            return OptionFacts(child)
        if name == "isDefined":
            return bool(node.definitions()) and node.defined()
        if name == "isOwn":
            return any(d.value and d.scope.language.is_own(d.position) for d in discharge(node.definitions()))
        if name == "highestPrio":
            found = discharge(node.definitions())
            return min((d.priority for d in found), default=1500)
        if name == "definitions":
            return [d.value for d in discharge(node.definitions())]
        if name == "files":
            return [str(d.position.file) for d in discharge(node.definitions()) if d.position]
        if name == "value":
            return node.read()
        raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        try:
            self[str(name)]
        except KeyError:
            return False
        return True

    __hash__ = None
