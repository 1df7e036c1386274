# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One system: its configuration evaluated with the modules of `roles/system`."""

from __future__ import annotations

import os.path
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial

from ...module_utils.engine.contract import root_state
from ..expressions.compiler import Compiler
from ..expressions.language import Language
from ..expressions.names import language_names
from ..modules.library import Library
from ..modules.spec_file import load_file
from ..options.evaluation import Evaluation
from ..syntax.errors import SpecError, SpecErrors, SpecWarning
from ..values import StoreFolder, Value
from .assertions import failed_assertions, module_warnings
from .home import compiler
from .store import Store
from .touched import Touched

LIBRARY = os.path.normpath(
    os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "roles", "system", "modules")
)


@dataclass(slots=True)
class SystemRequest:
    """What a system is made from; the fields are those of a home's `Request`.

    `roots` are the modules of `system_config` as nodes, each with the file it stands in; `host` the facts of the target.
    """

    roots: list[tuple[Value, str]]
    host: dict[str, Value]
    special: dict[str, Value] = field(default_factory=dict)
    variable: Callable[[str, Value], Value] | None = None
    read: Callable[[str], Value] = load_file
    decrypt: Callable[[str], bytes] | None = None
    packages: str | None = "/usr"
    store: str | None = None
    library: str = LIBRARY
    compiler: Compiler | None = None


class SystemStore(Store):
    """The store of a system. Its folders lie in the store too: units name them, and no link may move under a running one."""

    def put_folder(self, folder: StoreFolder) -> StoreFolder:
        found = super().put_folder(folder)
        return replace(found, path=f"{self.stand_in or self.state() + '/store'}/{found.path.rsplit('/', 1)[-1]}")


class System:
    """An evaluated system. `config` computes what is read of it; `store` holds what its texts refer to."""

    def __init__(self, request: SystemRequest) -> None:
        self.request = request
        self.store = SystemStore(lambda: root_state.FOLDER, request.store)
        self.language = Language(request.compiler or compiler(request.library), self.store, request.packages)
        names = language_names(request.host, self.language, request.special)
        self.evaluation = Evaluation(Library(request.library), self.language, names, request.variable, request.read)
        touched = Touched(self.evaluation)
        self.evaluation.scope.names.update(touched=touched, forced=touched.forced)
        self.evaluation.use(request.roots)

    @property
    def config(self) -> Value:
        return self.evaluation.config

    def specialisations(self) -> Iterator[tuple[str, System]]:
        """The system's variants by name. Mistakes in their declarations are collected."""
        evaluation = self.evaluation
        variants = evaluation.attempt(lambda: evaluation.get("specialisation"), {})
        for name in evaluation.attempt(lambda: list(variants), []):
            roots = evaluation.attempt(partial(self._roots_of, variants, name))
            if roots is not None:
                yield name, System(replace(self.request, roots=roots, compiler=self.language.compiler))

    def _roots_of(self, variants: Value, name: str) -> list[tuple[Value, str]]:
        variant = variants[name]
        added = [(d.value, d.position.file if d.position is not None else "") for d in variant["configuration"]]
        return [*self.request.roots, *added] if variant["inheritParentConfig"] else added

    def failed_assertions(self) -> list[SpecError]:
        """An error for each assertion that does not hold."""
        return failed_assertions(self.evaluation)

    def warnings(self) -> list[SpecWarning]:
        """The warnings of the modules and of the evaluation; complete once everything else has been read."""
        found = module_warnings(self.evaluation)
        return [*self.evaluation.warnings, *found]

    def refuse(self) -> None:
        """Raises SpecErrors when an error was found so far."""
        if self.evaluation.errors:
            raise SpecErrors(self.evaluation.errors)
