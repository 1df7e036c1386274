# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Go modules: compiled by the host's go from the sources that the lock names. Equal sources, not equal bits."""

from __future__ import annotations

import json
from typing import Dict, NamedTuple

from ...contract.errors import EngineError, ErrorKind
from ..program import run_bound
from ..recipe import Recipe
from ..tree import Tree
from .tool import ToolProvider, take_programs

# Neither another toolchain nor what a user's environment would add to a build.
VARIABLES = {"GOTOOLCHAIN": "local", "GO111MODULE": "on", "GOWORK": "off"}


class Module(NamedTuple):
    """A module as its proxy has it: `sum` is the hash of its files, as in go.sum."""

    path: str
    version: str
    sum: str


class Go(ToolProvider):
    """The lock holds the module's version and its hash; its go.mod those of all others."""

    name = "go"
    program = "go"
    origin = "install Go there"

    def build(self, recipe: Recipe, tree: Tree, parts: Dict[str, str], tools: Dict[str, str]) -> None:
        """Compile it in a workplace of its own, once its hash is known to be that of the lock."""
        expected, package = self.pin(recipe, "sum"), self.pin(recipe, "package")
        build_folder, folder = tree.workplace()
        found = module(self.tool(recipe), self.pin(recipe, "module"), recipe.version, build_folder)
        if found.sum != expected:
            raise self.moved(recipe, f"hash of {found.path}@{found.version}", found.sum, expected)
        variables = {**VARIABLES, "GOBIN": f"{build_folder}/bin"}
        self.run(recipe, ["install", "-trimpath", f"{package}@{recipe.version}"], variables, build_folder)
        take_programs(tree, f"{folder}/bin", recipe)


def module(go: str, path: str, version: str, folder: str) -> Module:
    """A module by its path and version (or `latest`). EngineError `package` when go cannot get it."""
    done = run_bound([go, "mod", "download", "-json", f"{path}@{version}"], VARIABLES, folder)
    try:
        answer = json.loads(done.output)
    except ValueError:
        answer = {"Error": done.last}
    if done.code or answer.get("Error") or not answer.get("Sum"):
        raise EngineError(f"go cannot find {path}@{version}: {answer.get('Error') or done.last}", ErrorKind.PACKAGE)
    return Module(str(answer["Path"]), str(answer["Version"]), str(answer["Sum"]))
