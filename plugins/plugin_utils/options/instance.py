# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# pylint: disable=unidiomatic-typecheck; an exact type is the cheapest question, and these are asked for every value
"""Instances of a schema: the options of a home, or of one submodule value, with what modules assign to each.

An instance is a tree of nodes. Assignments are distributed over it when they are known; those whose keys are templates stay
pending until an option that they could mean is read.
"""

from __future__ import annotations

from typing import Any, Protocol

from ..expressions.conditions import conditions
from ..expressions.expression import Expression
from ..expressions.lazy import LazyMapping
from ..expressions.resolution import computed_each, key_text
from ..expressions.scope import Scope
from ..expressions.thunk import Thunk
from ..modules.block import Block
from ..modules.module import Module
from ..syntax.errors import SpecError
from ..syntax.keys import TemplateKey, dotted, joined, split
from ..syntax.marks import MIDDLE, NORMAL
from ..syntax.nodes import Mapping, nested, position_of
from ..syntax.position import Position
from ..values import OMIT
from .definition import Assignment, Definition, Rank
from .node import Loader, Node
from .priority import number_of
from .schema import Declaration, Schema
from .trace import Trace
from .unknown import Known, no_group, unknown_option


class InstanceLoader(Loader, Known, Protocol):
    """What an instance asks of the library besides."""

    def defer(self, instance: Instance, path: tuple[str, ...], rest: tuple[str, ...], assignment: Assignment) -> bool:
        """Whether an assignment to `rest` below the group `path` waits until the group's module is loaded."""

    def disabled(self, path: tuple[str, ...]) -> bool:
        """Whether the spec disabled the module that would declare a path."""


class Instance:
    """The options of a home (`outer` is None) or of one submodule value.

    `submodules` are, in the home's own instance, all those of the home.
    """

    __slots__ = (
        "_scopes",
        "home",
        "loader",
        "outer",
        "path",
        "pending_keys",
        "positions",
        "root",
        "submodules",
        "trace",
    )

    def __init__(
        self,
        schema: Schema,
        trace: Trace,
        loader: InstanceLoader,
        path: tuple[str, ...] = (),
        outer: Instance | None = None,
    ) -> None:
        self.trace = trace
        self.loader = loader
        self.path = path
        self.outer = outer
        self.home: Instance = self if outer is None else outer.home
        self.root = Node(self, schema, None, "")
        self._scopes: dict[int, Scope] = {}
        self.pending_keys = 0
        self.positions: list[Position | None] = []
        self.submodules: list[Instance] = []

    def submodule(self, schema: Schema, path: tuple[str, ...], definitions: list[Definition]) -> LazyMapping:
        """The value of a submodule of this instance with these (discharged) definitions."""
        instance = Instance(schema, self.trace, self.loader, path, self)
        instance.positions = [definition.position for definition in definitions]
        for module, config in schema.bodies:
            for block in module.blocks(config, instance.scope(module)):
                instance.define(Assignment(block, block.body, block.position, (-1, module.rank)))
        for number, definition in enumerate(definitions):
            block = Block.fixed(definition.scope)
            instance.define(Assignment(block, definition.value, definition.position, (number,)))
        self.home.submodules.append(instance)
        return instance.value()

    def value(self) -> LazyMapping:
        """The values of all options by name, lazily."""
        return self.root.group()

    def read_path(self, path: tuple[str, ...]) -> Any:
        """The value at a path of this submodule, or of the home where the submodule has no such name. Raises SpecError."""
        root = self.root if path[0] in self.root.schema.children else self.home.root
        value: Any = root.group()
        for name in path:
            try:
                value = value[name]
            except (KeyError, TypeError):
                raise SpecError("is used, but has no value", path=joined(path)) from None
        return value

    def scope(self, module: Module) -> Scope:
        """The scope of a submodule's own expressions: `this`, `outer` and `name` before the module's names."""
        found = self._scopes.get(id(module))
        if found is None:
            names: dict[str, object] = {}
            if self.outer is not None:
                names = {"this": self.value(), "outer": self.outer.value(), "name": self.path[-1]}
            found = self._scopes[id(module)] = Scope(module.scope, names)
        return found

    def define(self, assignment: Assignment) -> None:
        """Distribute an assignment to the whole instance over its options. Errors are collected by the trace."""
        Distribution(self, assignment.rank).to_group(self.root, assignment)

    def settle(self, node: Node) -> None:
        """Distribute what is pending at a node, or above it, because its keys, or the whole of it, are computed."""
        at: Node | None = node
        while at is not None:
            if at.pending:
                self._settle(at)
            at = at.parent

    def _settle(self, node: Node) -> None:
        pending, node.pending = node.pending, []
        self.pending_keys -= len(pending)
        for assignment, parts in pending:
            distribution = Distribution(self, assignment.rank)
            for scope in assignment.block.scopes():
                block = Block.fixed(scope)
                if parts is not None:
                    name = key_text(parts[0], scope, assignment.position)
                    distribution.to_path(node, (name, *parts[1:]), assignment.holding(assignment.value, block=block))
                elif scope.active():
                    value = assignment.value
                    value = computed_each(value, scope) if isinstance(value, dict) else value.evaluate(scope)
                    distribution.to_group(node, assignment.holding(value, block=block))


class Distribution:
    """The distribution of one assignment over the nodes of an instance."""

    def __init__(self, instance: Instance, rank: Rank) -> None:
        self.instance = instance
        self.trace = instance.trace
        self.loader = instance.loader
        self.rank = rank
        # Where the instance's value is written; keys that are split from one key have its position, too.
        self.written: Position | None = None

    def to_group(self, node: Node, assignment: Assignment) -> None:
        """Assign to a group."""
        value = assignment.value
        if value is None or value is OMIT:
            return
        if isinstance(value, Expression):
            self.postpone(node, assignment, None)
            return
        if not isinstance(value, dict):
            self.trace.collect(no_group(node.path, node.schema.names(), assignment))
            return
        if "_type" in value:
            self.to_marked_group(node, assignment, value)
            return
        whole = not isinstance(value, Mapping) or value.verbatim
        if node.parent is None:
            self.written = assignment.position
        for key in value:
            position = position_of(value, key) or assignment.position
            parts = (str(key),) if whole or str(key) in node.schema.children else split(key)
            self.to_path(node, parts, assignment.holding(value[key], position))

    def to_marked_group(self, node: Node, assignment: Assignment, value: dict[str, object]) -> None:
        """Assign a marked value to a group."""
        kind = value["_type"]
        if kind == "merge":
            contents = value["contents"]
            for item in contents if isinstance(contents, list) else ():
                self.to_group(node, assignment.holding(item, position_of(item)))
        elif kind == "if":
            block = assignment.block.guarded(_guard(value))
            self.to_group(node, assignment.holding(value["content"], block=block))
        elif kind in ("override", "order"):
            inner = assignment.holding(value.get("content"))
            if kind == "override" and inner.priority == NORMAL:
                inner.priority = number_of(value, assignment.position)
            elif kind == "order" and inner.order == MIDDLE:
                inner.order = number_of(value, assignment.position)
            self.to_group(node, inner)
        elif kind == "each":
            self.postpone(node, assignment, None)
        elif node.schema.freeform is not None and self.instance.root is node:
            node.freeform.append(assignment)
        else:
            message = f"must be a mapping of options, not a value of type `{kind}`"
            self.trace.collect(SpecError(message, [assignment.position], path=node.dotted))

    def postpone(self, node: Node, assignment: Assignment, parts: tuple[str, ...] | None) -> None:
        """Keep what can be distributed only once its key (the first of `parts`), or the whole of it, has been evaluated."""
        node.pending.append((assignment, parts))
        self.instance.pending_keys += 1

    def to_path(self, node: Node, parts: tuple[str, ...], assignment: Assignment) -> None:
        """Assign to what `parts` leads to below a group."""
        if not parts:
            self.to_group(node, assignment)
            return
        name, rest = parts[0], parts[1:]
        if type(name) is TemplateKey:
            self.postpone(node, assignment, parts)
            return
        child = self._child(node, str(name), parts, assignment)
        if child is None:
            return
        declaration = child.schema.declaration
        if declaration is None:
            self.to_path(child, rest, assignment)
        elif declaration.renamed_to:
            self._to_new_name(child, (*declaration.renamed_to, *rest), assignment)
        else:
            whole = assignment.holding(nested(rest, assignment.value, assignment.position))
            child.assignments.append(whole)
            if declaration.changed_to and len(child.assignments) == 1:
                self._to_changed_name(child, declaration, whole)

    def _child(self, node: Node, name: str, parts: tuple[str, ...], assignment: Assignment) -> Node | None:
        """The node that `name` means, or None when the assignment was taken otherwise, or is an error."""
        child = node.child(name)
        if child is not None:
            return child
        path = (*node.path, name)
        if self.loader.defer(self.instance, path, parts[1:], assignment):
            return None
        if self.loader.load_for(node, name):
            child = node.child(name)
            if child is not None:
                return child
        owner = node.freeform_owner()
        if owner is None:
            self._unknown(node, path, parts[1:], assignment)
            return None
        inside = node.path[len(owner.path) :]
        owner.freeform.append(assignment.holding(nested(inside, self._free(parts, assignment), assignment.position)))
        return None

    def _free(self, parts: tuple[str, ...], assignment: Assignment) -> Any:
        """What a freeform submodule holds at names of which the first is not declared: its type reads a dotted key."""
        value, position = assignment.value, assignment.position
        if len(parts) < 2 or self.instance.outer is None or any(type(part) is TemplateKey for part in parts):
            return nested(parts, value, position)
        key = dotted(parts)
        free = Mapping({key: value}, position)
        if position is not None:
            free.positions = {key: position}
        return free

    def _to_new_name(self, node: Node, path: tuple[str, ...], assignment: Assignment) -> None:
        """An old name: the same assignment to the new one, whatever the new one's type is."""
        node.assignments.append(assignment)
        instance = self.instance
        if instance.outer is not None and instance.root.child(path[0]) is None:
            instance = instance.home if instance.home.root.child(path[0]) is not None else instance
        Distribution(instance, self.rank).to_path(instance.root, path, assignment)

    def _to_changed_name(self, node: Node, declaration: Declaration, assignment: Assignment) -> None:
        """An old name whose value becomes another one's through an expression over `value`."""
        names: dict[str, object] = {"value": Thunk(node.old_value), "defined": Thunk(node.defined)}
        scope = Scope(self.instance.scope(declaration.module), names)
        expression = declaration.expression("value")
        if expression is None:
            raise SpecError(
                "`changedTo` requires `value`, an expression that uses the old `value`",
                [declaration.position],
                path=node.dotted,
            )
        block = Block.fixed(scope).guarded([Expression("defined", assignment.position, bare=True)])
        self.to_path(self.instance.root, declaration.changed_to, assignment.holding(expression, block=block))

    def _unknown(self, node: Node, path: tuple[str, ...], rest: tuple[str, ...], assignment: Assignment) -> None:
        if self.loader.disabled(path):
            error = SpecError(
                "the module that declares this option is disabled", [assignment.position], path=joined(path)
            )
        else:
            inside = node.parent is None and self.instance.outer is not None
            inside = inside and assignment.position == self.written
            names = self.loader.names_at(node)
            rest = rest or (tuple(assignment.value)[:1] if isinstance(assignment.value, dict) else ())
            error = unknown_option(path, names, assignment.position, self.loader, rest, inside)
        self.trace.collect(error)


def _guard(mark: dict[str, object]) -> list[Expression]:
    wanted = mark["condition"]
    if isinstance(wanted, Expression):
        return [wanted]
    if isinstance(wanted, dict) and wanted.get("_type") == "when":
        return conditions(wanted["expr"], position_of(wanted))
    if isinstance(wanted, bool):
        return conditions(wanted, position_of(mark))
    raise SpecError("the condition of `if` must be a boolean", [position_of(mark)])
