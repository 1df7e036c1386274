# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The question before every switch: is there anything to do? Small and quick when there is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import filesystem, store
from .ledger import Ledger
from .recovery import interrupted, recover

if TYPE_CHECKING:
    from .home import Home

    Answer = dict[str, Any]

# What a probe may put right by itself: it brings back what was there, and takes nothing away.
_HARMLESS = ("repair", "keep", "adopt")


def begin(home: Home, dry: bool) -> list[str]:
    """Recover from a crash, if there was one; messages for people."""
    if home.state is None or not interrupted(home.state):
        return []
    if dry:
        return ["an earlier switch was interrupted; the next real run finishes or undoes it first"]
    return recover(home)


def probe(home: Home, request: dict[str, Any]) -> Answer:
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
        number, specialisation = store.parse_reference(current)
        digest = state.about(number).get("digest")
        answer["current"] = {"generation": number, "digest": digest, "specialisation": specialisation}
        answer["owed"] = current != state.completed()
        if digest == request.get("digest") and specialisation == request.get("specialisation"):
            if request.get("verify", True):
                _settle(home, answer, current, dry, request.get("user") or "")
            else:
                answer["unchanged"] = True
            answer["unchanged"] = answer["unchanged"] and not answer["owed"] and not (dry and answer["warnings"])
    if not answer["unchanged"]:
        answer["objects"] = state.objects()
    return answer


def _settle(home: Home, answer: Answer, current: str, dry: bool, user: str) -> None:
    from .verify import damaged, differences

    ledger = Ledger.read(home.state, home.path)
    broken = damaged(home, ledger, current)
    differing = differences(home, ledger)
    answer["drift"] = differing + [{"path": path, "problem": "object", "detail": name} for path, name in broken]
    if not answer["drift"]:
        answer["unchanged"] = True
        return
    if dry:
        answer["unchanged"] = not broken and not _needs(home, ledger, current)
    elif not answer["owed"]:
        answer["repaired"], left = repair(home, ledger, current, broken, user)
        answer["unchanged"] = not left


def _needs(home: Home, ledger: Ledger, current: str) -> bool:
    """Whether a switch to the same generation would have anything to do."""
    plan = _plan(home, ledger, current)
    return not plan.empty


def repair(
    home: Home, ledger: Ledger, current: str, broken: list[tuple[str, str]], user: str
) -> tuple[list[dict[str, str]], list[str]]:
    """Put right what can be without taking anything away: (operations, what is left to a switch)."""
    from .switch import Settings, goal_of_generation, run
    from .verify import mend_all

    done = mend_all(home, broken, current) if broken else []
    plan = _plan(home, ledger, current)
    left = [f"{item['path']}: {item['reason']}" for item in plan.collisions]
    left += [f"{item['path']} is to be written again" for item in plan.operations if item["op"] not in _HARMLESS]
    if left or not plan.steps:
        return done, left
    number, specialisation = store.parse_reference(current)
    goal = goal_of_generation(home, number, specialisation)
    told = run(home, goal, Settings(user))
    return done + [item for item in told["operations"] if item["op"] == "repair"], told["warnings"]


def _plan(home: Home, ledger: Ledger, current: str) -> Any:
    from .plan import Options
    from .planner import make_plan

    state = home.there()

    def content(name: str) -> bytes:
        return filesystem.read(f"{store.STORE}/{name}", state.fd)

    return make_plan(home, state.manifest(current), ledger, "probe", Options(same=True), content)
