# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The index of a library: made from what its files declare."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator

from ..expressions.language import Language
from ..expressions.resolution import key_text
from ..expressions.scope import Outermost
from ..syntax.errors import SpecError
from ..syntax.keys import joined
from .module import Module, declared_paths
from .spec_file import load_file

INDEX = "index.json"
TYPES = "types.yml"
SINGLE = ("home", "programs", "services", "xdg")


def files(folder: str) -> Iterator[str]:
    """The library's module files, relative, in byte order; `lib/` holds what others import."""
    found: list[str] = []
    for where, folders, names in os.walk(folder):
        folders[:] = [f for f in folders if f != "lib" or where != folder]
        found.extend(
            os.path.relpath(os.path.join(where, n), folder) for n in names if n.endswith(".yml") and n != TYPES
        )
    return iter(sorted(found))


def build(folder: str, strict: bool = True) -> dict[str, object]:
    """The index of the library in `folder`: `core` (files at its top) and `paths`.

    A file that cannot be read is an error, or left out where `strict` is false (a library that is being worked on).
    """
    language = Language()
    core: list[str] = []
    paths: dict[str, set[str]] = {}
    for file in files(folder):
        if os.sep not in file:
            core.append(file)
        try:
            found = owned(os.path.join(folder, file), language=language)
        except SpecError:
            if strict:
                raise
            continue
        for path in found:
            paths.setdefault(joined(path), set()).add(file)
    return {"core": core, "paths": {key: sorted(found) for key, found in sorted(paths.items())}}


def owned(
    path: str, variables: dict[str, object] | None = None, language: Language | None = None
) -> set[tuple[str, ...]]:
    """The groups that a module file declares options in, and the extensions that it makes; files that it imports included."""
    language = Language() if language is None else language
    node = load_file(path)
    module = Module(node, path, Outermost(language, dict(variables or {})), rank=(0,), variables=variables)
    found: set[tuple[str, ...]] = set()
    for item in module.imports or []:
        inner, more = (item["import"], item.get("vars")) if isinstance(item, dict) else (item, None)
        found |= owned(os.path.join(os.path.dirname(path), inner), dict(more or {}), language)
    for block in module.static_blocks(module.options):
        for scope in block.scopes():
            for declared in declared_paths(block.body, old=True):
                found.add(tuple(key_text(part, scope, None) for part in group_of(declared)))
    return found


def group_of(path: tuple[str, ...]) -> tuple[str, ...]:
    """The part of an option's path that the index needs to find its declarer."""
    if "<name>" in path:
        last = len(path) - 1 - path[::-1].index("<name>")
        return path[: last + 2]
    if path[0] in SINGLE:
        return path[:2]
    if path[1:2] == ("windowManager",):
        return path[:3]
    return path[: max(1, min(2, len(path) - 1))]


def main(folder: str) -> None:
    """Write the index file of a library."""
    with open(os.path.join(folder, INDEX), "w", encoding="utf-8") as file:
        json.dump(build(folder), file, indent=1, sort_keys=True)
        file.write("\n")


if __name__ == "__main__":
    main(sys.argv[1])
