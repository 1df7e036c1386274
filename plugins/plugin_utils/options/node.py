# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Nodes: one option or group of an instance, and its value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from ..expressions.closure import Closure
from ..expressions.conditions import truth
from ..expressions.expression import Expression
from ..expressions.lazy import LazyMapping
from ..expressions.scope import Scope
from ..expressions.thunk import Thunk
from ..modules.module import Module
from ..syntax.errors import CycleError, SpecError, SpecWarning
from ..syntax.keys import joined
from ..syntax.marks import MIDDLE, OPTION_DEFAULT
from ..syntax.position import Position
from .definition import Assignment, Definition
from .priority import discharge, effective
from .schema import NO_VALUE, Declaration, MergeContext, Schema, Site
from .type_container import AnyValue
from .unset import without_value

UNREAD = object()


class Loader(Protocol):
    """What a node asks of the library."""

    def load_for(self, node: Node, name: str) -> bool:
        """Load what the library declares as `name` at a node. True when the node may now have it."""

    def names_at(self, node: Node) -> list[str]:
        """All names that are possible at a node, for hints."""


class NodeContext(MergeContext, Protocol):
    """The instance that a node belongs to. `positions`: where a submodule's values are; empty for a home."""

    positions: list[Position | None]

    @property
    def path(self) -> tuple[str, ...]:
        """Its path from the root of the home."""

    @property
    def root(self) -> Node:
        """Its outermost group."""

    @property
    def home(self) -> NodeContext:
        """The instance of the whole home."""

    @property
    def loader(self) -> Loader:
        """The library."""

    @property
    def pending_keys(self) -> int:
        """How many assignments wait for the evaluation of their keys."""

    def scope(self, module: Module) -> Scope:
        """The scope of a module's expressions here."""

    def read_path(self, path: tuple[str, ...]) -> Any:
        """The value at a path of this instance, or of the home. Raises SpecError."""

    def settle(self, node: Node) -> None:
        """Distribute what is pending at a node, or above it."""


class Group(LazyMapping):
    """The value of a group: its options by name, each computed when it is read, its names when they are asked for."""

    __slots__ = ("_known", "node")

    def __init__(self, node: Node) -> None:
        super().__init__([], node.entry)
        self.node = node
        self._known: list[str] | None = None

    def __getitem__(self, key: str) -> Any:
        return self.node.entry(key)

    @property
    def label(self) -> str:
        return self.node.dotted

    def known(self, key: str) -> bool:
        return False

    def __contains__(self, key: object) -> bool:
        return key in self.node.schema.children or key in self._names()

    def __iter__(self) -> Iterator[str]:
        return iter(self._names())

    def __len__(self) -> int:
        return len(self._names())

    def __bool__(self) -> bool:
        return bool(self._names())

    def neighbours(self) -> list[str]:
        """All names that are possible here, including those of files that are not loaded."""
        return self.node.instance.loader.names_at(self.node)

    def _names(self) -> list[str]:
        if self._known is None:
            self._known = sorted(self.node.names())
        return self._known


class Node:
    """One option, or one group of options, of an instance."""

    __slots__ = (
        "_group",
        "_path",
        "_value",
        "assignments",
        "children",
        "freeform",
        "instance",
        "name",
        "parent",
        "pending",
        "schema",
    )

    def __init__(self, instance: NodeContext, schema: Schema, parent: Node | None, name: str) -> None:
        self.instance = instance
        self.schema = schema
        self.parent = parent
        self.name = name
        self.children: dict[str, Node] = {}
        self.assignments: list[Assignment] = []
        self.pending: list[tuple[Assignment, tuple[str, ...] | None]] = []
        self.freeform: list[Assignment] = []
        self._value: Any = UNREAD
        self._group: Group | None = None
        self._path: tuple[str, ...] | None = None

    @property
    def path(self) -> tuple[str, ...]:
        if self._path is None:
            self._path = self.instance.path if self.parent is None else (*self.parent.path, self.name)
        return self._path

    @property
    def dotted(self) -> str:
        return joined(self.path)

    def child(self, name: str) -> Node | None:
        """The node of a declared name, or None."""
        found = self.children.get(name)
        if found is None:
            schema = self.schema.children.get(name)
            if schema is None:
                return None
            found = self.children[name] = Node(self.instance, schema, self, name)
        return found

    def loaded(self, name: str) -> Node | None:
        """The node of a name that the library declares, loading its module."""
        if self.instance.loader.load_for(self, name):
            return self.child(name)
        return None

    def freeform_owner(self) -> Node | None:
        """The submodule around this node, where it takes undeclared names."""
        root = self.instance.root
        return root if root.schema.freeform is not None else None

    def names(self) -> list[str]:
        self.settle()
        extra = self.extra()
        return [*self.schema.names(), *(key for key in extra if key not in self.schema.children)]

    def settle(self) -> None:
        """Lay what waits here or above for the evaluation of its key."""
        if self.instance.pending_keys:
            self.instance.settle(self)

    def extra(self) -> dict[str, object]:
        """The undeclared entries of a freeform submodule at this depth."""
        owner = self.freeform_owner()
        if owner is None or not owner.freeform:
            return {}
        if owner is not self:
            found = self.parent.extra().get(self.name) if self.parent is not None else None
            return found if isinstance(found, dict) else {}
        if self._value is UNREAD:
            definitions = effective(
                d for assignment in sorted(self.freeform, key=lambda a: a.rank) for d in assignment.definitions()
            )
            kind = self.schema.freeform
            self._value = (
                kind.value(Site(self.path, self.instance), definitions) if definitions and kind is not None else {}
            )
        found = self._value
        return found if isinstance(found, dict) else {}

    def group(self) -> Group:
        if self._group is None:
            self._group = Group(self)
        return self._group

    def entry(self, key: str) -> Any:
        """The value of one name of this group. Raises KeyError when there is no such name."""
        if self.instance.pending_keys:
            self.instance.settle(self)
        node = self.children.get(key)
        if node is None:
            constant = self._constant(key)
            if constant is not NO_VALUE:
                return constant
            node = self.child(key)
        if node is None:
            extra = self.extra()
            if key in extra:
                return extra[key]
            node = self.loaded(key)
            if node is None:
                raise KeyError(key)
        return node.read()

    def _constant(self, key: str) -> object:
        """The value of an option that nobody mentions, where that needs no node; else NO_VALUE."""
        schema = self.schema.children.get(key)
        if schema is None or schema.declaration is None or self.instance.pending_keys:
            return NO_VALUE
        if schema.feeders and not self.children.keys().isdisjoint(schema.feeders):
            return NO_VALUE  # somebody may feed it
        return schema.declaration.constant

    def read(self) -> Any:
        """The value: of a group its mapping, of an option the merge of its definitions. Raises SpecError."""
        declaration = self.schema.declaration
        if declaration is None:
            return self.group()
        if self._value is not UNREAD:
            if isinstance(self._value, SpecError):
                raise self._value
            self.instance.trace.recall(self.path)
            return self._value
        constant = self.parent._constant(self.name) if self.parent is not None and not self.assignments else NO_VALUE
        if constant is not NO_VALUE:
            self._value = constant
            return constant
        trace = self.instance.trace
        position = (self.assignments[0].position if self.assignments else None) or declaration.position
        with trace.visiting(self, position) as frame:
            try:
                self._value = self._compute(declaration)
            except SpecError as error:
                if not error.path:
                    error.path = self.dotted
                if not isinstance(error, CycleError):
                    self._value = error
                raise
            if frame.secret:
                trace.secret.add(self.path)
        return self._value

    def _compute(self, declaration: Declaration) -> Any:
        if declaration.removed is not None:
            places = [assignment.position for assignment in self.assignments]
            raise SpecError(f"has been removed. {declaration.removed}".rstrip(), places, path=self.dotted)
        if declaration.changed_to:
            return self.old_value()
        if declaration.renamed_to:
            return self.instance.read_path(declaration.renamed_to)
        definitions = self.definitions()
        if (
            declaration.attributes.get("readOnly") is True
            and len(definitions) + (self.default(declaration) is not None) > 1
        ):
            raise SpecError("is read-only and cannot be set", [d.position for d in definitions], path=self.dotted)
        found = effective(definitions)
        if not found or found[0].priority >= OPTION_DEFAULT:
            default = self.default(declaration)  # Only now: one that is not used may lack what it reads.
            found = effective([default, *definitions]) if default is not None else found
        kind = declaration.type
        if kind is None:
            error = SpecError(
                "cannot be read, because its declaration has no type", [declaration.position], path=self.dotted
            )
            raise error.with_details("undeclared")
        site = Site(self.path, self.instance)
        if found:
            value = kind.value(site, found)
        else:
            value = kind.empty(site)
            if value is NO_VALUE:
                raise without_value(self.dotted, declaration, self.instance.positions)
        return self._finished(declaration, value, found)

    def _finished(self, declaration: Declaration, value: Any, found: list[Definition]) -> Any:
        if "check" in declaration.attributes or "apply" in declaration.attributes:
            scope = Scope(
                self.instance.scope(declaration.module),
                {**declaration.loop_vars, "value": value, "option": Thunk(self.described)},
            )
            check = declaration.expression("check")
            if check is not None and check.evaluate(scope) is not True:
                message = (
                    declaration.attributes.get("checkMessage") or f"the value does not pass the check `{check.source}`"
                )
                raise SpecError(str(message), [d.position for d in found], path=self.dotted)
            apply = declaration.expression("apply")
            if apply is not None:
                value = apply.evaluate(scope)
        return value

    def old_value(self) -> Any:
        """The merged value of a name that was changed to another one: of its own type, or unchanged."""
        declaration = self.schema.declaration
        kind = (declaration.type if declaration is not None else None) or AnyValue("loose")
        return kind.value(Site(self.path, self.instance), effective(self.definitions()))

    def definitions(self) -> list[Definition]:
        """The definitions of the option in the order of the modules, with conditions applied."""
        if self.parent is not None:
            self.parent.settle()
        assignments = self.assignments if len(self.assignments) < 2 else sorted(self.assignments, key=lambda a: a.rank)
        found = [d for assignment in assignments for d in assignment.definitions()]
        for feeder in self.schema.feeders:
            found.extend(self._feeding_definition(feeder))
        return found

    def _feeding_definition(self, name: str) -> list[Definition]:
        """The definition that a sibling option which feeds this one gives, as strong and as early as the definitions of that one."""
        node = self.parent.children.get(name) if self.parent is not None else None
        if node is None or not node.assignments or node.schema.declaration is None:
            return []
        declaration = node.schema.declaration
        definitions = effective(node.definitions())
        written = declaration.expression("value")
        if not definitions or (written is None and node.read() is None):
            return []
        expression = written or Expression("value", bare=True)
        expression = Expression(expression.source, node.assignments[0].position, bare=expression.bare)
        scope = Scope(self.instance.scope(declaration.module), {"value": node.read(), "option": Thunk(node.described)})
        orders = {d.order for d in definitions}
        order = orders.pop() if len(orders) == 1 else MIDDLE
        return [
            Definition(Closure(expression, scope), scope, node.assignments[0].position, definitions[0].priority, order)
        ]

    def default(self, declaration: Declaration) -> Definition | None:
        """The default as a definition of the lowest priority."""
        value = declaration.default()
        module = declaration.module
        position = declaration.attributes.position_of("default") if value is not NO_VALUE else declaration.position
        legacy = declaration.attributes.get("legacyDefault")
        if legacy is not None and self._legacy(legacy, declaration):
            value = legacy["value"]
        if value is NO_VALUE:
            return None
        scope = self.instance.scope(module)
        if isinstance(value, (Expression, dict)):
            scope = Scope(scope, {**declaration.loop_vars, "option": Thunk(self.described)})
        return Definition(value, scope, position, OPTION_DEFAULT)

    def _legacy(self, legacy: Any, declaration: Declaration) -> bool:
        """Whether a default of an older `home.stateVersion` is in force; it warns when nobody chose."""
        version = str(self.instance.home.read_path(("home", "stateVersion")))
        if _version(version) >= _version(str(legacy["before"])):
            return False
        if not any(discharge(a.definitions()) for a in self.assignments) and self._worth_a_warning(legacy, declaration):
            since = f"has a new default since `home.stateVersion` {legacy['before']}"
            warning = SpecWarning(f"{since}; yours is {version}, so the old one applies", path=self.dotted)
            warning.with_details("legacy-default", advice=[f"set `{self.dotted}` to choose one"])
            self.instance.trace.warn(warning)
        return True

    def _worth_a_warning(self, legacy: Any, declaration: Declaration) -> bool:
        """What a legacy default's `warn` says: a boolean, or a condition over the option's surroundings."""
        wanted = legacy.get("warn", True)
        if isinstance(wanted, str):
            wanted = Expression(wanted, declaration.position, bare=True)
        return truth(wanted, self.instance.scope(declaration.module))

    def described(self) -> dict[str, object]:
        """What an expression can ask of the option itself."""
        return {"name": self.name, "path": self.dotted}

    def defined(self) -> bool:
        """Whether anybody's definition (not the default) is in force."""
        return bool(discharge(self.definitions()))


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".") if part.isdigit())
