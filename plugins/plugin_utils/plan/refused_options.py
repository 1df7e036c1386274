# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Options that a host's family cannot do anything with (`refuses` in the library's table of families)."""

from __future__ import annotations

from ..expressions.lazy import plain
from ..options.cause import Causes
from ..options.provenance import Provenance
from ..syntax.errors import SpecError
from .system import System
from .touched import Touched


def refuse_options(system: System) -> None:
    """Collect an error for each of them that the user's modules set, with its place."""
    evaluation = system.evaluation
    family = evaluation.get("system.family")
    refused: dict[str, str] = plain(family["refuses"]) if "refuses" in family else {}
    touched, causes = Touched(evaluation), Causes(Provenance(evaluation))
    distribution = system.request.host.get("distribution") or "this host"
    for option, why in refused.items():
        if not touched(option):
            continue
        for cause in causes.below(option):
            message = f"it is not supported on {distribution}. {why}"
            evaluation.collect(SpecError(message, cause.positions, path=cause.path))
