# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Debian packages: the whole closure with its own libc, so that the result is the same on every Linux."""

from __future__ import annotations

import io
from typing import IO, Dict, Optional

from ...contract.errors import EngineError, ErrorKind
from ..extraction import Extraction, ar_members
from ..launchers import wrap_commands
from ..recipe import Artefact, Recipe
from ..relocation import relocate
from ..tree import Tree
from .provider import Provider

# Nobody reads these through a package that is there for another's sake.
_QUIET = ("share/doc/", "share/lintian/", "share/bug/", "share/man/", "share/info/")
_ALWAYS_QUIET = ("share/lintian/", "share/bug/")


class Deb(Provider):
    """`.deb` files. Maintainer scripts are neither run nor unpacked."""

    name = "deb"

    def unpack(self, artefact: Artefact, source: IO[bytes], extraction: Extraction) -> None:
        """Unpack the data member alone."""
        extraction.mapping = flattened
        for name, content in ar_members(source.read()):
            if name.startswith("data.tar"):
                if name.endswith(".zst"):
                    raise EngineError(
                        f"{artefact.file} is compressed with zstd, which Python cannot read", ErrorKind.ARCHIVE
                    )
                extraction.tar(io.BytesIO(content))
                return
        raise EngineError(f"{artefact.file} has no data member", ErrorKind.ARCHIVE)

    def build(self, recipe: Recipe, tree: Tree, parts: Dict[str, str], tools: Dict[str, str]) -> None:
        """Merge the closure, make it relocatable, and write the launchers."""
        # The packages that are shown come first: where two files meet, theirs is the one that counts.
        for artefact in sorted(recipe.artefacts, key=lambda item: not item.own):
            tree.add_part(parts[artefact.sha256], artefact.own, _shown if artefact.own else _needed)
        tree.settle_links(flattened)
        # Debian's name for a command may be another one; some programs look at the name that they are called by.
        for command, name in sorted(recipe.commands.items()):
            if f"bin/{command}" not in tree.leaves and f"bin/{name}" in tree.leaves:
                tree.link(f"bin/{command}", name, True)
        relocate(tree, flattened, tools.get("patchelf"))
        wrap_commands(tree, recipe.launch)


def flattened(path: str) -> Optional[str]:
    """The place of a member in the tree: `/usr` and the root are one."""
    if path == "usr":
        return ""
    return path[4:] if path.startswith("usr/") else path


def _shown(path: str) -> Optional[str]:
    return None if f"{path}/".startswith(_ALWAYS_QUIET) else path


def _needed(path: str) -> Optional[str]:
    return None if f"{path}/".startswith(_QUIET) else path
