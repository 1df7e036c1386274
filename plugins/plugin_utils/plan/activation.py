# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The activation scripts of a home, in the order in which the target runs them."""

from __future__ import annotations

from typing import Any

from ..expressions.filters import dag_sort
from ..options.evaluation import Evaluation
from ..spec.errors import SpecError, did_you_mean

BOUNDARY = "writeBoundary"

# Home Manager's own entries, which scripts name in their edges. What they do is the engine's; they have no script here.
ANCHORS: dict[str, dict[str, list[str]]] = {
    "checkFilesChanged": {"after": [], "before": ["linkGeneration"]},
    "checkLinkTargets": {"after": [], "before": [BOUNDARY]},
    BOUNDARY: {"after": [], "before": []},
    "installPackages": {"after": [BOUNDARY], "before": []},
    "linkGeneration": {"after": [BOUNDARY], "before": []},
    "onFilesChange": {"after": ["linkGeneration"], "before": []},
    "reloadSystemd": {"after": ["linkGeneration"], "before": []},
}


def activation(evaluation: Evaluation) -> list[dict[str, str]]:
    """The scripts of `home.activation` as name, script and phase: `check` for those before `writeBoundary`, else `write`.

    Raises SpecError for an edge to a name that does not exist, and for a cycle.
    """
    said = evaluation.get("home.activation")
    entries: dict[str, dict[str, Any]] = {name: {**edges, "data": None} for name, edges in ANCHORS.items()}
    for name in said:
        entry = said[name]
        anchor = ANCHORS.get(name, {"after": [], "before": []})
        entries[name] = {
            "after": [*anchor["after"], *entry["after"]],
            "before": [*anchor["before"], *entry["before"]],
            "data": entry["data"],
        }
    for name, entry in entries.items():
        for side in ("after", "before"):
            for other in entry[side]:
                if other not in entries:
                    raise SpecError(
                        f"`{name}` is to run {side} `{other}`, which does not exist",
                        path=f"home.activation.{name}",
                        hint=did_you_mean(other, entries),
                    )
    ordered = dag_sort(entries)
    checks = _before(BOUNDARY, entries)
    return [
        {"name": e["name"], "script": str(e["data"]), "phase": "check" if e["name"] in checks else "write"}
        for e in ordered
        if e["data"] is not None
    ]


def _before(name: str, entries: dict[str, dict[str, Any]]) -> set[str]:
    """All names that come before `name` by an edge, or by several."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        at = waiting.pop()
        direct = [*entries[at]["after"], *(other for other, e in entries.items() if at in e["before"])]
        waiting.extend(d for d in direct if d not in found)
        found.update(direct)
    return found
