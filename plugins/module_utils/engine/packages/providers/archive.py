# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Archives that a project publishes: tar and zip files, or a program by itself."""

from __future__ import annotations

import os
from fnmatch import fnmatchcase
from typing import IO, Dict, List, Optional

from ...contract.errors import EngineError, ErrorKind
from ..extraction import Extraction
from ..launchers import wrap_commands
from ..recipe import Artefact, Recipe
from ..tree import Tree
from .provider import Provider

_TAR = (".tar", ".tar.gz", ".tgz", ".tar.xz", ".txz", ".tar.bz2", ".tbz", ".tar.lzma")
_ZIP = (".zip", ".whl", ".vsix")


class Archive(Provider):
    """What a recipe says of an archive.

    `place` says where what is in the archive goes: `{"bin/x": "x-1.2/x"}`; `*` matches within one name. Without it
    everything below the archive's one top folder goes where it is.
    """

    name = "archive"

    def unpack(self, artefact: Artefact, source: IO[bytes], extraction: Extraction) -> None:
        """Unpack by the file's name; what is no archive becomes one executable file."""
        name = artefact.file.lower()
        if name.endswith(_TAR):
            extraction.tar(source)
        elif name.endswith(_ZIP):
            extraction.zip(source)
        elif name.endswith((".tar.zst", ".zst")):
            raise EngineError(f"{artefact.file} is compressed with zstd, which Python cannot read", ErrorKind.ARCHIVE)
        elif name.endswith(".gz"):
            import gzip

            extraction.file(artefact.file[:-3], gzip.GzipFile(fileobj=source), True)  # type: ignore[arg-type]
        else:
            extraction.file(artefact.file, source, True)

    def build(self, recipe: Recipe, tree: Tree, parts: Dict[str, str], tools: Dict[str, str]) -> None:
        """Put the members into their places."""
        for artefact in recipe.artefacts:
            part = parts[artefact.sha256]
            tree.add_part(part, True, Placing(recipe.place))
        missing = [path for path in recipe.place if "*" not in path and not _present(tree, path)]
        if missing:
            raise EngineError(
                f"{recipe.name}: nothing in the archive matches {recipe.place[missing[0]]!r} (for {missing[0]})",
                ErrorKind.RECIPE,
            )
        tree.settle_links(lambda path: None)
        wrap_commands(tree, recipe.launch)


class Placing:
    """Where a member goes. Without any rule the one top folder is left out, as most archives have one."""

    def __init__(self, place: Dict[str, str]) -> None:
        self.rules = sorted(place.items(), key=lambda rule: (-rule[1].count("/"), rule))

    def __call__(self, path: str) -> Optional[str]:
        """The place of a member; None leaves it out."""
        if not self.rules:
            return path.partition("/")[2] or None
        parts = path.split("/")
        for target, pattern in self.rules:
            rest = _matched(pattern.rstrip("/").split("/"), parts)
            if rest is None:
                continue
            if not rest:
                return target.rstrip("/") if not target.endswith("/") else target + parts[-1]
            return "/".join([target.rstrip("/"), *rest]).lstrip("/")
        return None


def _matched(pattern: List[str], parts: List[str]) -> Optional[List[str]]:
    if pattern == ["."]:
        return parts
    if len(parts) < len(pattern) or not all(fnmatchcase(part, want) for part, want in zip(parts, pattern)):
        return None
    return parts[len(pattern) :]


def _present(tree: Tree, path: str) -> bool:
    path = path.rstrip("/")
    return path in tree.leaves or path in tree.folders or any(os.path.dirname(leaf) == path for leaf in tree.leaves)
