# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reads plans and lines from the results of tasks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ...module_utils.engine.voice.checkup import Checkup
from ...module_utils.engine.voice.generations import Generations, generation_lines
from ...module_utils.engine.voice.lines import CHANGE, ERROR, Line, View
from ...module_utils.engine.voice.message import Message
from ...module_utils.engine.voice.options import Explanation, explanation_lines
from ...module_utils.engine.voice.plan import Owner, Plan

# What Ansible puts before the reason why a host cannot be reached.
_NOT_SENT = re.compile(
    r'^Data could not be sent to remote host "[^"]*"\. Make sure this host can be reached over ssh: '
)
_WRAPPING = ("Task failed: ", "Action failed: ", "Failed to connect to the host via ssh: ")


def plans_of(result: Mapping[str, Any]) -> list[Plan]:
    """The plans of a result: its own, or of a failed one those in its diff. A system has one of its own, and one of each home."""
    values = result.get("plans") or [result.get("plan")]
    if values == [None]:
        diffs = result.get("diff")
        values = [d.get("plan") for d in diffs if isinstance(d, Mapping)] if isinstance(diffs, list) else []
    return [Plan.of(value) for value in values if isinstance(value, dict) and "verb" in value]


def checkup_of(host: str, result: Mapping[str, Any]) -> tuple[str, Checkup] | None:
    """The checkup of a result, with the home that it is of; None when there is none."""
    value = result.get("checkup")
    return (Owner(str(result.get("user") or ""), host).label, Checkup.of(value)) if isinstance(value, dict) else None


def lines_of(result: Mapping[str, Any], view: View) -> list[Line]:
    """The lines of a result without a plan, such as a list of generations."""
    if isinstance(result.get("listing"), dict):
        return generation_lines(Generations.of(result["listing"]))
    if isinstance(result.get("explanation"), dict):
        return explanation_lines(Explanation.of(result["explanation"]), view)
    if result.get("_ansible_verbose_always") and isinstance(result.get("lines"), list):
        return [Line(str(text), whole=True) for text in result["lines"]]
    return []


def lookup_error(result: Mapping[str, Any]) -> list[Line]:
    """The error of the lookup `home.manager.users`, printed like the errors of a spec."""
    text = str(result.get("msg", ""))
    start = "The lookup plugin 'home.manager.users' failed: "
    if not text.startswith(start):
        return []
    first, *rest = text.removeprefix(start).splitlines()
    return [Line(f"error: {first}", ERROR, True), *(Line(line, whole=True) for line in rest)]


def other_line(host: str, task: str, result: Mapping[str, Any], item: str = "") -> list[Line]:
    """The lines for a task that is not of this collection: its message, or that it changed something."""
    if result.get("_ansible_verbose_always") and "msg" in result:
        message = result["msg"]
        texts = message if isinstance(message, list) else str(message).splitlines()
        return [Line(f"{host}: {text}", whole=True) for text in texts]
    if not result.get("changed"):
        return []
    return [Line(f"{host}: {task}{f' ({item})' if item else ''}: changed", CHANGE)]


def plans_of_unreachable(host: str, result: Mapping[str, Any]) -> list[Plan]:
    """A plan for each home of a host that cannot be reached; all of them hold the same error."""
    items = [item for item in result.get("results") or [] if isinstance(item, Mapping)]
    users = [str(item["user"]) for item in items if item.get("user")] or [str(result.get("user") or "")]
    reason = next((str(item["msg"]) for item in items if item.get("msg")), str(result.get("msg") or ""))
    for words in _WRAPPING:
        reason = reason.removeprefix(words)
    reason = _NOT_SENT.sub("", reason)
    lines = [line for line in reason.strip().splitlines() if line.strip()] or ["the reason is not known"]
    message = Message(f"{host} cannot be reached: {lines[-1].removeprefix('ssh: ')}", code="unreachable")
    return [Plan("switch", Owner(user, host), "unreachable", errors=(message,)) for user in dict.fromkeys(users)]
