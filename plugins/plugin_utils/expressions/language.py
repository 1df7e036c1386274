# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The language of one run: what its expressions are compiled by, and what they use of the home that they are evaluated for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from ..syntax.errors import SpecError
from ..syntax.position import Position
from ..values import Package, StoreFile, StoreFolder, Value
from .compiler import Compiler
from .operations import Evaluator
from .scope import Scope

# Where the packages of the host are.
HOST = "/usr"


class Store(Protocol):
    """Where generated files are registered."""

    def put_file(self, file: StoreFile) -> StoreFile:
        """The same file, with its path on the target. Raises SpecError."""

    def put_folder(self, folder: StoreFolder) -> StoreFolder:
        """The same folder, with its path on the target. Raises SpecError."""


class Language:
    """The language as one home sees it.

    `compiler` holds the Jinja environments and everything compiled, and may serve several homes; `store` takes the files that
    expressions generate; `packages` is the folder that stands for that of every package (or computes it), or None to write
    `@NAME@`; `made` holds every package that was made, `named` those that the user asked for, `programs` the further programs of a
    package that something is started by. Files below `library` are not the
    user's own.
    `taint` is called when something is read that must not be shown; `taints` tells how often that was.
    """

    def __init__(
        self,
        compiler: Compiler | None = None,
        store: Store | None = None,
        packages: str | Callable[[], str] | None = None,
        library: str = "",
    ) -> None:
        self.compiler = Compiler() if compiler is None else compiler
        self.store = store
        self.packages = packages
        self.library = library
        self.made: dict[str, Package] = {}
        self.named: dict[str, Package] = {}
        self.programs: dict[tuple[str | None, str], set[str]] = {}
        # Packages that are where the host has them, although others are in the home's own profile.
        self.at_host: Callable[[str], bool] = lambda _name: False
        self.taint: Callable[[], None] = lambda: None
        self.taints: Callable[[], int] = lambda: 0

    def evaluator(self, source: str, bare: bool) -> Evaluator:
        """The compiled form of an expression. Raises SpecError."""
        return self.compiler.evaluator(source, bare)

    def render(self, name: str, scope: Scope, position: Position | None) -> str:
        """The text of the template file `name` in `scope`. Raises SpecError."""
        return self.compiler.templates.render(name, scope, position)

    def package(self, name: str, **fields: Value) -> Package:
        """The package of that name, at the host's own prefix unless `out` says otherwise."""
        if fields.get("out") is None and self.packages is not None:
            own = self.packages() if callable(self.packages) else self.packages
            fields["out"] = HOST if self.realised and self.at_host(name) else own
        package = Package(name, **fields)
        if self.realised:
            self.made.setdefault(name, package)
        return package

    @property
    def realised(self) -> bool:
        """Whether packages are shown in the home's own profile, and not where the host has them."""
        return callable(self.packages)

    def unwrapped(self, package: Package, name: str) -> str | None:
        """The path of a program that the profile shows a wrapper of; None where the wrapper is elsewhere."""
        if callable(self.packages) and package.out == self.packages():
            return f"{package.out}/libexec/unwrapped/{name}"
        return None

    def note_named(self, package: Package) -> Package:
        """The package as one that the user asked for."""
        noted = replace(package, named=True)
        self.named[f"{package.set_name}.{package.name}"] = noted
        return noted

    def note_program(self, package: Package, name: str | None) -> None:
        """Remember that a program of a package is started by its path in the profile."""
        if name is not None and self.realised:
            self.programs.setdefault((package.set_name, package.name), set()).add(name)

    def is_own(self, position: Position | None) -> bool:
        """Whether the user's own files say something, and not the library."""
        if not self.library or position is None or not position.file:
            return False
        return not position.file.startswith(self.library + "/")

    def store_file(self, file: StoreFile) -> StoreFile:
        """A generated file, registered with the store and with its path there. Raises SpecError."""
        return self._store().put_file(file)

    def store_folder(self, folder: StoreFolder) -> StoreFolder:
        """A generated folder, registered with the store and with its path there. Raises SpecError."""
        return self._store().put_folder(folder)

    def _store(self) -> Store:
        if self.store is None:
            raise SpecError("files cannot be generated here: there is no store")
        return self.store
