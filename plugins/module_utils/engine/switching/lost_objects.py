# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Objects that were changed in place or are gone, in a switch: repaired from their packs, or from what the bundle brings."""

from __future__ import annotations

from ..contract.errors import EngineError, ErrorKind
from ..contract.operations import OperationKind
from ..disk import filesystem
from ..state import layout, objects
from ..state.staging import stage_objects

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..contract.answers import SwitchAnswer
    from ..contract.objects import StoredObject
    from ..state.state import State
    from .goal import Goal


def lost_objects(state: State | None, goal: Goal) -> list[str]:
    """The IDs of objects that a generation which is there already needs, and that only the bundle has."""
    if state is None or goal.bundled is None or goal.fresh:
        return []
    present = set(state.objects())
    return [name for name in goal.bundled.manifest.objects() if name in goal.bundled.held and name not in present]


def repair(
    state: State, goal: Goal, wanted: dict[str, StoredObject], names: list[str], tx: str, answer: SwitchAnswer
) -> None:
    """Repair these objects; what was done to each is entered in the answer. One that nobody has is warned of."""
    if names:
        state.folder(layout.STAGING)
    for name in names:
        try:
            detail = objects.repair_object(state, name, wanted[name].mode, tx)
        except EngineError as error:
            if error.kind != ErrorKind.OBJECT:
                raise
            bundled = goal.bundled
            if bundled is None or name not in bundled.held:
                answer.warnings.append(error.message)
                continue
            if stage_objects(state, bundled.manifest, bundled.held, bundled.raw, tx):
                filesystem.sync_everything(state.fd)
            detail = objects.repair_object(state, name, wanted[name].mode, tx)
        for operation in answer.operations:
            if operation.op == OperationKind.REPAIR and operation.path == f"{layout.STORE}/{name}":
                operation.detail = detail
