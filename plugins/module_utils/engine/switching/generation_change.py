# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The two generations between which services are switched, and what the switch asks of whoever does that."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    from ..contract.manifest import View
    from ..contract.outcomes import Failure
    from ..contract.services import ServicesAnswer

    class ServiceWork(Protocol):
        """The work of one switch on the user's services, whoever manages them; see `Services` and `Agents`."""

        answer: ServicesAnswer
        warnings: list[str]

        def concerned(self, paths: list[str]) -> bool: ...
        def preview(self) -> None: ...
        def prepare(self) -> None: ...
        def stage(self) -> None: ...
        def act(self) -> None: ...
        def settle(self) -> None: ...
        def failure(self) -> Failure | None: ...
        def undo_work(self, change: GenerationChange) -> ServiceWork | None: ...


class GenerationChange:
    """The two generations: their references (None: nothing) and what they show."""

    def __init__(self, source: str | None, before: View | None, goal: str | None, after: View) -> None:
        self.source = source
        self.before = before
        self.goal = goal
        self.after = after
