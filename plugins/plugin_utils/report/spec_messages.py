# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Errors and warnings of a spec as messages for people: one for each mistake, with its source and its remedy."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ...module_utils.engine.voice.message import Choice, Message
from ..syntax.errors import CycleError, SpecError, SpecErrors
from .source import Sources, joined

# Longer remedies go below the source, not behind the carets.
_LABEL = 60
_MOST_POSITIONS = 4
_ENTRY = re.compile(r"(.+)\.\"\[definition \d+-entry (\d+)\]\"")
_PREDICATE = re.compile(r"(must|has|needs|is|cannot|was|does|takes|leads|lies|holds|wants|belongs) ")


def messages(problem: SpecError | SpecErrors, sources: Sources) -> tuple[Message, ...]:
    """The messages of everything that is wrong with a spec, each once."""
    errors = problem.errors if isinstance(problem, SpecErrors) else [problem]
    return tuple(
        dict.fromkeys(_cycle(e, sources) if isinstance(e, CycleError) else message(e, sources) for e in _causes(errors))
    )


def _causes(errors: Iterable[SpecError]) -> list[SpecError]:
    """The errors without those that another one causes, such as missing values after a file that cannot be read."""
    found: list[SpecError] = []
    seen: set[object] = set()
    for error in errors:
        # A cycle is reported from one of its options only, and a mistake in a loop for one item only.
        mistake = frozenset(error.chain) if isinstance(error, CycleError) else (error.code, *error.positions[:1])
        once = isinstance(error, CycleError) or (bool(error.positions) and error.code not in _SEVERAL)
        if once and mistake in seen:
            continue
        seen.add(mistake)
        found.append(error)
    return [error for error in found if not _follows(error, found)]


def _follows(error: SpecError, errors: list[SpecError]) -> bool:
    """Whether an error is only there because of another one."""
    unread = any(other.code in _SILENCING for other in errors)
    if unread and (error.code in _FOLLOWING or (error.code == "unknown-option" and "." not in error.path)):
        return True
    if error.code == "undeclared":
        return any(other.code != "undeclared" for other in errors)
    if error.code == "no-content":
        return any(other.path.startswith(f"{error.path}.") for other in errors)
    if error.code == "undefined" and error.word == "item":
        return any(other.path.startswith("with_") for other in errors)
    return False


def message(error: SpecError, sources: Sources) -> Message:
    """The message of one error."""
    text = _text(error).replace(sources.folder + "/", "")
    positions = sorted(error.positions, key=sources.depth)
    shown = positions[:_MOST_POSITIONS]
    labels = [*error.labels, *[""] * len(shown)]
    values = len(positions) - error.keys if error.at_value else 0
    context = error.code in _WITH_CONTEXT
    places = [
        sources.location(position, value=number < values, word=error.word, label=label, before=context)
        for number, (position, label) in enumerate(zip(shown, labels, strict=False))
    ]
    hints = [Choice(error.hint)] if error.hint else []
    hints += [Choice(text) for text in error.advice]
    if hints and error.hint and places and places[0].source and not places[0].label and len(error.hint) <= _LABEL:
        places[0] = places[0]._replace(label=error.hint)
        hints = hints[1:]
    return Message(
        text,
        error.code,
        error.path,
        joined(places),
        len(positions) - len(shown),
        hints=tuple(hints),
    )


# The errors of files that cannot be read, and those that follow from them: missing values and unknown names.
_SILENCING = ("yaml", "missing-import", "vault", "module", "unreadable")
_FOLLOWING = ("no-value", "undefined", "assertion")
_WITH_CONTEXT = ("unknown-option", "yaml")
# Errors of these kinds at one position can be different mistakes.
_SEVERAL = ("", "assertion", "module", "dag", "undefined")


def _text(error: SpecError) -> str:
    """What is wrong, in one sentence that names the option."""
    if not error.path or error.whole:
        return error.message
    entry = _ENTRY.fullmatch(error.path)
    if entry:
        return f"entry {entry[2]} of `{entry[1]}` {error.message}"
    if _PREDICATE.match(error.message):
        return f"`{error.path}` {error.message}"
    return f"`{error.path}`: {error.message}"


def _cycle(error: CycleError, sources: Sources) -> Message:
    """A value that needs itself: the places in the order of the chain, each with what it needs."""
    chain = error.chain
    following = chain[1:]
    parents = {name.rpartition(".")[0] for name in chain}
    places = []
    for index, position in enumerate(error.positions[:_MOST_POSITIONS]):
        needed = following[index % len(following)] if following else chain[0]
        short = needed.rpartition(".")[2] if len(parents) == 1 else needed
        places.append(sources.location(position, value=True, label=f"depends on {short}"))
    return Message(f"`{chain[0]}` depends on its own value", "cycle", chain[0], tuple(places))
