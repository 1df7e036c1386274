# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Descriptions of types as a person says them: `a string, a number or a boolean`."""

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
    "path of a file or folder": "a path",
    "package": "a package",
    "anything": "anything",
    "mapping": "a mapping",
    "mapping of options": "a mapping of options",
}
_PLURALS = {
    "a string": "strings",
    "a boolean": "booleans",
    "a whole number": "whole numbers",
    "a number": "numbers",
    "a path": "paths",
    "a package": "packages",
    "a mapping of options": "mappings of options",
}
# More values of an enumeration are shortened.
_MOST = 8
_NOUN = re.compile(r"^an? ((?:\w+ )?(?:string|integer|number|path|package|mapping|list|value))\b")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')


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
    if part.startswith("one of "):
        values = _QUOTED.findall(part)
        if len(values) > _MOST:
            return f"one of {len(values)} values such as {', '.join(values[:3])}"
        return "one of " + ", ".join(values) if values else part
    if part.startswith(("mapping of ", "ordered mapping of ")):
        return "a mapping of " + _plural(type_words(part.partition(" of ")[2]))
    return _with_article(part)


def _with_article(part: str) -> str:
    """A description that begins with a noun in the singular, with its article."""
    noun = part.partition(" (")[0]
    if part.partition(" ")[0] in ("a", "an", "one", "inline") or noun.endswith("settings"):
        return part
    return ("an " if part[:1].lower() in "aeiou" or part.startswith("XML") else "a ") + part


def _plural(words: str) -> str:
    """The words for several of a kind, where each part has a plural."""
    parts = re.split(r"(, | or )", words)
    return "".join(_PLURALS.get(part) or _NOUN.sub(r"\1s", part) for part in parts)
