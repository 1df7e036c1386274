# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Formulae of Homebrew. It keeps no old versions: one that has moved since it was locked stops the switch."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Dict, NamedTuple

from ...contract.errors import EngineError, ErrorKind
from ..program import run_bound
from ..recipe import Recipe, canonical
from ..tree import Tree
from .tool import ToolProvider, is_folder, one_line, show

VARIABLES = {"HOMEBREW_NO_AUTO_UPDATE": "1", "HOMEBREW_NO_ENV_HINTS": "1", "HOMEBREW_NO_INSTALL_CLEANUP": "1"}


class Formula(NamedTuple):
    """A formula as brew has it. `version` includes the revision (`1.2_1`); `bottles` is one hash over the hashes of all bottles."""

    name: str
    version: str
    bottles: str


class Brew(ToolProvider):
    """The lock holds the version, and one hash over those of the bottles."""

    name = "brew"
    program = "brew"
    origin = "install Homebrew there"

    def build(self, recipe: Recipe, tree: Tree, parts: Dict[str, str], tools: Dict[str, str]) -> None:
        """Install it unless that version is there, and link to its keg."""
        formula = self.pin(recipe, "formula")
        brew = self.tool(recipe)
        keg = f"{one_line(self.run(recipe, ['--cellar', formula], VARIABLES).output)}/{recipe.version}"
        if not is_folder(keg):
            found = formula_here(brew, formula)
            if found.version != recipe.version:
                raise self.moved(recipe, f"version of {formula}", found.version, recipe.version)
            if found.bottles != self.pin(recipe, "bottles"):
                raise self.moved(
                    recipe, "hash of its bottles", found.bottles[:12] + "…", recipe.pinned["bottles"][:12] + "…"
                )
            self.run(recipe, ["install", "--formula", formula], VARIABLES)
        if not is_folder(keg):
            raise EngineError(f"{recipe.name} (brew): {keg} is missing after its installation", ErrorKind.PACKAGE)
        show(tree, keg)


def formula_here(brew: str, name: str) -> Formula:
    """The formula of a name. EngineError `package` when brew has none."""
    done = run_bound([brew, "info", "--json=v2", "--formula", name], VARIABLES)
    try:
        formula = json.loads(done.output)["formulae"][0]
        revision = formula.get("revision") or 0
        version = str(formula["versions"]["stable"]) + (f"_{revision}" if revision else "")
        files = ((formula.get("bottle") or {}).get("stable") or {}).get("files") or {}
        hashes = {tag: str(item["sha256"]) for tag, item in files.items()}
    except (ValueError, LookupError, TypeError, AttributeError):
        raise EngineError(f"brew has no formula {name}: {done.last}", ErrorKind.PACKAGE) from None
    return Formula(str(formula["name"]), version, sha256(canonical(hashes)).hexdigest())
