# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Repairing what drifted: objects that were changed in place, links and modes of managed paths."""

from __future__ import annotations

from ..contract.errors import EngineError, ErrorKind
from ..contract.operations import Operation, OperationKind
from ..disk import filesystem
from ..planning.plan import Purpose
from ..state import layout, objects
from ..transaction.journal import transaction_id
from .goal import goal_of_generation
from .options import SwitchOptions
from .planner import make_plan
from .switch import run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Sequence

    from ..home.folder import HomeFolder
    from ..planning.plan import Plan
    from ..state.ledger import Ledger

# What may be repaired without a switch: it brings back what was there, and removes nothing.
_HARMLESS = (OperationKind.REPAIR, OperationKind.KEEP, OperationKind.ADOPT)


class Repair:
    """What a repair came to: what was `done`, which files are `kept` as the user edited them, what is `left` to a switch."""

    def __init__(self) -> None:
        self.done: list[Operation] = []
        self.kept: list[Operation] = []
        self.left: list[str] = []


def examine(home: HomeFolder, ledger: Ledger, current: str) -> Plan:
    """What a switch to the same generation would do."""
    state = home.require_state()
    return make_plan(home, state.manifest(current).view, ledger, "probe", Purpose(same=True), state.content)


def kept_files(operations: Sequence[Operation]) -> list[Operation]:
    """The operations that leave a file as its user edited it."""
    return [operation for operation in operations if operation.op == OperationKind.KEEP]


def repair(home: HomeFolder, ledger: Ledger, current: str, drifted: list[tuple[str, str]], user: str) -> Repair:
    """Repair what can be without removing anything."""
    found = Repair()
    if drifted:
        repair_objects(home, drifted, current, found)
    if found.left:
        return found
    plan = examine(home, ledger, current)
    found.kept = kept_files(plan.operations)
    found.left = [str(problem) for problem in plan.collisions]
    found.left += [f"{item.path} must be written again" for item in plan.operations if item.op not in _HARMLESS]
    if found.left or not (plan.steps or ledger.unfinished):
        return found
    answer = run(home, goal_of_generation(home, *layout.parse_reference(current)), SwitchOptions({}), user)
    found.done += [operation for operation in answer.operations if operation.op == OperationKind.REPAIR]
    found.left = answer.warnings
    return found


def repair_objects(home: HomeFolder, drifted: list[tuple[str, str]], current: str, found: Repair) -> None:
    """Repair these objects (path below `home-files`, ID); one whose content is lost is left to a switch."""
    state = home.require_state()
    wanted, tx = state.manifest(current).view.objects, transaction_id()
    state.folder(layout.STAGING)
    for name in sorted({name for _path, name in drifted}):
        path = next(path for path, other in drifted if other == name)
        try:
            detail = objects.repair_object(state, name, wanted[name].mode, tx, f"{current}/{layout.FILES}/{path}")
        except EngineError as error:
            if error.kind != ErrorKind.OBJECT:
                raise
            found.left.append(error.message)
            continue
        operation = Operation(OperationKind.REPAIR, path, detail)
        operation.found = "content"
        found.done.append(operation)
    filesystem.remove_tree(layout.STAGING, state.fd)
