# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Packages of nixpkgs, brought by a working Nix of the host. The store paths of the lock fix every byte."""

from __future__ import annotations

import os
from typing import Dict

from ...contract.errors import EngineError, ErrorKind
from ...disk import queries
from ..recipe import Recipe
from ..tree import Tree
from .tool import ToolProvider, is_folder, show

FEATURES = ("--extra-experimental-features", "nix-command flakes")
STORE = "/nix/store"


class Nix(ToolProvider):
    """The lock holds the flake's revision, the attribute, and the store paths of its outputs.

    A link next to the tree keeps the store from collecting them, for as long as the tree is there.
    """

    name = "nix"
    exact = True
    program = "nix"
    origin = "install Nix there, so that this user can reach its daemon"

    def build(self, recipe: Recipe, tree: Tree, parts: Dict[str, str], tools: Dict[str, str]) -> None:
        """Build or fetch it, and link to what is in the store."""
        paths = self.pin(recipe, "paths").split(" ")
        wanted = f"{self.pin(recipe, 'flake')}#{self.pin(recipe, 'attribute')}"
        if not all(path.startswith(STORE + "/") and ".." not in path for path in paths):
            raise EngineError(f"home.lock has no store paths for {recipe.name}: {paths}", ErrorKind.RECIPE)
        words = ["build", "--no-write-lock-file", "--out-link", tree.root, wanted]
        self.run(recipe, [*FEATURES, *words])
        lost = [path for path in paths if not is_folder(path) and not queries.is_file(path)]
        if lost:
            raise self.moved(recipe, "store path", os.path.realpath(tree.root), lost[0])
        for path in paths:
            show(tree, path)
