# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Declarations: what a module says of an option."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ..expressions.expression import Expression
from ..expressions.scope import Scope
from ..modules.module import Module
from ..syntax.errors import SpecError, did_you_mean
from ..syntax.nodes import Mapping, place_of
from ..syntax.position import Position
from .definition import Definition
from .types import NO_VALUE, Type

UNKNOWN = object()
WORDS = {
    "type", "default", "example", "description", "apply", "check", "checkMessage", "coerce", "readOnly", "internal", "visible",
    "defaultText", "legacyDefault", "options", "config", "freeformType", "renamedTo", "aliasOf", "removed", "changedTo", "value",
    "feeds", "tags", "platforms",
}  # fmt: skip


@dataclass(slots=True)
class Declaration:
    """One option: its type, default and words; `module` is the module that declares it, `turn` the names of the loop around it."""

    path: tuple[str, ...]
    module: Module
    position: Position | None
    type: Type | None = None
    words: Mapping = field(default_factory=Mapping)
    renamed_to: tuple[str, ...] = ()
    removed: str | None = None
    changed_to: tuple[str, ...] = ()
    alias: bool = False
    feeds: str = ""
    turn: dict[str, Any] = field(default_factory=dict)
    _constant: Any = UNKNOWN

    @property
    def constant(self) -> Any:
        """The value of the option when nobody defines it, where that is the same for every instance; else NO_VALUE."""
        if self._constant is UNKNOWN:
            self._constant = self._find_constant()
        return self._constant

    def _find_constant(self) -> Any:
        said = self.default()
        if (
            self.type is None
            or said is NO_VALUE
            or self.hidden
            or {"apply", "check", "legacyDefault"} & self.words.keys()
        ):
            return NO_VALUE
        if not (said is None or type(said) in (bool, int, str) or (isinstance(said, (list, dict)) and not said)):
            return NO_VALUE
        plainly = self.type.coerce(said)
        if (
            plainly is not said
            or not self.type.check(said)
            or (self.type.schema() is not None and isinstance(said, dict))
        ):
            return NO_VALUE
        return [] if isinstance(said, list) else {} if isinstance(said, dict) else said

    @property
    def forwards(self) -> tuple[str, ...]:
        """The path that definitions of this name really go to, empty for an option of its own."""
        return self.renamed_to

    @property
    def hidden(self) -> bool:
        """Whether this is an old name, which iteration over its group leaves out."""
        return bool(self.renamed_to or self.changed_to or self.removed is not None)

    def default(self) -> Any:
        """The default as a node, or NO_VALUE."""
        return self.words.get("default", NO_VALUE)

    def expression(self, word: str) -> Expression | None:
        """The expression that a word holds, with or without braces."""
        said = self.words.get(word)
        if said is None:
            return None
        if isinstance(said, Expression):
            return said
        if isinstance(said, str):
            return Expression(said, self.words.place(word), bare=True)
        raise SpecError(f"`{word}` wants an expression", [self.words.place(word)], path=".".join(self.path))


def check_words(node: Mapping, path: tuple[str, ...]) -> None:
    """Raises SpecError for a word that no declaration has."""
    for word in node:
        if word not in WORDS:
            raise SpecError(
                f"a declaration has no `{word}`",
                [place_of(node, word)],
                path=".".join(path),
                hint=did_you_mean(word, WORDS) or "a description that holds a comma or a colon must stand in quotes",
            )
    legacy = node.get("legacyDefault")
    if "legacyDefault" in node and not (
        isinstance(legacy, dict) and isinstance(legacy.get("before"), str) and "value" in legacy
    ):
        raise SpecError(
            "`legacyDefault` takes `before` (a stateVersion in quotes) and `value`",
            [place_of(node, "legacyDefault")],
            path=".".join(path),
        )


def coercion(node: Mapping, parse: Callable[[str], Type], position: Position | None) -> list[tuple[Type, Expression]]:
    """The pairs of a source type and an expression over `value` that `coerce` says."""
    said = node.get("coerce")
    if said is None:
        return []
    if not isinstance(said, dict):
        raise SpecError("`coerce` wants a mapping of a type to an expression over `value`", [position])
    pairs = []
    for source, expression in said.items():
        place = place_of(said, source)
        live = expression if isinstance(expression, Expression) else Expression(str(expression), place, bare=True)
        pairs.append((parse(source), live))
    return pairs


def by_expression(expression: Expression) -> Callable[[Any, Definition], Any]:
    """A function of a value and its definition that evaluates an expression over `value`."""
    return lambda value, definition: expression.evaluate(Scope(definition.scope, {"value": value}))
