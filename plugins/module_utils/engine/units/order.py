# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The order in which units are named to the manager: it enqueues their jobs one by one."""

from __future__ import annotations

from typing import Dict, Iterable, List, Mapping, Set

from .name import type_of


def ordered(units: Iterable[str], after: Mapping[str, Set[str]]) -> List[str]:
    """The units so that each comes after what `after` says, sockets first among equals, and then by name.

    A circle is broken at the first of its units.
    """
    waiting: Dict[str, Set[str]] = {}
    chosen = sorted(set(units), key=_rank)
    for unit in chosen:
        waiting[unit] = {other for other in chosen if other != unit and other in after.get(unit, ())}
        if type_of(unit) != "socket":
            continue
        # A service of the same start would take the socket's place.
        waiting[unit] = {other for other in waiting[unit] if type_of(other) == "socket"}
    result: List[str] = []
    while waiting:
        free = next((unit for unit in waiting if not waiting[unit]), next(iter(waiting)))
        result.append(free)
        del waiting[free]
        for others in waiting.values():
            others.discard(free)
    return result


def _rank(unit: str) -> tuple[int, str]:
    return (0 if type_of(unit) == "socket" else 1, unit)
