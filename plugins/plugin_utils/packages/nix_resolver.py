# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Resolving packages of nixpkgs: Nix names the revision and the store paths of every platform."""

from __future__ import annotations

import json
from typing import Any

from ...module_utils.engine.packages.program import run
from ...module_utils.engine.packages.providers.nix import FEATURES
from ..syntax.errors import SpecError
from .catalogue import CatalogueEntry
from .tool_resolver import Pins, ToolResolver
from .wanted import Wanted

_FLAKE = "nixpkgs"
_ASKED = 'p: { version = p.version or ""; outputs = map (o: p.${o}.outPath) (p.meta.outputsToInstall or [ "out" ]); }'


class NixResolver(ToolResolver):
    """What the catalogue may say: `package`, an attribute path, and the `flake` that has it (nixpkgs by default)."""

    provider = "nix"
    exact = True
    program = "nix"
    what = "packages of Nix"

    def found(
        self, wanted: Wanted, entry: CatalogueEntry, platforms: list[str], folder: str
    ) -> tuple[str, dict[str, Pins]]:
        """The flake's revision of today, and the paths of each platform that has the package. Raises SpecError."""
        if wanted.version:
            message = f"{wanted.name}: a revision of nixpkgs has one version of each package"
            raise SpecError(
                message, [wanted.position], hint="remove `version`, or set a flake in home.packageCatalogue"
            )
        flake = self._locked(str(self.details(entry).get("flake") or _FLAKE))
        pins: dict[str, Pins] = {}
        version, problem = "", ""
        for platform in platforms:
            attribute = f"legacyPackages.{platform}.{self.package(wanted, entry)}"
            done = run([self.tool(), *FEATURES, "eval", "--json", f"{flake}#{attribute}", "--apply", _ASKED])
            if done.code:
                problem = problem or done.last
                continue
            found = _json(done.output)
            version = str(found["version"]) or "0"
            pins[platform] = {"flake": flake, "attribute": attribute, "paths": " ".join(found["outputs"])}
        if not pins:
            raise SpecError(f"nix has no {self.package(wanted, entry)}: {problem}", [wanted.position])
        return version, pins

    def _locked(self, flake: str) -> str:
        done = run([self.tool(), *FEATURES, "flake", "metadata", "--json", flake])
        if done.code:
            raise SpecError(f"nix cannot read the flake {flake}: {done.last}")
        return str(_json(done.output)["url"])


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise SpecError(f"nix did not print JSON: {text[:200]!r}") from None
