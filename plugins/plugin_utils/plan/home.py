# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One home: its spec evaluated, with what people must know of it."""

from __future__ import annotations

import os.path
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from ..expressions.names import language_names, package_maker
from ..modules.library import Library, load_file
from ..options.evaluation import Evaluation
from ..syntax.errors import SpecError, SpecErrors
from .store import Store

ROLE = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "roles", "home"))
STACK = 512 * 1024 * 1024
RECURSION = 12_000


@dataclass(slots=True)
class Request:
    """What a home is made from.

    `roots` are the user's modules as nodes, each with the file it stands in; `host` the facts of the target (platform, machine, hostname,
    distribution, user); `special` extra names for expressions; `variable` and `read` as `Evaluation` takes them; `decrypt` the plain
    content of a vaulted file; `packages` the place of packages (None writes `@NAME@`), `store` a folder that stands for the store.
    """

    roots: list[tuple[Any, str]]
    host: dict[str, Any]
    special: dict[str, Any] = field(default_factory=dict)
    variable: Callable[[str, Any], Any] | None = None
    read: Callable[[str], Any] = load_file
    decrypt: Callable[[str], bytes] | None = None
    packages: str | None = None
    store: str | None = None
    library: str = os.path.join(ROLE, "modules")


class Home:
    """An evaluated home. `config` computes what is read of it; `store` holds what its texts refer to."""

    def __init__(self, request: Request, variant: str | None = None) -> None:
        self.request = request
        self.variant = variant
        self.store = Store(lambda: self.state, request.store)
        names = language_names(
            request.host,
            package_maker(request.packages),
            self.store,
            os.path.join(os.path.dirname(request.library), "templates"),
            request.special,
        )
        self.evaluation = Evaluation(library(request.library), names, request.variable, request.read)
        self.evaluation.scope.names["__taint__"] = self.evaluation.taint
        self.evaluation.use(request.roots)

    @property
    def config(self) -> Any:
        return self.evaluation.config

    @property
    def state(self) -> str:
        """The home's state folder on the target."""
        return f"{self.evaluation.get('xdg.stateHome')}/home.manager"

    def specialisations(self) -> Iterator[tuple[str, Home]]:
        """The home's variants by name: the same modules, and the one that the specialisation adds."""
        if self.variant or "specialisation" not in self.evaluation.home.root.schema.children:
            return
        said = self.evaluation.attempt(lambda: self.evaluation.get("specialisation"), {})
        for name in said:
            modules = self.evaluation.attempt(lambda name=name: said[name]["configuration"])  # type: ignore[misc]
            added = [(d.value, d.position.file if d.position is not None else "") for d in modules or ()]
            yield name, Home(replace(self.request, roots=[*self.request.roots, *added]), variant=name)

    def failed_assertions(self) -> list[str]:
        """The messages of the assertions that do not hold."""
        said = self.evaluation.attempt(lambda: list(self.evaluation.get("assertions")), [])

        def holds(assertion: Any) -> bool:
            return self.evaluation.attempt(lambda: assertion["assertion"], True) is True

        return [str(assertion["message"]) for assertion in said if not holds(assertion)]

    def warnings(self) -> list[str]:
        """What the modules and the evaluation warn of; complete once everything else has been read."""
        said = self.evaluation.attempt(lambda: list(self.evaluation.get("warnings")), [])
        return [*self.evaluation.warnings, *(w for w in said if w not in self.evaluation.warnings)]

    def refuse(self) -> None:
        """Raises SpecErrors when anything was found wrong so far."""
        if self.evaluation.errors:
            raise SpecErrors(self.evaluation.errors)


_libraries: dict[str, Library] = {}


def library(folder: str) -> Library:
    """The library in a folder, its index read once."""
    if folder not in _libraries:
        _libraries[folder] = Library(folder)
    return _libraries[folder]


def with_deep_stack(compute: Callable[[], Any]) -> Any:
    """The result of `compute` in a thread whose stack lets options read each other deeply; exceptions pass through."""
    import sys

    outcome: list[Any] = []

    def run() -> None:
        try:
            outcome.extend([compute(), None])
        except BaseException as problem:
            outcome.extend([None, problem])

    limit, size = sys.getrecursionlimit(), threading.stack_size()
    sys.setrecursionlimit(max(limit, RECURSION))
    threading.stack_size(STACK)
    try:
        thread = threading.Thread(target=run, name="home.manager evaluation")
        thread.start()
        thread.join()
    finally:
        threading.stack_size(size)
        sys.setrecursionlimit(limit)
    if outcome[1] is not None:
        raise outcome[1]
    return outcome[0]


__all__ = ["Home", "Request", "SpecError", "with_deep_stack"]
