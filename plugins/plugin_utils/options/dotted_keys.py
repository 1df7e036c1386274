# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Dotted keys in free-form values: one name, or a path, whichever fits the type."""

from __future__ import annotations

import re
from collections.abc import Callable

from ..expressions.expression import Expression
from ..syntax.errors import SpecWarning
from ..syntax.keys import LiteralKey, split
from ..syntax.nodes import nested
from .definition import Definition
from .priority import discharge
from .schema import Site, Type

KeyReader = Callable[[str, Definition], tuple[str, Definition]]

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


def fits(kind: Type, definition: Definition) -> bool:
    """Whether a definition is of a type, once its expressions and marks are evaluated; one that vanishes is."""
    return all(kind.holds(found) for found in discharge([definition]))


def read_key(key: str, entry: Definition, inner: Type, nests: bool, site: Site) -> tuple[str, Definition]:
    """The name that a dotted key of a spec means in a mapping of `inner`, and the definition of its value.

    The key is one name wherever its value fits; where only its parts fit, it is split. A key in quotes is one name.
    `nests` says that values of this kind have few dotted names, so that one without quotes deserves a warning.
    """
    if type(key) is LiteralKey:  # pylint: disable=unidiomatic-typecheck
        return str(key), entry
    parts = split(key)
    if len(parts) == 1:
        return parts[0], entry
    if not all(parts) or _decided_later(inner, entry):
        return key, entry
    if fits(inner, entry):
        if nests and all(map(_NAME.fullmatch, parts)) and entry.scope.language.is_own(entry.position):
            _warn(key, parts, entry, site)
        return key, entry
    whole = entry.holding(nested(parts[1:], entry.value, entry.position))
    return (parts[0], whole) if fits(inner, whole) else (key, entry)


def _decided_later(inner: Type, entry: Definition) -> bool:
    """Whether the value is a computed submodule, which the names of its neighbours must not depend on."""
    return isinstance(entry.value, Expression) and inner.schema() is not None


def _warn(key: str, parts: tuple[str, ...], entry: Definition, site: Site) -> None:
    value = "..."
    for part in reversed(parts[1:]):
        value = f"{{{part}: {value}}}"
    warning = SpecWarning(f"`{key}` is read as one name, not as a path", [entry.position], path=site.dotted)
    advice = [f"for a value inside `{parts[0]}`:  {parts[0]}: {value}", f"for a name with a dot:  '\"{key}\"': ..."]
    warning.with_details("dotted-key", advice=advice)
    site.instance.trace.warn(warning)
