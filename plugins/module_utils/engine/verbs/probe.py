# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The question before every switch: is there anything to do? Small and quick when there is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..state import layout, packaged
from ..state.ledger import Ledger
from ..transaction.recovery import begin

if TYPE_CHECKING:
    from ..home.folder import HomeFolder

    Answer = dict[str, Any]


def probe(home: HomeFolder, request: dict[str, Any]) -> Answer:
    """The verb: see the contract."""
    answer: Answer = {
        "current": None,
        "unchanged": False,
        "objects": [],
        "drift": [],
        "repaired": [],
        "owed": False,
        "warnings": [],
    }
    state = home.state
    if state is None:
        return answer
    dry = bool(request.get("check"))
    answer["warnings"] = begin(home, dry)
    current = state.current()
    if current is not None:
        number, specialisation = layout.parse_reference(current)
        digest = state.about(number).get("digest")
        answer["current"] = {"generation": number, "digest": digest, "specialisation": specialisation}
        answer["owed"] = current != state.completed()
        if digest == request.get("digest") and specialisation == request.get("specialisation"):
            if packaged.lost(state, number):
                # Not unchanged, whatever else: the switch puts it back or finds another.
                answer["warnings"] += [f"{name} is gone" for name in packaged.lost(state, number)]
            elif request.get("verify", True):
                _settle(home, answer, current, dry, request.get("user") or "")
            else:
                answer["unchanged"] = True
            answer["unchanged"] = answer["unchanged"] and not answer["owed"] and not (dry and answer["warnings"])
    if not answer["unchanged"]:
        answer["objects"] = state.objects()
    return answer


def _settle(home: HomeFolder, answer: Answer, current: str, dry: bool, user: str) -> None:
    from ..switching.drift import object_drift, path_drift
    from ..switching.repair import examine, kept_files, repair

    ledger = Ledger.read(home.state, home.path)
    broken = object_drift(home, ledger, current)
    differing = path_drift(home, ledger)
    answer["drift"] = differing + [{"path": path, "problem": "object", "detail": name} for path, name in broken]
    if not answer["drift"]:
        answer["unchanged"] = True
        return
    if dry:
        plan = examine(home, ledger, current)
        answer["kept"] = kept_files(plan)
        answer["unchanged"] = not broken and plan.empty
    elif not answer["owed"]:
        done, left = repair(home, ledger, current, broken, user)
        answer["repaired"] = [item for item in done if item["op"] == "repair"]
        answer["kept"] = [item for item in done if item["op"] == "keep"]
        answer["unchanged"] = not left
