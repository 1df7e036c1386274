# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""References of the Nix language in a user's texts: they are no mistakes of YAML, and would end up in a file as they are."""

from __future__ import annotations

from collections.abc import Iterator

from ..expressions.expression import Expression
from ..options.evaluation import Evaluation
from ..syntax.errors import SpecWarning
from ..syntax.keys import TemplateKey
from ..syntax.nix import may_refer, reference
from ..syntax.nodes import position_of
from ..syntax.position import Position

# What is written as an expression without braces, or holds such.
_EXPRESSIONS = ("when", "options", "types", "words")


def nix_references(evaluation: Evaluation) -> list[SpecWarning]:
    """A warning for each text of the user's modules that refers to something as Nix does."""
    found = []
    for module in evaluation.modules:
        if module.shipped:
            continue
        for text, position in _texts([module.node], position_of(module.node)):
            written, instead = reference(text)
            if written and not (written == text and "." not in instead):
                warning = SpecWarning(
                    f"`{written}` is Nix syntax, and is kept as plain text", [position], hint=f"write {instead}"
                )
                warning.with_details("nix", at_value=True, whole=True, word=written)
                found.append(warning)
    return found


def _texts(node: dict[str, object] | list[object], position: Position | None) -> Iterator[tuple[str, Position | None]]:
    """Every plain text in some nodes that may hold a reference, with the position of its key or element."""
    for key, value in node.items() if isinstance(node, dict) else enumerate(node):
        if key in _EXPRESSIONS or (key == "expr" and isinstance(node, dict) and node.get("_type") == "when"):
            continue
        if isinstance(value, (dict, list)):
            yield from _texts(value, position_of(node, key) or position)
        elif isinstance(value, str) and may_refer(value) and not isinstance(value, (Expression, TemplateKey)):
            yield value, position_of(node, key) or position
