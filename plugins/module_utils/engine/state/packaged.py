# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a generation shows of packages, and what it depends on outside of itself: trees of packages and the host's files."""

from __future__ import annotations

import os

from ..contract.canonical import canonical
from ..contract.errors import EngineError, ErrorKind
from ..contract.value import Value
from ..disk import filesystem
from . import layout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict, List, Optional

    from .state import State

FOLDER = "packages"
RECORD = "packages.json"


class Packaged(Value):
    """The `links` of the profile, by specialisation (None: the base).

    The `trees` (names in the folder of packages) and files of the `host` must be there for them to lead anywhere.
    """

    __slots__ = ("host", "links", "trees")

    def __init__(
        self,
        links: Optional[Dict[Optional[str], Dict[str, str]]] = None,
        trees: Optional[List[str]] = None,
        host: Optional[List[str]] = None,
    ) -> None:
        self.links = links or {}
        self.trees = trees or []
        self.host = host or []

    def record(self) -> bytes:
        """The text of the generation's `packages.json`."""
        return canonical({"trees": self.trees, "host": self.host})


def trees(state: State, number: int) -> List[str]:
    """The names of the trees that a generation depends on. EngineError `state` when its record cannot be read."""
    found = state.json(f"{layout.reference(number)}/{RECORD}")
    if found is None:
        return []
    if not isinstance(found, dict) or not isinstance(found.get("trees"), list):
        raise EngineError(f"{state.path}/{layout.reference(number)}/{RECORD} is damaged", ErrorKind.STATE)
    return [str(name) for name in found["trees"]]


def lost(state: State, number: int) -> List[str]:
    """What a generation depends on and is not there: names of packages' trees, and paths of the host.

    EngineError `state` when its record cannot be read.
    """
    found = state.json(f"{layout.reference(number)}/{RECORD}")
    if found is None:
        return []
    if not isinstance(found, dict) or not all(isinstance(found.get(name), list) for name in ("trees", "host")):
        raise EngineError(f"{state.path}/{layout.reference(number)}/{RECORD} is damaged", ErrorKind.STATE)
    missing = [name for name in found["trees"] if not _is_there(f"{FOLDER}/{name}", state.fd)]
    return missing + [place for place in found["host"] if not os.path.exists(filesystem.encode(place))]


def _is_there(path: str, at: int) -> bool:
    try:
        os.stat(filesystem.encode(path), dir_fd=at)
    except FileNotFoundError:
        return False
    return True
