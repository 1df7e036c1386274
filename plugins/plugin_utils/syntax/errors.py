# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Errors of a spec, made for the person who wrote it."""

from __future__ import annotations

import copy
import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Self

from .position import Position
from .secrets import HIDDEN, SECRETS

# The values that `summary` shows. Compiled when it is first used, as few runs do.
_VALUE = r"the string (?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")|the (?:integer|number) [-+.\w]+|the boolean \w+|a mapping with [^;`]*"


class SpecError(Exception):
    """One thing wrong with a spec.

    `message` says what was expected and what came; `positions` are all the positions of the error, the most
    helpful one first; `path` is the option's dotted path where there is one; `hint` is what to write instead.

    What only a printer needs is added by `with_details`.
    """

    code = ""
    at_value = False
    # How many of the last positions are keys that are meant themselves, with `at_value`.
    keys = 0
    word = ""
    # What of the message may hold a value: the words of a Python error, say.
    quoted = ""
    whole = False
    labels: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()

    def __init__(
        self,
        message: str,
        positions: Iterable[Position | None] = (),
        *,
        path: str = "",
        hint: str = "",
    ) -> None:
        message = SECRETS.concealed(message)
        super().__init__(message)
        self.message = message
        self.positions = list(dict.fromkeys(p for p in positions if p is not None))
        self.path = path
        self.hint = SECRETS.concealed(hint)

    def conceal(self) -> None:
        """Take the values out of an error that came up where a secret had been read."""
        self.message = re.sub(_VALUE, HIDDEN, self.message)
        if self.quoted and self.quoted in self.message:
            self.message = self.message.replace(f": {self.quoted}", "").replace(self.quoted, HIDDEN)
            self.advice = (*self.advice, "the reason is not shown, because it may contain a secret")
        self.word, self.hint = "", re.sub(_VALUE, HIDDEN, self.hint)

    def with_details(
        self,
        code: str,
        *,
        at_value: bool = False,
        word: str = "",
        whole: bool = False,
        labels: Iterable[str] = (),
        advice: Iterable[str] = (),
    ) -> SpecError:
        """The same error with how it is shown.

        `code` names its kind for machines; `at_value`: the positions are keys, and their values are wrong; `word` is what
        is wrong on the line; `whole`: the message names the option already; `labels` are put next to the places, `advice`
        below them.
        """
        self.code, self.at_value, self.whole = code, at_value, whole
        self.word = "" if SECRETS.within(word) else word
        self.labels, self.advice = tuple(map(SECRETS.concealed, labels)), tuple(map(SECRETS.concealed, advice))
        return self

    def below(self, owner: str) -> Self:
        """The same error with whose it is said before it, such as `home-manager.users.alice`."""
        found = copy.copy(self)
        if self.path and not self.whole:
            found.path = f"{owner}: {self.path}"
        else:
            found.message, found.path = f"{owner}: {self.message}", ""
        return found

    def __str__(self) -> str:
        head = f"{self.path}: {self.message}" if self.path else self.message
        lines = [head, *(f"  at {position}" for position in self.positions)]
        if self.hint:
            lines.append(f"  hint: {self.hint}")
        return "\n".join(lines)


class CycleError(SpecError):
    """An option whose value needs itself; `chain` holds the paths of the cycle in order."""

    def __init__(self, chain: Sequence[str], positions: Iterable[Position | None] = ()) -> None:
        super().__init__("infinite recursion: " + " -> ".join(chain), positions, path=chain[0])
        self.chain = list(chain)


class SpecWarning(SpecError):
    """Something that works, and that whoever wrote it should know of. It is never raised."""


class SpecErrors(Exception):
    """All that is wrong with a spec, each error once, in the order of their places."""

    def __init__(self, errors: Iterable[SpecError], importers: Mapping[str, Position] | None = None) -> None:
        self.importers = importers or {}
        unique: dict[str, SpecError] = {}
        for error in errors:
            unique.setdefault(str(error), error)
        self.errors = sorted(unique.values(), key=lambda e: (e.positions[:1] or [Position("~")])[0])
        super().__init__(str(self))

    def __str__(self) -> str:
        if len(self.errors) == 1:
            return str(self.errors[0])
        return f"{len(self.errors)} errors in the spec:\n" + "\n".join(f"- {error}" for error in self.errors)


# How much less alike than the nearest name another one may be to be offered, too.
_WINDOW = 0.05
# What people write for names that are called otherwise here.
_SYNONYMS = {
    "content": "text", "contents": "text", "src": "source", "file": "source", "dest": "target", "path": "target", "state": "enable",
    "with_items": "loop", "with_dict": "loop", "with_list": "loop", "if": "when",
}  # fmt: skip


def nearest(name: str, known: Iterable[str], count: int = 3, cutoff: float = 0.6) -> list[str]:
    """The names of `known` that a person who wrote `name` may have meant, nearest first; `cutoff` is the least similarity."""
    folded: dict[str, str] = {}
    for item in known:
        folded.setdefault(_folded(str(item)), str(item))
    wanted = _folded(name)
    if wanted in folded:
        return [folded[wanted]]
    synonym = _SYNONYMS.get(name, "")
    if synonym in folded:
        return [folded[synonym]]
    close = difflib.get_close_matches(wanted, list(folded), n=count, cutoff=cutoff)
    matcher = difflib.SequenceMatcher(b=wanted)
    ratios = []
    for found in close:
        matcher.set_seq1(found)
        ratios.append(matcher.ratio())
    return [folded[c] for c, ratio in zip(close, ratios, strict=True) if ratio >= ratios[0] - _WINDOW]


def _folded(name: str) -> str:
    return name.lower().replace("-", "").replace("_", "")


def did_you_mean(name: str, known: Iterable[str], prefix: str = "") -> str:
    """A hint with the nearest names, or an empty text."""
    found = nearest(name, known)
    return "did you mean " + ", ".join(f"`{prefix}{n}`" for n in found) + "?" if found else ""


def summary(value: object, width: int = 60) -> str:
    """A value as an error shows it: its kind and, where short enough to help, its text."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "the boolean " + ("true" if value else "false")
    if isinstance(value, int):
        return f"the integer {value}"
    if isinstance(value, float):
        return f"the number {value}"
    if isinstance(value, str):
        text = value if len(value) <= width else value[: width - 1] + "…"
        return "the string " + repr(text)
    if isinstance(value, dict):
        keys = ", ".join(str(k) for k in list(value)[:5])
        return "a mapping" + (f" with {keys}" if keys else " (empty)") + (", …" if len(value) > 5 else "")
    if isinstance(value, list):
        return f"a list of {len(value)}"
    name = getattr(value, "name", None)
    kind = type(value).__name__.lower()
    return f"the {kind} {name}" if isinstance(name, str) else f"a {kind}"
