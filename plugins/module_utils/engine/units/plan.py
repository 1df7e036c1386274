# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a switch has to do to the units of a running manager, and what that is made from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Dict, FrozenSet, List, Set

if TYPE_CHECKING:
    from .state import States
    from .unit_set import Edge, UnitSet


class Context:
    """What else counts.

    `own`: the units that this very process runs in. For work that an interrupted switch left: `active`, the units that
    ran when it began, and `already`, those that have been started since with their text of `interim`, the set that it led to.
    """

    __slots__ = ("active", "already", "interim", "own")

    def __init__(
        self,
        own: FrozenSet[str] = frozenset(),
        active: FrozenSet[str] = frozenset(),
        already: FrozenSet[str] = frozenset(),
        interim: UnitSet | None = None,
    ) -> None:
        self.own = own
        self.active = active
        self.already = already
        self.interim = interim


class Plan:
    """The actions, each list in the order in which they are to be given to the manager.

    `keep`: unit to the reason why it is left alone although it changed. `why`: unit to what is behind an action.
    `reset`: units whose failure is to be forgotten. `later`: unit to the inactive unit with which it will start.
    `unloadable`: unit to why the manager cannot load it. `notes`: sentences for people.
    """

    def __init__(self, old: UnitSet, new: UnitSet, before: States, context: Context) -> None:
        self.old = old
        self.new = new
        self.before = before
        self.context = context
        self.stop: List[str] = []
        self.reload: List[str] = []
        self.restart: List[str] = []
        self.start: List[str] = []
        self.reset: List[str] = []
        self.keep: Dict[str, str] = {}
        self.why: Dict[str, str] = {}
        self.later: Dict[str, str] = {}
        self.unloadable: Dict[str, str] = {}
        self.notes: List[str] = []
        # Stopped, and to be started again.
        self.back: Set[str] = set()
        # Stopped, because they are no longer there.
        self.gone: Set[str] = set()
        self.added: Set[Edge] = set()

    def origin(self, unit: str) -> UnitSet:
        """The set whose text the unit runs."""
        interim = self.context.interim
        return interim if interim is not None and unit in self.context.already else self.old

    def ran(self, unit: str) -> bool:
        """Whether it ran before the switch, or before the one that was interrupted."""
        return self.before.get(unit).runs or unit in self.context.active

    def asked(self) -> Set[str]:
        """The units whose state must be known after the reload, whether the manager has loaded them or not."""
        moved = {*self.stop, *self.restart, *self.back, *self.gone, *self.context.active}
        running = {state.name for state in self.before if state.runs}
        wanted = {unit for edge in self.added for unit in edge}
        unmasked = {unit for unit in self.old.units() if self.old.masks(unit)}
        failed = {state.name for state in self.before if state.failed}
        every = {*moved, *running, *wanted, *unmasked, *failed}
        return {unit for unit in every if "@." not in unit}
