# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Removing old generations."""

from __future__ import annotations

from ..contract.errors import EngineError, ErrorKind
from ..contract.parameter import AGE, INTEGER, option
from ..transaction import expiry
from .removal import RemovingVerb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import List, Optional

    from ..home.folder import HomeFolder


class Expire(RemovingVerb):
    """See the module. The generation in use always stays."""

    name = "expire"
    command = "expire"
    summary = "remove old generations"
    one_of = ("older_than", "keep")

    older_than: Optional[float] = option(
        AGE, "Only expire generations older than this age, such as V(30d), V(12h), V(2w) or V(45m), or this date."
    )
    keep: Optional[int] = option(INTEGER, "Number of the newest generations to keep, whatever their age.")

    def chosen(self, home: HomeFolder) -> List[int]:
        if self.keep is not None and self.keep < 0:
            raise EngineError("`keep` cannot be negative", ErrorKind.REQUEST)
        return expiry.expired(home.state, self.older_than, self.keep) if home.state is not None else []


VERB = Expire
