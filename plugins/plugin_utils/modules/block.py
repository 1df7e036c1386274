# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Blocks: a piece of configuration with its `when`, `loop` and `vars`.

Nothing of a block is evaluated until an option that it could define is read. An outer `when` guards inner loops and
variables; a `when` beside a `loop` is asked for each item.
"""

from __future__ import annotations

from typing import Any

from ..expressions.conditions import conditions
from ..expressions.expression import Expression
from ..expressions.resolution import loop_items, turn_scope
from ..expressions.scope import Scope
from ..syntax.errors import CycleError, SpecError, did_you_mean, shown
from ..syntax.nodes import Mapping, place_of
from ..syntax.position import Position

WORDS = ("when", "loop", "loop_control", "vars", "block")


class Block:
    """A body of definitions, and the scopes that it is evaluated in: one, or one for each turn of its loop."""

    __slots__ = ("_busy", "_scopes", "body", "guard", "loop", "parent", "position", "turn", "variables")

    def __init__(self, parent: Block | None, body: Any, position: Position | None = None) -> None:
        self.parent = parent
        self.body = body
        self.position = position
        self.guard: list[Expression] | None = None
        self.loop: Any = None
        self.turn = "item"
        self.variables: Any = None
        self._scopes: list[Scope] | None = None
        self._busy = False

    @classmethod
    def fixed(cls, scope: Scope, body: Any = None) -> Block:
        """A block whose one scope is known."""
        block = cls(None, body)
        block._scopes = [scope]
        return block

    def guarded(self, guard: list[Expression]) -> Block:
        """The same block under more conditions."""
        block = Block(self, self.body, self.position)
        block.guard = guard
        return block

    def scopes(self) -> list[Scope]:
        """The scopes of the block's turns; whether their conditions hold is not asked here."""
        if self._scopes is None:
            if self._busy:
                raise CycleError(["a loop", "a loop"], [self.position])
            self._busy = True
            try:
                self._scopes = self._expand()
            finally:
                self._busy = False
        return self._scopes

    def _expand(self) -> list[Scope]:
        found: list[Scope] = []
        for outer in self.parent.scopes() if self.parent is not None else []:
            if self.loop is None:
                found.append(turn_scope(outer, {}, self.variables, self.guard))
            elif outer.active():
                for item in loop_items(self.loop, outer, self.position):
                    found.append(turn_scope(outer, {self.turn: item}, self.variables, self.guard))
        return found


def read_blocks(said: Any, parent: Block) -> list[Block]:
    """The blocks that a `config` says (a mapping, or a list of them), nested ones as blocks of their own. Raises SpecError."""
    if said is None:
        return []
    if isinstance(said, list):
        found: list[Block] = []
        for index, item in enumerate(said):
            if not isinstance(item, dict):
                raise SpecError(f"a block is a mapping, not {shown(item)}", [place_of(said, index)])
            found.extend(_read_block(item, parent))
        return found
    if not isinstance(said, dict):
        raise SpecError(f"a configuration is a mapping or a list of blocks, not {shown(said)}", [place_of(said)])
    return _read_block(said, parent)


def _read_block(node: dict[str, Any], parent: Block) -> list[Block]:
    if getattr(node, "verbatim", True) or not any(word in node for word in WORDS):
        return [Block(parent, node, place_of(node))]
    label = {"name"} if "block" in node else set()  # elsewhere `name` is an option like any other
    body = Mapping({k: v for k, v in node.items() if k not in WORDS and k not in label}, place_of(node))
    body.places = node.places  # type: ignore[attr-defined]
    block = Block(parent, body, place_of(node))
    if "when" in node:
        block.guard = conditions(node["when"], place_of(node, "when"))
    block.loop = node.get("loop")
    block.turn = _turn_name(node)
    block.variables = _variables(node)
    if "block" not in node:
        return [block]
    if body:
        first = next(iter(body))
        hint = did_you_mean(first, WORDS) or "move it into the `block`"
        raise SpecError(f"`{first}` cannot stand beside `block`", [place_of(node, first)], hint=hint)
    return read_blocks(node["block"], block)


def _turn_name(node: dict[str, Any]) -> str:
    control = node.get("loop_control")
    if control is None:
        return "item"
    if not isinstance(control, dict) or not isinstance(control.get("loop_var"), str) or len(control) > 1:
        raise SpecError("`loop_control` takes `loop_var`, a name", [place_of(node, "loop_control")])
    return str(control["loop_var"])


def _variables(node: dict[str, Any]) -> Any:
    said = node.get("vars")
    if said is not None and not isinstance(said, dict):
        raise SpecError(f"`vars` is a mapping of names, not {shown(said)}", [place_of(node, "vars")])
    return said
