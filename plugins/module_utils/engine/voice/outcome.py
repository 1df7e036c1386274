# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The first and the last line of a plan, the only ones that have a tense, and the counts of its entries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .entries import SIGN_OF
from .message import UNCONFIRMED
from .plan import StoreUsage
from .quantities import listed, plural, ranges, size

if TYPE_CHECKING:
    from .plan import Plan

_SIGNS = "+~->=!"
_KINDS = ["files", "variables", "paths", "packages", "users", "groups", "settings", "units", "hooks"]
_FAILED = ("failed", "undone")


def counts_of(plan: Plan) -> dict[str, dict[str, int]]:
    """Kind to sign to number, kinds in the order of the list. What is only said, and is no change, does not count."""
    found: dict[str, dict[str, int]] = {}

    def count(kind: str, sign: str) -> None:
        signs = found.setdefault(kind, {})
        signs[sign] = signs.get(sign, 0) + 1

    for file in plan.files:
        if file.op != "keep":
            count("files", SIGN_OF[file.op])
    for variable in plan.session:
        count(variable.kind + "s", SIGN_OF[variable.op])
    for package in plan.packages:
        if package.op not in ("same", "lack"):
            count("packages", SIGN_OF[package.op])
    for account in plan.accounts:
        count(f"{account.kind}s", SIGN_OF[account.op])
    for setting in plan.settings:
        count("settings", SIGN_OF[setting.op])
    for unit in plan.units:
        count("units", "=" if unit.action == "keep" else ">")
    for _hook in plan.hooks:
        count("hooks", ">")
    return found


def counts_text(counts: dict[str, dict[str, int]]) -> str:
    """`files +5 >2, variables +1`; empty when there is nothing to count."""
    return ", ".join(
        f"{kind} " + " ".join(f"{sign}{signs[sign]}" for sign in _SIGNS if sign in signs)
        for kind, signs in sorted(counts.items(), key=lambda item: _KINDS.index(item[0]) if item[0] in _KINDS else 9)
        if signs
    )


def _repaired(plan: Plan) -> bool:
    """Whether nothing was done but to put files back."""
    return bool(plan.files) and all(file.op in ("repair", "keep") for file in plan.files) and plan.from_ == plan.to


def headline(plan: Plan) -> str:
    """What follows the home on the first line; empty when the home alone is said."""
    if plan.verb in ("diff", "uninstall", "expire", "build", "init", "verify"):
        return _headline_of_other(plan)
    if plan.outcome == "undone":
        return "not switched" + (f", back to generation {plan.undo.to}" if plan.undo and plan.undo.to else "")
    if plan.outcome == "refused" and not plan.check:
        return "not switched"
    if plan.check:
        return f"preview of generation {plan.to}{_from_newer(plan, ', back from')}, nothing is written"
    if plan.outcome == "unchanged":
        return ""
    if _from_newer(plan, ""):
        return f"back to generation {plan.to}{_from_newer(plan, ', from')}"
    return f"generation {plan.to}" + (", repaired" if _repaired(plan) else "")


def _from_newer(plan: Plan, words: str) -> str:
    newer = plan.from_ is not None and plan.to is not None and plan.from_ > plan.to
    return f"{words} {plan.from_}" if newer else ""


def _headline_of_other(plan: Plan) -> str:
    if plan.verb == "diff":
        if plan.to is None:
            return f"generation {plan.from_} -> the home as it is"
        return f"generation {plan.from_} -> {plan.to}"
    if plan.verb == "uninstall":
        done = plan.outcome == "changed"
        return "uninstalled" if done else "would be uninstalled, nothing is written"
    if plan.verb == "build":
        files = plan.stock.files if plan.stock else 0
        return f"built, {plural(files, 'file')}, in {plan.path}"
    return ""


def last_line(plan: Plan) -> str:
    """What follows the home on its last line; empty when there is none."""
    if plan.verb in ("build", "init"):
        return ""
    if plan.verb == "uninstall" and not plan.files and plan.outcome == "unchanged":
        return "nothing is managed here"
    if plan.verb == "uninstall" and plan.check:
        return ""
    trouble = _trouble(plan)
    if trouble is not None:
        return trouble
    return "; ".join([_result(plan), *_remarks(plan)])


def _trouble(plan: Plan) -> str | None:
    """The last line of a home that is not as it should be."""
    if plan.outcome == "unreachable":
        return "unreachable, nothing changed"
    if plan.outcome == "interrupted":
        return "interrupted; the next run finishes or undoes it"
    what = "uninstalled" if plan.verb == "uninstall" else "switched"
    if plan.outcome == "refused" and plan.verb in ("diff", "verify", "expire", "build", "list", "remove"):
        return f"nothing changed: {plural(len(plan.errors), 'error')}"
    if any(error.code == UNCONFIRMED for error in plan.errors):
        return "not confirmed, and reverts"
    if plan.outcome == "refused":
        why = ", ".join(
            [_in_the_way(plan)] * bool(plan.collisions)
            + [plural(len(plan.errors), "error")] * (not plan.collisions or bool(plan.errors))
        )
        return f"would not be {what}: {why}" if plan.check else f"not {what}, nothing changed: {why}"
    if plan.outcome == "undone":
        return f"not {what}, undone: {failed_part(plan)} failed"
    if plan.outcome == "failed":
        if plan.to is not None and plan.to != plan.from_:
            return f"generation {plan.to}, but {failed_part(plan)} failed"
        return f"not {what}, nothing changed: {failed_part(plan)} failed"
    return None


def _in_the_way(plan: Plan) -> str:
    from .obstacles import counted

    return counted(plan.collisions)


def failed_part(plan: Plan) -> str:
    """The first hook or unit that failed."""
    for hook in plan.hooks:
        if hook.rc:
            return f"the hook {hook.name}"
    for unit in plan.units:
        if unit.failed:
            return unit.name
    return "the switch"


def _expired(stock: StoreUsage, check: bool) -> str:
    gone = stock.removed
    freed = f"; {size(stock.freed)} of packages freed" if stock.freed else ""
    if not gone:
        return "no generation is old enough to be removed" + freed
    return f"{plural(len(gone), 'generation')} {'would be removed' if check else 'removed'}: {ranges(gone)}{freed}"


def _result(plan: Plan) -> str:
    counts = counts_text(counts_of(plan))
    if plan.verb == "diff":
        return counts or "no difference"
    if plan.verb == "expire":
        return _expired(plan.stock or StoreUsage(), plan.check)
    if plan.verb == "uninstall":
        return f"uninstalled: {counts}" if counts else "uninstalled"
    if plan.verb == "verify":
        return _verified(plan)
    if plan.outcome == "unchanged":
        return f"up to date, generation {plan.to}"
    if _repaired(plan):
        return f"generation {plan.to}: {counts} {'would be restored' if plan.check else 'repaired'}"
    return f"{'would be ' if plan.check else ''}generation {plan.to}" + (f": {counts}" if counts else "")


def _verified(plan: Plan) -> str:
    """What a verification came to."""
    differing = sum(file.op == "keep" for file in plan.files)
    repaired = len(plan.files) - differing
    if plan.to is None:
        return "nothing is managed here"
    if not plan.files:
        return f"everything matches generation {plan.to}"
    parts = [f"{plural(differing, 'file')} {'differs' if differing == 1 else 'differ'}"] if differing else []
    parts += [f"{plural(repaired, 'file')} restored"] if repaired else []
    return f"generation {plan.to}: {', '.join(parts)}"


def _remarks(plan: Plan) -> list[str]:
    kept = sum(file.op == "keep" for file in plan.files)
    warnings = len(plan.warnings) + any(package.op == "lack" for package in plan.packages)
    found = []
    if kept and plan.verb not in ("diff", "uninstall", "verify"):
        found.append(f"{plural(kept, 'file')} kept as you changed {'it' if kept == 1 else 'them'}")
    if warnings:
        found.append(plural(warnings, "warning"))
    return found


def session_note(plan: Plan) -> str:
    """What a change of the session asks of the reader; empty when there is none."""
    if plan.check or plan.outcome != "changed" or plan.verb not in ("switch", "rollback", "generation"):
        return ""
    names = [variable.name for variable in plan.session if variable.kind == "variable"]
    if any(variable.kind == "path" for variable in plan.session):
        names.append("PATH")
    return f"open a new login shell for {listed(names, 4)}" if names else ""


def spec_note(plan: Plan) -> str:
    """What a way back means for the next switch; empty when there was none."""
    if plan.check or plan.outcome != "changed" or plan.verb not in ("rollback", "generation"):
        return ""
    newer = _from_newer(plan, "generation")
    return f"the spec still says {newer}; the next switch restores it" if newer else ""
