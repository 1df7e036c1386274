# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Is the home as the current generation says? What drifted can be repaired."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..contract.errors import EngineError
from ..state import layout
from ..state.ledger import Ledger
from ..switching.drift import object_drift, path_drift
from ..switching.repair import repair
from ..transaction.recovery import begin

if TYPE_CHECKING:
    from ..home.folder import HomeFolder

    Answer = dict[str, Any]


def verify(home: HomeFolder, request: dict[str, Any], user: str) -> Answer:
    """The verb: {"changed", "generation", "drift", "repaired", "warnings"}; with `repair` what can be put right is."""
    answer: Answer = {"changed": False, "generation": None, "drift": [], "repaired": [], "warnings": []}
    if home.state is None:
        return answer
    dry = bool(request.get("check"))
    answer["warnings"] = begin(home, dry)
    answer["changed"] = home.recovered is not None
    current = home.state.current()
    ledger = Ledger.read(home.state, home.path)
    if current is None:
        if ledger.files:
            raise EngineError(
                "the link `current` is missing; switch or activate a generation to mend the home", "state"
            )
        return answer
    answer["generation"] = layout.parse_reference(current)[0]
    broken = object_drift(home, ledger, current)
    answer["drift"] = path_drift(home, ledger) + [_object_item(path, name) for path, name in broken]
    if current != home.state.completed():
        answer["warnings"].append("the last switch did not finish: its hooks are owed")
    if request.get("repair") and answer["drift"]:
        if dry:
            answer["changed"] = True
        else:
            done, left = repair(home, ledger, current, broken, user)
            repaired = [item for item in done if item["op"] == "repair"]
            answer["repaired"] = repaired
            answer["changed"] = answer["changed"] or bool(repaired)
            answer["warnings"] += left
    return answer


def _object_item(path: str, name: str) -> dict[str, str]:
    return {"path": path, "problem": "object", "detail": f"the object {name} was changed in place"}
