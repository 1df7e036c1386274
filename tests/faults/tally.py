# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What was tried and what came of it; the table in docs/reliability.md is written from this."""

from __future__ import annotations

import platform
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from .judge import Verdict

BEGIN = "<!-- begin: what the last whole run found, written by tests/faults/run --whole -->"
END = "<!-- end -->"


SIDES = ("old", "new", "path by path")


@dataclass
class Row:
    """One fault in one scene. `points`: how many there are; `tried`: how often it struck; `lost`: what went wrong.

    `until`: what was wrong only until the next run.
    """

    fault: str
    scene: str
    points: int = 0
    tried: int = 0
    sides: dict[str, int] = field(default_factory=dict)
    until: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    def cells(self) -> list[str]:
        """The row of the table."""
        sides = [str(self.sides.get(side, 0)) for side in SIDES]
        ends = [str(len(self.until)), str(len(self.lost))]
        return [self.fault, self.scene, str(self.points or self.tried), str(self.tried), *sides, *ends]

    @classmethod
    def of(cls, cells: list[str]) -> Row:
        """The inverse, as far as the table tells it."""
        fault, scene, *numbers = cells
        points, tried, *sides, until, lost = map(int, numbers)
        return cls(fault, scene, points, tried, dict(zip(SIDES, sides, strict=True)), ["?"] * until, ["?"] * lost)

    def strike(self, where: str, side: str, wrong: list[str], until: list[str] | None = None) -> None:
        """Note one try; `until` counts once, whatever it holds."""
        self.tried += 1
        self.sides[side] = self.sides.get(side, 0) + 1
        self.until += [f"{where}: {'; '.join(until)}"] if until else []
        self.lost += [f"{where}: {item}" for item in wrong]

    def note(self, where: str, verdict: Verdict) -> None:
        """Note one try as it was judged."""
        self.strike(where, verdict.side, verdict.wrong, verdict.until)

    def require(self, until: bool = False) -> None:
        """Nothing may be lost or wrong, unless `until` not even until the next run; and something must have been tried."""
        assert self.tried > 0, f"{self.fault}, {self.scene}: nothing was tried"
        found = self.lost if until else self.lost + self.until
        some = "\n  ".join(found[:20])
        assert not found, f"{self.fault}, {self.scene}: {len(found)} findings in {self.tried} tries:\n  {some}"


class Tally:
    """All rows of a run, and what was skipped."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.skipped: dict[str, str] = {}
        # How many points a row were tried at most; None for as many as there are.
        self.sample: int | None = None

    def row(self, fault: str, scene: str, points: int = 0) -> Row:
        """A new row."""
        self.rows.append(Row(fault, scene, points))
        return self.rows[-1]

    def given(self) -> list[dict[str, Any]]:
        """All rows, as another process can take them."""
        return [asdict(row) for row in self.rows]

    def take(self, rows: list[dict[str, Any]]) -> None:
        """The rows of another process."""
        self.rows += [Row(**row) for row in rows]

    def lines(self) -> list[str]:
        """The table and its sums, as Markdown."""
        some = f" At most {self.sample} points of each row were tried, spread evenly." if self.sample else ""
        out = [f"Linux {platform.release()}, Python {platform.python_version()}.{some}", ""]
        out += [
            "| Fault | While | Points | Tried | Old | New | Path by path | Wrong until the next run | Lost or wrong |"
        ]
        out += ["|---|---|--:|--:|--:|--:|--:|--:|--:|"]
        for row in sorted(self.rows, key=lambda row: (row.fault, row.scene)):
            out.append("| " + " | ".join(row.cells()) + " |")
        out += ["", *self._sums()]
        if self.skipped:
            out += ["", "Skipped in this run:", ""]
            out += [f"- {name}: {why}" for name, why in sorted(self.skipped.items())]
        return out

    def _sums(self) -> list[str]:
        sums: dict[str, list[int]] = {}
        for row in sorted(self.rows, key=lambda row: row.fault):
            found = sums.setdefault(row.fault, [0, 0, 0])
            found[0] += row.tried
            found[1] += len(row.until)
            found[2] += len(row.lost)
        out = [
            f"- {fault}: {tried} times, {until} wrong until the next run, {lost} lost or wrong"
            for fault, (tried, until, lost) in sums.items()
        ]
        total, until, lost = (sum(column) for column in zip(*sums.values(), strict=True))
        return [*out, f"- **all together: {total} faults, {until} wrong until the next run, {lost} lost or wrong**"]

    def write(self, document: Path, part: bool) -> None:
        """Put the table between its marks; after a `part` of a run the other rows stay."""
        text = document.read_text(encoding="utf-8")
        head, rest = text.split(BEGIN)
        former, tail = rest.split(END, 1)
        if part:
            cells = [
                [cell.strip() for cell in line.split("|")[1:-1]] for line in former.splitlines() if line[:1] == "|"
            ]
            known = {(row.fault, row.scene) for row in self.rows}
            self.rows += [Row.of(row) for row in cells[2:] if (row[0], row[1]) not in known]
        document.write_text(head + BEGIN + "\n" + "\n".join(self.lines()) + "\n" + END + tail, encoding="utf-8")
