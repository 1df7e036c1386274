# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Removing generations by their numbers."""

from __future__ import annotations

from ..contract.parameter import NUMBERS, option
from .removal import RemovingVerb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import List, Optional

    from ..home.folder import HomeFolder


class Remove(RemovingVerb):
    """See the module. The generation in use cannot be removed."""

    name = "remove"
    command = "remove-generations"
    each = "generations"
    summary = "remove generations by their numbers"
    one_of = ("generations",)

    generations: Optional[List[int]] = option(NUMBERS, "The numbers of the generations to remove.")

    def chosen(self, home: HomeFolder) -> List[int]:
        return self.generations or []


VERB = Remove
