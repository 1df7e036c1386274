# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a generation shows of packages, and what it depends on outside of itself: trees of packages and the host's files."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Dict, List, NamedTuple, Optional

from ..contract.errors import EngineError
from ..disk import filesystem
from . import layout

if TYPE_CHECKING:
    from .state import State

FOLDER = "packages"
RECORD = "packages.json"


class Packaged(NamedTuple):
    """`links` of the profile by specialisation (None: the base); `trees` and `host` must be there for them to lead
    anywhere.
    """

    links: Dict[Optional[str], Dict[str, str]]
    trees: List[str]
    host: List[str]

    def record(self) -> bytes:
        """The text of the generation's `packages.json`."""
        import json

        return filesystem.encode(
            json.dumps({"trees": self.trees, "host": self.host}, sort_keys=True, ensure_ascii=False)
        )


NOTHING = Packaged({}, [], [])


def lost(state: State, number: int) -> List[str]:
    """What a generation depends on and is not there: names of packages' trees, and paths of the host.

    EngineError `state` when its record cannot be read.
    """
    found = state.json(f"{layout.reference(number)}/{RECORD}")
    if found is None:
        return []
    try:
        missing = [name for name in found["trees"] if not _is_there(f"{FOLDER}/{name}", state.fd)]
        return missing + [place for place in found["host"] if not os.path.exists(filesystem.encode(place))]
    except (KeyError, TypeError):
        raise EngineError(f"{state.path}/{layout.reference(number)}/{RECORD} is damaged", "state") from None


def _is_there(path: str, at: int) -> bool:
    try:
        os.stat(filesystem.encode(path), dir_fd=at)
    except FileNotFoundError:
        return False
    return True
