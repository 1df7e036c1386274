# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The language's tests, behind `is`."""

from __future__ import annotations

import posixpath
from collections.abc import Callable

from jinja2 import pass_context

from ..values import Package, PathValue, Raw, Value
from .ansible_filters import text_matches
from .path_values import ScopedContext, services


@pass_context
def _located(context: ScopedContext, value: object) -> bool:
    """Whether the path of a value is known: a path value, or a package in a folder of its own instead of the host's."""
    if not isinstance(value, Package):
        return isinstance(value, PathValue)
    return value.out_path != services(context).package(value.name).out_path


def _path(value: object) -> bool:
    """Whether a value is a path where text would also do: one line that begins with a slash, but not with a comment."""
    if not isinstance(value, str):
        return isinstance(value, PathValue)
    return value.startswith("/") and "\n" not in value and not value.startswith(("//", "/*"))


def _systemwide(value: object) -> bool:
    """Whether a package is where the system's programs look by themselves for what packages bring."""
    return isinstance(value, Package) and value.out_path.rstrip("/") in ("/usr", "/usr/local")


@pass_context
def _realised(context: ScopedContext, value: object) -> bool:
    """Whether a package is shown in the home's own profile, and not where the host has it."""
    return isinstance(value, Package) and services(context).realised and not _located(context, value)


TESTS: dict[str, Callable[..., Value]] = {
    "abs": lambda v: isinstance(v, str) and posixpath.isabs(v),
    "path_value": lambda v: isinstance(v, PathValue),
    "located": _located,
    "path": _path,
    "package": lambda v: isinstance(v, Package),
    "realised": _realised,
    "raw": lambda v: isinstance(v, Raw),
    "bool": lambda v: isinstance(v, bool),
    "list": lambda v: isinstance(v, (list, tuple)),
    "systemwide": _systemwide,
    "null": lambda v: v is None,
    "empty": lambda v: v is None or (isinstance(v, (str, list, dict)) and len(v) == 0),
    "match": text_matches("match"),
    "search": text_matches("search"),
    "contains": lambda v, item: item in v,
}
