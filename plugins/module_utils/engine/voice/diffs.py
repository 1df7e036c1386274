# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What changes inside a file: hunks with their line in the present file, or the lines that come or go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Iterator

from .lines import ADD, NOTE, PLAIN, REMOVE, Line, printable
from .quantities import plural

if TYPE_CHECKING:
    from typing import Sequence

    from .entries import Diff
    from .lines import View

INDENT = " " * 6
_CONTEXT = 3
# How much of a file in the way is shown: enough to recognise it.
_EXCERPT = 3


class Budget:
    """How many lines of diffs a home may still show."""

    def __init__(self, view: View) -> None:
        self.verbose = view.verbose
        self.left = view.home_lines
        self.most = view.file_lines

    def take(self, lines: list[Line]) -> list[Line]:
        """The lines that are shown, with a last one that counts the rest."""
        if self.verbose:
            return lines
        room = min(self.most, self.left)
        shown = lines[:room]
        self.left -= len(shown)
        if len(shown) < len(lines):
            shown.append(_rest(f"{plural(len(lines) - len(shown), 'more line')} (-v shows all)"))
        return shown


def change(diff: Diff, budget: Budget) -> list[Line]:
    """The lines of a diff: of a new or a removed file all of them, else hunks."""
    before, after = _split(diff.before), _split(diff.after)
    if not before or not after:
        return budget.take([_line("+", text) for text in after] or [_line("-", text) for text in before])
    return budget.take(list(_hunks(before, after)))


def excerpt(diff: Diff, budget: Budget) -> list[Line]:
    """The first lines of a file in the way, and how many more would be removed and added."""
    if budget.verbose:
        return change(diff, budget)
    before, after = _split(diff.before), _split(diff.after)
    shown = [_line("-", text) for text in before[:_EXCERPT]]
    rest = []
    more = len(before) - len(shown)
    if more:
        rest.append(f"{plural(more, 'more line')} would be removed")
    if after:
        rest.append(f"{len(after):,} added" if more else f"{plural(len(after), 'line')} would be added")
    if rest:
        shown.append(_rest(", ".join(rest) + " (-v shows all)"))
    return shown


def _rest(text: str) -> Line:
    return Line(f"{INDENT}... {text}", NOTE, True)


def _split(text: str | None) -> list[str]:
    return text.splitlines() if text else []


def _hunks(before: Sequence[str], after: Sequence[str]) -> Iterator[Line]:
    # Of the standard library, so that an uninstallation cannot take it away; hardly any run of the command needs it.
    from difflib import SequenceMatcher

    for group in SequenceMatcher(None, before, after, autojunk=False).get_grouped_opcodes(_CONTEXT):
        yield Line(f"{INDENT}@@ {group[0][1] + 1} @@", NOTE, True)
        for op, low, high, new_low, new_high in group:
            if op == "equal":
                yield from (_line(" ", text) for text in before[low:high])
                continue
            yield from (_line("-", text) for text in before[low:high])
            yield from (_line("+", text) for text in after[new_low:new_high])
    if before == after:
        yield Line(f"{INDENT}the end of the last line differs", NOTE, True)


def _line(sign: str, text: str) -> Line:
    # A tab stays a tab; whatever else could drive a terminal is escaped.
    shown = "\t".join(printable(part) for part in text.split("\t"))
    return Line(f"{INDENT}{sign}{shown}", {"+": ADD, "-": REMOVE}.get(sign, PLAIN), True)
