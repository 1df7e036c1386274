# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Checks that `home.username` is the user whose home it is."""

from __future__ import annotations

from ..options.evaluation import Evaluation
from ..options.provenance import Provenance
from ..syntax.errors import SpecError, SpecErrors
from ..syntax.position import Position


def check_name(evaluation: Evaluation, user: str, key: Position | None) -> None:
    """Raises SpecErrors when a spec sets another user than the one whose home it is."""
    name = str(evaluation.get("home.username"))
    if name == user:
        return
    positions = Provenance(evaluation).option("home.username")
    error = SpecError(
        f"`home.username` is {name}, but this is the home of {user}", [*positions, key], path="home.username"
    )
    error.with_details("wrong-account", at_value=True, whole=True, labels=["this name", "and this one"])
    error.keys = 1
    raise SpecErrors([error], evaluation.collector.importers)
