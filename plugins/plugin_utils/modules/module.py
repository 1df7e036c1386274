# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Modules: a mapping of configuration, or of imports, options and configuration."""

from __future__ import annotations

import os.path
import re
from functools import partial
from typing import Any

from ..expressions.expression import Expression
from ..expressions.resolution import resolve
from ..expressions.scope import Scope
from ..expressions.thunk import Thunk
from ..syntax.errors import SpecError, did_you_mean, summary
from ..syntax.keys import split
from ..syntax.nix import advice
from ..syntax.nodes import Mapping, position_of
from ..syntax.position import Position
from .block import Block, read_blocks
from .word import Vocabulary, Word

LONG = ("options", "config")
ALWAYS = ("imports", "disabledModules", "meta", "vars", "root", "types", "words", "key")
DECLARING = ("type", "renamedTo", "aliasOf", "removed", "changedTo")
WORDS = (*ALWAYS, *LONG, "freeformType")


class Module:
    """One module. `rank` orders definitions; `shipped` tells the library's modules from those of the user."""

    def __init__(
        self,
        node: object,
        file: str,
        outer: Scope,
        *,
        rank: tuple[object, ...],
        shipped: bool = False,
        variables: dict[str, object] | None = None,
    ) -> None:
        self.file = file
        self.rank = rank
        self.shipped = shipped
        self.import_variables = variables or {}
        if node is None:
            node = Mapping()
        if not isinstance(node, dict):
            raise _no_module(node, position_of(node) or Position(file, 1, 1))
        self.node = node if isinstance(node, Mapping) else Mapping(node, verbatim=True)
        self.long = "_type" not in node and any(word in node for word in LONG)
        self._check()
        self.scope = Scope(
            outer, dict(self.import_variables), folder=os.path.dirname(file) if os.path.isabs(file) else outer.folder
        )
        for name, value in self._mapping("vars").items():
            self.scope.names[name] = Thunk(partial(resolve, value, self.scope))
        self.own = Vocabulary.of(self._mapping("types"), self._mapping("words"))
        self.imported = Vocabulary()
        self.shared = Vocabulary()
        self.base = Block.fixed(self.scope)
        self.root = self._root()

    def _mapping(self, word: str) -> dict[str, object]:
        value = self.node.get(word) if "_type" not in self.node else None
        if value is None or (word in ("types", "vars", "words") and not self.long and not isinstance(value, dict)):
            return {}
        if not isinstance(value, dict):
            raise SpecError(f"`{word}` must be a mapping, not {summary(value)}", [position_of(self.node, word)])
        return value

    def _check(self) -> None:
        if not self.long:
            return
        for key in self.node:
            if key not in WORDS:
                hint = (
                    did_you_mean(key, WORDS)
                    or "with `options` or `config` at the top, configuration belongs under `config`"
                )
                if key.startswith(("options.", "config.")):
                    word, _dot, rest = key.partition(".")
                    hint = f"write {word}: {{{rest}: ...}}"
                message = f"`{key}` is not allowed next to `options` and `config`"
                raise SpecError(message, [position_of(self.node, key)], hint=hint).with_details("module", whole=True)

    @property
    def imports(self) -> Any:
        return self.node.get("imports") if "_type" not in self.node else None

    @property
    def disabled(self) -> list[Any]:
        names = self.node.get("disabledModules") or []
        if not isinstance(names, list) or not all(isinstance(item, str) for item in names):
            hint = f"write [{names}]" if isinstance(names, str) else ""
            error = SpecError(
                "`disabledModules` must be a list of file names", [position_of(self.node, "disabledModules")], hint=hint
            )
            raise error.with_details("module", at_value=True, whole=True)
        return names

    @property
    def options(self) -> Any:
        return self.node.get("options") if self.long else None

    @property
    def meta(self) -> dict[str, object]:
        return self._mapping("meta")

    def named_type(self, name: str) -> Mapping | None:
        """The declaration of a named type: of this module, of one that it imports, or of the library."""
        found = next((v.types[name] for v in (self.own, self.imported, self.shared) if name in v.types), None)
        return found if isinstance(found, Mapping) else None

    @property
    def words(self) -> dict[str, Word]:
        """The words that the module's configuration may use: its own, those of what it imports, and the library's."""
        return {**self.shared.words, **self.imported.words, **self.own.words}

    def config_blocks(self) -> list[Block]:
        """The blocks of the module's configuration."""
        if self.long:
            return read_blocks(self.node.get("config"), self.base, self.words)
        if "_type" in self.node:
            return [Block(self.base, self.node, position_of(self.node))]
        body = Mapping(
            {k: v for k, v in self.node.items() if k not in ALWAYS},
            position_of(self.node),
            self.node.verbatim,
        )
        body.positions = self.node.positions
        return read_blocks(body, self.base, self.words)

    def blocks(self, config: Any, scope: Scope) -> list[Block]:
        """Blocks of a submodule's `config`, in the scope of one instance."""
        return read_blocks(config, Block.fixed(scope), self.words)

    def static_blocks(self, options: Any, scope: Scope | None = None) -> list[Block]:
        """The blocks of `options`: the same words, but static."""
        return read_blocks(options, Block.fixed(scope) if scope is not None else self.base, {})

    def _root(self) -> tuple[str, ...]:
        """The path that `cfg` means: what `root` says, else where all declared options have their common group."""
        declared = self.node.get("root") if "_type" not in self.node else None
        if declared is not None:
            text = resolve(declared, self.scope)
            if not isinstance(text, str):
                raise SpecError("`root` must be the path of a group of options", [position_of(self.node, "root")])
            return tuple(str(part) for part in split(text))
        paths = list(declared_paths(self.options)) if self.long else []
        paths = [p for p in paths if "<name>" not in p]
        if not paths:
            return ()
        shortest = min((path[:-1] for path in paths), key=len)
        same = [len({path[depth] for path in paths}) == 1 for depth in range(len(shortest))]
        depth = same.index(False) if False in same else len(same)
        return tuple(str(part) for part in shortest[:depth])


def _no_module(node: object, position: Position) -> SpecError:
    """The error for a spec, or a module, that is no mapping."""
    kind = "a list" if isinstance(node, list) else summary(node)
    hint = advice(node)
    first = node[0] if isinstance(node, list) and node else None
    if isinstance(first, dict):
        hint = "this is a play; a spec has options" if {"hosts", "tasks"} & first.keys() else "leave out the `- `"
    elif isinstance(first, str):
        hint = f"write {{imports: [{first}]}}" if first.endswith((".yml", ".yaml")) else ""
    elif isinstance(node, str) and not hint:
        assigned = re.fullmatch(r"(?:export\s+)?([\w.-]+)\s*=\s*(\S.*)", node)
        hint = f"write {assigned[1]}: {assigned[2]}" if assigned else ""
        hint = hint or (f"write {node}: true" if node.endswith(".enable") else "write `option: value`")
    return SpecError(f"a spec must be a mapping of options, not {kind}", [position], hint=hint).with_details(
        "module", whole=True
    )


def declared_paths(options: Any, prefix: tuple[str, ...] = (), old: bool = False) -> list[tuple[str, ...]]:
    """The paths of all options that an `options` node declares; old names only where asked for."""
    found: list[tuple[str, ...]] = []
    for node in options if isinstance(options, list) else [options]:
        node = node.get("block", node) if isinstance(node, dict) else node
        if isinstance(node, list):
            found.extend(declared_paths(node, prefix, old))
            continue
        if not isinstance(node, dict):
            continue
        for key, value in node.items():
            if key in ("when", "loop", "vars", "loop_control") and not prefix:
                continue
            path = (*prefix, *split(key))
            if not is_declaration(value):
                found.extend(declared_paths(value, path, old))
            elif old or not any(word in value for word in ("renamedTo", "removed", "changedTo")):
                found.append(path)
    return found


def is_declaration(node: Any) -> bool:
    """Whether a mapping below `options` declares an option: it has a marker word with a scalar value."""
    return isinstance(node, dict) and any(
        word in node and (isinstance(node[word], (str, Expression)) or node[word] is None) for word in DECLARING
    )
