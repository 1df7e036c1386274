# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Unions: an option that holds a value of one of several types."""

from __future__ import annotations

from ..syntax.errors import SpecError
from .agreement import wrong_type
from .definition import Definition
from .schema import Site, Type


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
        return member.value(site, definitions)

    def merge(self, site: Site, definitions: list[Definition]) -> object:
        member = self._member(definitions)
        if member is None:
            raise self._mixed(site, definitions)
        return member.value(site, definitions)

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
