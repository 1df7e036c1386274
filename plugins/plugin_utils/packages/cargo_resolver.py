# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Resolving crates: cargo finds the version and the checksum."""

from __future__ import annotations

from ...module_utils.engine.packages.providers.cargo import locked_crate, name_problem
from ..syntax.errors import SpecError
from .catalogue import CatalogueEntry
from .tool_resolver import Pins, ToolResolver
from .wanted import Wanted


class CargoResolver(ToolResolver):
    """What the catalogue may say: `package` and a list of `features`."""

    provider = "cargo"
    program = "cargo"
    what = "crates"

    def found(
        self, wanted: Wanted, entry: CatalogueEntry, platforms: list[str], folder: str
    ) -> tuple[str, dict[str, Pins]]:
        """The same crate everywhere. Raises SpecError or EngineError."""
        crate = self.package(wanted, entry)
        problem = name_problem(crate)
        if problem is not None:
            raise SpecError(problem, [wanted.position])
        requirement = f"={wanted.version}" if wanted.version else "*"
        version, sha256 = locked_crate(self.tool(), crate, requirement, f"{folder}/lock")
        pins = {"crate": crate, "sha256": sha256}
        features = self.details(entry).get("features")
        if isinstance(features, list) and features:
            pins["features"] = ",".join(str(feature) for feature in features)
        return version, dict.fromkeys(platforms, pins)
