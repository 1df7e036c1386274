# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The method of entries of the type `symlink`: a symbolic link to a place outside the store."""

from __future__ import annotations

from ..contract.entries import SymlinkEntry
from ..contract.records import Record
from .link import LinkMethod

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict

    from ..contract.objects import StoredObject
    from ..planning.path import ManagedPath


class SymlinkMethod(LinkMethod):
    """A link as `link` makes it, but with the text that the specification gives."""

    name = "symlink"

    def record(self, path: ManagedPath, objects: Dict[str, StoredObject]) -> Record:
        if not isinstance(path.entry, SymlinkEntry):
            raise TypeError(f"{path.target} is not declared as a symbolic link")
        return Record(self.name, path.entry.to)


METHOD = SymlinkMethod()
