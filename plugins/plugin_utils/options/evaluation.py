# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The evaluation of one home: modules in, a configuration out.

Everything is computed when it is first read, once. Errors are collected, so that one evaluation reports all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..expressions.expression import Expression
from ..expressions.language import Language
from ..expressions.scope import Outermost, Scope
from ..expressions.thunk import Thunk
from ..modules.block import Block
from ..modules.imports import Collector
from ..modules.library import Library
from ..modules.module import Module
from ..modules.spec_file import load_file
from ..syntax.errors import SpecError
from ..syntax.keys import joined
from ..syntax.nodes import Mapping
from .declarer import Declarer
from .definition import Assignment
from .facts import OptionFacts
from .instance import Distribution, Instance
from .node import Node
from .schema import Schema
from .trace import Trace

DEFERRED = ("programs", "services")


class Evaluation(Trace):
    """A home's modules and their options.

    `names` are the language's names besides `config` and `options`; `variable(name, default)` finds what the language does not know
    (the play's variables); `read(path)` gives the nodes of a spec file.
    """

    def __init__(
        self,
        library: Library,
        language: Language,
        names: dict[str, object] | None = None,
        variable: Callable[[str, object], object] | None = None,
        read: Callable[[str], object] = load_file,
    ) -> None:
        super().__init__()
        self.library = library
        self.modules: list[Module] = []
        self.roots: list[tuple[object, str]] = []
        self._loaded: set[str] = set()
        self._excluded: set[str] = set()
        self._deferred: dict[tuple[str, ...], list[tuple[tuple[str, ...], Assignment]]] = {}
        self.home = Instance(Schema(()), self, self)
        language.taint = self.taint
        language.taints = lambda: self.taints
        # Each evaluation notes its own secrets: a specialisation is another one than its home.
        recording = getattr(variable, "recording", None)
        self.scope = Outermost(language, dict(names or {}), variable if recording is None else recording(self.taint))
        self.scope.names.setdefault("config", self.home.value())
        self.scope.names["options"] = OptionFacts(self.home.root)
        self.collector = Collector(self.scope, read)

    # Modules

    def use(self, roots: list[tuple[object, str]]) -> None:
        """Take the user's modules (nodes with their files), with all that they import and use."""
        self.roots = roots
        config = self.scope.names.pop("config")
        self.scope.names["config"] = Thunk(_no_config)
        modules, disabled = self.collector.collect(roots)
        self.scope.names["config"] = config
        self.errors.extend(self.collector.errors)
        self._excluded = disabled
        for file in self.library.core:
            self._load(file)
        for module in modules:
            module.shared = self.library.vocabulary
            self.declare(module)
        for module in modules:
            self.define(module)
            self._restrict(module)
        self.modules.extend(modules)

    def declare(self, module: Module) -> None:
        """Take a module's declarations, and let its `cfg` mean its root."""
        if module.root:
            module.scope.names["cfg"] = Thunk(lambda: self.home.read_path(module.root))
        if module.options is None:
            return
        declarer = Declarer(module, self.load_path)
        try:
            declarer.declare(self.home.root.schema, module.options)
        except SpecError as error:
            self.collect(error)
        for mistake in declarer.errors:
            self.collect(mistake)

    def define(self, module: Module) -> None:
        try:
            for block in module.config_blocks():
                self.home.define(Assignment(block, block.body, block.position, module.rank))
        except SpecError as error:
            self.collect(error)

    def _load(self, file: str) -> bool:
        """Load one of the library's files, once. False when there was nothing to load."""
        if file in self._loaded or file in self._excluded:
            return False
        self._loaded.add(file)
        path = f"{self.library.folder}/{file}"
        collector = Collector(self.scope, load_file)
        modules, _none = collector.collect([(self.library.node(file), path)])
        self.errors.extend(collector.errors)
        for number, module in enumerate(modules):
            module.shipped = True
            module.rank = (0, file, number)
            module.shared = self.library.vocabulary
            self.declare(module)
        for module in modules:
            self.define(module)
            self._restrict(module)
        for key in [
            k for k in self._deferred if joined(k) in self.library.paths and file in self.library.paths[joined(k)]
        ]:
            for path_below, assignment in self._deferred.pop(key):
                Distribution(self.home, assignment.rank).to_path(self.home.root, (*key, *path_below), assignment)
        self.modules.extend(modules)
        return True

    def _restrict(self, module: Module) -> None:
        """`meta.platforms` asserts, when the module is enabled, that it is for this platform."""
        platforms = module.meta.get("platforms")
        if not isinstance(platforms, list) or not platforms or not module.root:
            return
        scope = Scope(module.scope, {"platforms": list(platforms), "module": joined(module.root)})
        guard = Block(Block.fixed(scope), None)
        guard.guard = [Expression("host.platform not in platforms and cfg.enable | default(false)", None, bare=True)]
        message = Expression(
            "{{ module }} is not for this platform ({{ host.platform }}); it is for {{ platforms | join(', ') }}"
        )
        entry = Mapping({"assertion": False, "message": message}, verbatim=True)
        self.home.define(Assignment(guard, Mapping({"assertions": [entry]}, verbatim=True), None, module.rank))

    def load_path(self, path: tuple[str, ...]) -> None:
        """Load what the library declares at a path of the schema."""
        for file in self.library.declarers(path):
            self._load(file)

    def disabled(self, path: tuple[str, ...]) -> bool:
        """Whether what the library would declare at a path was disabled by the spec."""
        return any(file in self._excluded for file in self.library.declarers(path))

    def load_for(self, node: Node, name: str) -> bool:
        """Load what the library declares as `name` at a node. True when the node may now have it."""
        path = (*node.schema.path, name)
        loaded = [file for file in self.library.declarers(path) if self._load(file)]
        if name not in node.schema.children and joined(path) in self.library.groups:
            node.schema.child(name)
            return True
        return bool(loaded)

    def defer(self, instance: Instance, path: tuple[str, ...], rest: tuple[str, ...], assignment: Assignment) -> bool:
        """Whether an assignment can wait until its program's module is loaded: a shipped module that enables nothing there."""
        if instance is not self.home or len(path) != 2 or path[0] not in DEFERRED or assignment.rank[:1] != (0,):
            return False
        if not any(file not in self._loaded for file in self.library.paths.get(joined(path), ())):
            return False
        mentions = rest[:1] == ("enable",) or (
            not rest and (not isinstance(assignment.value, dict) or "enable" in assignment.value)
        )
        if mentions:
            return False
        self._deferred.setdefault(path, []).append((rest, assignment))
        return True

    def is_known(self, path: tuple[str, ...]) -> bool:
        """Whether a path is that of an option, or of a group, that the library declares."""
        dotted = joined(path)
        return dotted in self.library.paths or dotted in self.library.groups

    def names_at(self, node: Node) -> list[str]:
        """All names that are possible at a node, for hints."""
        return [*node.schema.names(), *self.library.names(node.schema.path)]

    # Reading

    @property
    def config(self) -> object:
        """The home's configuration, lazily."""
        return self.home.value()

    def get(self, dotted: str) -> Any:
        """The value at a dotted path of the home. Raises SpecError."""
        value: Any = self.config
        for name in dotted.split("."):
            try:
                value = value[name]
            except KeyError:
                raise SpecError("unknown option", path=dotted) from None
        return value


def _no_config() -> object:
    raise SpecError(
        "`imports` cannot depend on `config`", hint="import the module unconditionally and put a `when` into it"
    )
