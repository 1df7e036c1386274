# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The activation scripts of a home, in the order in which the target runs them."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from ...module_utils.engine.contract.manifest import Script
from ..expressions.dag import DagCycle, Edges, ordered, predecessors
from ..options.evaluation import Evaluation
from ..options.provenance import Positions, Provenance
from ..syntax.errors import SpecError, SpecErrors, did_you_mean
from ..syntax.keys import joined
from .secret_names import refuse_secret_names

BOUNDARY = "writeBoundary"

# Home Manager's own entries, which scripts name in their edges. What they do is the engine's; they have no script here.
ANCHORS = {
    "checkFilesChanged": Edges(before=["linkGeneration"]),
    "checkLinkTargets": Edges(before=[BOUNDARY]),
    BOUNDARY: Edges(),
    "installPackages": Edges(after=[BOUNDARY]),
    "linkGeneration": Edges(after=[BOUNDARY]),
    "onFilesChange": Edges(after=["linkGeneration"]),
    "reloadSystemd": Edges(after=["linkGeneration"]),
    "setupLaunchAgents": Edges(after=["linkGeneration"]),
}


class _Entry(NamedTuple):
    """An entry of `home.activation`; an anchor has no script."""

    edges: Edges
    script: str | None = None
    secret: bool = False


def with_programs(evaluation: Evaluation, script: str) -> str:
    """A script of the home, which can call the programs of `home.extraActivationPath`."""
    path = str(evaluation.get("home.activationPath"))
    return f"PATH={shlex.quote(path)}:$PATH\n{script}" if path and script.strip() else script


def on_change(evaluation: Evaluation, targets: Collection[str]) -> list[Script]:
    """The scripts of `home.onChange` that one of these targets is below a folder of, by name."""
    found: list[Script] = []
    provenance = Provenance(evaluation)
    scripts = evaluation.get("home.onChange")
    for name in sorted(scripts):
        below = [str(folder) for folder in scripts[name]["below"]]
        prefixes = tuple(f"{folder}/" for folder in below)
        if any(target in below or target.startswith(prefixes) for target in targets):
            position = next(iter(provenance.entry("home.onChange", name)), None)
            with evaluation.visiting(("home", "onChange", name, "script"), position) as frame:
                script = Script(name, with_programs(evaluation, str(scripts[name]["script"])), "write")
            script.sensitive, script.below = bool(frame.secret), below
            found.append(script)
    return found


def activation(evaluation: Evaluation, place: str | None = None) -> list[Script]:
    """The scripts of `home.activation` as name, script and phase: `check` for those before `writeBoundary`, else `write`.

    `place` is the anchor at which services are switched. `sensitive` marks those that hold a secret.
    Raises SpecErrors for edges to names that do not exist, SpecError for a cycle.
    """
    entries: dict[str, _Entry] = {name: _Entry(edges) for name, edges in ANCHORS.items()}
    provenance = Provenance(evaluation)
    scripts = evaluation.get("home.activation")
    for name in scripts:
        position = next(iter(provenance.entry("home.activation", name)), None)
        with evaluation.visiting(("home", "activation", name, "script"), position) as frame:
            entry = scripts[name]
            script = with_programs(evaluation, str(entry["data"]))
        anchor = ANCHORS.get(name, Edges())
        edges = Edges([*anchor.after, *entry["after"]], [*anchor.before, *entry["before"]])
        entries[name] = _Entry(edges, script, frame.secret)
    positions = {name: provenance.entry("home.activation", name) for name in scripts}
    refuse_secret_names(evaluation.secret, "home.activation", positions)
    graph = {name: entry.edges for name, entry in entries.items()}
    unknown = [error for name in entries for error in _unknown(provenance.entry("home.activation", name), name, graph)]
    if unknown:
        raise SpecErrors(unknown)
    checks = predecessors(BOUNDARY, graph)
    found: list[Script] = []
    try:
        order = ordered(graph)
    except DagCycle as error:
        error.path = "home.activation"
        error.positions = [p for name in error.chain[:-1] for p in provenance.entry("home.activation", name)[:1]]
        raise
    for name in order:
        if name == place:
            found.append(Script(name, "", "services"))
        text = entries[name].script
        if text is not None:
            found.append(Script(name, text, "check" if name in checks else "write", entries[name].secret))
    return found


def _unknown(positions: Positions, name: str, graph: Mapping[str, Edges]) -> Iterator[SpecError]:
    """The errors for edges of `name` to names that do not exist."""
    for side, others in graph[name]._asdict().items():
        for other in others:
            if other not in graph:
                error = SpecError(
                    f"must run {side} `{other}`, which does not exist",
                    positions,
                    path=joined(("home", "activation", name)),
                    hint=did_you_mean(other, graph),
                )
                yield error.with_details("dag", word=other)
