# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Finding an option, or a group of options, by its dotted path."""

from __future__ import annotations

from ..syntax.keys import split
from .evaluation import Evaluation
from .node import Node
from .schema import Declaration
from .type_container import AttrsOf
from .unknown import unknown_option


def find(evaluation: Evaluation, dotted: str) -> tuple[Node, list[str]]:
    """The node of an option or of a group, and the names that lead on into the option's value.

    Raises SpecError with the nearest names.
    """
    node = evaluation.home.root
    names = [part for part in split(dotted.strip(".")) if part]
    for index, name in enumerate(names):
        below = node.child(name) or node.loaded(name)
        if below is None and node.schema.declaration is not None and not node.schema.declaration.hidden:
            return node, names[index:]
        if below is None:
            raise unknown_option((*node.path, name), evaluation.names_at(node), None, evaluation)
        node = below
    return node, []


def inside(evaluation: Evaluation, node: Node, names: list[str]) -> tuple[object, Declaration | None]:
    """What is below an option's value: an entry of it, and its declaration where that is an option of a submodule.

    Raises SpecError with the nearest names.
    """
    kind = node.schema.declaration.type if node.schema.declaration is not None else None
    schema = kind.schema() if kind is not None else None
    found = node.read()
    for depth, name in enumerate(names):
        if not isinstance(found, dict) or name not in found:
            known = list(found) if isinstance(found, dict) else []
            raise unknown_option((*node.path, *names[: depth + 1]), known, None, evaluation)
        found = found[name]
        if schema is not None and (depth or not isinstance(kind, AttrsOf)):
            schema = schema.children.get(name)
    return found, schema.declaration if schema is not None and len(names) > 1 else None
