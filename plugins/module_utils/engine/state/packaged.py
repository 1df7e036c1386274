# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a generation shows of packages, and what it depends on outside of itself: trees of packages and the host's files."""

from __future__ import annotations

from ..contract.canonical import canonical
from ..contract.errors import EngineError, ErrorKind
from ..contract.value import Value
from ..disk import filesystem
from . import layout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict, List, Optional, Tuple

    from .state import State

    UnavailablePackage = Tuple[Dict[str, str], List[str]]

FOLDER = "packages"
RECORD = "packages.json"


class Packaged(Value):
    """The `links` of the profile, by specialisation (None: the base).

    The `trees` (names in the folder of packages) and files of the `host` must be there for them to lead anywhere.
    `awaited` are packages that nobody brings yet: the commands and shared files that the host would have to have, by name.
    """

    __slots__ = ("awaited", "host", "links", "trees")

    def __init__(
        self,
        links: Optional[Dict[Optional[str], Dict[str, str]]] = None,
        trees: Optional[List[str]] = None,
        host: Optional[List[str]] = None,
    ) -> None:
        self.links = links or {}
        self.trees = trees or []
        self.host = host or []
        self.awaited: Dict[str, UnavailablePackage] = {}

    @property
    def empty(self) -> bool:
        """Whether there is nothing to remember."""
        return not (self.trees or self.host or self.awaited)

    def record(self) -> bytes:
        """The text of the generation's `packages.json`."""
        value: Dict[str, object] = {"trees": self.trees, "host": self.host}
        if self.awaited:
            value["awaited"] = self.awaited
        return canonical(value)


def trees(state: State, number: int) -> List[str]:
    """The names of the trees that a generation depends on. EngineError `damaged` when its record cannot be used."""
    found = _record(state, number)
    return found.trees if found is not None else []


def there(state: State) -> List[str]:
    """The names of the trees that a state folder has, whichever generation they are of."""
    return [name for name in filesystem.names_in(FOLDER, state.fd) if not name.startswith(".")]


def lost(state: State, number: int) -> List[str]:
    """What a generation depends on and is not there: names of packages' trees, and paths of the host.

    The record of both is itself one of these when it is damaged.
    """
    try:
        found = _record(state, number)
    except EngineError as error:
        if error.kind != ErrorKind.DAMAGED:
            raise
        return [f"{layout.reference(number)}/{RECORD}"]
    if found is None:
        return []
    missing = [name for name in found.trees if filesystem.stat_followed(f"{FOLDER}/{name}", state.fd) is None]
    return missing + [path for path in found.host if filesystem.stat_followed(path) is None]


def awaited(state: State, number: int) -> Dict[str, UnavailablePackage]:
    """The packages that nobody brought when a generation was made. EngineError `damaged` when its record cannot be used."""
    found = _record(state, number)
    return found.awaited if found is not None else {}


def _record(state: State, number: int) -> Optional[Packaged]:
    where = f"{layout.reference(number)}/{RECORD}"
    found = state.json(where)
    if found is None:
        return None
    if not isinstance(found, dict) or not all(isinstance(found.get(name), list) for name in ("trees", "host")):
        raise state.damage(where, "it has an invalid structure")
    made = Packaged(None, [str(name) for name in found["trees"]], [str(path) for path in found["host"]])
    rows = found.get("awaited") or {}
    if not isinstance(rows, dict) or not all(isinstance(row, list) and len(row) == 2 for row in rows.values()):
        raise state.damage(where, "it has an invalid structure")
    made.awaited = {str(name): (dict(row[0]), list(row[1])) for name, row in rows.items()}
    return made
