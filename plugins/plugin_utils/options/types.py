# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What every type of option can do, and how definitions become one value.

Names and merging are those of nixpkgs' lib/types.nix. A check is shallow: it looks at the root of a value; what is
nested is checked while merging.
"""

from __future__ import annotations

import os.path
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..syntax.errors import SpecError, shown
from ..syntax.keys import joined
from ..syntax.nix import advice
from ..syntax.nodes import PlainInteger, PlainNumber
from ..values import Package, Path, Place, Raw
from .definition import Definition

if TYPE_CHECKING:
    from .instance import Space
    from .schema import Schema

NO_VALUE = object()


@dataclass(slots=True)
class Site:
    """Where a merge takes place: the option's path and the space that it belongs to."""

    path: tuple[str, ...]
    space: Space

    def below(self, name: str) -> Site:
        return Site((*self.path, name), self.space)

    @property
    def dotted(self) -> str:
        return joined(self.path)


class Type:
    """A type of option."""

    description: str

    def coerce(self, value: Any, definition: Definition | None = None) -> Any:
        """The value as the type holds it, where a shorter way of saying it is allowed; otherwise the value itself."""
        return value

    def check(self, value: Any) -> bool:
        """Whether the root of a (coerced) value is of this type."""
        return True

    def accepts(self, value: Any) -> bool:
        """Whether this alternative of a union is meant by the value."""
        return self.check(self.coerce(value))

    def merge(self, site: Site, definitions: list[Definition]) -> Any:
        """One value of definitions that passed the check, in their order. Raises SpecError."""
        return merge_equal(site, definitions)

    def empty(self, site: Site) -> Any:
        """The value of an option without any definition, or NO_VALUE."""
        return NO_VALUE

    def schema(self) -> Schema | None:
        """The options of the submodule that this type is or contains, if there is one."""
        return None

    def value(self, site: Site, definitions: list[Definition]) -> Any:
        """Coerce, check and merge discharged definitions. Raises SpecError that names the ones of a wrong type."""
        for definition in definitions:
            definition.value = self.coerce(definition.value, definition)
        bad = [d for d in definitions if not self.check(d.value)]
        if bad:
            raise wrong_type(site, self, bad)
        return self.merge(site, definitions)


def wrong_type(site: Site, kind: Type, bad: list[Definition]) -> SpecError:
    """The error for definitions that a type does not accept."""
    came = " and ".join(dict.fromkeys(shown(d.value) for d in bad[:3]))
    hint = ""
    value = bad[0].value
    if (
        isinstance(value, (int, float))
        and not isinstance(value, bool)
        and any(word in kind.description for word in ("string", "text", '"'))
    ):
        hint = "make it a text, with the filter `string`"
        if isinstance(value, (PlainNumber, PlainInteger)):
            hint = f'quote it: "{value.text}"'
    elif "." in site.path[-1] and not site.path[-1].startswith("["):
        parts = site.path[-1].split(".")
        hint = (
            f"`{site.path[-1]}` is one name here; the nested form is `{': {'.join(parts)}: ...{'}' * (len(parts) - 1)}`"
        )
    hint = advice(value) or hint
    return SpecError(f"expected {kind.description}, got {came}", [d.position for d in bad], path=site.dotted, hint=hint)


def comparable(value: Any) -> Any:
    """A value that compares as the language does: a boolean is no integer."""
    if isinstance(value, bool):
        return ("bool", value)
    if isinstance(value, dict):
        return {k: comparable(value[k]) for k in value}
    if isinstance(value, list):
        return [comparable(v) for v in value]
    return value


def merge_equal(site: Site, definitions: list[Definition]) -> Any:
    """The one value that all definitions agree on. Raises SpecError naming them when they do not."""
    first = definitions[0].value
    if len(definitions) > 1:
        wanted = comparable(first)
        if any(comparable(d.value) != wanted for d in definitions[1:]):
            came = ", ".join(f"{shown(d.value)}" for d in definitions[:4])
            raise SpecError(
                f"conflicting definitions: {came}",
                [d.position for d in definitions],
                path=site.dotted,
                hint="say which one counts with `!force`, or weaken one with `!default`",
            )
    return first


def merge_one(site: Site, definitions: list[Definition]) -> Any:
    """The only definition's value. Raises SpecError when there are more."""
    if len(definitions) > 1:
        raise SpecError(
            "defined more than once",
            [d.position for d in definitions],
            path=site.dotted,
            hint="mark one of them `!force`",
        )
    return definitions[0].value


@dataclass(slots=True)
class Scalar(Type):
    """A type of plain values, told by a predicate; definitions must be equal."""

    description: str
    predicate: Callable[[Any], bool]
    convert: Callable[[Any], Any] | None = None
    convert_alone: bool = False
    once: bool = False

    def coerce(self, value: Any, definition: Definition | None = None) -> Any:
        return self.convert(value) if self.convert is not None else value

    def accepts(self, value: Any) -> bool:
        return self.check(value if self.convert_alone else self.coerce(value))

    def check(self, value: Any) -> bool:
        return self.predicate(value)

    def merge(self, site: Site, definitions: list[Definition]) -> Any:
        return (merge_one if self.once else merge_equal)(site, definitions)


_PACKAGE = re.compile(r"/.*|(?!pkgs\.)[^\s;,\[\](){}]+")


class PackageType(Type):
    """A package; a string is its name, an absolute path the place where it is."""

    description = "package"

    def coerce(self, value: Any, definition: Definition | None = None) -> Any:
        if isinstance(value, str) and not isinstance(value, Place) and _PACKAGE.fullmatch(value):
            make = definition.scope.language.package if definition is not None else Package
            if value.startswith("/"):
                return make(value.rstrip("/").rpartition("/")[2] or "root", out=value)
            return make(value)
        return value

    def accepts(self, value: Any) -> bool:
        return self.check(value)

    def check(self, value: Any) -> bool:
        return isinstance(value, Place)

    def merge(self, site: Site, definitions: list[Definition]) -> Any:
        return merge_equal(site, definitions)


class SourceType(Type):
    """Content that is somewhere: a path value, or a string relative to the file that says it."""

    description = "path of a file or folder"

    def coerce(self, value: Any, definition: Definition | None = None) -> Any:
        if isinstance(value, str) and value and definition is not None:
            base = os.path.dirname(definition.position.file) if definition.position and definition.position.file else ""
            base = base if os.path.isabs(base) else definition.scope.folder or os.getcwd()
            return Path(os.path.normpath(os.path.join(base, os.path.expanduser(value))))
        return value

    def check(self, value: Any) -> bool:
        return isinstance(value, Place)


class TemplateType(Type):
    """A template file, said by its path; its value is the text that it renders to where it was said."""

    description = "path of a template"

    def coerce(self, value: Any, definition: Definition | None = None) -> Any:
        if isinstance(value, (str, Place)) and definition is not None:
            scope = definition.scope
            return scope.language.render(str(value), scope, definition.position)
        return value

    def check(self, value: Any) -> bool:
        return isinstance(value, str)

    def merge(self, site: Site, definitions: list[Definition]) -> Any:
        return "\n".join(d.value for d in definitions)


@dataclass(slots=True)
class Separated(Type):
    """Text whose definitions are joined in their order."""

    separator: str
    description: str = "text"

    def check(self, value: Any) -> bool:
        return isinstance(value, str)

    def merge(self, site: Site, definitions: list[Definition]) -> Any:
        return self.separator.join(d.value for d in definitions)


@dataclass(slots=True)
class RawKind(Type):
    """An expression of another language."""

    kind: str
    description: str = "an inline expression"

    def check(self, value: Any) -> bool:
        return isinstance(value, Raw) and value.kind == self.kind
