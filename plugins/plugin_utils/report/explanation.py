# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Explains an option of a home, a group of options, or all options that match a word."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ...module_utils.engine.voice.options import Child, Explanation
from ..expressions.expression import Expression
from ..expressions.lazy import plain
from ..options.definition import Definition
from ..options.describe import find, inside
from ..options.evaluation import Evaluation
from ..options.node import Node
from ..options.schema import Declaration, Schema
from ..syntax.errors import SpecError
from ..syntax.keys import joined, split
from ..syntax.position import Position
from .source import Sources

# Longer values are not shown in a list of options.
_SHORT = 40


class Explainer:
    """Explains options of one evaluation."""

    def __init__(self, evaluation: Evaluation, sources: Sources) -> None:
        self.evaluation = evaluation
        self.sources = sources

    def explain(self, dotted: str) -> Explanation:
        """The option or group with this path. A word that is neither finds the options that contain it, and `.` all options.

        Raises SpecError.
        """
        if not dotted.strip("."):
            return Explanation("", "search", tuple(self._search("")))
        try:
            node, rest = find(self.evaluation, dotted)
        except SpecError:
            found = self._search(dotted) if "." not in dotted else []
            if not found:
                raise
            return Explanation(dotted, "search", tuple(found))
        if rest:
            return self._inside(node, rest)
        declaration = node.schema.declaration
        return self._group(node) if declaration is None else self._option(node, declaration)

    def _group(self, node: Node) -> Explanation:
        children = []
        for name in sorted({*self.evaluation.names_at(node)}):
            child = node.child(name) or node.loaded(name)
            declaration = child.schema.declaration if child is not None else None
            if child is not None and (declaration is None or (not declaration.hidden and _visible(declaration))):
                children.append(self._child(child, declaration))
        return Explanation(joined(node.path) or "home", "group", tuple(children))

    def _child(self, node: Node, declaration: Declaration | None) -> Child:
        path = joined(node.path)
        if declaration is None:
            return Child(path, "a group of options")
        if declaration.renamed_to:
            return Child(path, forwards=joined(declaration.renamed_to))
        kind = declaration.type.description if declaration.type is not None else ""
        positions = self._positions(node)
        location = self.sources.location(positions[0])._replace(source="") if positions else None
        return Child(path, kind, self._short(node), location)

    def _short(self, node: Node) -> str:
        """A value in at most _SHORT characters. A longer list or mapping is described by the number of its entries."""
        try:
            found = plain(node.read())
        except SpecError:
            return "no value"
        if self._secret(node.path):
            return "(secret)"
        shown = text(found)
        if len(shown) <= _SHORT or not isinstance(found, (list, dict)):
            return shown if len(shown) <= _SHORT else shown[: _SHORT - 3] + "..."
        return f"{len(found)} {'entry' if len(found) == 1 else 'entries'}"

    def _secret(self, path: tuple[str, ...]) -> bool:
        secrets = self.evaluation.secret
        return any(path[: len(secret)] == secret or secret[: len(path)] == path for secret in secrets)

    def _positions(self, node: Node) -> list[Position]:
        """Where the option is defined: by the user first, then by the library."""
        found = [d.position for entry in node.assignments for d in self.evaluation.attempt(entry.definitions, [])]
        return sorted(dict.fromkeys(p for p in found if p is not None), key=self.sources.depth)

    def _option(self, node: Node, declaration: Declaration) -> Explanation:
        path = joined(node.path)
        if declaration.hidden:
            target = joined(declaration.renamed_to or declaration.changed_to)
            words = f"An old name of `{target}`." if target else f"No longer an option. {declaration.removed}".rstrip()
            return Explanation(path, description=words)
        try:
            value = text(plain(node.read()))
        except SpecError as error:
            value = error.message
        attributes = declaration.attributes
        secret = self._secret(node.path)
        return Explanation(
            path,
            description=str(declaration.description or ""),
            type=declaration.type.description if declaration.type is not None else "",
            default=text(attributes["default"]) if "default" in attributes else "",
            value="" if secret else value,
            secret=secret,
            places=tuple(self.sources.location(position)._replace(source="") for position in self._positions(node)),
            example=text(attributes["example"]) if "example" in attributes else "",
        )

    def _inside(self, node: Node, names: list[str]) -> Explanation:
        """An entry of an option's value, or an option of a submodule there. Raises SpecError with the nearest names."""
        found, declaration = inside(self.evaluation, node, names)
        path = (*node.path, *names)
        secret = self._secret(path)
        return Explanation(
            joined(path),
            description=str(declaration.description or "") if declaration is not None else "",
            type=declaration.type.description if declaration is not None and declaration.type is not None else "",
            value="" if secret else text(plain(found)),
            secret=secret,
        )

    def _search(self, word: str) -> list[Child]:
        """All options of the library and of the spec that have a word in their name or description."""
        for path in list(self.evaluation.library.paths):
            self.evaluation.attempt(lambda path=path: self.evaluation.load_path(tuple(split(path))))  # type: ignore[misc]
        wanted = word.lower()
        found = []
        for schema, declaration in _declared(self.evaluation.home.root.schema):
            words = str(declaration.description or "")
            if wanted in joined(schema.path).lower() or wanted in words.lower():
                found.append(Child(joined(schema.path), words=words.split(". ", maxsplit=1)[0].rstrip(".")))
        return sorted(found, key=lambda child: (wanted not in child.path.lower(), child.path))


def _visible(declaration: Declaration) -> bool:
    return declaration.attributes.get("internal") is not True and declaration.attributes.get("visible") is not False


def _declared(schema: Schema) -> Iterator[tuple[Schema, Declaration]]:
    """The visible options of a schema and of everything below it."""
    declaration = schema.declaration
    if declaration is not None and not declaration.hidden and _visible(declaration):
        yield schema, declaration
    for child in schema.children.values():
        yield from _declared(child)


def text(found: Any) -> str:
    """A value or a default as it is written in a spec."""
    if isinstance(found, Expression):
        return found.source
    return json.dumps(found, ensure_ascii=False, default=_plainly)


def _plainly(found: Any) -> str:
    return f"the value at {found.position}" if isinstance(found, Definition) else str(found)
