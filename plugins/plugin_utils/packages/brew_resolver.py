# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Resolving formulae of Homebrew: the current version is recorded, because Homebrew keeps no other."""

from __future__ import annotations

from ...module_utils.engine.packages.providers.brew import formula_here
from ..syntax.errors import SpecError
from .catalogue import CatalogueEntry
from .tool_resolver import Pins, ToolResolver
from .wanted import Wanted


class BrewResolver(ToolResolver):
    """What the catalogue may say: `package`, the formula."""

    provider = "brew"
    program = "brew"
    what = "formulae"

    def found(
        self, wanted: Wanted, entry: CatalogueEntry, platforms: list[str], folder: str
    ) -> tuple[str, dict[str, Pins]]:
        """The current version, the same for every platform. Raises SpecError or EngineError."""
        formula = formula_here(self.tool(), self.package(wanted, entry))
        if wanted.version and wanted.version != formula.version:
            message = f"brew has {formula.name} {formula.version}, not {wanted.version}, and keeps no other version"
            raise SpecError(message, [wanted.position], hint="remove `version`, or use another provider")
        return formula.version, {key: {"formula": formula.name, "bottles": formula.bottles} for key in platforms}
