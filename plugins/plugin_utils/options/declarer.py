# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The declarer: one module's `options`, read into a schema."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ..expressions.expression import Expression
from ..expressions.resolution import key_text, loop_items, realise, turn_scope
from ..expressions.scope import Scope
from ..modules.module import Module, is_declaration
from ..syntax.errors import SpecError, did_you_mean, shown
from ..syntax.keys import joined, split
from ..syntax.nodes import Mapping, place_of
from ..syntax.position import Position
from .definition import Definition
from .schema import Declaration, Schema, Site, Type
from .type_container import AttrTag, Coerced
from .type_text import parse_type

WORDS = {
    "type", "default", "example", "description", "apply", "check", "checkMessage", "coerce", "readOnly", "internal", "visible",
    "defaultText", "legacyDefault", "options", "config", "freeformType", "renamedTo", "aliasOf", "removed", "changedTo", "value",
    "feeds", "tags", "platforms",
}  # fmt: skip


class Submodule(Type):
    """A mapping with options of its own."""

    def __init__(self, schema: Schema) -> None:
        self.own = schema
        self.description = "mapping of options"

    def check(self, value: Any) -> bool:
        return isinstance(value, dict) and "_type" not in value

    def schema(self) -> Schema:
        return self.own

    def empty(self, site: Site) -> Any:
        return site.instance.submodule(self.own, site.path, [])

    def merge(self, site: Site, definitions: Any) -> Any:
        return site.instance.submodule(self.own, site.path, definitions)


class Unfinished(Type):
    """A named type that is used inside its own declaration; `built` is the type once it is whole."""

    def __init__(self, name: str) -> None:
        self.description = name
        self.built: Type = self

    def coerce(self, value: Any, definition: Definition | None = None) -> Any:
        return self.built.coerce(value, definition)

    def check(self, value: Any) -> bool:
        return self.built.check(value)

    def accepts(self, value: Any) -> bool:
        return self.built.accepts(value)

    def merge(self, site: Site, definitions: list[Definition]) -> Any:
        return self.built.merge(site, definitions)

    def empty(self, site: Site) -> Any:
        return self.built.empty(site)

    def schema(self) -> Schema | None:
        return None if self.built is self else self.built.schema()


class Declarer:
    """Reads one module's `options` into a schema."""

    def __init__(self, module: Module, load: Callable[[tuple[str, ...]], None]) -> None:
        self.module = module
        self.load = load
        self.types: dict[str, Any] = {}

    def declare(self, root: Schema, said: Any) -> None:
        """Declare a mapping, or a list of blocks with static `when`, `loop` and `vars`. Raises SpecError."""
        for block in self.module.static_blocks(said):
            for scope in block.scopes():
                if scope.active():
                    self.group(root, block.body, scope)

    def group(self, schema: Schema, node: Any, scope: Any) -> None:
        if node is None:
            return
        if not isinstance(node, dict):
            raise SpecError(
                f"declarations are a mapping, not {shown(node)}", [place_of(node)], path=joined(schema.path)
            )
        for key, value in node.items():
            place = place_of(node, key)
            for declared, turn in self.turns(value, place, scope):
                parts = tuple(key_text(part, turn, place) for part in split(key))
                if any(not part for part in parts):
                    raise SpecError(f"`{key}` has an empty part", [place])
                self.place(schema, parts, declared, place, turn)

    @staticmethod
    def turns(value: Any, place: Any, scope: Any) -> Iterator[tuple[Any, Any]]:
        """What stands below a key, with its scope: a declaration with `loop` once for each item, anything else as it is."""
        if not is_declaration(value) or "loop" not in value:
            yield value, scope
            return
        declared = Mapping({word: node for word, node in value.items() if word != "loop"}, place_of(value))
        declared.places = value.places
        for item in loop_items(value["loop"], scope, place):
            yield declared, turn_scope(scope, {"item": item}, None)

    def place(self, schema: Schema, parts: tuple[str, ...], value: Any, place: Any, scope: Any) -> None:
        for index, part in enumerate(parts):
            if part == "<name>":
                schema = self.inside(schema, place)
                continue
            existing = schema.children.get(part)
            if (
                existing is not None
                and existing.declaration is not None
                and index < len(parts) - 1
                and parts[index + 1] != "<name>"
            ):
                inner = existing.declaration.type.schema() if existing.declaration.type else None
                if inner is None:
                    raise SpecError(
                        f"declared inside `{joined(existing.path)}`, which is no group",
                        [place, existing.declaration.position],
                    )
                schema = inner
                continue
            schema = schema.child(part)
        if is_declaration(value):
            self.option(schema, value, place, scope)
        else:
            self.group(schema, value, scope)

    def inside(self, schema: Schema, place: Any) -> Schema:
        """The schema of the submodules that the option at `schema` holds."""
        if schema.declaration is None:
            self.load(schema.path)
        kind = schema.declaration.type if schema.declaration is not None else None
        found = kind.schema() if kind is not None else None
        if found is None:
            raise SpecError(f"`{joined(schema.path)}` holds no submodules to extend", [place])
        return found

    def option(self, schema: Schema, said: Mapping, place: Any, scope: Any) -> None:
        node, kind = self.expanded(said, schema.path)
        check_words(node, schema.path)
        if schema.declaration is not None or schema.children:
            first = schema.declaration.position if schema.declaration else place_of(said)
            if (
                schema.declaration is not None
                and schema.declaration.module is not self.module
                and self.extended(schema.declaration, node)
            ):
                return
            raise SpecError("declared twice", [place, first], path=joined(schema.path))
        declaration = Declaration(schema.path, self.module, place, attributes=node)
        declaration.loop_vars = scope.names_below(self.module.scope)
        schema.declaration = declaration
        for word, attribute in (("renamedTo", "renamed_to"), ("aliasOf", "renamed_to"), ("changedTo", "changed_to")):
            if word in node:
                setattr(declaration, attribute, tuple(str(part) for part in split(str(realise(node[word], scope)))))
        declaration.alias = "aliasOf" in node
        if "removed" in node:
            declaration.removed = str(node["removed"] or "")
        declaration.feeds = str(node.get("feeds", "") or "")
        if "type" in node or kind is not None:
            declaration.type = kind or self.type_of(node, schema, scope, place)

    @staticmethod
    def extended(first: Declaration, node: Mapping) -> bool:
        """Whether a second declaration only widens the first one's set of allowed values."""
        text, other = str(first.attributes.get("type", "")), str(node.get("type", ""))
        if not (text.startswith("enum ") and other.startswith("enum ") and not (node.keys() - {"type", "description"})):
            return False
        widened = Mapping(first.attributes, first.attributes.position)
        widened.places = first.attributes.places
        widened["type"] = text + other.removeprefix("enum")
        first.attributes = widened  # the nodes of a file belong to every evaluation that reads it
        first.type = parse_type(widened["type"])
        return True

    def expanded(self, said: Mapping, path: tuple[str, ...]) -> tuple[Mapping, Type | None]:
        """The declaration with the words of the named declaration that its type names, key by key."""
        name = said.get("type")
        named = self.module.named_type(name) if isinstance(name, str) else None
        if named is None:
            return said, None
        words = Mapping({**named, **{k: v for k, v in said.items() if k != "type"}}, said.position)
        words.places = {**named.places, **said.places}
        inner, _none = self.expanded(words, path) if words.get("type") != name else (words, None)
        return inner, None

    def type_of(self, node: Mapping, schema: Schema, scope: Any, place: Any) -> Type:
        """The type that a declaration says, with its body, coercions and named types."""
        text = realise(node["type"], scope)
        if not isinstance(text, str):
            raise SpecError("a type is a text", [place], path=joined(schema.path))

        def named(word: str) -> Type | None:
            if word in ("submodule", "submoduleWith"):
                return self.submodule(node, schema, scope)
            if word == "attrTag":
                return AttrTag(
                    {k: self.type_of(v, schema.child("<name>"), scope, place) for k, v in node["tags"].items()}
                )
            return self.named(word, schema, scope, place)

        try:
            found = parse_type(text, named)
            for source, expression in coercion(node, lambda t: parse_type(t, named), place):
                found = Coerced(found, source, by_expression(expression))
        except SpecError as error:
            error.positions = error.positions or [p for p in (node.place("type"), place) if p][:1]
            error.path = error.path or joined(schema.path)
            raise
        return found

    def named(self, word: str, schema: Schema, scope: Any, place: Any) -> Type | None:
        node = self.module.named_type(word)
        if node is None or node.get("type") == word:  # a declaration that is called like its own type
            return None
        if word not in self.types:
            whole, _none = self.expanded(node, schema.path)
            self.types[word] = unfinished = Unfinished(word)
            self.types[word] = unfinished.built = self.type_of(whole, Schema((*schema.path, "<name>")), scope, place)
        found: Type = self.types[word]
        return found

    def submodule(self, node: Mapping, schema: Schema, scope: Any) -> Submodule:
        inner = Schema((*schema.path, "<name>"))
        if "freeformType" in node:
            inner.freeform = (
                self.type_of(
                    Mapping({**node, "type": node["freeformType"]} if "freeformType" in node else node, node.position),
                    inner,
                    scope,
                    node.place("freeformType"),
                )
                if node["freeformType"] not in ("submodule",)
                else None
            )
        if "options" in node:
            for block in self.module.static_blocks(node["options"], scope):
                for turn in block.scopes():
                    if turn.active():
                        self.group(inner, block.body, turn)
        if node.get("config") is not None:
            inner.bodies.append((self.module, node["config"]))
        self.feeders(inner)
        return Submodule(inner)

    @staticmethod
    def feeders(schema: Schema) -> None:
        for name, child in schema.children.items():
            if child.declaration is not None and child.declaration.feeds:
                schema.child(child.declaration.feeds).feeders.append(name)


def check_words(node: Mapping, path: tuple[str, ...]) -> None:
    """Raises SpecError for a word that no declaration has."""
    for word in node:
        if word not in WORDS:
            raise SpecError(
                f"a declaration has no `{word}`",
                [place_of(node, word)],
                path=".".join(path),
                hint=did_you_mean(word, WORDS) or "a description that holds a comma or a colon must stand in quotes",
            )
    legacy = node.get("legacyDefault")
    if "legacyDefault" in node and not (
        isinstance(legacy, dict) and isinstance(legacy.get("before"), str) and "value" in legacy
    ):
        raise SpecError(
            "`legacyDefault` takes `before` (a stateVersion in quotes) and `value`",
            [place_of(node, "legacyDefault")],
            path=".".join(path),
        )


def coercion(node: Mapping, parse: Callable[[str], Type], position: Position | None) -> list[tuple[Type, Expression]]:
    """The pairs of a source type and an expression over `value` that `coerce` says."""
    said = node.get("coerce")
    if said is None:
        return []
    if not isinstance(said, dict):
        raise SpecError("`coerce` wants a mapping of a type to an expression over `value`", [position])
    pairs = []
    for source, expression in said.items():
        place = place_of(said, source)
        live = expression if isinstance(expression, Expression) else Expression(str(expression), place, bare=True)
        pairs.append((parse(source), live))
    return pairs


def by_expression(expression: Expression) -> Callable[[Any, Definition], Any]:
    """A function of a value and its definition that evaluates an expression over `value`."""
    return lambda value, definition: expression.evaluate(Scope(definition.scope, {"value": value}))
