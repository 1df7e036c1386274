# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Many homes of one run: those with the same plan as one block, then a line for each home, then the total."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import obstacles
from .failures import failures
from .lines import HOME, NOTE, Line, View, cut
from .messages import homes_prefix, message_lines
from .outcome import last_line
from .outline import body, joined, opening
from .quantities import listed, plural

if TYPE_CHECKING:
    from typing import Sequence

    from .message import Message
    from .plan import Plan

_GOOD = ("changed", "would-change", "unchanged")
_WORDS = {
    "changed": "switched",
    "would-change": "would change",
    "unchanged": "up to date",
    "refused": "not switched",
    "undone": "undone",
    "failed": "failed",
    "unreachable": "unreachable",
    "interrupted": "interrupted",
}
# Homes with equal last lines are printed one by one up to this number, else the first few and a count.
_ALIKE = 5
_FIRST = 3


def fleet_lines(plans: Sequence[Plan], view: View | None = None, retry: str = "") -> list[Line]:
    """Blocks, errors, last lines and total of a run. `retry` is the command that the failed hosts are appended to."""
    view = view or View()
    sections = [*blocks(plans, view), *homes(plans, view), total(plans, retry)]
    return [cut(line, view.width) for line in joined(sections)]


def blocks(plans: Sequence[Plan], view: View) -> list[list[Line]]:
    """What is printed when a task ends: notes, a block for each kind of plan, and the errors, each once."""
    sections: list[list[Line]] = []
    for plan in plans:
        sections += opening(plan)
    for members in _alike(plans, view):
        first = members[0]
        parts = body(first, view)
        if len(members) > 1 and parts and parts[0]:
            parts[0] = [Line(f"{_members(members)}: {_done(first)}", HOME), *parts[0][1:]]
        sections += [part for part in parts if part]
    return [*sections, *_errors(plans)]


def _alike(plans: Sequence[Plan], view: View) -> list[list[Plan]]:
    """The plans that have something to show, those of the same entries together."""
    found: dict[tuple[Line, ...], list[Plan]] = {}
    for plan in plans:
        if plan.errors or plan.outcome in ("unreachable", "interrupted") or (plan.collisions and not plan.check):
            # The errors and the last line say it all.
            continue
        parts = body(plan, view)
        if any(parts):
            key = tuple(line for part in [parts[0][1:], *parts[1:]] for line in part)
            found.setdefault((Line(plan.outcome), *key), []).append(plan)
    return list(found.values())


def _members(plans: Sequence[Plan]) -> str:
    """`alice@web1, web2, web4 and 6 more (9 homes)`."""
    users = {plan.home.user for plan in plans}
    noun = "home" if users != {""} else "system"
    names = [plan.home.host if len(users) == 1 else plan.home.label for plan in plans]
    first = f"{plans[0].home.user}@" if len(users) == 1 and plans[0].home.user else ""
    if len(names) > _FIRST + 1:
        shown = ", ".join(names[:_FIRST]) + f" and {len(names) - _FIRST} more"
    else:
        shown = listed(names)
    return f"{first}{shown} ({plural(len(plans), noun)})"


def _done(plan: Plan) -> str:
    if plan.check:
        return "preview, nothing is written"
    if plan.outcome == "unchanged":
        return "up to date"
    return {"rollback": "rolled back", "uninstall": "uninstalled"}.get(plan.verb, "switched")


def _errors(plans: Sequence[Plan]) -> list[list[Line]]:
    """Each error once, with the homes that have it, and what is in the way of each home."""
    homes_of: dict[Message, list[str]] = {}
    for plan in plans:
        for message in (*plan.errors, *failures(plan)):
            homes_of.setdefault(message._replace(homes=()), []).append(plan.home.label)
    sections = []
    for plan in plans:
        for message in (*plan.errors, *failures(plan)):
            labels = homes_of.pop(message._replace(homes=()), None)
            if labels is not None:
                sections.append(message_lines(message, "error", _whose(message, labels)))
        if plan.collisions and plan.outcome == "refused":
            sections.append(obstacles.obstacle_lines(plan.collisions, f"{plan.home.label}: "))
    return sections


def _whose(message: Message, labels: list[str]) -> str:
    # What a host cannot be reached for concerns the host, and says so itself.
    return "" if message.code == "unreachable" else homes_prefix(list(dict.fromkeys(labels)))


def homes(plans: Sequence[Plan], view: View) -> list[list[Line]]:
    """A line for each home, those that are well first."""
    well = [plan for plan in plans if plan.outcome in _GOOD]
    ill = [plan for plan in plans if plan.outcome not in _GOOD]
    wide = max([len(plan.home.label) for plan in plans], default=0)
    lines: list[Line] = []
    done: set[str] = set()
    for plan in (*well, *ill):
        text = last_line(plan)
        if not text or text in done:
            continue
        same = [other for other in (*well, *ill) if last_line(other) == text]
        few = view.verbose or len(same) <= _ALIKE
        for other in same if few else same[:_FIRST]:
            lines.append(Line(f"{other.home.label.ljust(wide)}  {text}", HOME))
        if not few:
            lines.append(Line(f"... {len(same) - _FIRST} more like these (-v shows all)", NOTE))
        done.add(text)
    return [lines]


def total(plans: Sequence[Plan], retry: str = "") -> list[Line]:
    """The number of homes by outcome, and how to try the failed ones again."""
    if len(plans) < 2:
        return []
    numbers: dict[str, int] = {}
    for plan in sorted(plans, key=lambda item: list(_WORDS).index(item.outcome)):
        numbers[_WORDS[plan.outcome]] = numbers.get(_WORDS[plan.outcome], 0) + 1
    text = ", ".join(f"{number} {word}" for word, number in numbers.items())
    lines = [Line(f"{_counted(plans)}: {text}")]
    ill = list(dict.fromkeys(plan.home.host for plan in plans if plan.outcome not in _GOOD))
    if ill and retry:
        lines.append(Line(f"to try again:  {retry} --limit {','.join(ill)}", NOTE, True))
    return lines


def _counted(plans: Sequence[Plan]) -> str:
    """`3 homes`, `2 systems`, `1 system and 3 homes`."""
    systems = sum(not plan.home.user for plan in plans)
    parts = [plural(number, noun) for number, noun in ((systems, "system"), (len(plans) - systems, "home")) if number]
    return " and ".join(parts)
