# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which option keeps the present lines of a file that a module writes. Modules declare it in `meta.keeps`."""

from __future__ import annotations

from ..options.evaluation import Evaluation
from .source import Sources


def kept_lines_of(evaluation: Evaluation, sources: Sources) -> dict[str, tuple[str, str]]:
    """Path to the option and the user's file that enables its module (empty when that is not a file of the user's)."""
    found: dict[str, tuple[str, str]] = {}
    for module in evaluation.modules:
        keeps = module.meta.get("keeps")
        if not isinstance(keeps, dict) or not module.root:
            continue
        where = _enabler((*module.root, "enable"), evaluation, sources)
        for path, option in keeps.items():
            found[str(path)] = (f"{'.'.join(module.root)}.{option}", where)
    return found


def _enabler(path: tuple[str, ...], evaluation: Evaluation, sources: Sources) -> str:
    node = evaluation.home.root
    for name in path:
        below = node.child(name)
        if below is None:
            return ""
        node = below
    for entry in node.assignments:
        for definition in evaluation.attempt(entry.definitions, []):
            position = definition.position
            if position is not None and not sources.module(position.file):
                return sources.display_path(position.file)
    return ""
