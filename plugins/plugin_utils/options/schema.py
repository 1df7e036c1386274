# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The schema: the tree of declared options of a home, or of a submodule; their declarations, and what every type can do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from ..expressions.expression import Expression
from ..expressions.lazy import LazyMapping
from ..expressions.scope import Scope
from ..modules.module import Module
from ..syntax.errors import SpecError
from ..syntax.keys import joined
from ..syntax.nodes import Mapping
from ..syntax.position import Position
from .agreement import merge_equal, wrong_type
from .definition import Definition
from .trace import Trace

NO_VALUE = object()
UNKNOWN = object()


class Schema:
    """One node: a group of options, or an option. A submodule's schema is the group of its options."""

    __slots__ = ("bodies", "children", "declaration", "feeders", "freeform", "path")

    def __init__(self, path: tuple[str, ...]) -> None:
        self.path = path
        self.children: dict[str, Schema] = {}
        self.declaration: Declaration | None = None
        self.freeform: Type | None = None
        self.feeders: list[str] = []
        self.bodies: list[tuple[Module, object]] = []

    def child(self, name: str) -> Schema:
        """The node `name`, made when missing."""
        found = self.children.get(name)
        if found is None:
            found = self.children[name] = Schema((*self.path, name))
        return found

    def has_old_names(self) -> bool:
        """Whether something here or below was renamed or removed."""
        if self.declaration is not None:
            return self.declaration.hidden
        return any(child.has_old_names() for child in self.children.values())

    def names(self) -> list[str]:
        """The names that a person may write here."""
        return [n for n, c in self.children.items() if c.declaration is None or not c.declaration.hidden]


@dataclass(slots=True)
class Declaration:
    """One option: its type, default and words; `module` is the module that declares it, `loop_vars` the names of the loop around it."""

    path: tuple[str, ...]
    module: Module
    position: Position | None
    type: Type | None = None
    attributes: Mapping = field(default_factory=Mapping)
    renamed_to: tuple[str, ...] = ()
    removed: str | None = None
    changed_to: tuple[str, ...] = ()
    alias: bool = False
    feeds: str = ""
    loop_vars: dict[str, object] = field(default_factory=dict)
    _constant: object = UNKNOWN

    @property
    def constant(self) -> object:
        """The value of the option when nobody defines it, where that is the same for every instance; else NO_VALUE."""
        if self._constant is UNKNOWN:
            self._constant = self._find_constant()
        return self._constant

    def _find_constant(self) -> object:
        default = self.default()
        if (
            self.type is None
            or default is NO_VALUE
            or self.hidden
            or {"apply", "check", "legacyDefault"} & self.attributes.keys()
        ):
            return NO_VALUE
        if not (
            default is None or type(default) in (bool, int, str) or (isinstance(default, (list, dict)) and not default)
        ):
            return NO_VALUE
        plainly = self.type.coerce(default)
        if (
            plainly is not default
            or not self.type.check(default)
            or (self.type.schema() is not None and isinstance(default, dict))
        ):
            return NO_VALUE
        return [] if isinstance(default, list) else {} if isinstance(default, dict) else default

    @property
    def hidden(self) -> bool:
        """Whether this is an old name, which iteration over its group leaves out."""
        return bool(self.renamed_to or self.changed_to or self.removed is not None)

    @property
    def description(self) -> str:
        """What the option is for, in the words of its module."""
        found = self.attributes.get("description") or ""
        return str(found.evaluate(Scope(self.module.scope, self.loop_vars)) if isinstance(found, Expression) else found)

    def default(self) -> object:
        """The default as a node, or NO_VALUE."""
        return self.attributes.get("default", NO_VALUE)

    def expression(self, word: str) -> Expression | None:
        """The expression that a word holds, with or without braces."""
        value = self.attributes.get(word)
        if value is None:
            return None
        if isinstance(value, Expression):
            return value
        if isinstance(value, str):
            return Expression(value, self.attributes.position_of(word), bare=True)
        raise SpecError(
            f"`{word}` must be an expression", [self.attributes.position_of(word)], path=".".join(self.path)
        )


class MergeContext(Protocol):
    """What a type needs of the instance in which it merges definitions."""

    @property
    def trace(self) -> Trace:
        """The trace of the evaluation."""

    def submodule(self, schema: Schema, path: tuple[str, ...], definitions: list[Definition]) -> LazyMapping:
        """The value of a submodule with these (discharged) definitions."""


@dataclass(slots=True)
class Site:
    """Where a merge takes place: the option's path and the instance that it belongs to."""

    path: tuple[str, ...]
    instance: MergeContext

    def below(self, name: str) -> Site:
        return Site((*self.path, name), self.instance)

    @property
    def dotted(self) -> str:
        return joined(self.path)


class Type:
    """A type of option; `parts` are the types that it is made of."""

    description: str
    parts: tuple[Type, ...] = ()

    def coerce(self, value: object, definition: Definition | None = None) -> object:
        """The value as the type holds it, where a shorter way of saying it is allowed; otherwise the value itself."""
        return value

    def check(self, value: object) -> bool:
        """Whether the root of a (coerced) value is of this type."""
        return True

    def accepts(self, value: object) -> bool:
        """Whether this alternative of a union is meant by the value."""
        return self.check(self.coerce(value))

    def holds(self, definition: Definition) -> bool:
        """Whether a discharged definition is of this type in all its parts that decide how a dotted key is read."""
        return self.accepts(definition.value)

    def merge(self, site: Site, definitions: list[Definition]) -> object:
        """One value of definitions that passed the check, in their order. Raises SpecError."""
        return merge_equal(site.path, definitions)

    def empty(self, site: Site) -> object:
        """The value of an option without any definition, or NO_VALUE."""
        return NO_VALUE

    def schema(self) -> Schema | None:
        """The options of the submodule that this type is or contains, if there is one."""
        return next((schema for part in self.parts if (schema := part.schema()) is not None), None)

    def value(self, site: Site, definitions: list[Definition]) -> object:
        """Coerce, check and merge discharged definitions. Raises SpecError that names the ones of a wrong type."""
        for definition in definitions:
            definition.value = self.coerce(definition.value, definition)
        bad = [d for d in definitions if not self.check(d.value)]
        if bad:
            raise wrong_type(site.path, self.description, bad)
        return self.merge(site, definitions)
