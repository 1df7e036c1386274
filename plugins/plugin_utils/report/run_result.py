# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Results of tasks that make a plan: the plan for this collection's callback, and texts for all others."""

from __future__ import annotations

from collections.abc import Iterable

from ...module_utils.engine.voice.failures import lacking
from ...module_utils.engine.voice.lines import Line, View
from ...module_utils.engine.voice.message import Message
from ...module_utils.engine.voice.messages import brief
from ...module_utils.engine.voice.outcome import last_line
from ...module_utils.engine.voice.outline import errors, joined, plan_lines
from ...module_utils.engine.voice.plan import Plan

_FAILED = ("refused", "failed", "undone", "unreachable", "interrupted")


class Refused(Exception):
    """A run that did not take place, or failed. `text` is the whole error message, and `result` the task's result."""

    def __init__(self, plan: Plan, **members: object) -> None:
        self.text = error_text(plan)
        super().__init__(self.text)
        self.plan = plan
        self.result = {"failed": True, "changed": False, "msg": summary(plan), **members}
        # Ansible's own callback does not print the `diff` of a failure, so the plan does no harm there.
        self.result["diff"] = [{"prepared": "", "plan": plan.json()}]


def result_of(plan: Plan, diff: bool, **members: object) -> dict[str, object]:
    """The result of a task for a plan. Raises Refused when the run did not take place, or failed."""
    if plan.outcome in _FAILED:
        raise Refused(plan, **members)
    result = {
        "changed": plan.outcome in ("changed", "would-change"),
        "msg": summary(plan),
        "plan": plan.json(),
        **members,
    }
    if remarks(plan):
        result["warnings"] = remarks(plan)
    if diff and plan.outcome != "unchanged":
        result["diff"] = [{"prepared": _text(plan_lines(plan, View()))}]
    return result


def remarks(plan: Plan) -> list[str]:
    """The warnings and notes of a plan, for Ansible's own callback, which shows nothing else of it."""
    missing = lacking(plan)
    messages = [*plan.warnings, *plan.notes, *([missing] if missing is not None else [])]
    return [f"{plan.home.label}: {brief(message)}" for message in messages]


def with_remarks(plan: Plan, warnings: Iterable[Message], notes: Iterable[Message]) -> Plan:
    """The plan with the warnings of the spec before its own, and with more notes."""
    return plan._replace(warnings=tuple(dict.fromkeys([*warnings, *plan.warnings])), notes=(*plan.notes, *notes))


def error_text(plan: Plan) -> str:
    """All errors of a plan as one text. The first has no `error:` in front, because Ansible prints its own."""
    sections = errors(plan)
    text = _text(joined(sections)).rstrip("\n") if sections else last_line(plan)
    return text.removeprefix("error: ")


def summary(plan: Plan) -> str:
    """A plan on one line."""
    if plan.errors:
        more = f" and {len(plan.errors) - 1} more" if len(plan.errors) > 1 else ""
        return brief(plan.errors[0]) + more
    text = last_line(plan)
    return f"{plan.home.label}  {text}" if text else ""


def _text(lines: list[Line]) -> str:
    return "".join(line.text + "\n" for line in lines)
