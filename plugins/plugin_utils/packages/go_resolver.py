# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Resolving Go modules: go finds the version and the hash."""

from __future__ import annotations

from ...module_utils.engine.contract.errors import EngineError
from ...module_utils.engine.packages.providers.go import Module, module
from .catalogue import CatalogueEntry
from .tool_resolver import Pins, ToolResolver
from .wanted import Wanted


class GoResolver(ToolResolver):
    """What the catalogue may say: `package`, the import path of the program, and the `module` that it is in."""

    provider = "go"
    program = "go"
    what = "Go modules"

    def found(
        self, wanted: Wanted, entry: CatalogueEntry, platforms: list[str], folder: str
    ) -> tuple[str, dict[str, Pins]]:
        """The same module everywhere. Raises SpecError or EngineError."""
        package = self.package(wanted, entry)
        found = self._module(package, str(self.details(entry).get("module") or ""), _version(wanted), folder)
        pins = {"package": package, "module": found.path, "sum": found.sum}
        return found.version, dict.fromkeys(platforms, pins)

    def _module(self, package: str, known: str, version: str, folder: str) -> Module:
        """The module that holds a package: the one that is known, else the longest path above that is one."""
        if known:
            return module(self.tool(), known, version, folder)
        parts = package.split("/")
        first: EngineError | None = None
        for length in range(len(parts), 1, -1):
            try:
                return module(self.tool(), "/".join(parts[:length]), version, folder)
            except EngineError as error:
                first = first or error
        raise first or EngineError.of(f"{package!r} is not the path of a Go package, such as example.org/tool")


def _version(wanted: Wanted) -> str:
    if not wanted.version:
        return "latest"
    return wanted.version if wanted.version.startswith("v") else f"v{wanted.version}"
