# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Undoing a switch that failed after its commit."""

from __future__ import annotations

import contextlib
import stat

from ..contract.errors import ErrorKind
from ..contract.manifest import View
from ..disk import filesystem
from ..planning.plan import Purpose
from ..state import layout, objects
from ..state.ledger import Ledger
from ..transaction.commit import commit
from ..transaction.journal import transaction_id
from ..transaction.recovery import sweep_quickly
from .generation_change import GenerationChange
from .planner import make_plan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable

    from ..contract.answers import SwitchAnswer
    from ..contract.operations import Problem
    from ..contract.outcomes import Failure
    from ..home.folder import HomeFolder
    from ..planning.plan import Plan
    from ..state.state import State
    from .generation_change import ServiceWork
    from .goal import Goal


# The mode of the mark of a generation that was kept. A mark needs no room when it is made.
_KEPT = 0o400


class UndoResult:
    """What an undo did: its `plan`, and the `problems` of the steps that the system refused, which the next switch finishes."""

    def __init__(self, plan: Plan, problems: list[Problem]) -> None:
        self.plan = plan
        self.problems = problems


class SwitchUndo:
    """Undoes one switch: `former` is the ledger before it, `content` gives the content of an object."""

    def __init__(
        self, home: HomeFolder, goal: Goal, former: Ledger, content: Callable[[str], bytes], answer: SwitchAnswer
    ) -> None:
        self.home = home
        self.goal = goal
        self.former = former
        self.content = content
        self.answer = answer

    def undo(self, back: str | None, work: ServiceWork | None) -> UndoResult:
        """The same transaction, to the previous generation. OSError, EngineError, Blocked: then it is not done."""
        state = self.home.require_state()
        ledger = Ledger.read(state, self.home.path)
        view = state.manifest(back).view if back is not None else View()
        plan = make_plan(self.home, view, ledger, transaction_id(), Purpose(former=self.former.files), self.content)
        self.answer.warnings += [str(problem) for problem in plan.collisions]
        state.folder(layout.STAGING)
        large = objects.large_objects(state, view.objects)
        services = (
            work.undo_work(GenerationChange(self.goal.to, self.goal.view, back, view)) if work is not None else None
        )
        if services is not None:
            services.prepare()
            services.stage()
        forward = commit(self.home, plan, Ledger(self.home.path, plan.files, plan.made, ledger.last, large), back)
        self.answer.warnings += [str(problem) for problem in forward.problems]
        if services is not None:
            services.act()
            self.answer.warnings += services.warnings
        if back is None and filesystem.lstat(layout.COMPLETED, state.fd) is not None:
            filesystem.unlink(layout.COMPLETED, state.fd)
        mark_failed(self.home, self.goal, self.answer.failed, kept=False)
        sweep_quickly(self.home)
        filesystem.remove_tree(layout.SERVICES, state.fd)
        return UndoResult(plan, forward.problems)


def was_kept(state: State | None, goal: Goal) -> bool:
    """Whether the goal is a generation that failed, and was kept all the same."""
    mark = filesystem.lstat(f"{layout.FAILED}/{goal.number}", state.fd) if state is not None else None
    return mark is not None and stat.S_IMODE(mark.st_mode) == _KEPT


def mark_failed(home: HomeFolder, goal: Goal, failed: Failure | None, kept: bool) -> None:
    """Mark a generation, once nothing is left to be done; one that is `kept` by the mode of the mark."""
    if goal.to is None:
        return
    state, staged = home.require_state(), f"{layout.STAGING}/{layout.FAILED}"
    if failed is not None and failed.kind == ErrorKind.HOOK and failed.entry:
        # For people alone: the mark counts without it, which a full disk must not take away.
        with contextlib.suppress(OSError):
            filesystem.fill(staged, failed.entry.encode(), state.fd)
    if kept:
        filesystem.chmod(staged, _KEPT, state.fd)
    filesystem.rename(staged, f"{layout.FAILED}/{goal.number}", state.fd, state.fd)
