# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the manager says of its units, as `systemctl show` prints it."""

from __future__ import annotations

from typing import Dict, FrozenSet, Iterable, Iterator, Mapping

RUNNING = frozenset(("active", "activating", "reloading", "refreshing"))

_PULLS = ("Wants", "Requires", "BindsTo", "Upholds")
_NEEDS = ("Requires", "BindsTo")
PROPERTIES = (
    "Id",
    "Names",
    "LoadState",
    "ActiveState",
    "SubState",
    "FragmentPath",
    "SourcePath",
    *_PULLS,
    "PartOf",
    "After",
    "Conflicts",
    "TriggeredBy",
    "Triggers",
    "RefuseManualStart",
    "RefuseManualStop",
    "CanReload",
    "Type",
    "Accept",
    "Result",
    "ExecMainStatus",
    "ExecMainCode",
    "NRestarts",
    "InvocationID",
    "InactiveExitTimestampMonotonic",
    "ConditionResult",
    "AssertResult",
    "ReloadResult",
)


class State:
    """One unit as the manager has it. Everything is text as the manager prints it."""

    __slots__ = ("_properties", "name")

    def __init__(self, properties: Mapping[str, str]) -> None:
        self._properties = properties
        self.name = properties.get("Id", "")

    def __getitem__(self, key: str) -> str:
        """The value of a property; empty when the unit has none of that name."""
        return self._properties.get(key, "")

    def properties(self) -> Dict[str, str]:
        """All of it, to change."""
        return dict(self._properties)

    def words(self, *keys: str) -> FrozenSet[str]:
        """The words of these properties."""
        return frozenset(word for key in keys for word in self[key].split())

    def yes(self, key: str) -> bool:
        """Whether a property says yes."""
        return self[key] == "yes"

    def number(self, key: str) -> int:
        """The value of a property that is a number; 0 when it has none."""
        value = self[key]
        return int(value) if value.isdigit() else 0

    @property
    def runs(self) -> bool:
        """Whether it is active or on its way there."""
        return self["ActiveState"] in RUNNING

    @property
    def failed(self) -> bool:
        """Whether it is in the state `failed`."""
        return self["ActiveState"] == "failed"

    @property
    def pulls(self) -> FrozenSet[str]:
        """The units that its start pulls in."""
        return self.words(*_PULLS)

    @property
    def needs(self) -> FrozenSet[str]:
        """The units without which it cannot run."""
        return self.words(*_NEEDS)

    @property
    def depends_on(self) -> FrozenSet[str]:
        """The units whose stop takes it down."""
        return self.words(*_NEEDS, "PartOf")


class States:
    """The units of a manager by every one of their names."""

    def __init__(self, states: Iterable[State] = ()) -> None:
        self._by_name: Dict[str, State] = {}
        self._all: Dict[str, State] = {}
        for state in states:
            self.add(state)

    def add(self, state: State) -> None:
        """Take a unit in, in the place of an earlier one of its name."""
        self._all[state.name] = state
        for name in state["Names"].split() or [state.name]:
            self._by_name[name] = state
        self._by_name[state.name] = state

    def get(self, name: str) -> State:
        """The unit of this name; an unknown one is not loaded and not active."""
        return self._by_name.get(name) or State({"Id": name, "LoadState": "", "ActiveState": "inactive"})

    def __iter__(self) -> Iterator[State]:
        return iter(self._all.values())

    def __contains__(self, name: str) -> bool:
        return name in self._by_name

    @classmethod
    def of(cls, shown: str) -> States:
        """What `systemctl show` printed: blocks of KEY=VALUE, an empty line between two units."""
        states = cls()
        for block in shown.split("\n\n"):
            properties = dict(line.partition("=")[::2] for line in block.splitlines() if "=" in line)
            if properties.get("Id"):
                states.add(State(properties))
        return states
