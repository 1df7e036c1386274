# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What there is to know about an option: a group of options, one option, or the options that a word finds."""

from __future__ import annotations

from typing import NamedTuple, Sequence

from .fields import Fields, plain
from .lines import HOME, NOTE, PLAIN, Line, View, columns, cut, padded
from .message import SourceLocation
from .messages import located
from .quantities import plural

# Longer values and examples are cut, and the lines of a group that do not fit a terminal.
_MOST_LINES = 5
_MOST_FOUND = 3
_WIDEST = 40


class Child(NamedTuple):
    """An option in a group, or one that a search found: its value in short, and the place that sets it."""

    path: str
    type: str = ""
    value: str = ""
    place: SourceLocation | None = None
    forwards: str = ""
    words: str = ""

    @classmethod
    def of(cls, value: object) -> Child:
        """The child of a JSON object."""
        read = Fields(value, "option")
        return cls(
            read.text("path"),
            read.text("type"),
            read.text("value"),
            read.item("place", SourceLocation.of),
            read.text("forwards"),
            read.text("words"),
        )

    def json(self) -> dict[str, object]:
        """The JSON object."""
        return plain(self)


class Explanation(NamedTuple):
    """`kind`: group, option, search. Values are YAML text; `secret` values are not shown."""

    path: str
    kind: str = "option"
    children: tuple[Child, ...] = ()
    description: str = ""
    type: str = ""
    default: str = ""
    value: str = ""
    secret: bool = False
    places: tuple[SourceLocation, ...] = ()
    example: str = ""
    writes: tuple[str, ...] = ()

    @classmethod
    def of(cls, value: object) -> Explanation:
        """The explanation of a JSON object."""
        read = Fields(value, "explanation")
        return cls(
            read.text("path"),
            read.text("kind", "option"),
            read.items("children", Child.of),
            read.text("description"),
            read.text("type"),
            read.text("default"),
            read.text("value"),
            read.flag("secret"),
            read.items("places", SourceLocation.of),
            read.text("example"),
            read.texts("writes"),
        )

    def json(self) -> dict[str, object]:
        """The JSON object."""
        return plain(self)


def explanation_lines(found: Explanation, view: View | None = None, height: int = 0) -> list[Line]:
    """The lines of an explanation. `height` is that of a terminal, which a group must fit; 0 for all."""
    view = view or View()
    lines = {"group": _group, "search": _search}.get(found.kind, _option)(found, view, height)
    return [cut(line, view.width) for line in lines]


def _group(found: Explanation, view: View, height: int) -> list[Line]:
    placed = sum(child.place is not None for child in found.children)
    head = f"{found.path}: {plural(len(found.children), 'option')}, {placed} set in your spec"
    names = [child.path[len(found.path) + 1 :] + (".*" if child.forwards else "") for child in found.children]
    types = [f"forwards to {child.forwards}" if child.forwards else child.type for child in found.children]
    if not view.verbose:
        types = [kind if len(kind) <= _WIDEST else kind[: _WIDEST - 3] + "..." for kind in types]
    wide = [_width(names), _width(types), _width([child.value for child in found.children])]
    rows = []
    for child, name, kind in zip(found.children, names, types):
        text = f"  {padded(name, wide[0])}  {padded(kind, wide[1])}"
        if child.value or child.place:
            text += f"  {padded(child.value, wide[2])}"
        if child.place:
            text += f"  {located(child.place._replace(by=()))}"
        rows.append(Line(text.rstrip(), PLAIN))
    room = height - 5
    if height and len(rows) > room and not view.verbose:
        rows = [*rows[: room - 1], Line(f"  ... {len(rows) - room + 1} more (-v shows all)", NOTE)]
    rest = [Line(""), Line(f"home-manager option {found.children[0].path}  shows one of them in full", NOTE)]
    return [Line(head, HOME), Line(""), *rows, *(rest if found.children else [])]


def _option(found: Explanation, view: View, _height: int) -> list[Line]:
    lines = [Line(found.path, HOME), Line("")]
    if found.description:
        lines += [*(Line(f"  {text}".rstrip()) for text in found.description.splitlines()), Line("")]
    parts: list[tuple[str, list[str]]] = [
        ("type", [found.type]),
        ("default", _shortened(found.default, view)),
        ("value", ["(secret)"] if found.secret else _shortened(found.value, view)),
        ("set in", [located(place) for place in found.places]),
        ("example", _shortened(found.example, view)),
        ("writes", list(found.writes)),
    ]
    for name, texts in parts:
        for index, text in enumerate(text for text in texts if text):
            lines.append(Line(f"  {(name if not index else '').ljust(7)}  {text}", PLAIN, True))
    return lines


def _search(found: Explanation, view: View, _height: int) -> list[Line]:
    count = len(found.children)
    if not found.path:
        return [Line(f"{count:,} options; home-manager option NAME shows one in full:", HOME), *_found(found.children)]
    head = f"there is no option `{found.path}`"
    if not count:
        return [Line(f"{head}, and no option contains it in its name or description")]
    have = "has" if count == 1 else "have"
    lines = [Line(f"{head}; {count:,} {have} it in name or description:")]
    shown = found.children if view.verbose or count <= _MOST_FOUND + 1 else found.children[:_MOST_FOUND]
    lines += _found(shown)
    if len(shown) < count:
        lines.append(Line(f"  ... {count - len(shown)} more (--all)", NOTE))
    return lines


def _found(children: Sequence[Child]) -> list[Line]:
    wide = _width([child.path for child in children])
    return [Line(f"  {padded(child.path, wide)}  {child.words}".rstrip()) for child in children]


def _shortened(text: str, view: View) -> list[str]:
    lines = text.splitlines()
    if view.verbose or len(lines) <= _MOST_LINES:
        return lines
    return [*lines[: _MOST_LINES - 1], "... (--json shows all)"]


def _width(texts: list[str]) -> int:
    return max([columns(text) for text in texts if columns(text) <= _WIDEST], default=0)
