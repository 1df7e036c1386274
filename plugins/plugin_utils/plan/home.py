# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One home: its spec evaluated, with what people must know of it."""

from __future__ import annotations

import os.path
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from ..expressions.compiler import Compiler
from ..expressions.environment import Plugins
from ..expressions.language import Language
from ..expressions.names import language_names
from ..modules.library import Library
from ..modules.spec_file import load_file
from ..options.evaluation import Evaluation
from ..options.provenance import Provenance
from ..packages.package_context import PackageContext
from ..syntax.errors import SpecError, SpecErrors, SpecWarning
from ..values import LIBRARY
from .assertions import failed_assertions, module_warnings
from .foreign_syntax import nix_references
from .store import Store

PROFILE = "current/home-path"


def _configuration(variants: Any, name: str) -> Any:
    return variants[name]["configuration"]


@dataclass(slots=True)
class Request:
    """What a home is made from.

    `roots` are the user's modules as nodes, each with its file; `host` the facts of the target (platform, machine, hostname,
    distribution, user); `special` extra names for expressions; `variable` and `read` as `Evaluation` takes them; `decrypt` the plain
    content of a vaulted file; `packages` the folder of packages (None writes `@NAME@`; with a `supply` they are in the home's own
    profile, but for those of which `at_host` is true); `store` a folder to use in place of the store;
    `library` the folder of the shipped modules. Homes that share a `compiler` compile what they have in common once.
    """

    roots: list[tuple[object, str]]
    host: dict[str, object]
    special: dict[str, object] = field(default_factory=dict)
    variable: Callable[[str, object], object] | None = None
    read: Callable[[str], object] = load_file
    decrypt: Callable[[str], bytes] | None = None
    packages: str | None = None
    supply: PackageContext | None = None
    at_host: Callable[[str], bool] | None = None
    store: str | None = None
    library: str = LIBRARY
    compiler: Compiler | None = None


def compiler(library: str = LIBRARY, plugins: Plugins | None = None) -> Compiler:
    """A compiler for homes that use the library in a folder; `plugins` finds filters and tests that are not the language's own."""
    return Compiler(os.path.join(os.path.dirname(library), "templates"), plugins)


class EvaluatedHome:
    """An evaluated home. `config` computes what is read of it; `store` holds what its texts refer to."""

    def __init__(self, request: Request, variant: str | None = None) -> None:
        self.request = request
        self.variant = variant
        self.store = Store(lambda: self.state, request.store)
        packages = request.packages if request.supply is None else lambda: f"{self.state}/{PROFILE}"
        self.language = Language(request.compiler or compiler(request.library), self.store, packages, request.library)
        if request.at_host is not None:
            self.language.at_host = request.at_host
        names = language_names(request.host, self.language, request.special)
        self.evaluation = Evaluation(Library(request.library), self.language, names, request.variable, request.read)
        self.evaluation.use(request.roots)

    @property
    def config(self) -> object:
        return self.evaluation.config

    @property
    def state(self) -> str:
        """The home's state folder on the target."""
        return f"{self.evaluation.get('xdg.stateHome')}/home.manager"

    def specialisations(self) -> Iterator[tuple[str, EvaluatedHome]]:
        """The home's variants by name: the same modules, and the one that the specialisation adds."""
        if self.variant or "specialisation" not in self.evaluation.home.root.schema.children:
            return
        variants = self.evaluation.attempt(lambda: self.evaluation.get("specialisation"), {})
        for name in variants:
            modules = self.evaluation.attempt(partial(_configuration, variants, name))
            added = [(d.value, d.position.file if d.position is not None else "") for d in modules or ()]
            roots = [*self.request.roots, *added]
            yield name, EvaluatedHome(replace(self.request, roots=roots, compiler=self.language.compiler), variant=name)

    def failed_assertions(self, prefix: str = "") -> list[SpecError]:
        """An error for each assertion that does not hold; `prefix` is said before it."""
        return failed_assertions(self.evaluation, prefix)

    def warnings(self) -> list[SpecWarning]:
        """What the modules and the evaluation warn of; complete once everything else has been read."""
        found = module_warnings(self.evaluation)
        return [*self.evaluation.warnings, *found, *nix_references(self.evaluation)]

    def refuse(self) -> None:
        """Raises SpecErrors when anything was found wrong so far."""
        if self.evaluation.errors:
            provenance = Provenance(self.evaluation)
            for error in self.evaluation.errors:
                provenance.complete(error)
            raise SpecErrors(self.evaluation.errors, self.evaluation.collector.importers)
