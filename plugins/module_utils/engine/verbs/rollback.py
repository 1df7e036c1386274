# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Switching to the previous generation."""

from __future__ import annotations

from ..switching.goal import goal_of_rollback
from .switching_verb import SwitchingVerb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..home.folder import HomeFolder
    from ..switching.goal import Goal


class Rollback(SwitchingVerb):
    """See the module. Generations that failed are left out."""

    name = "rollback"
    title = "rollback"
    summary = "go back to the previous generation"

    def goal(self, home: HomeFolder) -> Goal:
        return goal_of_rollback(home)


VERB = Rollback
