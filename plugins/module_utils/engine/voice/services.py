# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The services of an answer as units of a plan: one entry each, with what is behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .entries import Unit

if TYPE_CHECKING:
    from typing import Iterator, Optional

    from ..contract.services import ServicesAnswer, UnitFailure

_KEPT = {
    "keep-old": "the old process keeps running, because of X-SwitchMethod or X-RestartIfChanged",
    "RefuseManualStop": "it cannot be stopped by hand (RefuseManualStop)",
    "RefuseManualStart": "it cannot be started by hand (RefuseManualStart)",
    "X-StopOnRemoval": "it keeps running, because of X-StopOnRemoval",
}


def units_of(services: ServicesAnswer) -> Iterator[Unit]:
    """The units of an answer: what is stopped, reloaded, restarted, started, left alone, and what starts later."""
    stop, start = services.stop, services.start
    actions = {
        "stop": [unit for unit in stop if unit not in start],
        "reload": services.reload,
        # What is stopped before the change and started after it is one action for people.
        "restart": [*services.restart, *(unit for unit in start if unit in stop)],
        "start": [unit for unit in start if unit not in stop],
    }
    failed = {item.unit: item for item in services.failed}
    named = {unit for units in actions.values() for unit in units}
    # What failed without being named came with another unit.
    actions["start"] += [unit for unit in failed if unit not in named]
    for action, units in actions.items():
        for unit in sorted(units):
            yield _unit(unit, action, services.why.get(unit, ""), failed.get(unit))
    for unit, why in sorted(services.keep.items()):
        yield Unit(unit, "keep", _KEPT.get(why, why))
    for unit, what in sorted(services.later.items()):
        yield Unit(unit, "later", f"with {what}" if what.endswith(".target") else what)


def _unit(name: str, action: str, why: str, failed: Optional[UnitFailure]) -> Unit:
    if failed is None:
        return Unit(name, action, why)
    return Unit(name, action, why, True, failed.status, tuple(failed.lines))
