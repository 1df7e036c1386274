# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Answers to the verbs for generations as results of their task."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...module_utils.engine.voice.answers import Ways, generations_of, plan_of_answer, plan_of_verify
from ...module_utils.engine.voice.generations import generation_lines
from ...module_utils.engine.voice.message import Message
from ...module_utils.engine.voice.plan import Owner, Plan
from .run_result import Refused, result_of

_VERBS = {"activate": "generation", "remove": "expire"}
# What only the engine's own answer needs.
_INNER = (
    "operations",
    "collisions",
    "hooks",
    "session",
    "kept",
    "stock",
    "recovered",
    "failure",
    "warnings",
    "diff",
    "packages",
)


class GenerationResult:
    """Makes the results of one task. `arguments` are the module's, `command` is what tries the run again."""

    def __init__(self, arguments: Mapping[str, Any], host: str, check: bool, diff: bool, command: str) -> None:
        self.unconfirmed = not check and str(arguments.get("confirmed", True)).lower() in (
            "false",
            "no",
            "off",
            "0",
            "n",
        )
        check = check or self.unconfirmed
        self.verb = str(arguments.get("verb") or "list")
        self.owner = Owner(str(arguments.get("user") or ""), host)
        self.check = check
        self.diff = diff
        self.command = command

    def of(self, answer: Mapping[str, Any]) -> dict[str, Any]:
        """The result of a task. Raises Refused when the engine refused, or something failed."""
        if "module_stdout" in answer or answer.get("skipped"):
            # Not the engine's: the module did not come to run.
            return dict(answer)
        if self.verb == "list" and not answer.get("failed"):
            listing = generations_of(answer, self.owner.label)
            lines = [line.text for line in generation_lines(listing)]
            return {**answer, "listing": listing.json(), "lines": lines, "_ansible_verbose_always": True}
        if answer.get("failed") and "failure" not in answer:
            problem = Message(str(answer.get("msg") or ""), str(answer.get("kind") or ""))
            plan = Plan(_VERBS.get(self.verb, self.verb), self.owner, "refused", self.check, errors=(problem,))
            raise Refused(plan, kind=answer.get("kind"))
        whole = {**answer, "failed": answer.get("failure")}
        if self.verb == "verify":
            plan = plan_of_verify(answer, self.owner, self.check)
            return result_of(
                plan, self.diff, **{key: answer[key] for key in ("generation", "drift", "repaired") if key in answer}
            )
        plan = self._plan(whole)
        members = {key: value for key, value in answer.items() if key not in (*_INNER, "failed", "msg", "changed")}
        return result_of(plan, self.diff, **members)

    def _plan(self, answer: Mapping[str, Any]) -> Plan:
        ways = Ways(f"{self.command} -e home_backup_extension=bak")
        plan = plan_of_answer(answer, _VERBS.get(self.verb, self.verb), self.owner, self.check, ways)
        if self.verb == "uninstall" and self.unconfirmed and plan.outcome != "unchanged":
            text = f"this takes the home of {self.owner.label} away; say -e home_confirm=yes to do it"
            plan = plan._replace(outcome="refused", errors=(*plan.errors, Message(text, "confirm")))
        return plan
