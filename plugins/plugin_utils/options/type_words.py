# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Descriptions of types in words: `a string, a number or a boolean`."""

from __future__ import annotations

import re

_NAMES = {
    "string": "a string",
    "text": "a string",
    "boolean": "a boolean",
    "integer": "a whole number",
    "number with decimals": "a number",
    "absolute path": "a path",
    "path": "a path",
    "path of a file or folder": "the path of a file or folder",
    "path of a template": "the path of a template",
    "string that is not blank": "a string that is not blank",
    "string of one line": "a string of one line",
    "number above 0": "a number above 0",
    "package": "a package",
    "anything": "anything",
    "mapping": "a mapping",
    "mapping of options": "a mapping of options",
    "number": "a number",
    "GVariant value": "a GVariant value",
}
_PLURALS = {
    "a string": "strings",
    "a boolean": "booleans",
    "a whole number": "whole numbers",
    "a number": "numbers",
    "a path": "paths",
    "a package": "packages",
    "a mapping of options": "mappings of options",
    "the path of a file or folder": "paths of files or folders",
}
_WITH_OR = ("path of a file or folder",)
# More values of an enumeration are shortened.
_MOST = 8
# Compiled when they are first used: only messages and pages need them.
_NOUN = r"^an? ((?:\w+ )?(?:string|integer|number|path|package|mapping|list|value))\b"
_RANGE = r"(integer|number) (?:between (\S+) and (\S+) \(both inclusive\)|of at least (\S+)|of at most (\S+))"
# Of longer descriptions only the kind is given.
_LONGEST = 100
_QUOTED = r'"(?:[^"\\]|\\.)*"'


def type_words(description: str) -> str:
    """The words for the description of a type. Null is left out: who gave another value did not mean it."""
    words: list[str] = []
    for part in _alternatives(description):
        word = _one(part)
        if word and word not in words:
            words.append(word)
    if "a number" in words and "a whole number" in words:
        words.remove("a whole number")
    if "a string" in words and "a path" in words:
        words.remove("a path")
    if not words:
        return description
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " or " + words[-1]


def _alternatives(description: str) -> list[str]:
    """The parts of a union; an enumeration, whose values may hold any word, is one part, and so is a list or mapping."""
    for start in ("list of ", "non-empty list of ", "mapping of ", "ordered mapping of ", "one of "):
        if description.startswith(start):
            return [description]
    for whole in _WITH_OR:
        if description.startswith(whole):
            rest = description[len(whole) :].removeprefix(" or ")
            return [whole, *(_alternatives(rest) if rest else [])]
    first, separator, rest = description.partition(" or ")
    return [first, *_alternatives(rest)] if separator else [first]


def _one(part: str) -> str:
    if part == "null":
        return ""
    if part in _NAMES:
        return _NAMES[part]
    for start, words in (("non-empty list of ", "a list that is not empty, of"), ("list of ", "a list of")):
        if part.startswith(start):
            inner = type_words(part[len(start) :])
            return f"{words} {_plural(inner)}"
    found = re.fullmatch(_RANGE, part)
    if found is not None:
        kind = "a whole number" if found[1] == "integer" else "a number"
        if found[2]:
            return f"{kind} from {found[2]} to {found[3]}"
        return f"{kind} of at least {found[4]}" if found[4] else f"{kind} of at most {found[5]}"
    if part.startswith("string matching the pattern "):
        return f"a string that matches `{part.partition('pattern ')[2]}`"
    if part.startswith("one of "):
        values = re.findall(_QUOTED, part)
        if len(values) > _MOST:
            return f"one of {len(values)} values such as {', '.join(values[:3])}"
        return "one of " + ", ".join(values) if values else part
    if part.startswith(("mapping of ", "ordered mapping of ")):
        if len(part) > _LONGEST:
            return "a mapping"
        return "a mapping of names to " + _plural(type_words(part.partition(" of ")[2]))
    return _with_article(part)


def _with_article(part: str) -> str:
    """A description that begins with a noun in the singular, with its article."""
    noun = part.partition(" (")[0]
    if part.partition(" ")[0] in ("a", "an", "one", "inline") or noun.endswith("settings"):
        return part
    return ("an " if part[:1].lower() in "aeiou" or part.startswith("XML") else "a ") + part


def _plural(words: str) -> str:
    """The words for several of a kind, where each part has a plural."""
    if words.startswith(("a list of ", "a mapping of ")):
        return words.removeprefix("a ").replace("list", "lists", 1).replace("mapping", "mappings", 1)
    parts = re.split(r"(, | or )", words)
    return "".join(_PLURALS.get(part) or re.sub(_NOUN, r"\1s", part) for part in parts)
