# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The activation scripts of a home, in the order in which the target runs them."""

from __future__ import annotations

from collections.abc import Collection
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
    "setupLaunchAgents": {"after": ["linkGeneration"], "before": []},
}


def on_change(evaluation: Evaluation, targets: Collection[str]) -> list[Script]:
    """The scripts of `home.onChange` that one of these targets is below a folder of, by name."""
    found: list[Script] = []
    said = evaluation.get("home.onChange")
    for name in sorted(said):
        below = [str(folder) for folder in said[name]["below"]]
        prefixes = tuple(f"{folder}/" for folder in below)
        if any(target in below or target.startswith(prefixes) for target in targets):
            with evaluation.visiting(
                ("home", "onChange", name, "script"), position_in(evaluation, "home.onChange", name)
            ) as frame:
                script = Script(name, str(said[name]["script"]), "write")
            script.sensitive, script.below = bool(frame.secret), below
            found.append(script)
    return found


def activation(evaluation: Evaluation, place: str | None = None) -> list[Script]:
    """The scripts of `home.activation` as name, script and phase: `check` for those before `writeBoundary`, else `write`.

    `place` is the anchor at which services are switched. `sensitive` marks those that hold a secret.
    Raises SpecErrors for edges to names that do not exist, SpecError for a cycle.
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
    found: list[Script] = []
    for e in ordered:
        if e["name"] == place:
            found.append(Script(e["name"], "", "services"))
        if e["data"] is not None:
            phase = "check" if e["name"] in checks else "write"
            found.append(Script(e["name"], str(e["data"]), phase, bool(entries[e["name"]].get("secret"))))
    return found


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
