# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a provider does on the target."""

from __future__ import annotations

from typing import IO, Dict

from ..extraction import Extraction
from ..recipe import Artefact, Recipe
from ..tree import Tree


class Provider:
    """Builds packages of one kind.

    From verified artefacts: no network, no randomness, no look at the host's packages. Those of a `ToolProvider` come from
    a program of the host instead.
    """

    name = ""
    # Whether the lock fixes every byte of the result.
    exact = True

    def check(self, recipe: Recipe) -> None:
        """EngineError `package` when this host cannot make a package; called before anything is downloaded."""

    def unpack(self, artefact: Artefact, source: IO[bytes], extraction: Extraction) -> None:
        """Unpack one artefact into its part. EngineError `archive` when it is damaged or hostile."""
        raise NotImplementedError

    def build(self, recipe: Recipe, tree: Tree, parts: Dict[str, str], tools: Dict[str, str]) -> None:
        """Fill the tree: `parts` are the folders of artefacts by hash, `tools` absolute paths of programs by name."""
        raise NotImplementedError
