# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How the units ended: which failed, which still start, and the sentences for people. States tell, not exit codes."""

from __future__ import annotations

from typing import Collection, Dict, List, NamedTuple

from .name import type_of
from .plan import Plan
from .state import State, States

# A service of these types counts as started before its program has done anything.
EARLY_TYPES = ("simple", "exec", "forking", "idle")
AGAIN = "auto-restart"


class Failure(NamedTuple):
    """A unit that did not come up: systemd's word for the reason, the exit status of its main process, and its last lines."""

    unit: str
    result: str
    status: int
    lines: List[str]

    @property
    def message(self) -> str:
        """The sentence for people."""
        detail = ": " + "; ".join(line.strip() for line in self.lines if line.strip()) if self.lines else ""
        return f"{self.unit} {_FAILED.get(self.result, _FAILED['']).format(result=self.result, status=self.status)}{detail}"


_FAILED = {
    "": "failed to start ({result}, status {status})",
    AGAIN: "keeps failing and being restarted ({status} times)",
    "dependency": "did not start, because a unit that it needs did not",
    "assert": "did not start, because one of its assertions failed",
    "reload": "could not be reloaded and keeps running unchanged",
}


class Outcome(NamedTuple):
    """The states after the last job, judged: units that failed (with the run to ask the journal about), still start, or need a word."""

    failed: Dict[str, State]
    results: Dict[str, str]
    waiting: List[str]
    warnings: List[str]


def starts_early(plan: Plan, states: States) -> bool:
    """Whether something was started that may still fail at once."""
    kinds = {
        (states.get(unit)["Type"] or "simple") for unit in [*plan.start, *plan.restart] if type_of(unit) == "service"
    }
    return bool(kinds & set(EARLY_TYPES))


def relevant_units(plan: Plan, now: States) -> set[str]:
    """The units whose states at the end say how the switch went."""
    ran = {state.name for state in plan.before if state.runs and state.name in plan.new}
    pulled = {unit for edge in plan.added for unit in edge if "@." not in unit}
    needed = {other for unit in plan.start for other in now.get(unit).needs}
    return {*plan.stop, *plan.reload, *plan.restart, *plan.start, *ran, *pulled, *needed}


def restarted_since(plan: Plan, end: States) -> set[str]:
    """The units that run, and that were restarted by the manager in the short time since they were started."""
    asked = (end.get(unit) for unit in {*plan.start, *plan.restart})
    return {state.name for state in asked if state.runs and state.number("NRestarts") and not _waits(state)}


def _waits(state: State) -> bool:
    return state["ActiveState"] == "activating" and state["SubState"].startswith(AGAIN)


def outcome_of_units(plan: Plan, now: States, end: States, looping: Collection[str] = ()) -> Outcome:
    """How the units of the plan ended. `now`: their states before the last jobs; `looping`: units that fail again and again."""
    outcome = Outcome({}, {}, [], [])
    asked = {*plan.start, *plan.restart}
    for unit in sorted(relevant_units(plan, now)):
        state = end.get(unit)
        result = AGAIN if unit in looping else _failure(state, plan, now, end)
        if result is not None:
            outcome.failed[unit] = state
            outcome.results[unit] = result
        elif unit in asked and state["ActiveState"] in ("activating", "inactive"):
            _note(unit, state, now, outcome)
        elif unit not in asked and unit not in plan.stop and plan.before.get(unit).runs and not state.runs:
            _note_conflict(unit, plan, end, outcome)
    return outcome


def _failure(state: State, plan: Plan, now: States, end: States) -> str | None:
    unit, former = state.name, now.get(state.name)
    asked = unit in plan.start or unit in plan.restart
    if not asked and unit not in plan.new:
        return None
    if _waits(state):
        return AGAIN
    if state.failed:
        # What had failed before, and was not tried again, is no news.
        again = state["InvocationID"] != former["InvocationID"] or state.number("NRestarts") > former.number(
            "NRestarts"
        )
        return state["Result"] if asked or again or not former.failed else None
    if unit in plan.reload and state["ReloadResult"] not in ("", "success"):
        return "reload"
    if unit not in plan.start or state.runs or state["LoadState"] != "loaded":
        return None
    if state["AssertResult"] == "no":
        return "assert"
    ran = state.number("InactiveExitTimestampMonotonic") > former.number("InactiveExitTimestampMonotonic")
    lacks = any(not end.get(other).runs for other in state.needs)
    return "dependency" if lacks and not ran and state["ConditionResult"] != "no" else None


def _note(unit: str, state: State, now: States, outcome: Outcome) -> None:
    if state["ActiveState"] == "activating":
        outcome.waiting.append(unit)
    elif state["ConditionResult"] == "no" and state["InvocationID"] == now.get(unit)["InvocationID"]:
        outcome.warnings.append(f"{unit} was not started: its conditions are not met")


def _note_conflict(unit: str, plan: Plan, end: States, outcome: Outcome) -> None:
    for other in sorted({*plan.start, *plan.restart}):
        if unit in end.get(other).words("Conflicts") or other in end.get(unit).words("Conflicts"):
            outcome.warnings.append(f"{unit} was stopped because it conflicts with {other}")
            return
