# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is known of one option of a home: its value, type, default, description, and who declares and defines it."""

from __future__ import annotations

import json

from ..expressions.expression import Expression
from ..expressions.lazy import plain
from ..syntax.errors import SpecError, did_you_mean
from ..syntax.keys import joined, split
from .definition import Definition
from .evaluation import Evaluation
from .node import Node
from .type_container import AttrsOf


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
            known = evaluation.names_at(node)
            prefix = joined(node.path) + "." if node.path else ""
            raise SpecError("unknown option", path=prefix + name, hint=did_you_mean(name, known, prefix))
        node = below
    return node, []


def inside(evaluation: Evaluation, node: Node, names: list[str]) -> list[str]:
    """Lines about an entry of an option's value, or an option of a submodule there."""
    kind = node.schema.declaration.type if node.schema.declaration is not None else None
    schema = kind.schema() if kind is not None else None
    found = node.read()
    path = list(node.path)
    for depth, name in enumerate(names):
        if not isinstance(found, dict) or name not in found:
            known = list(found) if isinstance(found, dict) else []
            raise SpecError("unknown option", path=joined([*path, name]), hint=did_you_mean(name, known))
        found = found[name]
        path.append(name)
        if schema is not None and (depth or not isinstance(kind, AttrsOf)):
            schema = schema.children.get(name)
    lines = [joined(path)]
    declaration = schema.declaration if schema is not None and len(names) > 1 else None
    if declaration is not None and declaration.description:
        lines.append(f"  {declaration.description}")
    if declaration is not None and declaration.type is not None:
        lines.append(f"type:     {declaration.type.description}")
    shown_value = text(plain(found))
    hidden = any(secret[: len(path)] == tuple(path[: len(secret)]) for secret in evaluation.secret)
    return [*lines, f"value:    {'(secret)' if hidden else shown_value}"]


def described(evaluation: Evaluation, dotted: str) -> list[str]:
    """Lines for people about an option; of a group the options in it."""
    node, rest = find(evaluation, dotted)
    if rest:
        return inside(evaluation, node, rest)
    declaration = node.schema.declaration
    if declaration is None:
        names = sorted({*evaluation.names_at(node)})
        return [f"{joined(node.path) or 'The home'} holds:", *(f"  {name}" for name in names)]
    lines = [joined(node.path)]
    if declaration.description:
        lines.append(f"  {declaration.description}")
    if declaration.hidden:
        target = joined(declaration.renamed_to or declaration.changed_to)
        lines.append(f"  old name of {target}" if target else f"  removed: {declaration.removed}")
        return lines
    lines.append(f"type:     {declaration.type.description if declaration.type is not None else 'none'}")
    if "default" in declaration.attributes:
        lines.append(f"default:  {text(declaration.attributes['default'])}")
    if "example" in declaration.attributes:
        lines.append(f"example:  {text(declaration.attributes['example'])}")
    lines.append(f"value:    {value(evaluation, node)}")
    lines.append(f"declared: {declaration.position}")
    positions = [d.position for entry in node.assignments for d in evaluation.attempt(entry.definitions, [])]
    lines.extend(f"defined:  {position}" for position in dict.fromkeys(positions) if position is not None)
    return lines


def value(evaluation: Evaluation, node: Node) -> str:
    """The value as text, or why there is none; a secret is not shown."""
    try:
        found = plain(node.read())
    except SpecError as error:
        return error.message
    if any(path[: len(node.path)] == node.path for path in evaluation.secret):
        return "(secret)"
    return text(found)


def text(found: object) -> str:
    """A value or a default as a person writes it."""
    if isinstance(found, Expression):
        return found.source
    return json.dumps(found, ensure_ascii=False, default=_said)


def _said(found: object) -> str:
    return f"what {found.position} says" if isinstance(found, Definition) else str(found)
