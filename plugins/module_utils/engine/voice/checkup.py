# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The findings of `doctor`: those that have a remedy, or one line for a home without problems."""

from __future__ import annotations

from typing import NamedTuple, Sequence

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
    lines = _problems(found.checks)
    if verbose:
        for check in found.checks:
            if check.state in ("ok", "skipped"):
                text = f": {check.text}" if check.text else ""
                lines.append(Line(f"{check.state}: {check.name}{text}", ADD))
    rest = "" if verbose or not _is_well(found) else "; -v lists them"
    if lines and not _is_well(found):
        lines.append(Line(""))
    return [*lines, Line(_total(found, rest))]


def fleet_lines(found: Sequence[tuple[str, Checkup]], verbose: bool = False) -> list[Line]:
    """The problems of several homes (by `user@host`), each once with the homes that have it, and a line for each home."""
    if len(found) == 1:
        return checkup_lines(found[0][1], verbose)
    merged: dict[Check, list[str]] = {}
    for label, checkup in found:
        for check in checkup.checks:
            merged.setdefault(check, []).append(label)
    checks = tuple(check._replace(homes=tuple(homes)) for check, homes in merged.items())
    lines = _problems(checks)
    if lines:
        lines.append(Line(""))
    width = max(len(label) for label, _checkup in found)
    return [*lines, *(Line(f"{label:<{width}}  {_total(checkup)}") for label, checkup in found)]


def _problems(checks: Sequence[Check]) -> list[Line]:
    lines: list[Line] = []
    for state in ("error", "warning"):
        for check in checks:
            if check.state == state:
                home = homes_prefix(list(check.homes)) if check.homes else ""
                lines += message_lines(Message(check.text, hints=check.hints), state, home)
    return lines


def _is_well(found: Checkup) -> bool:
    return all(check.state in ("ok", "skipped") for check in found.checks)


def _total(found: Checkup, rest: str = "") -> str:
    """How many errors and warnings there are."""
    count = plural(len({check.name for check in found.checks}), "check")
    if _is_well(found):
        return f"no problems ({count}{rest})"
    warnings = sum(check.state == "warning" for check in found.checks)
    numbers = [plural(number, word) for number, word in ((found.errors, "error"), (warnings, "warning")) if number]
    return f"{', '.join(numbers)} ({count})"
