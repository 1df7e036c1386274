# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The kinds of packages that this engine builds, by the name of their provider."""

from __future__ import annotations

from typing import Dict

from ...contract.errors import EngineError, ErrorKind
from .archive import Archive
from .brew import Brew
from .cargo import Cargo
from .deb import Deb
from .flatpak import Flatpak
from .go import Go
from .nix import Nix
from .node_package import NodePackage
from .provider import Provider
from .wheel import Wheel

_ALL = (Deb(), Archive(), Wheel(), NodePackage(), Nix(), Brew(), Flatpak(), Cargo(), Go())
PROVIDERS: Dict[str, Provider] = {provider.name: provider for provider in _ALL}


def provider(name: str) -> Provider:
    """The provider of a recipe. EngineError `recipe` when this engine does not have it."""
    if name not in PROVIDERS:
        raise EngineError(
            f"this engine has no provider {name!r} (known: {', '.join(sorted(PROVIDERS))})", ErrorKind.RECIPE
        )
    return PROVIDERS[name]
