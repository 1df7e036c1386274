# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The library: the modules that the collection ships, loaded when a spec touches what they declare."""

from __future__ import annotations

import functools
import json
import os

from .. import inputs
from ..expressions.source_file import kind_at, read_file
from ..syntax.keys import joined
from ..syntax.nodes import Mapping
from .library_index import INDEX, TYPES, build
from .spec_file import load_file
from .word import Vocabulary


class Library:
    """A folder of modules with its generated index.

    The index (`index.json`) says which file declares what: `core` are the files every home has, `paths` maps the dotted path of
    a group (or of an extension of somebody's submodule, with `<name>`) to files.
    """

    def __init__(self, folder: str) -> None:
        self.folder = folder
        try:
            index = json.loads(read_file(os.path.join(folder, INDEX)).content)
        except FileNotFoundError:
            inputs.unstable("a library without an index")
            index = build(folder, strict=False)
        self.core: list[str] = index["core"]
        self.paths: dict[str, list[str]] = index["paths"]

    @functools.cached_property
    def vocabulary(self) -> Vocabulary:
        """The named types and the words that every module can use."""
        path = os.path.join(self.folder, TYPES)
        found = load_file(path) if kind_at(path) == inputs.FILE else None
        return (
            Vocabulary.of(found.get("types", {}), found.get("words", {}))
            if isinstance(found, Mapping)
            else Vocabulary()
        )

    @functools.cached_property
    def groups(self) -> frozenset[str]:
        """The dotted paths of all groups above those of the index."""
        found: set[str] = set()
        for path in self.paths:
            parts = path.split(".")
            found.update(".".join(parts[:length]) for length in range(1, len(parts)))
        return frozenset(found)

    def declarers(self, path: tuple[str, ...]) -> list[str]:
        """The files that declare options at, above or directly below a path."""
        found: list[str] = []
        for length in range(1, len(path) + 1):
            found.extend(self.paths.get(joined(path[:length]), ()))
        return found

    def names(self, path: tuple[str, ...]) -> list[str]:
        """The names that the library knows directly below a path."""
        prefix = joined(path) + "." if path else ""
        return sorted({key[len(prefix) :].split(".")[0] for key in self.paths if key.startswith(prefix)})

    def node(self, file: str) -> object:
        """The nodes of one of the library's files."""
        return load_file(os.path.join(self.folder, file))
