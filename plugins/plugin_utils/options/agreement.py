# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Agreement: whether definitions are of the type of their option, and whether they agree."""

from __future__ import annotations

from typing import Any

from ..syntax.errors import SpecError, shown
from ..syntax.keys import joined
from ..syntax.nix import advice
from ..syntax.nodes import PlainInteger, PlainNumber
from .definition import Definition


def wrong_type(path: tuple[str, ...], expected: str, bad: list[Definition]) -> SpecError:
    """The error for definitions that a type, described as `expected`, does not accept."""
    came = " and ".join(dict.fromkeys(shown(d.value) for d in bad[:3]))
    hint = ""
    value = bad[0].value
    if (
        isinstance(value, (int, float))
        and not isinstance(value, bool)
        and any(word in expected for word in ("string", "text", '"'))
    ):
        hint = "make it a text, with the filter `string`"
        if isinstance(value, (PlainNumber, PlainInteger)):
            hint = f'quote it: "{value.text}"'
    elif "." in path[-1] and not path[-1].startswith("["):
        parts = path[-1].split(".")
        hint = f"`{path[-1]}` is one name here; the nested form is `{': {'.join(parts)}: ...{'}' * (len(parts) - 1)}`"
    hint = advice(value) or hint
    return SpecError(f"expected {expected}, got {came}", [d.position for d in bad], path=joined(path), hint=hint)


def comparable(value: Any) -> Any:
    """A value that compares as the language does: a boolean is no integer."""
    if isinstance(value, bool):
        return ("bool", value)
    if isinstance(value, dict):
        return {k: comparable(value[k]) for k in value}
    if isinstance(value, list):
        return [comparable(v) for v in value]
    return value


def merge_equal(path: tuple[str, ...], definitions: list[Definition]) -> Any:
    """The one value that all definitions agree on. Raises SpecError naming them when they do not."""
    first = definitions[0].value
    if len(definitions) > 1:
        wanted = comparable(first)
        if any(comparable(d.value) != wanted for d in definitions[1:]):
            came = ", ".join(f"{shown(d.value)}" for d in definitions[:4])
            raise SpecError(
                f"conflicting definitions: {came}",
                [d.position for d in definitions],
                path=joined(path),
                hint="say which one counts with `!force`, or weaken one with `!default`",
            )
    return first


def merge_one(path: tuple[str, ...], definitions: list[Definition]) -> Any:
    """The only definition's value. Raises SpecError when there are more."""
    if len(definitions) > 1:
        raise SpecError(
            "defined more than once",
            [d.position for d in definitions],
            path=joined(path),
            hint="mark one of them `!force`",
        )
    return definitions[0].value
