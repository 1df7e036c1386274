# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What was tried and what came of it; the table in docs/reliability.md is written from this."""

from __future__ import annotations

import platform
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

BEGIN = "<!-- begin: what the last whole run found, written by tests/faults/run --whole -->"
END = "<!-- end -->"


SIDES = ("old", "new", "path by path")


@dataclass
class Row:
    """One fault in one scene. `points`: how many there are; `tried`: how often it struck; `lost`: what went wrong."""

    fault: str
    scene: str
    points: int = 0
    tried: int = 0
    sides: dict[str, int] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)

    def cells(self) -> list[str]:
        """The row of the table."""
        sides = [str(self.sides.get(side, 0)) for side in SIDES]
        return [self.fault, self.scene, str(self.points or self.tried), str(self.tried), *sides, str(len(self.lost))]

    @classmethod
    def of(cls, cells: list[str]) -> Row:
        """The inverse, as far as the table tells it."""
        fault, scene, *numbers = cells
        points, tried, *sides, lost = map(int, numbers)
        return cls(fault, scene, points, tried, dict(zip(SIDES, sides, strict=True)), ["?"] * lost)

    def strike(self, where: str, side: str, wrong: list[str]) -> None:
        """Note one try."""
        self.tried += 1
        self.sides[side] = self.sides.get(side, 0) + 1
        self.lost += [f"{where}: {item}" for item in wrong]

    def require(self) -> None:
        """Nothing may have been lost, and something must have been tried."""
        assert self.tried > 0, f"{self.fault}, {self.scene}: nothing was tried"
        some = "\n  ".join(self.lost[:20])
        assert not self.lost, f"{self.fault}, {self.scene}: {len(self.lost)} findings in {self.tried} tries:\n  {some}"


class Tally:
    """All rows of a run, and what was skipped."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.skipped: dict[str, str] = {}

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
        out = [f"Linux {platform.release()}, Python {platform.python_version()}.", ""]
        out += ["| Fault | While | Points | Tried | Old | New | Path by path | Lost or wrong |"]
        out += ["|---|---|--:|--:|--:|--:|--:|--:|"]
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
            found = sums.setdefault(row.fault, [0, 0])
            found[0] += row.tried
            found[1] += len(row.lost)
        out = [f"- {fault}: {tried} times, {lost} losses" for fault, (tried, lost) in sums.items()]
        total = sum(row.tried for row in self.rows)
        return [*out, f"- **all together: {total} faults, {sum(len(row.lost) for row in self.rows)} losses**"]

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
