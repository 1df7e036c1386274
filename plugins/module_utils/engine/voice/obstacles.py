# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is in the way of a switch: each thing by its kind, with the ways out that fit it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Iterator

from .lines import ERROR, PLAIN, Line, columns, padded, printable
from .message import BACKUP, KEEP_LINES
from .messages import choice_lines
from .quantities import plural, size, verb

if TYPE_CHECKING:
    from typing import Sequence

    from .entries import Collision
    from .message import Choice

_WIDEST = 40


def described(collision: Collision) -> str:
    """What is at the path, in words."""
    kind = collision.kind
    if kind == "file":
        return f"your file, {_extent(collision)}" if not collision.secret else "your file, secret"
    if kind == "folder":
        if collision.names == ("./",):
            return "an empty folder of yours"
        names = ", ".join(collision.names[:1]) + (", ..." if collision.number > 1 else "")
        return f"a folder with {plural(collision.number, 'file')} of yours: {names}"
    if kind == "link":
        return f"a link to {printable(collision.to)}, made by you"
    if kind == "parent-link":
        return f"a link to {printable(collision.to)}"
    if kind == "backup":
        return "the backup of an earlier switch already exists"
    if kind == "foreign":
        return f"made by {collision.made}"
    if kind == "parent-file":
        return f"{collision.made} of yours, where a folder has to be"
    if kind == "edited":
        return "changed by you since it was written"
    if kind == "denied":
        return "it cannot be entered" + (f", since it belongs to {collision.made}" if collision.made else "")
    return {"unreadable": "it cannot be read"}.get(kind, collision.made or kind)


def _extent(collision: Collision) -> str:
    return size(collision.bytes) if collision.lines is None else plural(collision.lines, "line")


def counted(collisions: Sequence[Collision]) -> str:
    """`2 files in the way`, `5 paths in the way`."""
    return f"{plural(len(collisions), _noun(collisions))} in the way"


def _noun(collisions: Sequence[Collision]) -> str:
    return "file" if all(item.kind == "file" for item in collisions) else "path"


def obstacle_lines(collisions: Sequence[Collision], home: str = "") -> list[Line]:
    """The error about everything in the way, then the choices."""
    count = len(collisions)
    if any(item.kind != "file" for item in collisions):
        head = f"error: {home}{plural(count, 'path')} {verb(count, 'is')} in the way"
        return [Line(head, ERROR, True), Line(""), *_by_path(collisions)]
    names = [f"~/{printable(item.path)}" for item in collisions]
    shown = ", ".join(names[:5]) + (f" and {count - 5} more" if count > 5 else "")
    head = f"error: {home}{plural(count, 'file')} of yours {verb(count, 'is')} in the way: {shown}"
    choices = list(_together(collisions))
    return [Line(head, ERROR, True), *([Line("")] if choices else []), *(Line(f"  {c}", PLAIN, True) for c in choices)]


def _together(collisions: Sequence[Collision]) -> Iterator[str]:
    """The choices for files: one that moves all aside, then those that keep their lines."""
    backups = [choice for item in collisions for choice in item.choices if choice.code == BACKUP]
    if backups:
        count = len(collisions)
        which = {1: "it", 2: "both"}.get(count, f"all {count:,}")
        new = "one" if count == 1 else "ones"
        back = "it" if count == 1 else "them"
        yield f"To move {which} aside and use the new {new} (uninstall restores {back}):"
        yield f"  {backups[0].command}"
    first = True
    for item in collisions:
        for choice in item.choices:
            if choice.code == BACKUP:
                continue
            if choice.code != KEEP_LINES:
                yield from choice_lines(choice)
            elif first:
                first = False
                yield f"To keep your lines in the new ~/{item.path}:"
                if choice.command:
                    yield f"  {choice.command}"
                yield from (f"  {text}" for text in choice_lines(choice._replace(text="", command="")))
            else:
                yield f"The same for ~/{item.path} with `{choice.option}`."


def _by_path(collisions: Sequence[Collision]) -> Iterator[Line]:
    """Each path with its kind, and its own choices below it."""
    wide = _width([f"~/{printable(item.path)}" for item in collisions])
    typed = _width([choice.command for item in collisions for choice in item.choices if choice.text])
    for item in collisions:
        yield Line(f"  {padded('~/' + printable(item.path), wide)}  {described(item)}", PLAIN, True)
        for choice in item.choices:
            yield from (Line(f"      {text}", PLAIN, True) for text in _choice(choice, typed))


def _choice(choice: Choice, width: int) -> list[str]:
    if choice.command and choice.text and not choice.spec:
        return [f"{padded(choice.command, width)}  {choice.text}"]
    return choice_lines(choice)


def _width(texts: Sequence[str]) -> int:
    """The width of a column; what is wider than a line can bear sticks out."""
    return max([columns(text) for text in texts if columns(text) <= _WIDEST], default=0)
