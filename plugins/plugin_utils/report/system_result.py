# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Results of tasks for systems: the changes line by line, diffs, warnings, and failures."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ...module_utils.engine.voice.message import Message
from ...module_utils.engine.voice.messages import located
from ...module_utils.engine.voice.plan import Plan

if TYPE_CHECKING:
    from ...module_utils.engine.system.answer import SystemAnswer
    from ...module_utils.engine.system.etc.collision import Collision
    from ...module_utils.engine.system.generations import ExpireAnswer, GenerationsAnswer
    from ...module_utils.engine.system.operation import Operation

    Result = dict[str, object]

# How to resolve a collision.
_REPLACE = "Move the file away, or set `replaceExisting: true` on its entry: it is then backed up, and restored when you remove the entry."
_SIGNS = {
    "add": "+",
    "remove": "-",
    "change": "~",
    "repair": "~",
    "restore": "~",
    "adopt": "=",
    "keep": "=",
    "enable": "+",
}


class SystemRefused(Exception):
    """A switch that did not take place, or failed; `result` is what the task reports."""

    def __init__(self, result: Result) -> None:
        super().__init__(result["msg"])
        self.result = {"failed": True, **result}


def refusal(kind: str, text: str, plan: Plan) -> Result:
    """The result of a switch that did not take place. `text` is the whole message for Ansible's own callback."""
    return {"changed": False, "kind": kind, "msg": text, "diff": _held([plan])}


def _held(plans: list[Plan]) -> list[Result]:
    """Plans in the `diff` of a failed task, where only this collection's callback reads them."""
    return [{"prepared": "", "plan": plan.json()} for plan in plans]


def with_locations(text: str, message: Message) -> str:
    """A text with the places of a message below it."""
    return "\n".join([text, *(f"  at {located(location)}" for location in message.places)])


def operation_line(operation: Operation) -> str:
    """One change on one line."""
    detail = f" ({operation.detail})" if operation.detail else ""
    return f"{_SIGNS.get(operation.op, '*')} {operation.kind} {operation.name}{detail}"


def plan_lines(answer: SystemAnswer) -> list[str]:
    """All changes of an answer: files, rows, packages, units, homes."""
    lines = [operation_line(operation) for operation in answer.operations]
    lines += [f"* unit {name} ({verb})" for verb, name in answer.units.actions()]
    lines += [f"= unit {name} (left alone: {why})" for name, why in sorted(answer.units.skipped.items())]
    for user, home in sorted(answer.homes.items()):
        lines += [f"{_SIGNS.get(o.op.value, '*')} home {user}: {o.path}" for o in home.answer.operations]
        lines += [f"  home {user}: {line}" for line in home.printed]
    return lines


def listing_lines(answer: GenerationsAnswer) -> list[str]:
    """The generations, one a line."""
    lines = []
    for generation in answer.generations:
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(generation.time)) if generation.time else ""
        marks = [name for name in ("current", "failed") if getattr(generation, name)]
        label = f"  {generation.label}" if generation.label else ""
        lines.append(f"{generation.number:>4}  {when}{label}{'  (' + ', '.join(marks) + ')' if marks else ''}")
    return lines


def expiry_lines(answer: ExpireAnswer, check: bool) -> list[str]:
    """The generations that were removed, or in check mode would be, one a line."""
    verb = "would remove" if check else "removed"
    return [f"{verb} generation {number}" for number in answer.removed]


def result_of(host: str, answer: SystemAnswer, plans: list[Plan], warnings: list[str], diff: bool) -> Result:
    """The result of a switch with its plans. Raises SystemRefused when it did not take place or something failed."""
    homes = {user: home.json() for user, home in answer.homes.items()}
    changed = answer.changed or any(home.changed for home in answer.homes.values())
    lines = plan_lines(answer)
    result: Result = {
        "changed": changed,
        "generation": answer.generation or None,
        "previous": answer.previous or None,
        "operations": [operation.json() for operation in answer.operations],
        "units": answer.units.json(),
        "checks": [check.json() for check in answer.checks],
        "reboot": answer.reboot,
        "homes": {
            user: {k: v for k, v in home.items() if k in ("changed", "generation", "error", "failed", "collisions")}
            for user, home in homes.items()
        },
        "lines": lines,
        "msg": f"{host}: " + (f"{len(lines)} change(s)" if changed else "nothing to do"),
    }
    texts = dict.fromkeys([*warnings, *answer.warnings])
    if texts:
        result["warnings"] = [f"{host}: {text}" for text in texts]
    if answer.collisions:
        collisions = [collision.json() for collision in answer.collisions]
        text = _collisions(host, answer.collisions)
        raise SystemRefused({**result, "changed": False, "collisions": collisions, "msg": text, "diff": _held(plans)})
    if answer.failed is not None:
        failure = answer.failed.json()
        raise SystemRefused({**result, "failure": failure, "msg": _failure(host, answer), "diff": _held(plans)})
    result["plans"] = [plan.json() for plan in plans]
    if diff:
        result["diff"] = _diffs(answer, lines)
    return result


def _diffs(answer: SystemAnswer, lines: list[str]) -> list[dict[str, str]]:
    found = [
        {"before": diff.before, "after": diff.after, "before_header": diff.path, "after_header": diff.path}
        for diff in answer.diffs
    ]
    if lines:
        found.append({"prepared": "".join(line + "\n" for line in lines)})
    return found


def remedy(path: str) -> str:
    """What to do about a file that is in the way. A unit has no entry of its own."""
    if path.startswith(("/etc/systemd/system/", "/etc/systemd/user/")):
        return "Move the file away, or add to it: set `overrideStrategy: asDropin` on the unit."
    return _REPLACE


def _collisions(host: str, collisions: Iterable[Collision]) -> str:
    found = list(collisions)
    lines = [f"The system of {host} was not switched, nothing was changed: {len(found)} path(s) are in the way."]
    for collision in found:
        where = f" ({collision.origin})" if collision.origin else ""
        lines.append(f"- {collision.path} {collision.reason}{where}")
    return "\n".join([*lines, *dict.fromkeys(remedy(collision.path) for collision in found)])


def _failure(host: str, answer: SystemAnswer) -> str:
    failures = [
        f"{unit}: {why}" if not why.startswith(unit) else why for unit, why in sorted(answer.units.failed.items())
    ]
    for user, home in sorted(answer.homes.items()):
        why = home.failure()
        if why is not None:
            failures.append(f"home of {user} ({why})")
    first = answer.failed
    if (
        first is not None
        and first.kind != "home"
        and not any(first.message in f or f in first.message for f in failures)
    ):
        failures.insert(0, first.message)
    return f"{host}: generation {answer.generation} is active. Failed: {', '.join(failures)}. The next run tries these again."
