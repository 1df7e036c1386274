# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Imports: from the modules named to all modules, in the order in which their definitions count.

Imported modules come before their importer, in the order in which they are listed; a file (with the same variables) counts once.
"""

from __future__ import annotations

import json
import os.path
from collections.abc import Callable
from dataclasses import dataclass, field

from .. import inputs
from ..expressions.resolution import resolve
from ..expressions.scope import Scope
from ..expressions.source_file import check_inside, kind_at
from ..syntax.errors import SpecError, did_you_mean, summary
from ..syntax.nodes import Mapping, position_of
from ..syntax.position import Position
from ..values import Path
from .module import Module


@dataclass(slots=True)
class _Found:
    module: Module
    key: str
    imports: list[_Found] = field(default_factory=list)


# What people write for `import`.
_MEANT = frozenset({"file", "path", "src", "source", "include", "vars"})


class Collector:
    """Reads modules and what they import. `read(path)` gives a file's nodes."""

    def __init__(self, outer: Scope, read: Callable[[str], object]) -> None:
        self.outer = outer
        self.read = read
        self.count = 0
        self.errors: list[SpecError] = []
        # Where each file was first imported.
        self.importers: dict[str, Position] = {}

    def collect(self, roots: list[tuple[object, str]]) -> tuple[list[Module], set[str]]:
        """The modules of some root nodes (each with its file) in order, and the files that were disabled."""
        trees = [found for node, file in roots if (found := self._module(node, file, {}, ())) is not None]
        disabled: set[str] = set()
        self._disabled(trees, disabled)
        ordered: list[Module] = []
        self._flatten(trees, disabled, set(), ordered)
        for number, module in enumerate(ordered):
            module.rank = (1, number)
        return ordered, disabled

    def _module(
        self, node: object, file: str, variables: dict[str, object], chain: tuple[str, ...], key: str = ""
    ) -> _Found | None:
        """One module with what it imports; one without a `key` of its own (a root, an inline module) counts each time."""
        try:
            module = Module(node, file, self.outer, rank=(1, 0), variables=variables)
            self.count += 1
            key = key or f"module {self.count}"
            found = _Found(module, key)
            items = [] if module.imports is None else module.imports
            items = items if isinstance(items, list) else resolve(items, module.scope)
        except SpecError as error:
            self.errors.append(error)
            return None
        if not isinstance(items, list):
            hint = f"write [{items}]" if isinstance(items, str) else ""
            message = f"`imports` must be a list of files, not {summary(items)}"
            wrong = SpecError(message, [position_of(module.node, "imports")], hint=hint)
            self.errors.append(wrong.with_details("module", at_value=True, whole=True))
            return found
        for index, item in enumerate(items):
            inner = self._import(item, module, position_of(module.imports, index), (*chain, key))
            if inner is not None:
                found.imports.append(inner)
        return found

    def _import(self, item: object, module: Module, position: Position | None, chain: tuple[str, ...]) -> _Found | None:
        variables: dict[str, object] = {}
        try:
            if not isinstance(item, dict) or "import" in item:
                item = resolve(item, module.scope)
            if isinstance(item, dict) and "import" in item:
                variables = self._variables(item, position)
                item = item["import"]
            elif isinstance(item, dict) and item.keys() and item.keys() <= _MEANT:
                hint = "write {import: FILE, vars: {...}}"
                raise SpecError(
                    "an import with variables is written with `import`", [position_of(item) or position], hint=hint
                )
            elif isinstance(item, dict):
                return self._module(_as_node(item), module.file, dict(module.import_variables), chain)
            path = self._path(item, module, position)
            key = json.dumps([inputs.real_path(path), variables], sort_keys=True, default=str)
            if key in chain:
                return None
            if position is not None:
                self.importers.setdefault(path, position)
            return self._module(self.read(path), path, variables, chain, key)
        except SpecError as error:
            if position is not None and not error.positions:
                error.positions.append(position)
            # What the file would have said is missing from now on.
            error.code = error.code or "unreadable"
            self.errors.append(error)
            return None

    @staticmethod
    def _variables(item: dict[str, object], position: Position | None) -> dict[str, object]:
        unknown = set(item) - {"import", "vars"}
        variables = item.get("vars") or {}
        if unknown or not isinstance(variables, dict):
            raise SpecError("an import must be a file, or a mapping with `import` and `vars`", [position])
        return dict(variables)

    @staticmethod
    def _path(item: object, module: Module, position: Position | None) -> str:
        text = item.path if isinstance(item, Path) else item
        if not isinstance(text, str):
            hint = "list its elements directly" if isinstance(item, list) else ""
            raise SpecError(f"an import must be the name of a file, not {summary(item)}", [position], hint=hint)
        if "://" in text:
            raise SpecError("an import must be a file of the project, not a URL", [position])
        base = os.path.dirname(module.file) if module.file else os.getcwd()
        path = os.path.normpath(os.path.join(base, inputs.expanded(text)))
        check_inside(path)
        if kind_at(path) == inputs.FOLDER:
            path = os.path.join(path, "default.yml")
            if kind_at(path) == inputs.ABSENT:
                hint = "name one of its files"
                error = SpecError(f"the folder `{text}` has no `default.yml`", [position], hint=hint)
                raise error.with_details("missing-import", whole=True)
        if kind_at(path) == inputs.ABSENT:
            error = SpecError(f"the file `{text}` does not exist", [position], hint=_nearest_file(path, text))
            raise error.with_details("missing-import", whole=True)
        return path

    def _disabled(self, trees: list[_Found], disabled: set[str]) -> None:
        for found in trees:
            base = os.path.dirname(found.module.file)
            for name in found.module.disabled:
                disabled.add(name)
                disabled.add(inputs.real_path(os.path.join(base, name)))
            self._disabled(found.imports, disabled)

    def _flatten(self, trees: list[_Found], disabled: set[str], seen: set[str], ordered: list[Module]) -> None:
        for found in trees:
            if found.key in seen or (disabled and inputs.real_path(found.module.file) in disabled):
                continue
            seen.add(found.key)
            self._flatten(found.imports, disabled, seen, ordered)
            for inner in found.imports:
                found.module.imported.update(inner.module.imported)
                found.module.imported.update(inner.module.own)
            ordered.append(found.module)


def _as_node(item: dict[str, object]) -> object:
    return item if isinstance(item, Mapping) else Mapping(item, verbatim=True)


def _nearest_file(path: str, text: str) -> str:
    """The files in the folder of `path` that may have been meant, as they are written in place of `text`."""
    folder, written = os.path.dirname(path) or os.curdir, os.path.dirname(text)
    try:
        return did_you_mean(os.path.basename(path), os.listdir(folder), f"{written}/" if written else "")
    except OSError:
        return "its folder does not exist, either"
