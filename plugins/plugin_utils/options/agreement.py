# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Agreement: whether definitions are of the type of their option, and whether they agree."""

from __future__ import annotations

import re

from ..syntax.errors import SpecError, did_you_mean, summary
from ..syntax.keys import joined
from ..syntax.nix import advice
from ..syntax.nodes import PlainInteger, PlainNumber
from .definition import Definition
from .type_words import type_words


def wrong_type(path: tuple[str, ...], expected: str, bad: list[Definition]) -> SpecError:
    """The error for definitions that a type, described as `expected`, does not accept."""
    came = " and ".join(dict.fromkeys(_kind(d.value) for d in bad[:3]))
    value = bad[0].value
    wanted = type_words(expected)
    if wanted.startswith("one of") and '"' in wanted and not isinstance(value, str):
        wanted = "a string"
    remedy = _remedy(path, wanted, expected, value)
    labels = [summary(value) if isinstance(value, (list, dict)) and value else ""]
    error = SpecError(f"must be {wanted}, not {came}", [d.position for d in bad], path=joined(path), hint=remedy)
    write = (f"write  {path[-1]}: {value[0]}",) if _is_wrapped(value, wanted) else ()
    return error.with_details("type", at_value=True, labels=labels, advice=write)


def _kind(value: object) -> str:
    """A value in the middle of a sentence: a list or a mapping by its kind alone."""
    if isinstance(value, list):
        return "a list"
    return "a mapping" if isinstance(value, dict) else summary(value)


def _entry_of(value: dict[str, object]) -> str:
    """How to write an entry that is ordered, for a mapping of its parts without the tag."""
    tag = "dagEntry" if {"after", "before"} <= value.keys() else "entry_after" if "after" in value else "entry_before"
    sides = "".join(f"{side}: [{_names(value[side])}], " for side in ("after", "before") if side in value)
    return f"write !{tag} {{{sides}data: ...}}"


def _names(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _is_wrapped(value: object, wanted: str) -> bool:
    """Whether a single plain value was put into a list where a plain one is wanted."""
    return isinstance(value, list) and len(value) == 1 and isinstance(value[0], str) and wanted.startswith("a string")


def _remedy(path: tuple[str, ...], wanted: str, expected: str, value: object) -> str:
    """What to write instead, where that is known."""
    found = advice(value)
    if found:
        return found
    if value is None:
        return _EMPTY.get(wanted, "nothing follows the colon") if not path[-1].startswith("[") else ""
    if isinstance(value, dict) and "data" in value and {"after", "before"} & value.keys():
        return _entry_of(value)
    if isinstance(value, list) and wanted.startswith("a mapping of names"):
        return _mapping_of(value, wanted)
    if isinstance(value, str):
        return _remedy_of_text(path, wanted, expected, value)
    if wanted == "a boolean" and value in (0, 1):
        return f"write {'true' if value else 'false'}"
    if isinstance(value, (int, float)) and not isinstance(value, bool) and ("string" in wanted or '"' in expected):
        if isinstance(value, (PlainNumber, PlainInteger)):
            return f'write "{value.text}"'
        return f'write "{value}"'
    return ""


_EMPTY = {"a boolean": "write true or false", "a mapping of options": "nothing follows the colon; an empty one is `{}`"}
_TRUE = ("true", "yes", "on", "y", "enable", "enabled", "1")
_FALSE = ("false", "no", "off", "n", "disable", "disabled", "0")


def _mapping_of(value: list[object], wanted: str) -> str:
    """The mapping for a list of names, or of `NAME=VALUE`."""
    first = value[0] if value else ""
    if isinstance(first, str) and "=" in first:
        name, _equals, text = first.partition("=")
        return f"write {{{name}: {text}}}"
    inner = "{...}" if wanted.endswith("options") else "..."
    return f"write {{{first}: {inner}}}" if isinstance(first, str) and first else ""


def _remedy_of_text(path: tuple[str, ...], wanted: str, expected: str, value: str) -> str:
    if wanted == "a boolean" and value.lower() in (*_TRUE, *_FALSE):
        word = "true" if value.lower() in _TRUE else "false"
        return f"write {word}, without quotes" if value.lower() == word else f"write {word}"
    if "number" in wanted and re.fullmatch(r"-?\d+(\.\d+)?", value):
        return f"write {value}, without quotes"
    if wanted.startswith("a list of") and value:
        plain = re.fullmatch(r"[A-Za-z][A-Za-z0-9-]*", value) and value.lower() not in (*_TRUE, *_FALSE, "null")
        return f"write [{value}]" if plain else f'write ["{value}"]'
    if wanted == "a package" and re.fullmatch(r"[\w.+-]+( [\w.+-]+)+", value):
        return f"separate them by commas: {', '.join(value.split())}"
    if wanted == "a mapping of options" and path[:2] in (("home", "file"), ("xdg", "configFile"), ("xdg", "dataFile")):
        return f"write {{text: {value}}}" if re.fullmatch(r"[\w .-]{1,30}", value) else "write {text: ...}"
    if "." in path[-1].strip(".") and not path[-1].startswith("["):
        parts = path[-1].split(".")
        form = f"{': {'.join(parts)}: ...{'}' * (len(parts) - 1)}"
        return f"`{path[-1]}` is read as one name; the nested form is `{form}`"
    choices = [text.strip('"') for text in re.findall(r'"(?:[^"\\]|\\.)*"', expected)]
    return did_you_mean(value, choices) if choices else ""


def comparable(value: object) -> object:
    """A value that compares as the language does: a boolean is no integer."""
    if isinstance(value, bool):
        return ("bool", value)
    if isinstance(value, dict):
        return {k: comparable(value[k]) for k in value}
    if isinstance(value, list):
        return [comparable(v) for v in value]
    return value


def merge_equal(path: tuple[str, ...], definitions: list[Definition]) -> object:
    """The one value that all definitions agree on. Raises SpecError naming them when they do not."""
    first = definitions[0].value
    if len(definitions) > 1:
        wanted = comparable(first)
        if any(comparable(d.value) != wanted for d in definitions[1:]):
            raise _conflict(path, definitions)
    return first


def merge_one(path: tuple[str, ...], definitions: list[Definition]) -> object:
    """The only definition's value. Raises SpecError when there are more."""
    if len(definitions) > 1:
        raise _conflict(path, definitions)
    return definitions[0].value


def _conflict(path: tuple[str, ...], definitions: list[Definition]) -> SpecError:
    """The error for definitions of which only one can count."""
    count = len(definitions)
    labels = ["this one", *["and this one"] * (count - 1)]
    remedy = "Remove one, or write `!force` before the one that counts, or `!default` before the other."
    number = {2: "two", 3: "three"}.get(count, str(count))
    error = SpecError(f"has {number} values", [d.position for d in definitions], path=joined(path))
    return error.with_details("conflict", at_value=True, labels=labels, advice=[remedy])
