# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Where values come from: the position that defines them, then those of the lines that brought in what defines them.

A value that a module of the library defines is there because somebody enabled the module: another module, or a line of the user's.
"""

from __future__ import annotations

import os.path
import re
from collections.abc import Iterator

from ..expressions.closure import Closure
from ..expressions.expression import Expression
from ..expressions.scope import Scope
from ..modules.module import Module
from ..syntax.errors import SpecError
from ..syntax.nodes import position_of
from ..syntax.position import Position
from .definition import Assignment, Definition, Rank
from .evaluation import Evaluation
from .node import Node
from .priority import effective
from .type_container import by_key, is_set

Positions = tuple[Position, ...]

_ENABLE = "enable"
# Compiled when they are first used: only a value that has an odd origin is explained.
_READ = r"\b(cfg|config)((?:\.\w+|\['[^']+'\]|\[\"[^\"]+\"\])+)"
_WORD = r"[\w-]+"
_NAMED = r"(?<![\w./@:-])[A-Za-z][\w-]*(?:\.(?:[\w-]+|\"[^\"]+\"))+(?![\w/@])"
_STEP = r"[\w-]+|\"[^\"]+\""
_PART = r"\.(\w+)|\['([^']+)'\]|\[\"([^\"]+)\"\]"


class Provenance:
    """The origins of one evaluation's values."""

    def __init__(self, evaluation: Evaluation) -> None:
        self.evaluation = evaluation
        self._known = 0
        self._owners: dict[int, Module] = {}
        self._ranks: dict[Rank, Module] = {}
        self._entries: dict[str, dict[str, list[Definition]]] = {}

    def entry(self, option: str, name: str) -> Positions:
        """Where the entry `name` of a mapping option is defined, and why; empty when nobody defines it."""
        found = self.definition(option, name)
        return self.of(found) if found is not None else ()

    def definition(self, option: str, name: str) -> Definition | None:
        """The definition of the entry `name` of a mapping option; None when nobody defines it."""
        if option not in self._entries:
            self._entries[option] = self._by_key(option)
        found = self._entries[option].get(name)
        return found[0] if found else None

    def option(self, path: str) -> Positions:
        """Where an option is defined, and why: of the definitions that count."""
        node = self.node(tuple(path.split(".")))
        found = effective(node.definitions()) if node is not None else []
        return self._unique(*(position for definition in found for position in self.of(definition)))

    def of(self, definition: Definition) -> Positions:
        """The position of a definition, and of what its module is used because of."""
        return self._unique(definition.position, *self._because(self._owner(definition.scope)))

    def positions_of_text(self, option: str, name: str, text: str) -> Positions:
        """Where a piece of the text of an entry comes from: the user's definitions that it shows, else the entry itself, and why.

        The entry's module is searched: names of its options and keys, and lines of texts, that are in `text`.
        """
        if option not in self._entries:
            self._entries[option] = self._by_key(option)
        definitions = self._entries[option].get(name) or ()
        module = self._owner(definitions[0].scope) if definitions else None
        node = self.node(module.root) if module is not None and module.shipped and module.root else None
        words = {word.lower() for word in re.findall(_WORD, text)}
        found = list(_definitions_in_text(node, words, text.strip())) if node is not None else []
        if found:
            return self._unique(*found)
        known = self.entry(option, name)
        # A module without an option `enable` is used because of whatever the user sets of it.
        own = (a.position for a in _below(node) if is_of_user(a)) if node is not None and len(known) < 2 else ()
        return self._unique(*own) or known

    def of_path(self, option: str, name: str, path: str) -> Positions:
        """Where the user names the file `path` that an entry of the library's has as its source; else as `entry`."""
        known = self.entry(option, name)
        definitions = self._entries[option].get(name) or ()
        module = self._owner(definitions[0].scope) if definitions else None
        node = self.node(module.root) if module is not None and module.shipped and module.root else None
        given = (a for a in _below(node) if is_of_user(a)) if node is not None else ()
        return self._unique(*(p for a in given for p in _naming(a.value, a.position, path))) or known

    def elements(self, option: str) -> list[Definition]:
        """The definition of each element of a list option, in the order of its value."""
        node = self.node(tuple(option.split(".")))
        found: list[Definition] = []
        for definition in effective(node.definitions()) if node is not None else ():
            for index, item in enumerate(definition.value):
                position = position_of(definition.value, index) or definition.position
                found += effective([Definition(item, definition.scope, position)])[:1]
        return found

    def condition(self, assertion: Definition) -> Positions:
        """Where an assertion is, and what it is about: the user's definitions of what it reads, else why its module is used."""
        module = self._owner(assertion.scope)
        value = assertion.value.get("assertion") if isinstance(assertion.value, dict) else None
        value = value.value if isinstance(value, Closure) else value
        read = list(self._read(value.source, module)) if isinstance(value, Expression) else []
        return self._unique(assertion.position, *(read or self._because(module)))

    def named(self, text: str) -> Positions:
        """The user's definitions of the options, and of the entries of options, that a text names by their dotted paths."""
        found: list[Position | None] = []
        for name in re.findall(_NAMED, text):
            found += self._defined(tuple(part.strip('"') for part in re.findall(_STEP, name)))
        return self._unique(*found)

    def _defined(self, path: tuple[str, ...]) -> list[Position | None]:
        """Where the user defines what is at a path: an option, or what is below a key of one."""
        node: Node | None = self.evaluation.home.root
        depth = 0
        while node is not None and depth < len(path) and node.schema.declaration is None:
            node, depth = node.child(path[depth]), depth + 1
        if node is None or node.schema.declaration is None:
            return []
        given = [a for a in node.assignments if is_of_user(a) and _holds(a)]
        if depth == len(path):
            return [assignment.position for assignment in given]
        definitions = [d for a in given for d in effective(a.definitions()) if is_set(d.value)]
        found: list[Position | None] = []
        for definition in by_key(definitions).get(path[depth], []):
            below = path[depth + 1 : depth + 2]
            known = position_of(definition.value, below[0]) if below and isinstance(definition.value, dict) else None
            found.append(known or definition.position)
        return found

    def complete(self, error: SpecError) -> None:
        """Give an error that has positions in the library alone the user's line that brought its module in."""
        shipped = {module.file: module for module in self.evaluation.modules if module.shipped}
        if not error.positions or any(position.file not in shipped for position in error.positions):
            return
        because = self._because(shipped[error.positions[0].file])
        roots = [position_of(node) for node, _file in self.evaluation.roots]
        if because:
            error.positions = list(self._unique(*error.positions, *because))
        elif error.code == "no-value" and any(roots):
            error.positions = list(self._unique(*roots[:1]))  # What every home has to say.

    def _by_key(self, option: str) -> dict[str, list[Definition]]:
        node = self.node(tuple(option.split(".")))
        try:
            definitions = effective(node.definitions()) if node is not None else []
            return by_key([d for d in definitions if is_set(d.value)])
        except SpecError:  # It has been collected where the option was read.
            return {}

    def node(self, path: tuple[str, ...]) -> Node | None:
        """The node at a path of declared names."""
        node: Node | None = self.evaluation.home.root
        for name in path:
            node = node.child(name) if node is not None else None
        return node

    def module(self, assignment: Assignment) -> Module | None:
        """The module that an assignment is in."""
        scopes = assignment.block.scopes()
        return self._owner(scopes[0]) if scopes else None

    def nodes_read(self, source: str, module: Module | None) -> Iterator[Node]:
        """The options that an expression of a module names."""
        for base, rest in re.findall(_READ, source):
            path = tuple("".join(parts) for parts in re.findall(_PART, rest))
            if base == "cfg" and module is not None:
                path = (*module.root, *path)
            node: Node | None = self.evaluation.home.root
            for name in path:
                if node is None or node.schema.declaration is not None:
                    break
                node = node.child(name)
            if node is not None:
                yield node

    def _owner(self, scope: Scope) -> Module | None:
        """The module that an expression in this scope belongs to."""
        modules = self.evaluation.modules
        if len(modules) != self._known:  # The library is loaded by and by.
            self._known = len(modules)
            self._owners = {id(module.scope): module for module in modules}
            self._ranks = {module.rank: module for module in modules}
        at: Scope | None = scope
        while at is not None:
            if id(at) in self._owners:
                return self._owners[id(at)]
            at = at.parent
        return None

    def _because(self, module: Module | None) -> list[Position | None]:
        """What a module of the library is used because of, up to a line of the user's."""
        found: list[Position | None] = []
        seen: set[int] = set()
        while module is not None and module.shipped and id(module) not in seen:
            seen.add(id(module))
            used = self._use(module)
            if used is None:
                break
            found.append(used.position)
            module = self._ranks.get(used.rank)
        return found

    def _use(self, module: Module) -> Assignment | None:
        """The assignment that a module is used because of: to its `enable`, else the user's first one to any of its options."""
        node = self.node(module.root) if module.root else None
        if node is None:
            return None
        enable = node.child(_ENABLE)
        ordered = sorted(enable.assignments, key=lambda a: (not is_of_user(a), a.rank)) if enable is not None else []
        used = next((a for a in ordered if _holds(a)), None)
        if used is None and len(module.root) > 1:
            used = next((a for a in _below(node) if is_of_user(a) and _holds(a)), None)
        return used

    def _read(self, source: str, module: Module | None) -> Iterator[Position | None]:
        """The positions of the user's definitions of the options that an expression names."""
        for node in self.nodes_read(source, module):
            if node.name != _ENABLE:
                yield from (a.position for a in node.assignments if is_of_user(a) and _holds(a))

    @staticmethod
    def _unique(*positions: Position | None) -> Positions:
        return tuple(dict.fromkeys(p for p in positions if p is not None))


def is_of_user(assignment: Assignment) -> bool:
    """Whether an assignment is in a module of the user's, and not in one of the library."""
    return bool(assignment.rank) and assignment.rank[0] == 1


def _holds(assignment: Assignment) -> bool:
    try:
        return bool(assignment.definitions())
    except SpecError:
        return False


def _below(node: Node) -> Iterator[Assignment]:
    """The assignments to all options below a group."""
    yield from node.assignments
    for child in node.children.values():
        yield from _below(child)


def _definitions_in_text(node: Node, words: set[str], text: str) -> Iterator[Position | None]:
    """The positions of the user's definitions below a group that are shown by a text: by their names, or as lines of it."""
    for child in node.children.values():
        yield from _definitions_in_text(child, words, text)
    for assignment in filter(is_of_user, node.assignments):
        if node.schema.declaration is not None and node.name.lower() in words and _holds(assignment):
            yield assignment.position
        else:
            yield from _parts(assignment.value, assignment.position, words, text)


def _parts(value: object, position: Position | None, words: set[str], text: str) -> Iterator[Position | None]:
    if isinstance(value, dict):
        for key, item in value.items():
            at = position_of(value, key) or position
            if str(key).lower() in words:
                yield at
            else:
                yield from _parts(item, at, words, text)
    elif isinstance(value, str) and text and text in (line.strip() for line in value.splitlines()):
        yield position


def _naming(value: object, position: Position | None, path: str) -> Iterator[Position | None]:
    """The positions in a value at which `path` is written, relative to their file or not."""
    if isinstance(value, (dict, list)):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _naming(item, position_of(value, key) or position, path)
    elif isinstance(value, str) and position is not None and _joined(position.file, value) == path:
        yield position


def _joined(file: str, path: str) -> str:
    return os.path.normpath(os.path.join(os.path.dirname(file), path))
