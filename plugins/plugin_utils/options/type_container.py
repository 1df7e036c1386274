# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Types made of other types."""

from __future__ import annotations

from collections.abc import Callable

from ..expressions.lazy import EntryThunk, LazyMapping
from ..expressions.resolution import key_text, resolve
from ..syntax.errors import SpecError, summary
from ..syntax.nodes import Mapping, position_of
from ..values import GVariant, Package, PathValue, Raw, Value
from .agreement import merge_equal, merge_one
from .definition import Definition
from .dotted_keys import KeyReader, fits, read_key
from .plain_numbers import check_numbers
from .priority import discharge, effective, may_vanish
from .schema import NO_VALUE, Site, Type


def is_set(value: object) -> bool:
    """Whether a value is a mapping of names, not a record of a kind of its own."""
    return isinstance(value, dict) and ("_type" not in value or value["_type"] == "each")


def by_key(definitions: list[Definition], read: KeyReader | None = None) -> dict[str, list[Definition]]:
    """The entries of mapping definitions by their (evaluated) keys; `read` decides what a dotted key of a spec means."""
    found: dict[str, list[Definition]] = {}
    for definition in definitions:
        mapping = definition.value
        for key in mapping:
            position = position_of(mapping, key)
            text = key_text(key, definition.scope, position)
            entry = Definition(_entry(mapping, key), definition.scope, position or definition.position)
            dotted = "." in key and text == key  # the dots of a computed key are its own
            if read is not None and dotted and isinstance(mapping, Mapping) and not mapping.verbatim:
                text, entry = read(key, entry)
            found.setdefault(text, []).append(entry)
    return found


def _entry(mapping: dict[str, object], key: str) -> object:
    """The entry's value; what a lazy mapping has not computed yet stays so."""
    if isinstance(mapping, LazyMapping) and not mapping.known(key):
        return EntryThunk(mapping, key)
    return mapping[key]


class AttrsOf(Type):
    """A mapping of names to values of one type; each key merges on its own."""

    def __init__(self, inner: Type, lazy: bool = False, nests: bool = False) -> None:
        self.inner = inner
        self.parts = (inner,)
        self.lazy = lazy
        self.nests = nests
        self.description = f"mapping of {inner.description}"

    def check(self, value: object) -> bool:
        return is_set(value)

    def holds(self, definition: Definition) -> bool:
        value = definition.value
        if not is_set(value) or not isinstance(value, dict):
            return False
        return isinstance(value, LazyMapping) or all(fits(self.inner, definition.entry(key)) for key in value)

    def empty(self, site: Site) -> object:
        return {}

    def merge(self, site: Site, definitions: list[Definition]) -> object:
        entries = by_key(definitions, lambda key, entry: read_key(key, entry, self.inner, self.nests, site))
        if not self.lazy:
            entries = {key: found for key, found in entries.items() if self._exists(found)}

        def compute(key: str) -> object:
            below = site.below(key)
            with below.instance.trace.visiting(below.path, entries[key][0].position) as frame:
                found = effective(entries[key])
                if found:
                    value = self.inner.value(below, found)
                    if frame.secret:
                        result.taint = below.instance.trace.taint
                        below.instance.trace.secret.add(below.path)
                    return value
                value = self.inner.empty(below)
                if value is NO_VALUE:
                    raise SpecError(
                        "is used, but every definition of it has a condition that does not hold",
                        [d.position for d in entries[key]],
                        path=below.dotted,
                    )
                return value

        result = LazyMapping(list(entries), compute, site)
        return result

    @staticmethod
    def _exists(found: list[Definition]) -> bool:
        return any(not may_vanish(d.value) for d in found) or bool(discharge(found))


class Attrs(Type):
    """A mapping of anything, merged at its first level only: the last definition of a key counts."""

    description = "mapping"

    def check(self, value: object) -> bool:
        return is_set(value)

    def empty(self, site: Site) -> object:
        return {}

    def merge(self, site: Site, definitions: list[Definition]) -> object:
        result: dict[str, object] = {}
        for definition in definitions:
            result.update(resolve(definition.value, definition.scope))
        return {key: result[key] for key in sorted(result)}


class ListOf(Type):
    """A list; definitions are concatenated in their order."""

    def __init__(self, inner: Type, non_empty: bool = False) -> None:
        self.inner = inner
        self.parts = (inner,)
        self.non_empty = non_empty
        self.description = f"{'non-empty ' if non_empty else ''}list of {inner.description}"

    def check(self, value: object) -> bool:
        if isinstance(value, dict):
            return value.get("_type") == "each"
        return isinstance(value, (list, tuple)) and not (self.non_empty and not value)

    def empty(self, site: Site) -> object:
        return NO_VALUE if self.non_empty else []

    def merge(self, site: Site, definitions: list[Definition]) -> object:
        result: list[object] = []
        for number, definition in enumerate(definitions, 1):
            for index, item in enumerate(definition.value):
                element = Definition(
                    item, definition.scope, position_of(definition.value, index) or definition.position
                )
                found = effective([element])
                if found:
                    result.append(self.inner.value(site.below(f"[definition {number}-entry {index + 1}]"), found))
        return result


class NullOr(Type):
    """A value of a type, or null; definitions must agree on which."""

    def __init__(self, inner: Type) -> None:
        self.inner = inner
        self.parts = (inner,)
        self.description = f"null or {inner.description}"

    def coerce(self, value: object, definition: Definition | None = None) -> object:
        return None if value is None else self.inner.coerce(value, definition)

    def check(self, value: object) -> bool:
        return value is None or self.inner.check(value)

    def accepts(self, value: object) -> bool:
        return value is None or self.inner.accepts(value)

    def holds(self, definition: Definition) -> bool:
        return definition.value is None or self.inner.holds(definition)

    def empty(self, site: Site) -> object:
        return None

    def merge(self, site: Site, definitions: list[Definition]) -> object:
        nulls = [d for d in definitions if d.value is None]
        if not nulls:
            return self.inner.merge(site, definitions)
        if len(nulls) == len(definitions):
            return None
        positions = [d.position for d in definitions]
        error = SpecError("is set both to null and to another value", positions, path=site.dotted)
        raise error.with_details("conflict", at_value=True)


class Once(Type):
    """A type with exactly one definition."""

    def __init__(self, inner: Type) -> None:
        self.inner = inner
        self.parts = (inner,)
        self.description = inner.description

    def coerce(self, value: object, definition: Definition | None = None) -> Value:
        return self.inner.coerce(value, definition)

    def check(self, value: object) -> bool:
        return self.inner.check(value)

    def holds(self, definition: Definition) -> bool:
        return self.inner.holds(definition)

    def merge(self, site: Site, definitions: list[Definition]) -> object:
        merge_one(site.path, definitions)
        return self.inner.merge(site, definitions)


class AnyValue(Type):
    """Anything.

    `deep` merges mappings key by key and requires the rest to be equal; `loose` also joins lists and strings; neither
    changes a single definition.
    """

    description = "anything"

    def __init__(self, how: str = "deep") -> None:
        self.how = how

    def merge(self, site: Site, definitions: list[Definition]) -> object:
        if self.how == "raw":
            return resolve(merge_one(site.path, definitions), definitions[0].scope)
        values = [d.value for d in definitions]
        if all(is_set(v) for v in values):
            return AttrsOf(self).merge(site, definitions)
        if all(isinstance(v, (list, tuple)) for v in values):
            if self.how == "loose":
                return ListOf(self).merge(site, definitions)
            return merge_equal(site.path, [d.holding(ListOf(self).merge(site, [d])) for d in definitions])
        if self.how == "loose" and len(values) > 1:
            if all(isinstance(v, bool) for v in values):
                return any(values)
            if all(isinstance(v, str) for v in values):
                return "".join(values)
        check_numbers(site, definitions)
        return merge_equal(site.path, definitions)


class GVariantType(Type):
    """A value of GVariant: plain data that says its own type, or a `!gvariant`; definitions must be equal."""

    description = "GVariant value"

    def check(self, value: object) -> bool:
        return isinstance(value, GVariant) or not isinstance(value, dict)

    def merge(self, site: Site, definitions: list[Definition]) -> object:
        return merge_equal(site.path, [d.holding(resolve(d.value, d.scope)) for d in definitions])


class ModuleType(Type):
    """A module of its own, not evaluated here: its value is the list of its definitions, each a node with scope and position."""

    description = "module"

    def check(self, value: object) -> bool:
        return isinstance(value, dict)

    def empty(self, site: Site) -> object:
        return []

    def merge(self, site: Site, definitions: list[Definition]) -> object:
        return definitions


class DagOf(AttrsOf):
    """A mapping of entries with `data`, `after` and `before`; a bare value is an entry without edges."""

    def __init__(self, inner: Type) -> None:
        super().__init__(inner)
        self.description = f"ordered mapping of {inner.description}"

    def merge(self, site: Site, definitions: list[Definition]) -> object:
        entries = {k: found for k, found in by_key(definitions).items() if self._exists(found)}

        def compute(key: str) -> object:
            below = site.below(key)
            with below.instance.trace.visiting(below.path, entries[key][0].position):
                return entry(key, below)

        def entry(key: str, below: Site) -> object:
            found = effective(entries[key])
            if not found:
                raise SpecError(
                    "is used, but every definition of it has a condition that does not hold", path=below.dotted
                )
            edges: dict[str, list[str]] = {"after": [], "before": []}
            data: list[Definition] = []
            for definition in found:
                data.append(self._data(definition, edges, below))
            return {**edges, "data": self.inner.value(below, effective(data)), "name": key}

        return LazyMapping(list(entries), compute, site)

    @staticmethod
    def _data(definition: Definition, edges: dict[str, list[str]], site: Site) -> Definition:
        value = definition.value
        if not (isinstance(value, dict) and value.get("_type") == "dagEntry"):
            return definition
        for side, names in edges.items():
            listed = resolve(value.get(side, []), definition.scope)
            listed = [listed] if isinstance(listed, str) else listed
            if not (isinstance(listed, list) and all(isinstance(n, str) for n in listed)):
                raise SpecError(
                    f"`{side}` must be a list of names, not {summary(listed)}", [definition.position], path=site.dotted
                )
            names.extend(listed)
        return Definition(
            value["data"],
            definition.scope,
            position_of(value, "data") or definition.position,
            definition.priority,
            definition.order,
        )


class Freeform(Type):
    """What a file format can hold: sets merge key by key, lists are joined, scalars must be equal.

    `nests` says that a dotted name is likely meant as a path: it is still one name, with a warning.
    """

    def __init__(self, name: str, null: bool = True, nests: bool = False) -> None:
        self.name = name
        self.null = null
        self.nests = nests
        self.description = f"{name.upper()} value"

    def check(self, value: object) -> bool:
        if value is None:
            return self.null
        return isinstance(value, (bool, int, float, str, list, tuple, PathValue, Raw, GVariant)) or is_set(value)

    def empty(self, site: Site) -> object:
        return {}

    def merge(self, site: Site, definitions: list[Definition]) -> object:
        first = definitions[0].value
        if is_set(first) and all(is_set(d.value) for d in definitions):
            return AttrsOf(self, nests=self.nests).merge(site, definitions)
        if isinstance(first, (list, tuple)) and all(isinstance(d.value, (list, tuple)) for d in definitions):
            return ListOf(self).merge(site, definitions)
        check_numbers(site, definitions)
        return merge_equal(site.path, definitions)


class Coerced(Type):
    """A type that takes values of other kinds through a function first."""

    def __init__(self, inner: Type, source: Type, function: Callable[[Value, Definition], Value]) -> None:
        self.inner = inner
        self.parts = (inner,)
        self.source = source
        self.function = function
        self.description = f"{inner.description} or {source.description}"

    def coerce(self, value: Value, definition: Definition | None = None) -> Value:
        if definition is not None and self.source.accepts(value) and not self._taken(value):
            value = self.function(value, definition)
        return self.inner.coerce(value, definition)

    def _taken(self, value: Value) -> bool:
        """Whether a package, which would do as a string too, is meant as the inner type has it."""
        return isinstance(value, Package) and self.inner.accepts(value)

    def check(self, value: Value) -> bool:
        return self.inner.check(value) or self.source.accepts(value)

    def accepts(self, value: Value) -> bool:
        return self.source.accepts(value) or self.inner.accepts(value)

    def holds(self, definition: Definition) -> bool:
        return self.source.accepts(definition.value) or self.inner.holds(definition)

    def empty(self, site: Site) -> Value:
        return self.inner.empty(site)

    def merge(self, site: Site, definitions: list[Definition]) -> Value:
        return self.inner.value(site, definitions)
