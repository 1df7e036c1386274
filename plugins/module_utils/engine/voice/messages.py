# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Errors, warnings and notes as lines: what is wrong, the source with carets, and the ways out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Iterator

from .lines import ERROR, NOTE, PLAIN, WARNING, Line, columns, padded
from .quantities import listed

if TYPE_CHECKING:
    from .message import Choice, Message, SourceLocation

_STYLES = {"error": ERROR, "warning": WARNING, "note": NOTE}
_TAB = "<TAB>"


def message_lines(message: Message, word: str, home: str = "") -> list[Line]:
    """The lines of a message. `word` is error, warning or note; `home` is said first, in runs with more than one."""
    style = _STYLES[word]
    head, *rest = message.text.split("\n")
    lines = [Line(f"{word}: {home}{head}", style, True)]
    lines += [Line(f"  {text}", PLAIN, True) for text in rest]
    for location in message.places:
        lines += location_lines(location, style)
    if message.more:
        lines.append(Line(f"  and {message.more} more place{'s' if message.more > 1 else ''}", NOTE, True))
    lines += [Line(f"      {text}", PLAIN, True) for text in message.details]
    for hint in message.hints:
        lines += [Line(f"  {text}", PLAIN, True) for text in choice_lines(hint)]
    return lines


def text_of(message: Message) -> str:
    """The whole message as one text without its first word, for what prints that itself."""
    lines = [line.text for line in message_lines(message, "error")]
    return "\n".join([lines[0].split(": ", 1)[1], *lines[1:]])


def brief(message: Message) -> str:
    """The message on one line, with its first place."""
    where = f" ({located(message.places[0])})" if message.places else ""
    return message.text.split("\n")[0] + where


def choice_lines(choice: Choice) -> list[str]:
    """A remedy: its words and what to type, and below them what to paste."""
    first = "  ".join(part for part in (choice.text, choice.command) if part)
    lines = [first] if first else []
    inset = "  " if first else ""
    if choice.spec and choice.where:
        lines.append(f"{inset}# in {choice.where}")
    lines += [inset + text for text in choice.spec.splitlines()]
    return lines


def located(location: SourceLocation) -> str:
    """A place and the imports that lead to it."""
    if not location.line:
        where = location.file
    elif not location.column:
        where = f"{location.file}:{location.line}"
    else:
        where = f"{location.file}:{location.line}:{location.column}"
    if location.module:
        where = f"{location.module} (home.manager)" + (f", because of {where}" if where else "")
    return "".join([where, *(f", imported by {located(by)}" for by in location.by)])


def location_lines(location: SourceLocation, style: str = ERROR) -> list[Line]:
    """A place, its source line, and carets under what is meant."""
    if not location.source or not location.line:
        label = f" {location.label}" if location.label else ""
        return [Line(f"  {located(location)}{label}", NOTE, True)]
    return [Line(f"  {located(location)}", NOTE, True), *_excerpt(location, style)]


def _excerpt(location: SourceLocation, style: str) -> Iterator[Line]:
    source = location.source.split("\n")[-2:]
    width = len(str(location.line))
    for number, text in enumerate(source, location.line - len(source) + 1):
        yield Line(f"   {padded(str(number), width)} | {_visible(text)}".rstrip(), PLAIN, True)
    text = source[-1]
    start = max(location.column, 1) - 1
    end = max(location.end - 1, start + 1)
    indent = columns(_visible(text[:start]))
    carets = max(columns(_visible(text[start:end])), 1)
    label = f" {location.label}" if location.label else ""
    yield Line(f"   {' ' * width} | {' ' * indent}{'^' * carets}{label}", style, True)


def _visible(text: str) -> str:
    return "".join(c if c.isprintable() else _TAB if c == "\t" else "?" for c in text)


def homes_prefix(homes: list[str]) -> str:
    """`alice on web1, web2 and 6 more: `, or with different users `alice@web1, bob@web1: `."""
    users = {home.split("@")[0] for home in homes}
    if len(homes) > 1 and len(users) == 1:
        return f"{users.pop()} on {listed([home.split('@', 1)[1] for home in homes], 2)}: "
    return f"{listed(homes, 2)}: "
