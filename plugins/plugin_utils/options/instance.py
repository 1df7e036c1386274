# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# pylint: disable=unidiomatic-typecheck; an exact type is the cheapest question, and these are asked for every value
"""Spaces: the options of a home, or of one submodule value, with what was said of each.

A space is a tree of nodes over a schema. Definitions are laid into it when they are known; keys that are templates wait
until an option that they could mean is read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..expressions.conditions import conditions
from ..expressions.expression import Expression
from ..expressions.lazy import LazyMapping
from ..expressions.resolution import computed_each, key_text
from ..expressions.scope import Scope
from ..expressions.thunk import Thunk
from ..modules.block import Block
from ..modules.module import Module
from ..syntax.errors import SpecError, did_you_mean, shown
from ..syntax.keys import Literal, Template, joined, split
from ..syntax.marks import MIDDLE, NORMAL
from ..syntax.nodes import Mapping, place_of
from ..syntax.position import Position
from .declaration import Declaration
from .definition import Definition
from .node import Node
from .schema import Schema, blocks_of

if TYPE_CHECKING:
    from .evaluation import Evaluation


class Entry:
    """Something said of an option or of a group: a value, and the block whose scopes it is evaluated in."""

    __slots__ = ("block", "order", "position", "priority", "rank", "value")

    def __init__(
        self,
        block: Block,
        value: Any,
        position: Position | None,
        rank: tuple[Any, ...],
        priority: int = NORMAL,
        order: int = MIDDLE,
    ) -> None:
        self.block = block
        self.value = value
        self.position = position
        self.rank = rank
        self.priority = priority
        self.order = order

    def holding(self, value: Any, position: Position | None = None, block: Block | None = None) -> Entry:
        """The same, said of something else."""
        return Entry(block or self.block, value, position or self.position, self.rank, self.priority, self.order)

    def definitions(self) -> list[Definition]:
        """The definitions of the turns whose conditions hold."""
        return [
            Definition(self.value, scope, self.position, self.priority, self.order)
            for scope in self.block.scopes()
            if scope.active()
        ]


class Space:
    """The options of a home (`outer` is None) or of one submodule value."""

    __slots__ = ("_scopes", "evaluation", "outer", "path", "root", "waiting")

    def __init__(
        self, schema: Schema, evaluation: Evaluation, path: tuple[str, ...] = (), outer: Space | None = None
    ) -> None:
        self.evaluation = evaluation
        self.path = path
        self.outer = outer
        self.root = Node(self, schema, None, "")
        self._scopes: dict[int, Scope] = {}
        self.waiting = 0

    def submodule(self, schema: Schema, path: tuple[str, ...], definitions: list[Definition]) -> LazyMapping:
        """The value of a submodule of this space with these (discharged) definitions."""
        space = Space(schema, self.evaluation, path, self)
        for module, block in blocks_of(schema.bodies, space):
            space.lay(Entry(block, block.body, block.position, (-1, module.rank)))
        for number, definition in enumerate(definitions):
            block = Block.fixed(definition.scope)
            space.lay(Entry(block, definition.value, definition.position, (number,)))
        if schema.has_old_names():
            space.evaluation.submodules.append(space)
        return space.value()

    def value(self) -> LazyMapping:
        return self.root.group()

    def scope(self, module: Module) -> Scope:
        """The scope of a submodule's own expressions: `this`, `outer` and `name` before the module's names."""
        found = self._scopes.get(id(module))
        if found is None:
            names: dict[str, Any] = {}
            if self.outer is not None:
                names = {"this": self.value(), "outer": self.outer.value(), "name": self.path[-1]}
            found = self._scopes[id(module)] = Scope(module.scope, names)
        return found

    def lay(self, entry: Entry) -> None:
        """Lay what was said of the whole space to its options. Errors are collected by the evaluation."""
        Laying(self, entry.rank).group(self.root, entry)

    def settle(self, node: Node) -> None:
        """Lay what waits at a node, or above it, because its keys, or the whole of it, are computed."""
        at: Node | None = node
        while at is not None:
            if at.late:
                self._settle(at)
            at = at.parent

    def _settle(self, node: Node) -> None:
        waiting, node.late = node.late, []
        self.waiting -= len(waiting)
        for entry, parts in waiting:
            laying = Laying(self, entry.rank)
            for scope in entry.block.scopes():
                block = Block.fixed(scope)
                if parts is not None:
                    name = key_text(parts[0], scope, entry.position)
                    laying.path(node, (name, *parts[1:]), entry.holding(entry.value, block=block))
                elif scope.active():
                    value = entry.value
                    value = computed_each(value, scope) if isinstance(value, dict) else value.evaluate(scope)
                    laying.group(node, entry.holding(value, block=block))


class Laying:
    """The distribution of one entry over the nodes of a space."""

    def __init__(self, space: Space, rank: tuple[Any, ...]) -> None:
        self.space = space
        self.evaluation = space.evaluation
        self.rank = rank

    def group(self, node: Node, entry: Entry) -> None:
        """Say `entry` of a group."""
        value = entry.value
        if value is None:
            return
        if isinstance(value, Expression):
            self.wait(node, entry, None)
            return
        if not isinstance(value, dict):
            raise_into(
                self.evaluation,
                SpecError(
                    f"a group of options, not {shown(value)}, is wanted here",
                    [entry.position],
                    path=node.dotted,
                    hint=did_you_mean("", []),
                ),
            )
            return
        if "_type" in value:
            self.marked(node, entry, value)
            return
        whole = not isinstance(value, Mapping) or value.verbatim
        for key in value:
            place = place_of(value, key) or entry.position
            parts = (str(key),) if whole or str(key) in node.schema.children else split(key)
            self.path(node, parts, entry.holding(value[key], place))

    def marked(self, node: Node, entry: Entry, value: dict[str, Any]) -> None:
        kind = value["_type"]
        if kind == "merge":
            for item in value["contents"]:
                self.group(node, entry.holding(item, place_of(item)))
        elif kind == "if":
            self.group(node, entry.holding(value["content"], block=entry.block.guarded(_guard(value))))
        elif kind in ("override", "order"):
            inner = entry.holding(value.get("content"))
            if kind == "override" and inner.priority == NORMAL:
                inner.priority = value["priority"]
            elif kind == "order" and inner.order == MIDDLE:
                inner.order = value["priority"]
            self.group(node, inner)
        elif kind == "each":
            self.wait(node, entry, None)
        elif node.schema.freeform is not None and node.space.root is node:
            node.freeform.append(entry)
        else:
            raise_into(
                self.evaluation,
                SpecError(
                    f"`{kind}` cannot stand where a group of options is wanted", [entry.position], path=node.dotted
                ),
            )

    def wait(self, node: Node, entry: Entry, parts: tuple[str, ...] | None) -> None:
        """Keep what can be laid only once its key, or the whole of it, has been evaluated."""
        node.late.append((entry, parts))
        self.space.waiting += 1

    def path(self, node: Node, parts: tuple[str, ...], entry: Entry) -> None:
        """Say `entry` of what `parts` leads to below a group."""
        if not parts:
            self.group(node, entry)
            return
        name, rest = parts[0], parts[1:]
        if type(name) is Template:
            self.wait(node, entry, parts)
            return
        child = self.find(node, str(name), parts, entry)
        if child is None:
            return
        declaration = child.schema.declaration
        if declaration is None:
            self.path(child, rest, entry)
        elif declaration.changed_to:
            self.changed(child, declaration, entry.holding(nested(rest, entry.value, entry.position)))
        elif declaration.forwards:
            self.forward(child, declaration.forwards, rest, entry)
        else:
            child.entries.append(entry.holding(nested(rest, entry.value, entry.position)))

    def find(self, node: Node, name: str, parts: tuple[str, ...], entry: Entry) -> Node | None:
        child = node.child(name)
        if child is not None:
            return child
        path = (*node.path, name)
        if self.evaluation.defer(self.space, path, parts[1:], entry):
            return None
        if self.evaluation.load_for(node, name):
            child = node.child(name)
            if child is not None:
                return child
        owner = node.freeform_owner()
        if owner is not None:
            inside = (*node.path[len(owner.path) :], *self.literal(node, parts, entry))
            owner.freeform.append(entry.holding(nested(inside, entry.value, entry.position)))
            return None
        self.unknown(node, name, parts, entry)
        return None

    @staticmethod
    def literal(node: Node, parts: tuple[str, ...], entry: Entry) -> tuple[str, ...]:
        """In a freeform submodule a key whose first part is not declared is one literal name."""
        if len(parts) > 1 and not any(type(p) is Template for p in parts) and not isinstance(entry.value, Literal):
            return (".".join(parts),) if getattr(node, "literal_keys", True) and node.space.outer is not None else parts
        return parts

    def forward(self, node: Node, target: tuple[str, ...], rest: tuple[str, ...], entry: Entry) -> None:
        """An old name: the same said of the new one, whatever the new one's type is."""
        node.entries.append(entry)
        root = self.space.root
        if (
            self.space.outer is not None
            and root.child(target[0]) is None
            and self.evaluation.home.root.child(target[0]) is not None
        ):
            root = self.evaluation.home.root
        Laying(root.space, self.rank).path(root, (*target, *rest), entry)

    def changed(self, node: Node, declaration: Declaration, entry: Entry) -> None:
        """An old name whose value becomes another one's through an expression over `value`."""
        node.entries.append(entry)
        if len(node.entries) > 1:
            return
        names = {"value": Thunk(node.old_value), "defined": Thunk(node.defined)}
        scope = Scope(self.space.scope(declaration.module), names)
        expression = declaration.expression("value")
        if expression is None:
            raise SpecError(
                "`changedTo` wants a `value`, an expression over `value`", [declaration.position], path=node.dotted
            )
        block = Block.fixed(scope).guarded([Expression("defined", entry.position, bare=True)])
        said = Entry(block, expression, entry.position, self.rank, entry.priority, entry.order)
        Laying(self.space, self.rank).path(self.space.root, declaration.changed_to, said)

    def unknown(self, node: Node, name: str, parts: tuple[str, ...], entry: Entry) -> None:
        known = self.evaluation.names_at(node)
        prefix = joined(node.path) + "." if node.path else ""
        if self.evaluation.disabled((*node.path, name)):
            raise_into(
                self.evaluation,
                SpecError("the module that declares it is disabled", [entry.position], path=joined((*node.path, name))),
            )
            return
        hint = did_you_mean(name, known, prefix)
        if not known and not hint:
            hint = "nothing is declared there"
        raise_into(
            self.evaluation,
            SpecError("there is no such option", [entry.position], path=joined((*node.path, name)), hint=hint),
        )


def raise_into(evaluation: Evaluation, error: SpecError) -> None:
    """Collect an error that does not stop the distribution of the rest."""
    evaluation.collect(error)


def _guard(mark: dict[str, Any]) -> list[Expression]:
    wanted = mark["condition"]
    if isinstance(wanted, Expression):
        return [wanted]
    if isinstance(wanted, dict) and wanted.get("_type") == "when":
        return conditions(wanted["expr"], place_of(wanted))
    if isinstance(wanted, bool):
        return conditions(wanted, place_of(mark))
    raise SpecError("the condition of an `if` must be a boolean", [place_of(mark)])


def nested(parts: tuple[str, ...], value: Any, position: Position | None) -> Any:
    """The value below a path of whole names."""
    for part in reversed(parts):
        outer = Mapping({part: value}, position, verbatim=True)
        if position is not None:
            outer.places = {part: position}
        value = outer
    return value
