# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The declarer: one module's `options`, read into a schema."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ..expressions.expression import Expression
from ..expressions.resolution import iteration_scope, key_text, loop_items, resolve
from ..expressions.scope import Scope
from ..modules.module import Module, is_declaration
from ..syntax.errors import SpecError, did_you_mean, summary
from ..syntax.keys import joined, split
from ..syntax.nodes import Mapping, position_of
from ..syntax.position import Position
from .definition import Definition
from .schema import Declaration, Schema, Site, Type
from .type_container import Coerced, Freeform
from .type_text import FREEFORM, parse_type
from .type_union import AttrTag

ATTRIBUTES = {
    "type", "default", "example", "description", "apply", "check", "checkMessage", "coerce", "readOnly", "internal", "visible",
    "defaultText", "legacyDefault", "options", "config", "freeformType", "renamedTo", "aliasOf", "removed", "changedTo", "value",
    "feeds", "tags", "platforms", "dottedKeys",
}  # fmt: skip


class Submodule(Type):
    """A mapping with options of its own."""

    def __init__(self, schema: Schema) -> None:
        self.own = schema
        self.description = "mapping of options"

    def check(self, value: object) -> bool:
        return isinstance(value, dict) and "_type" not in value

    def holds(self, definition: Definition) -> bool:
        value = definition.value
        if not isinstance(value, dict) or "_type" in value:
            return False
        known = self.own.children
        free = {key: item for key, item in value.items() if key not in known and split(key)[0] not in known}
        kind = self.own.freeform
        return not free or (kind is not None and kind.holds(definition.holding(free)))

    def schema(self) -> Schema:
        return self.own

    def empty(self, site: Site) -> object:
        return site.instance.submodule(self.own, site.path, [])

    def merge(self, site: Site, definitions: list[Definition]) -> object:
        return site.instance.submodule(self.own, site.path, definitions)


class Unfinished(Type):
    """A named type that is used inside its own declaration; `built` is the type once it is whole."""

    def __init__(self, name: str) -> None:
        self.description = name
        self.built: Type = self

    def coerce(self, value: object, definition: Definition | None = None) -> object:
        return self.built.coerce(value, definition)

    def check(self, value: object) -> bool:
        return self.built.check(value)

    def accepts(self, value: object) -> bool:
        return self.built.accepts(value)

    def holds(self, definition: Definition) -> bool:
        return self.built.holds(definition)

    def merge(self, site: Site, definitions: list[Definition]) -> object:
        return self.built.merge(site, definitions)

    def empty(self, site: Site) -> object:
        return self.built.empty(site)

    def schema(self) -> Schema | None:
        return None if self.built is self else self.built.schema()


class Declarer:
    """Reads one module's `options` into a schema; `load(path)` loads what the library declares at a path."""

    def __init__(self, module: Module, load: Callable[[tuple[str, ...]], None]) -> None:
        self.module = module
        self.load = load
        # What is wrong with the declarations: one mistake does not hide the others.
        self.errors: list[SpecError] = []
        self._named: dict[str, Type] = {}

    def declare(self, root: Schema, options: object) -> None:
        """Declare a mapping, or a list of blocks with static `when`, `loop` and `vars`.

        What is wrong with single declarations is added to `errors`. Raises SpecError for what is wrong with the whole.
        """
        for block in self.module.static_blocks(options):
            for scope in block.scopes():
                if scope.active():
                    self._group(root, block.body, scope)

    def _group(self, schema: Schema, node: object, scope: Scope, position: Position | None = None) -> None:
        if node is None:
            return
        if not isinstance(node, dict):
            word = schema.path[-1] if schema.path else ""
            if word in ATTRIBUTES:
                error = SpecError("needs a `type`", [position], path=joined(schema.path[:-1]), hint="add `type: ...`")
                raise error.with_details("declaration")
            hint = did_you_mean(word, ATTRIBUTES)
            if hint:
                error = SpecError(
                    f"unknown key `{word}` in a declaration", [position], path=joined(schema.path[:-1]), hint=hint
                )
                raise error.with_details("declaration")
            raise SpecError(
                f"declarations must be a mapping, not {summary(node)}", [position], path=joined(schema.path)
            )
        for key, value in node.items():
            try:
                self._declared(schema, key, value, scope, position_of(node, key))
            except SpecError as error:
                self.errors.append(error)
                if error.code == "declaration":
                    # What is below this key are the attributes of one declaration, and say nothing else.
                    self._stand_in(schema, error)
                    return
                self._stand_in(schema.child(split(key)[0]), error, split(key)[1:])

    def _stand_in(self, schema: Schema, error: SpecError, parts: tuple[str, ...] = ()) -> None:
        """An option without a type in place of the one that could not be declared, so that its uses are no further mistakes."""
        for part in parts:
            schema = schema.child(part)
        if schema.declaration is None and (not schema.children or error.code == "declaration"):
            schema.children.clear()
            schema.declaration = Declaration(schema.path, self.module, next(iter(error.positions), None))

    def _declared(self, schema: Schema, key: str, value: Any, scope: Scope, position: Position | None) -> None:
        """Declare what one key of a group holds: an option, or a group."""
        for declared, turn in _turns(value, scope, position):
            parts = tuple(key_text(part, turn, position) for part in split(key))
            if any(not part for part in parts):
                raise SpecError(f"`{key}` has an empty part", [position])
            below = self._descend(schema, parts, position)
            if is_declaration(declared):
                self._option(below, declared, turn, position)
            else:
                self._group(below, declared, turn, position)

    def _descend(self, schema: Schema, parts: tuple[str, ...], position: Position | None) -> Schema:
        """What `parts` leads to, through the submodules of options declared before."""
        for index, part in enumerate(parts):
            if part == "<name>":
                schema = self._inside(schema, position)
                continue
            existing = schema.children.get(part)
            last = index == len(parts) - 1
            if existing is None or existing.declaration is None or last or parts[index + 1] == "<name>":
                schema = schema.child(part)
                continue
            inner = existing.declaration.type.schema() if existing.declaration.type else None
            if inner is None:
                raise SpecError(
                    f"declared inside `{joined(existing.path)}`, which is not a group of options",
                    [position, existing.declaration.position],
                )
            schema = inner
        return schema

    def _inside(self, schema: Schema, position: Position | None) -> Schema:
        """The schema of the submodules that the option at `schema` holds."""
        if schema.declaration is None:
            self.load(schema.path)
        kind = schema.declaration.type if schema.declaration is not None else None
        found = kind.schema() if kind is not None else None
        if found is None:
            raise SpecError(f"`{joined(schema.path)}` does not contain submodules that could be extended", [position])
        return found

    def _option(self, schema: Schema, written: Mapping, scope: Scope, position: Position | None) -> None:
        node = self._expanded(written)
        check_attributes(node, schema.path)
        first = schema.declaration
        if first is not None and first.module is not self.module and _widened(first, node):
            return
        if first is not None or schema.children:
            raise SpecError(
                "is declared twice",
                [position, first.position if first else position_of(written)],
                path=joined(schema.path),
            )
        declaration = Declaration(schema.path, self.module, position, attributes=node)
        declaration.loop_vars = scope.names_below(self.module.scope)
        schema.declaration = declaration
        for word in ("renamedTo", "aliasOf", "changedTo"):
            if word in node:
                path = tuple(str(part) for part in split(str(resolve(node[word], scope))))
                if word == "changedTo":
                    declaration.changed_to = path
                else:
                    declaration.renamed_to = path
        declaration.alias = "aliasOf" in node
        if "removed" in node:
            declaration.removed = str(resolve(node["removed"], scope) or "")
        declaration.feeds = str(node.get("feeds", "") or "")
        if "type" in node:
            declaration.type = self._type(node, schema, scope, position)

    def _expanded(self, node: Mapping) -> Mapping:
        """The declaration with the attributes of the named declaration that its type names, key by key."""
        name = node.get("type")
        named = self.module.named_type(name) if isinstance(name, str) else None
        if named is None:
            return node
        whole = Mapping({**named, **{k: v for k, v in node.items() if k != "type"}}, node.position)
        whole.positions = {**named.positions, **node.positions}
        return self._expanded(whole) if whole.get("type") != name else whole

    def _type(self, node: Mapping, schema: Schema, scope: Scope, position: Position | None) -> Type:
        """The type that a declaration states, with its body, coercions and named types."""
        text = resolve(node["type"], scope)
        if not isinstance(text, str):
            raise SpecError("a type must be a string", [position], path=joined(schema.path))

        def named(word: str) -> Type | None:
            if word in ("submodule", "submoduleWith"):
                return self._submodule(node, schema, scope)
            if word == "attrTag":
                entry = schema.child("<name>")
                return AttrTag({key: self._type(tag, entry, scope, position) for key, tag in node["tags"].items()})
            if "dottedKeys" in node and word in FREEFORM:
                return Freeform(word, FREEFORM[word], nests=node["dottedKeys"] is False)
            return self._named_type(word, schema, scope, position)

        try:
            found = parse_type(text, named)
            for source, expression in coercions(node, lambda t: parse_type(t, named), position):
                found = Coerced(found, source, by_expression(expression))
        except SpecError as error:
            error.positions = error.positions or [p for p in (node.position_of("type"), position) if p][:1]
            error.path = error.path or joined(schema.path)
            error.at_value = True
            raise
        return found

    def _named_type(self, word: str, schema: Schema, scope: Scope, position: Position | None) -> Type | None:
        node = self.module.named_type(word)
        if node is None or node.get("type") == word:  # a declaration that is called like its own type
            return None
        found = self._named.get(word)
        if found is None:
            self._named[word] = unfinished = Unfinished(word)
            entry = Schema((*schema.path, "<name>"))
            found = self._named[word] = unfinished.built = self._type(self._expanded(node), entry, scope, position)
        return found

    def _submodule(self, node: Mapping, schema: Schema, scope: Scope) -> Submodule:
        inner = Schema((*schema.path, "<name>"))
        if "freeformType" in node:
            position = node.position_of("freeformType")
            if node["freeformType"] == "submodule":
                raise SpecError("`freeformType` cannot be a submodule", [position], path=joined(schema.path))
            inner.freeform = self._type(
                Mapping({**node, "type": node["freeformType"]}, node.position), inner, scope, position
            )
        if "options" in node:
            for block in self.module.static_blocks(node["options"], scope):
                for turn in block.scopes():
                    if turn.active():
                        self._group(inner, block.body, turn)
        if node.get("config") is not None:
            inner.bodies.append((self.module, node["config"]))
        for name, child in list(inner.children.items()):
            if child.declaration is not None and child.declaration.feeds:
                inner.child(child.declaration.feeds).feeders.append(name)
        return Submodule(inner)


def _turns(value: Any, scope: Scope, position: Position | None) -> Iterator[tuple[Any, Scope]]:
    """What is declared below a key, with its scope: a declaration with `loop` once for each item, anything else as it is."""
    if not is_declaration(value) or "loop" not in value:
        yield value, scope
        return
    declared = Mapping({word: node for word, node in value.items() if word != "loop"}, position_of(value))
    declared.positions = value.positions
    for item in loop_items(value["loop"], scope, position):
        yield declared, iteration_scope(scope, {"item": item}, None)


def _widened(first: Declaration, node: Mapping) -> bool:
    """Whether a second declaration only widens the first one's set of allowed values; the first is widened then."""
    text, other = str(first.attributes.get("type", "")), str(node.get("type", ""))
    if not (text.startswith("enum ") and other.startswith("enum ")) or node.keys() - {"type", "description"}:
        return False
    widened = Mapping(first.attributes, first.attributes.position)
    widened.positions = first.attributes.positions
    widened["type"] = text + other.removeprefix("enum")
    first.attributes = widened  # the nodes of a file belong to every evaluation that reads it
    first.type = parse_type(widened["type"])
    return True


def check_attributes(node: Mapping, path: tuple[str, ...]) -> None:
    """Raises SpecError for an attribute that no declaration has."""
    for word in node:
        if word not in ATTRIBUTES:
            raise SpecError(
                f"unknown key `{word}` in a declaration",
                [position_of(node, word)],
                path=".".join(path),
                hint=did_you_mean(word, ATTRIBUTES) or "a description that contains a comma or a colon must be quoted",
            )
    legacy = node.get("legacyDefault")
    if "legacyDefault" in node and not (
        isinstance(legacy, dict) and isinstance(legacy.get("before"), str) and "value" in legacy
    ):
        raise SpecError(
            "`legacyDefault` must have `before` (a quoted stateVersion) and `value`",
            [position_of(node, "legacyDefault")],
            path=".".join(path),
        )


def coercions(node: Mapping, parse: Callable[[str], Type], position: Position | None) -> list[tuple[Type, Expression]]:
    """The pairs of a source type and an expression over `value` that `coerce` says."""
    sources = node.get("coerce")
    if sources is None:
        return []
    if not isinstance(sources, dict):
        raise SpecError("`coerce` must be a mapping of a type to an expression that uses `value`", [position])
    pairs = []
    for source, expression in sources.items():
        at = position_of(sources, source)
        live = expression if isinstance(expression, Expression) else Expression(str(expression), at, bare=True)
        pairs.append((parse(source), live))
    return pairs


def by_expression(expression: Expression) -> Callable[[object, Definition], object]:
    """A function of a value and its definition that evaluates an expression over `value`."""
    return lambda value, definition: expression.evaluate(Scope(definition.scope, {"value": value}))
