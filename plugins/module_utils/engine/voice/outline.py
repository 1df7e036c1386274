# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A whole plan as lines: headline, list, notes, warnings, errors with their choices, and the last line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .lines import BLANK, HOME, NOTE, PLAIN, Line, View, cut
from .message import Message
from .outcome import headline, last_line, session_note, spec_note
from .quantities import clock, size

if TYPE_CHECKING:
    from typing import Sequence

    from .plan import Plan

# Verbs and outcomes whose headline and list are read as one.
_CLOSE = ("build",)
_ENTRIES = ("files", "session", "packages", "accounts", "units", "settings", "hooks", "collisions")


def plan_lines(plan: Plan, view: View | None = None) -> list[Line]:
    """The lines of one home's run."""
    view = view or View()
    sections = [*opening(plan), *body(plan, view), *errors(plan)]
    last = closing(plan)
    if last:
        sections.append([last])
    return [cut(line, view.width) for line in joined(sections)]


def joined(sections: Sequence[Sequence[Line]]) -> list[Line]:
    """The sections with a blank line between each two."""
    lines: list[Line] = []
    for section in sections:
        if section:
            lines += [BLANK, *section] if lines else section
    return lines


def opening(plan: Plan) -> list[list[Line]]:
    """What is said before the headline."""
    found = plan.recovered
    if found is None:
        return []
    which = f"the switch to generation {found.to}" if found.to is not None else "an earlier switch"
    when = f"interrupted at {clock(found.started)}" if found.started else "which was interrupted"
    now = "now finished" if found.direction == "finished" else "undone"
    return [[Line(f"note: {which}, {when}, is {now}", NOTE, True)]]


def body(plan: Plan, view: View, with_warnings: bool = True) -> list[list[Line]]:
    """Headline, list, totals, notes and warnings."""
    listing = _listing(_listed(plan), view)
    sections: list[list[Line]] = []
    title = _title(plan, bool(listing))
    if title is not None and (plan.verb in _CLOSE or plan.outcome == "unchanged"):
        sections.append([title, *listing])
    else:
        sections += [[title] if title else [], listing]
    found = warnings(plan) if with_warnings else []
    return [*sections, _totals(plan), _notes(plan), *found, *_next(plan)]


def _listing(plan: Plan, view: View) -> list[Line]:
    # A home with nothing to do is reported in one line, and loads nothing of what prints the rest.
    if not any(getattr(plan, name) for name in _ENTRIES) and plan.stock is None:
        return []
    from .entry_list import list_lines

    return list_lines(plan, view)


def _listed(plan: Plan) -> Plan:
    """A switch that was refused lists what is in the way, and leaves the rest to the preview."""
    if plan.outcome == "refused" and not plan.check:
        return plan._replace(files=(), session=(), packages=(), accounts=(), units=(), settings=(), hooks=())
    return plan


def _title(plan: Plan, filled: bool) -> Line | None:
    if plan.verb == "init":
        text = "new project, in git" if plan.outcome == "changed" else "already a project; nothing changed"
        return Line(f"{plan.path}: {text}", HOME)
    if plan.verb == "build" and plan.outcome != "refused":
        return Line(f"{plan.home.label}: {headline(plan)}", HOME)
    if not filled and (
        plan.outcome in ("unchanged", "unreachable", "interrupted") or plan.verb in ("diff", "expire", "uninstall")
    ):
        return None
    if plan.errors and not filled:
        return None
    text = headline(plan)
    if not text and not filled:
        return None
    return Line(f"{plan.home.label}: {text}" if text else plan.home.label, HOME)


def _totals(plan: Plan) -> list[Line]:
    """What the packages cost together."""
    coming = [package for package in plan.packages if package.op in ("add", "change")]
    if not plan.check or not any(package.download is not None for package in coming):
        return []
    download = sum(package.download or 0 for package in coming)
    disk = sum(package.disk or 0 for package in coming)
    text = f"{size(download)} to download"
    if disk:
        text += f", {size(disk)} on disk"
    if any(package.download is None for package in coming):
        text = f"at least {text}"
    if plan.from_ is not None:
        text += f"; rollback to generation {plan.from_} stays possible"
    return [Line(text)]


def _notes(plan: Plan) -> list[Line]:
    own = [Message(text) for text in (session_note(plan), spec_note(plan)) if text]
    if plan.supposed:
        facts = ", ".join(plan.supposed)
        own.append(Message(f"{plan.home.host} was never contacted; assumed that {facts}"))
    found = [*own, *plan.notes]
    return [line for section in _sections(found, "note") for line in section]


def _sections(found: Sequence[Message], word: str, home: str = "") -> list[list[Line]]:
    if not found:
        return []
    from .messages import message_lines

    return [message_lines(message, word, home) for message in found]


def warnings(plan: Plan) -> list[list[Line]]:
    """The warnings, each a section."""
    found = [*plan.warnings]
    if any(package.op == "lack" for package in plan.packages):
        from .failures import lacking

        missing = lacking(plan)
        found += [missing] if missing is not None else []
    return _sections(found, "warning")


def _next(plan: Plan) -> list[list[Line]]:
    if not plan.next:
        return []
    wide = max(len(choice.command) for choice in plan.next)
    lines = [Line("next:")]
    lines += [Line(f"  {choice.command.ljust(wide)}   {choice.text}".rstrip(), PLAIN, True) for choice in plan.next]
    return [lines]


def errors(plan: Plan, many: bool = False) -> list[list[Line]]:
    """The errors, each a section. In a run with many homes each begins with its own."""
    home = f"{plan.home.label}: " if many else ""
    problems = [*plan.errors]
    if plan.hooks or plan.units:
        from .failures import failures

        problems += failures(plan)
    found = _sections(problems, "error", home)
    if plan.collisions and plan.outcome == "refused":
        from .obstacles import obstacle_lines

        found.append(obstacle_lines(plan.collisions, home))
    return found


def closing(plan: Plan) -> Line | None:
    """The home with its last line; None when there is none."""
    text = last_line(plan)
    return Line(f"{plan.home.label}  {text}", HOME) if text else None
