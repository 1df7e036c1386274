# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Blocks: a piece of configuration with its `when`, `loop` and `vars`.

Nothing of a block is evaluated until an option that it could define is read. An outer `when` guards inner loops and
variables; a `when` next to a `loop` is evaluated for each item. The blocks of a word see its arguments as `given`, and the
one that brings the block as `value`; both are evaluated where the word is used, when they are first read.
"""

from __future__ import annotations

from ..expressions.conditions import conditions
from ..expressions.expression import Expression
from ..expressions.lazy import LazyMapping
from ..expressions.resolution import iteration_scope, loop_items, resolve
from ..expressions.scope import Scope
from ..expressions.thunk import Thunk
from ..syntax.errors import CycleError, SpecError, did_you_mean, summary
from ..syntax.nodes import Mapping, position_of
from ..syntax.position import Position
from ..values import OMIT
from .word import Word

WORDS = ("when", "loop", "loop_control", "vars", "block")


class Block:
    """A body of definitions, and the scopes that it is evaluated in: one, or one for each turn of its loop."""

    __slots__ = ("_busy", "_scopes", "body", "call", "guard", "loop", "loop_var", "parent", "position", "variables")

    def __init__(self, parent: Block | None, body: object, position: Position | None = None) -> None:
        self.parent = parent
        self.body = body
        self.position = position
        self.guard: list[Expression] | None = None
        self.loop: object = None
        self.loop_var = "item"
        self.variables: object = None
        self.call: tuple[Mapping, str] | None = None  # of a word, and the argument that brought this block
        self._scopes: list[Scope] | None = None
        self._busy = False

    @classmethod
    def fixed(cls, scope: Scope, body: object = None) -> Block:
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
                found.append(iteration_scope(outer, self._given(outer), self.variables, self.guard))
            elif outer.active():
                for item in loop_items(self.loop, outer, position_of(self.body, "loop") or self.position):
                    found.append(iteration_scope(outer, {self.loop_var: item}, self.variables, self.guard))
        return found

    def _given(self, outer: Scope) -> dict[str, object]:
        """The arguments of the word that brought this block, to be evaluated in the scope around it."""
        if self.call is None:
            return {}
        call, argument = self.call
        given = LazyMapping(list(call), lambda key: _argument(call, key, outer))
        return {"given": given, "value": Thunk(lambda: given[argument])}


def _argument(call: Mapping, name: str, scope: Scope) -> object:
    found = resolve(call[name], scope)
    if found is OMIT:
        hint = "put the word in its own block with a `when`"
        raise SpecError(f"the argument `{name}` of a word cannot be `omit`", [position_of(call, name)], hint=hint)
    return found


def read_blocks(config: object, parent: Block, words: dict[str, Word]) -> list[Block]:
    """The blocks of a `config` (a mapping, or a list of them), nested ones and those of `words` as blocks of their own.

    Raises SpecError.
    """
    if config is None:
        return []
    if isinstance(config, list):
        found: list[Block] = []
        for index, item in enumerate(config):
            if not isinstance(item, dict):
                raise SpecError(f"a block must be a mapping, not {summary(item)}", [position_of(config, index)])
            found.extend(_read_block(item, parent, words))
        return found
    if not isinstance(config, dict):
        raise SpecError(
            f"a configuration must be a mapping or a list of blocks, not {summary(config)}", [position_of(config)]
        )
    return _read_block(config, parent, words)


def _read_block(node: dict[str, object], parent: Block, words: dict[str, Word]) -> list[Block]:
    used = [word for name, word in words.items() if name in node]
    if not isinstance(node, Mapping) or node.verbatim or not (used or any(word in node for word in WORDS)):
        return [Block(parent, node, position_of(node))]
    label = {"name"} if "block" in node else set()  # elsewhere `name` is an option like any other
    left_out = {*WORDS, *label, *(() if "block" in node else (word.name for word in used))}
    body = Mapping({k: v for k, v in node.items() if k not in left_out}, position_of(node))
    body.positions = node.positions
    block = Block(parent, body, position_of(node))
    if "when" in node:
        block.guard = conditions(node["when"], position_of(node, "when"))
    block.loop = node.get("loop")
    block.loop_var = _loop_var(node)
    block.variables = _variables(node)
    if "block" not in node:
        found = [block] if body or not used else []
        return found + [inner for word in used for inner in _word_blocks(word, node, block, words)]
    if body:
        first = next(iter(body))
        hint = did_you_mean(first, WORDS) or "move it into the `block`"
        raise SpecError(f"`{first}` is not allowed next to `block`", [position_of(node, first)], hint=hint)
    return read_blocks(node["block"], block, words)


def _word_blocks(word: Word, node: dict[str, object], parent: Block, words: dict[str, Word]) -> list[Block]:
    """The blocks of a word that `node` uses. A word cannot use itself."""
    position = position_of(node, word.name)
    call = word.call(node[word.name], position)
    others = {name: other for name, other in words.items() if other is not word}
    found: list[Block] = []
    for argument, body in word.brought(call):
        holder = Block(parent, None, position)
        holder.call = (call, argument)
        found.extend(read_blocks(body, holder, others))
    return found


def _loop_var(node: dict[str, object]) -> str:
    control = node.get("loop_control")
    if control is None:
        return "item"
    if not isinstance(control, dict) or not isinstance(control.get("loop_var"), str) or len(control) > 1:
        error = SpecError("`loop_control` must be a mapping with only `loop_var`", [position_of(node, "loop_control")])
        raise error.with_details("loop", at_value=True, whole=True)
    return str(control["loop_var"])


def _variables(node: dict[str, object]) -> object:
    variables = node.get("vars")
    if variables is not None and not isinstance(variables, dict):
        error = SpecError(f"`vars` must be a mapping of names, not {summary(variables)}", [position_of(node, "vars")])
        raise error.with_details("vars", at_value=True, whole=True)
    return variables
