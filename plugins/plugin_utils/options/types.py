# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The simple types of options.

Names and merging are those of nixpkgs' lib/types.nix. A check is shallow: it looks at the root of a value; what is
nested is checked while merging.
"""

from __future__ import annotations

import json
import os.path
import re
from collections.abc import Callable
from dataclasses import dataclass

from .. import inputs
from ..expressions.lazy import plain
from ..expressions.resolution import resolve
from ..syntax.errors import SpecError, summary
from ..values import Package, Path, PathValue, Raw, Value
from .agreement import merge_equal, merge_one
from .definition import Definition
from .schema import Site, Type


@dataclass(slots=True)
class Scalar(Type):
    """A type of plain values, decided by a predicate; definitions must be equal."""

    description: str
    predicate: Callable[[Value], bool]
    convert: Callable[[Value], Value] | None = None
    convert_alone: bool = False
    once: bool = False

    def coerce(self, value: Value, definition: Definition | None = None) -> Value:
        return self.convert(value) if self.convert is not None else value

    def accepts(self, value: Value) -> bool:
        return self.check(value if self.convert_alone else self.coerce(value))

    def check(self, value: Value) -> bool:
        return self.predicate(value)

    def merge(self, site: Site, definitions: list[Definition]) -> Value:
        return (merge_one if self.once else merge_equal)(site.path, definitions)


_PACKAGE = re.compile(r"/.*|(?!pkgs\.)[^\s;,\[\](){}]+")


class PackageType(Type):
    """A package; a string is its name, or the absolute path of its folder; a mapping says more than the name."""

    description = "package"

    def coerce(self, value: Value, definition: Definition | None = None) -> Value:
        if isinstance(value, str) and not isinstance(value, PathValue) and _PACKAGE.fullmatch(value):
            make = definition.scope.language.package if definition is not None else Package
            if value.startswith("/"):
                return make(value.rstrip("/").rpartition("/")[2] or "root", out=value)
            value = make(value)
        elif isinstance(value, dict) and "name" in value and "_type" not in value and definition is not None:
            value = _package_of(plain(resolve(value, definition.scope)), definition)
        if isinstance(value, Package) and not value.named and definition is not None:
            language = definition.scope.language
            return language.note_named(value) if language.is_own(definition.position) else value
        return value

    def accepts(self, value: Value) -> bool:
        return self.check(value)

    def check(self, value: Value) -> bool:
        return isinstance(value, PathValue)

    def merge(self, site: Site, definitions: list[Definition]) -> Value:
        return merge_equal(site.path, definitions)


def _package_of(entry: dict[str, object], definition: Definition) -> Package:
    name, version = entry["name"], entry.get("version")
    if not isinstance(name, str) or not name:
        raise SpecError(f"a package needs a name, not {summary(name)}", [definition.position])
    rest = {key: item for key, item in entry.items() if key != "name"}
    return definition.scope.language.package(name, version=version, request=json.dumps(rest, sort_keys=True))


class SourceType(Type):
    """Content of a file or folder: a path value, or a string relative to the file of the definition."""

    description = "path of a file or folder"

    def coerce(self, value: Value, definition: Definition | None = None) -> Value:
        if isinstance(value, str) and value and definition is not None:
            base = os.path.dirname(definition.position.file) if definition.position and definition.position.file else ""
            base = base if os.path.isabs(base) else definition.scope.folder or os.getcwd()
            return Path(os.path.normpath(os.path.join(base, inputs.expanded(value))))
        return value

    def check(self, value: Value) -> bool:
        return isinstance(value, PathValue)


class TemplateType(Type):
    """A template file, given by its path; its value is its text, rendered in the scope of the definition."""

    description = "path of a template"

    def coerce(self, value: Value, definition: Definition | None = None) -> Value:
        if isinstance(value, (str, PathValue)) and definition is not None:
            scope = definition.scope
            return scope.language.render(str(value), scope, definition.position)
        return value

    def check(self, value: Value) -> bool:
        return isinstance(value, str)

    def merge(self, site: Site, definitions: list[Definition]) -> Value:
        return "\n".join(d.value for d in definitions)


@dataclass(slots=True)
class Separated(Type):
    """Text whose definitions are joined in their order."""

    separator: str
    description: str = "text"

    def check(self, value: Value) -> bool:
        return isinstance(value, str)

    def merge(self, site: Site, definitions: list[Definition]) -> Value:
        return self.separator.join(d.value for d in definitions)


@dataclass(slots=True)
class RawKind(Type):
    """An expression of another language."""

    kind: str
    description: str = "an inline expression"

    def check(self, value: Value) -> bool:
        return isinstance(value, Raw) and value.kind == self.kind
