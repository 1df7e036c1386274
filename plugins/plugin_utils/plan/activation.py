# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The activation scripts of a home, in the order in which the target runs them."""

from __future__ import annotations

from typing import Any

from ...module_utils.engine.contract.manifest import Script
from ..expressions.filters import dag_sort
from ..options.evaluation import Evaluation
from ..syntax.errors import SpecError, SpecErrors, did_you_mean
from .files import position_in

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


def activation(evaluation: Evaluation) -> list[Script]:
    """The scripts of `home.activation` as name, script and phase: `check` for those before `writeBoundary`, else `write`.

    `sensitive` marks those that hold a secret. Raises SpecErrors for edges to names that do not exist, SpecError for a cycle.
    """
    scripts = evaluation.get("home.activation")
    entries: dict[str, dict[str, Any]] = {name: {**edges, "data": None} for name, edges in ANCHORS.items()}
    for name in scripts:
        with evaluation.visiting(
            ("home", "activation", name, "script"), position_in(evaluation, "home.activation", name)
        ) as frame:
            entry = scripts[name]
            data = entry["data"]
        anchor = ANCHORS.get(name, {"after": [], "before": []})
        entries[name] = {
            "after": [*anchor["after"], *entry["after"]],
            "before": [*anchor["before"], *entry["before"]],
            "data": data,
            "secret": frame.secret,
        }
    unknown: list[SpecError] = []
    for name, entry in entries.items():
        for side in ("after", "before"):
            for other in entry[side]:
                if other not in entries:
                    unknown.append(
                        SpecError(
                            f"`{name}` must run {side} `{other}`, which does not exist",
                            [position_in(evaluation, "home.activation", name)],
                            path=f"home.activation.{name}",
                            hint=did_you_mean(other, entries),
                        )
                    )
    if unknown:
        raise SpecErrors(unknown)
    ordered = dag_sort(entries)
    checks = _before(BOUNDARY, entries)
    return [
        Script(
            e["name"],
            str(e["data"]),
            "check" if e["name"] in checks else "write",
            bool(entries[e["name"]].get("secret")),
        )
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
