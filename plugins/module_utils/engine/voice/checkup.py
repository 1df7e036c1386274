# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What `doctor` found: only what has a remedy; a home that is well takes one line."""

from __future__ import annotations

from typing import NamedTuple

from .fields import Fields, plain
from .lines import ADD, Line
from .message import Choice, Message
from .messages import homes_prefix, message_lines
from .quantities import plural


class Check(NamedTuple):
    """One check. `state`: ok, warning, error, or `skipped` with the reason as its text."""

    name: str
    state: str = "ok"
    text: str = ""
    hints: tuple[Choice, ...] = ()
    homes: tuple[str, ...] = ()

    @classmethod
    def of(cls, value: object) -> Check:
        """The check of a JSON object."""
        read = Fields(value, "check")
        return cls(
            read.text("name"),
            read.text("state", "ok"),
            read.text("text"),
            read.items("hints", Choice.of),
            read.texts("homes"),
        )

    def json(self) -> dict[str, object]:
        """The JSON object."""
        return plain(self)


class Checkup(NamedTuple):
    """All checks, in the order they were made."""

    checks: tuple[Check, ...] = ()

    @classmethod
    def of(cls, value: object) -> Checkup:
        """The checkup of a JSON object."""
        return cls(Fields(value, "checkup").items("checks", Check.of))

    @property
    def errors(self) -> int:
        """The number of errors."""
        return sum(check.state == "error" for check in self.checks)

    def json(self) -> dict[str, object]:
        """The JSON object."""
        return plain(self)


def checkup_lines(found: Checkup, verbose: bool = False) -> list[Line]:
    """The problems, errors first, and the total; with `verbose` every check."""
    lines: list[Line] = []
    for state in ("error", "warning"):
        for check in found.checks:
            if check.state == state:
                home = homes_prefix(list(check.homes)) if check.homes else ""
                lines += message_lines(Message(check.text, hints=check.hints), state, home)
    if verbose:
        for check in found.checks:
            if check.state in ("ok", "skipped"):
                text = f": {check.text}" if check.text else ""
                lines.append(Line(f"{check.state}: {check.name}{text}", ADD))
    warnings = sum(check.state == "warning" for check in found.checks)
    count = plural(len({check.name for check in found.checks}), "check")
    if not found.errors and not warnings:
        rest = "" if verbose else "; -v lists them"
        return [*lines, Line(f"no problems ({count}{rest})")]
    numbers = [plural(number, word) for number, word in ((found.errors, "error"), (warnings, "warning")) if number]
    if lines:
        lines.append(Line(""))
    return [*lines, Line(f"{', '.join(numbers)} ({count})")]
