# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Packages of npm: unpacked by the lock's own paths, run by the locked Node; their scripts never run."""

from __future__ import annotations

import json
import posixpath
from typing import IO, Any, Dict, Optional

from ...contract.errors import EngineError, ErrorKind
from ..extraction import Extraction
from ..launchers import quoted, wrap_commands
from ..recipe import Artefact, Recipe
from ..tree import Tree
from .provider import Provider

TOP = "lib"


class NodePackage(Provider):
    """`.tgz` files. `place` of the recipe says which hash is at which path of `node_modules`."""

    name = "npm"

    def unpack(self, artefact: Artefact, source: IO[bytes], extraction: Extraction) -> None:
        """Unpack it as it is."""
        extraction.tar(source)

    def build(self, recipe: Recipe, tree: Tree, parts: Dict[str, str], tools: Dict[str, str]) -> None:
        """Put every package at its path, then write the commands of the one that was asked for."""
        own = {artefact.sha256 for artefact in recipe.artefacts if artefact.own}
        for path, sha256 in sorted(recipe.place.items()):
            if sha256 not in parts or ".." in path.split("/") or path.startswith("/"):
                raise EngineError(f"{recipe.name}: {path} has no archive", ErrorKind.RECIPE)
            tree.add_part(parts[sha256], sha256 in own, _below(f"{TOP}/{path}"))
            if sha256 in own:
                self._commands(tree, f"{TOP}/{path}")
        tree.settle_links(lambda path: None)
        wrap_commands(tree, recipe.launch)

    def _commands(self, tree: Tree, folder: str) -> None:
        try:
            about: Any = json.loads(tree.read(f"{folder}/package.json").decode("utf-8"))
            programs = about.get("bin") or {}
            commands = {posixpath.basename(about["name"]): programs} if isinstance(programs, str) else dict(programs)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise EngineError(f"{folder}/package.json cannot be read: {error}", ErrorKind.ARCHIVE) from None
        node = f"{tree.places['nodejs']}/bin/node" if "nodejs" in tree.places else "node"
        for command, script in sorted(commands.items()):
            path = posixpath.normpath(f"{folder}/{script}")
            if path not in tree.leaves or "/" in command:
                tree.notes.append(f"the command {command} is left out: {script} is not in the package")
                continue
            words = [quoted(node) if "/" in node else node, quoted(f"{tree.prefix}/{path}")]
            tree.write(f"bin/{command}", f'#!/bin/sh\nexec {" ".join(words)} "$@"\n'.encode(), True, True)


def _below(folder: str) -> Any:
    def place(path: str) -> Optional[str]:
        # Every archive of npm has one top folder, mostly called `package`.
        rest = path.partition("/")[2]
        return f"{folder}/{rest}" if rest else None

    return place
