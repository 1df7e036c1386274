# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The generations of a home as a table: number, time, what changed, by whom, and which is current."""

from __future__ import annotations

from typing import NamedTuple

from .fields import Fields, plain
from .lines import HOME, NOTE, PLAIN, Line, columns, padded
from .outcome import counts_text
from .quantities import moment, plural, ranges, size


class Generation(NamedTuple):
    """One generation. `counts` is kind to sign to number; `failed` names the hook that failed, or is `unknown`.

    `damaged`: its manifest cannot be used.
    """

    number: int
    made: float = 0
    counts: dict[str, dict[str, int]] | None = None
    commit: str = ""
    dirty: bool = False
    by: str = ""
    failed: str = ""
    current: bool = False
    specialisation: str = ""
    files: int | None = None
    damaged: bool = False

    @classmethod
    def of(cls, value: object) -> Generation:
        """The generation of a JSON object."""
        read = Fields(value, "generation")
        return cls(
            read.number("number"),
            read.real("made") or 0,
            read.counts("counts"),
            read.text("commit"),
            read.flag("dirty"),
            read.text("by"),
            read.text("failed"),
            read.flag("current"),
            read.text("specialisation"),
            read.count("files"),
            read.flag("damaged"),
        )

    def json(self) -> dict[str, object]:
        """The JSON object."""
        return plain(self)


class Generations(NamedTuple):
    """The generations of a home, the newest first. `bytes` is what they take on disk together."""

    generations: tuple[Generation, ...] = ()
    bytes: int | None = None
    home: str = ""

    @classmethod
    def of(cls, value: object) -> Generations:
        """The list of a JSON object."""
        read = Fields(value, "generations")
        return cls(read.items("generations", Generation.of), read.count("bytes"), read.text("home"))

    def json(self) -> dict[str, object]:
        """The JSON object."""
        return plain(self)


def generation_lines(found: Generations) -> list[Line]:
    """The table, and a line with the total."""
    lines = [Line(found.home, HOME)] if found.home else []
    if not found.generations:
        return [*lines, Line("no generations")]
    wide = max(4, *(len(str(item.number)) for item in found.generations))
    what = {item.number: _what(item) for item in found.generations}
    column = max(columns(text) for text in what.values())
    for item in found.generations:
        mark = "*" if item.dirty else ""
        made = " ".join(part for part in (f"{item.commit[:7]}{mark}" if item.commit else "", _by(item)) if part)
        standing = "  ".join(part for part in (made, _standing(item)) if part)
        text = f"{item.number:>{wide}}  {moment(item.made)}  {padded(what[item.number], column)}    {standing}"
        lines.append(Line(text.rstrip(), HOME if item.current else PLAIN))
    if any(item.dirty for item in found.generations):
        lines.append(Line("* the project had changes that were not committed", NOTE))
    lines.append(Line(_total(found), NOTE))
    return lines


def _what(item: Generation) -> str:
    if item.damaged:
        return "damaged"
    if item.failed:
        return "failed" if item.failed == "unknown" else f"failed in {item.failed}"
    if item.counts is None:
        return plural(item.files, "file") if item.files is not None else ""
    return counts_text(item.counts) or "nothing changed"


def _by(item: Generation) -> str:
    return f"by {item.by}" if item.by else ""


def _standing(item: Generation) -> str:
    if not item.current:
        return ""
    return f"current, specialisation {item.specialisation}" if item.specialisation else "current"


def _total(found: Generations) -> str:
    numbers = {item.number for item in found.generations}
    expired = [number for number in range(1, max(numbers)) if number not in numbers]
    text = plural(len(numbers), "generation")
    if expired:
        text += f" ({ranges(expired)} expired)"
    return text + (f", {size(found.bytes)}" if found.bytes is not None else "")
