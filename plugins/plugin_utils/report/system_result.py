# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a task reports of a system: its plan line by line, diffs, warnings, and what failed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from ...module_utils.engine.voice.message import Message
from ...module_utils.engine.voice.messages import located
from ...module_utils.engine.voice.plan import Plan

if TYPE_CHECKING:
    from .system_plan import SystemReporter

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

    def __init__(self, result: dict[str, Any]) -> None:
        super().__init__(result.get("msg", ""))
        self.result = {"failed": True, **result}


def refusal(kind: str, text: str, plan: Plan) -> dict[str, Any]:
    """The result of a switch that did not take place. `text` says it all for Ansible's own callback."""
    return {"changed": False, "kind": kind, "msg": text, "diff": _held([plan])}


def _held(plans: list[Plan]) -> list[dict[str, Any]]:
    """Plans where only our own callback looks for them: others print no diff of what failed."""
    return [{"prepared": "", "plan": plan.json()} for plan in plans]


def with_locations(text: str, message: Message) -> str:
    """A text with the places of a message below it."""
    return "\n".join([text, *(f"  at {located(location)}" for location in message.places)])


def operation_line(operation: dict[str, Any]) -> str:
    """One change on one line."""
    sign = _SIGNS.get(operation["op"], "*")
    detail = f" ({operation['detail']})" if operation.get("detail") else ""
    return f"{sign} {operation['kind']} {operation['name']}{detail}"


def plan_lines(answer: dict[str, Any]) -> list[str]:
    """All changes of an answer: files, rows, packages, units, homes."""
    lines = [operation_line(operation) for operation in answer.get("operations") or []]
    units = answer.get("units") or {}
    for action in ("stop", "reload", "restart", "start"):
        lines += [f"* unit {name} ({action})" for name in units.get(action) or []]
    lines += [f"= unit {name} (left alone: {why})" for name, why in sorted((units.get("skipped") or {}).items())]
    for user, home in sorted((answer.get("homes") or {}).items()):
        lines += [
            f"{_SIGNS.get(o.get('op', ''), '*')} home {user}: {o.get('path', '')}" for o in home.get("operations") or []
        ]
        lines += [f"  home {user}: {line}" for line in home.get("printed") or []]
    return lines


def listing_lines(answer: dict[str, Any]) -> list[str]:
    """The generations of a listing, or what an expiry removed, one a line."""
    lines = [f"removed generation {number}" for number in answer.get("removed") or []]
    for generation in answer.get("generations") or []:
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(generation["time"])) if generation.get("time") else ""
        marks = [mark for mark in ("current", "failed") if generation.get(mark)]
        label = f"  {generation['label']}" if generation.get("label") else ""
        lines.append(f"{generation['number']:>4}  {when}{label}{'  (' + ', '.join(marks) + ')' if marks else ''}")
    return lines


def result_of_answer(
    answer: dict[str, Any], reporter: SystemReporter, warnings: list[str], diff: bool
) -> dict[str, Any]:
    """The result of a switch. Raises SystemRefused when it did not take place or something failed."""
    return result_of_plans(reporter.host, answer, reporter.plans(answer), warnings, diff)


def result_of_plans(
    host: str, answer: dict[str, Any], plans: list[Plan], warnings: list[str], diff: bool
) -> dict[str, Any]:
    """The same for plans that are made already."""
    texts = [*warnings, *(answer.get("warnings") or [])]
    homes = answer.get("homes") or {}
    changed = bool(answer.get("changed")) or any(home.get("changed") for home in homes.values())
    lines = plan_lines(answer)
    result: dict[str, Any] = {
        "changed": changed,
        "generation": answer.get("generation"),
        "previous": answer.get("previous"),
        "operations": answer.get("operations") or [],
        "units": answer.get("units") or {},
        "checks": answer.get("checks") or [],
        "reboot": answer.get("reboot") or [],
        "homes": {
            user: {k: v for k, v in home.items() if k in ("changed", "generation", "error", "failed", "collisions")}
            for user, home in homes.items()
        },
        "lines": lines,
        "msg": f"{host}: " + (f"{len(lines)} change(s)" if changed else "nothing to do"),
    }
    if not (answer.get("collisions") or answer.get("failed")):
        result["plans"] = [plan.json() for plan in plans]
    if texts:
        result["warnings"] = [f"{host}: {text}" for text in dict.fromkeys(texts)]
    if diff:
        result["diff"] = _diffs(answer, lines)
    if answer.get("collisions"):
        raise SystemRefused(
            {
                **result,
                "changed": False,
                "collisions": answer["collisions"],
                "msg": _collisions(host, answer["collisions"]),
                "diff": _held(plans),
            }
        )
    if answer.get("failed"):
        raise SystemRefused(
            {**result, "failure": answer["failed"], "msg": _failure(host, answer), "diff": _held(plans)}
        )
    return result


def _diffs(answer: dict[str, Any], lines: list[str]) -> list[dict[str, str]]:
    found = [
        {
            "before": d["before"],
            "after": d["after"],
            "before_header": d["path"],
            "after_header": d["path"],
        }
        for d in answer.get("diffs") or []
    ]
    if lines:
        found.append({"prepared": "".join(line + "\n" for line in lines)})
    return found


def _collisions(host: str, collisions: list[dict[str, str]]) -> str:
    lines = [f"The system of {host} was not switched, nothing was changed: {len(collisions)} path(s) are in the way."]
    for collision in collisions:
        where = f" ({collision['origin']})" if collision.get("origin") else ""
        lines.append(f"- {collision['path']} {_clause(collision['reason'])}{where}")
    lines.append(
        "Move the file away, or set `replaceExisting: true` on its entry: it is then backed up, and restored when you remove the entry."
    )
    return "\n".join(lines)


def _clause(reason: str) -> str:
    return reason.removeprefix("it ")


def _failure(host: str, answer: dict[str, Any]) -> str:
    units = (answer.get("units") or {}).get("failed") or {}
    failures = [f"{unit}: {why}" if not why.startswith(unit) else why for unit, why in sorted(units.items())]
    for user, home in sorted((answer.get("homes") or {}).items()):
        why = _home_failure(home)
        if why:
            failures.append(f"home of {user} ({why})")
    first = str(answer["failed"].get("message", ""))
    if answer["failed"].get("kind") != "home" and not any(first in failure or failure in first for failure in failures):
        failures.insert(0, first)
    return f"{host}: generation {answer.get('generation')} is active. Failed: {', '.join(failures)}. The next run tries these again."


def _home_failure(home: dict[str, Any]) -> str:
    if "error" in home:
        return str(home["error"].get("message", ""))
    if home.get("collisions"):
        return "collision: " + ", ".join(str(c.get("path", "")) for c in home["collisions"][:5])
    if home.get("failed"):
        return str(home["failed"].get("message", ""))
    return ""
