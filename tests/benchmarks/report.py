# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The figures of a run as one table, and as plots in docs/performance.md."""

from __future__ import annotations

import platform
import statistics
from collections.abc import Iterator
from importlib.metadata import version

from plays import Result
from scratch import ROOT

PAGE = ROOT / "docs" / "performance.md"
PLOT = ROOT / "docs" / "performance.svg"
BEGIN, END = "<!-- figures -->", "<!-- /figures -->"
WIDTH, HEIGHT, MARGIN = 340, 220, 44


def table(result: Result) -> str:
    """Everything measured, as Markdown."""
    lines = ["| case | CPU, x ping | spread | limit | memory, x ping | operations |", "|---|---|---|---|---|---|"]
    for figure in result.figures:
        operations = "" if figure.operations is None else str(figure.operations)
        cells = [
            figure.label,
            f"{figure.median:.2f}",
            figure.spread,
            figure.wanted and f"<= {figure.wanted}",
            f"{statistics.median(figure.memories):.2f}" if figure.memories else "",
            operations,
        ]
        lines.append(f"| {' | '.join(cells)} |")
    if result.plain:
        lines += ["", "| figure | value | notes |", "|---|---|---|"]
        lines += [f"| {' | '.join(row)} |" for row in {row[0]: row for row in result.plain}.values()]
    return "\n".join(lines)


def write(result: Result, rounds: int) -> None:
    """Replace the figures of docs/performance.md and its plots."""
    text = PAGE.read_text(encoding="utf-8")
    before, _begin, rest = text.partition(BEGIN)
    _old, _end, after = rest.partition(END)
    made = f"Python {platform.python_version()}, ansible-core {version('ansible-core')}, {platform.system()}, {rounds} rounds."
    PAGE.write_text(f"{before}{BEGIN}\n{made}\n\n{table(result)}\n{END}{after}", encoding="utf-8")
    if result.points:
        PLOT.write_text(plots(result), encoding="utf-8")


def plots(result: Result) -> str:
    """A panel for each thing that is counted: the cost of a run with nothing to do against its number."""
    panels = [panel for number, name in enumerate(result.points) for panel in _panel(number, name, result.points[name])]
    width = WIDTH * len(result.points)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT}" font-family="sans-serif" font-size="11">'
    return "\n".join([head, f'<rect width="{width}" height="{HEIGHT}" fill="white"/>', *panels, "</svg>", ""])


def _panel(number: int, name: str, points: list[tuple[int, float]]) -> Iterator[str]:
    left, top = number * WIDTH + MARGIN, MARGIN / 2
    wide, high = WIDTH - 1.5 * MARGIN, HEIGHT - 1.7 * MARGIN
    most_x, most_y = max(x for x, _y in points) or 1, max([1.0, *(y for _x, y in points)]) * 1.1

    def place(x: float, y: float) -> tuple[float, float]:
        return left + x / most_x * wide, top + high - y / most_y * high

    base = place(0, 0)
    yield f'<path d="M{left} {top}V{base[1]}H{left + wide}" fill="none" stroke="black"/>'
    one = place(0, 1)[1]
    yield f'<path d="M{left} {one:.1f}h{wide}" stroke="gray" stroke-dasharray="3 3"/>'
    yield f'<text x="{left - 6}" y="{one + 4:.1f}" text-anchor="end">ping</text>'
    yield f'<polyline fill="none" stroke="steelblue" stroke-width="2" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in (place(*p) for p in points))}"/>'
    for x, y in points:
        across, up = place(x, y)
        yield f'<circle cx="{across:.1f}" cy="{up:.1f}" r="3" fill="steelblue"/>'
        yield f'<text x="{across:.1f}" y="{up - 7:.1f}" text-anchor="middle">{y:.2f}</text>'
        yield f'<text x="{across:.1f}" y="{base[1] + 14:.1f}" text-anchor="middle">{x:,}</text>'
    yield f'<text x="{left + wide / 2}" y="{HEIGHT - 6}" text-anchor="middle">{name}</text>'
