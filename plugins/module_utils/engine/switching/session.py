# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What changes in the session between two generations: variables, and folders of the search path."""

from __future__ import annotations

from ..contract.operations import SessionChange

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict, List

    from ..contract.answers import SwitchAnswer
    from ..contract.provenance import Session

_SIGNS = {"add": "+", "remove": "-", "change": "~", "repair": "~", "adopt": "=", "backup": ">"}


def session_changes(before: Session, after: Session) -> List[SessionChange]:
    """The variables first, by name, then folders that come, then those that go."""
    names = sorted({**before.variables, **before.secrets, **after.variables, **after.secrets})
    found = [_variable(name, before, after) for name in names]
    changes = [change for change in found if change is not None]
    for index, folder in enumerate(after.path):
        if folder not in before.path:
            change = SessionChange(folder, "add", "path")
            later = [other for other in after.path[index + 1 :] if other in before.path]
            change.before = later[0] if later else ""
            changes.append(change)
    gone = [folder for folder in before.path if folder not in after.path]
    return changes + [SessionChange(folder, "remove", "path") for folder in gone]


def _variable(name: str, before: Session, after: Session) -> SessionChange | None:
    old, new = before.variables.get(name), after.variables.get(name)
    old_secret, new_secret = before.secrets.get(name), after.secrets.get(name)
    if (old, old_secret) == (new, new_secret):
        return None
    was, comes = old is not None or old_secret is not None, new is not None or new_secret is not None
    change = SessionChange(name, "change" if was and comes else "add" if comes else "remove")
    if old_secret is not None or new_secret is not None:
        change.secret = True
    else:
        change.old, change.new = old, new
    return change


def counts(answer: SwitchAnswer) -> Dict[str, Dict[str, int]]:
    """Kind to sign to number, as a generation remembers it for lists of generations."""
    found: Dict[str, Dict[str, int]] = {}
    moved = {operation.path for operation in answer.operations if operation.op.value == "backup"}
    kinds = []
    for operation in answer.operations:
        # What took the place of a file that was moved aside is new.
        new = operation.op.value == "change" and operation.path in moved
        kinds.append(("files", "add" if new else operation.op.value))
    kinds += [(change.kind + "s", change.op) for change in answer.session]
    # The host's own packages neither come nor go.
    kinds += [("packages", change.op) for change in answer.packages if change.provider != "host"]
    kinds += [("settings", change.op) for change in answer.settings]
    for kind, op in kinds:
        sign = _SIGNS.get(op)
        if sign is not None:
            signs = found.setdefault(kind, {})
            signs[sign] = signs.get(sign, 0) + 1
    return found
