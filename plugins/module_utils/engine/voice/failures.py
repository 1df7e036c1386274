# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What failed in a switch, as messages: a hook, a unit; with the last lines of its output and how the home is now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Iterator

from .message import Choice, Message, SourceLocation
from .quantities import plural

if TYPE_CHECKING:
    from .entries import Hook, Unit
    from .plan import Plan

_LAST = 5
# What installs packages, by manager.
INSTALL = {
    "apt": "sudo apt install",
    "dnf": "sudo dnf install",
    "pacman": "sudo pacman -S",
    "zypper": "sudo zypper install",
    "apk": "sudo apk add",
    "brew": "brew install",
}


def failures(plan: Plan) -> Iterator[Message]:
    """A message for each hook and unit that failed."""
    for hook in plan.hooks:
        if hook.rc:
            yield _hook(hook, plan)
    for unit in plan.units:
        if unit.failed:
            yield _unit(unit, plan)


def _hook(hook: Hook, plan: Plan) -> Message:
    details = () if hook.secret else _tail(hook.output.splitlines())
    return Message(
        f"the hook `{hook.name}` failed with status {hook.rc}",
        code="hook",
        places=_bare(hook.origin),
        details=details,
        hints=(Choice(_standing(plan)), *_left(plan)),
    )


def _standing(plan: Plan) -> str:
    """How the home is after a failed hook."""
    if plan.outcome == "undone":
        now = f", generation {plan.undo.to}" if plan.undo and plan.undo.to else ""
        return f"Everything is as before{now}. To keep the new one despite the hook: -e home_on_failure=keep"
    if plan.outcome == "failed" and plan.to is not None and plan.to != plan.from_:
        return f"Generation {plan.to} is in place, marked as failed; the next switch runs its hooks again."
    return "Nothing was changed."


def _left(plan: Plan) -> tuple[Choice, ...]:
    left = plan.undo.left if plan.undo else ()
    return (Choice(f"What these hooks did before is not undone: {', '.join(left)}"),) if left else ()


def _unit(unit: Unit, plan: Plan) -> Message:
    others = sum(1 for other in plan.units if not other.failed and other.action not in ("keep", "stop", "later"))
    rest = ""
    if others:
        rest = ", the other unit runs" if others == 1 else f", the other {plural(others, 'unit')} run"
    journal = "journalctl --user" if plan.home.user else "journalctl"
    location = [item._replace(file=f"{unit.option}, {item.file}" if unit.option else item.file) for item in unit.origin]
    return Message(
        f"{unit.name} failed to {unit.action} (status {unit.status})",
        code="unit",
        places=_bare(tuple(location)),
        details=_tail(unit.log),
        hints=(Choice(f"Generation {plan.to} is in place{rest}. More: {journal} -u {unit.name}"),),
    )


def _tail(lines: tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return tuple([line for line in lines if line.strip()][-_LAST:])


def _bare(places: tuple[SourceLocation, ...]) -> tuple[SourceLocation, ...]:
    """The places without their source lines."""
    return tuple(location._replace(source="", label="") for location in places[:1])


def lacking(plan: Plan) -> Message | None:
    """The declared packages that the host has to bring and does not, with the command that installs them."""
    names = [package for package in plan.packages if package.op == "lack"]
    if not names:
        return None
    count = len(names)
    are = "is" if count == 1 else "are"
    shown = ", ".join(package.name for package in names)
    text = f"{plural(count, 'declared package')} {are} not installed here: {shown}"
    command = INSTALL.get(plan.home.packages)
    hosts = " ".join(package.host_name or package.name for package in names)
    return Message(text, code="lacking", hints=(Choice(command=f"{command} {hosts}"),) if command else ())
