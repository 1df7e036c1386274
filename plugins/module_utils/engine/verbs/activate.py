# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Switching to an existing generation, or to a specialisation of it."""

from __future__ import annotations

from ..contract.errors import EngineError, ErrorKind
from ..contract.parameter import INTEGER, TEXT, TEXTS, internal, option
from ..state import layout
from ..switching.goal import goal_of_generation
from .switching_verb import SwitchingVerb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import List, Optional

    from ..home.folder import HomeFolder
    from ..switching.goal import Goal


class Activate(SwitchingVerb):
    """See the module. `overwrite` are paths whose declared content replaces the user's edits."""

    name = "activate"
    title = "generation"
    summary = "activate an existing generation"

    generation: Optional[int] = option(
        INTEGER, "The number of the generation to activate. The default is the current one."
    )
    specialisation: Optional[str] = option(
        TEXT, "The specialisation of the generation to activate. The default is none.", flags=("-c",)
    )

    overwrite: Optional[List[str]] = internal(TEXTS)

    def goal(self, home: HomeFolder) -> Goal:
        number = self.generation
        if number is None:
            current = home.require_state().current()
            if current is None:
                raise EngineError("no generation is current; name the one to activate", ErrorKind.GENERATION)
            number = layout.parse_reference(current)[0]
        return goal_of_generation(home, number, self.specialisation)


VERB = Activate
