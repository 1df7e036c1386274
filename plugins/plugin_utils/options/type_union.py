# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Unions: an option that holds a value of one of several types."""

from __future__ import annotations

from ..syntax.errors import SpecError
from ..syntax.keys import split
from ..syntax.nodes import Mapping, nested
from ..values import Value
from .agreement import wrong_type
from .definition import Definition
from .plain_numbers import check_numbers
from .priority import effective
from .schema import Site, Type
from .type_container import is_set


class Either(Type):
    """One of several types: the first that accepts all definitions. The choice is made by the root of the values.

    A bare name is a package only where no other member takes it.
    """

    def __init__(self, members: list[Type]) -> None:
        self.members = members
        self.parts = tuple(members)
        self.description = " or ".join(m.description for m in members)

    def check(self, value: object) -> bool:
        return self.accepts(value) or any(m.check(m.coerce(value)) for m in self.members)

    def accepts(self, value: object) -> bool:
        return any(m.accepts(value) for m in self.members)

    def holds(self, definition: Definition) -> bool:
        return any(m.holds(definition) for m in self.members)

    def value(self, site: Site, definitions: list[Definition]) -> object:
        member = self._member(definitions)
        if member is None:
            bad = [d for d in definitions if not self.check(d.value)]
            raise wrong_type(site.path, self.description, bad) if bad else self._mixed(site, definitions)
        self._check_numbers(site, definitions)
        return member.value(site, definitions)

    def merge(self, site: Site, definitions: list[Definition]) -> object:
        member = self._member(definitions)
        if member is None:
            raise self._mixed(site, definitions)
        self._check_numbers(site, definitions)
        return member.value(site, definitions)

    def _check_numbers(self, site: Site, definitions: list[Definition]) -> None:
        if any(member.accepts("0") for member in self.members):
            check_numbers(site, definitions)

    def _member(self, definitions: list[Definition]) -> Type | None:
        """The member that all definitions are of, if there is one."""
        members = self.members
        if all(
            isinstance(d.value, int) and not isinstance(d.value, bool) for d in definitions
        ):  # An integer stays one where the union has integers too.
            members = sorted(members, key=lambda m: isinstance(m.coerce(definitions[0].value), float))
        for member in members:
            if all(member.accepts(d.value) for d in definitions):
                return member
        for member in members:
            if all(member.check(member.coerce(d.value)) for d in definitions):
                return member
        return None

    def _mixed(self, site: Site, definitions: list[Definition]) -> SpecError:
        return SpecError(
            f"the definitions are of different kinds, but all must be of one: {self.description}",
            [d.position for d in definitions],
            path=site.dotted,
        )


class AttrTag(Type):
    """A mapping of exactly one of some keys, each with a type of its own."""

    def __init__(self, tags: dict[str, Type]) -> None:
        self.tags = tags
        self.description = "one of the entries " + ", ".join(sorted(tags))

    def check(self, value: Value) -> bool:
        return is_set(value) and len({parts[:1] for parts in _tag_paths(value).values()}) == 1

    def merge(self, site: Site, definitions: list[Definition]) -> Value:
        paths = [(d, key, parts) for d in definitions for key, parts in _tag_paths(d.value).items()]
        names = sorted({parts[0] for _definition, _key, parts in paths})
        if len(names) > 1:
            raise SpecError(
                f"has both {names[0]} and {names[1]}, but can have only one",
                [d.position for d in definitions],
                path=site.dotted,
            )
        if names[0] not in self.tags:
            raise wrong_type(site.path, self.description, definitions)
        found = effective([_below_tag(d.entry(key), parts[1:]) for d, key, parts in paths])
        return {names[0]: self.tags[names[0]].value(site.below(names[0]), found)}


def _tag_paths(value: Value) -> dict[str, tuple[str, ...]]:
    """The keys of a mapping with their parts: they are names of options, which are split at dots."""
    whole = not isinstance(value, Mapping) or value.verbatim
    return {key: (key,) if whole else split(key) for key in value} if isinstance(value, dict) else {}


def _below_tag(entry: Definition, rest: tuple[str, ...]) -> Definition:
    return entry.holding(nested(rest, entry.value, entry.position)) if rest else entry
