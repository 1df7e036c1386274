# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A model of a user's systemd manager: it loads folders of units, runs jobs, and shows states as systemctl prints them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ansible_collections.home.manager.plugins.module_utils.engine.units.name import instance_of, prefix_of, type_of
from ansible_collections.home.manager.plugins.module_utils.engine.units.state import States
from ansible_collections.home.manager.plugins.module_utils.engine.units.text import Text
from ansible_collections.home.manager.plugins.module_utils.engine.units.unit_set import UnitFile, UnitSet

if TYPE_CHECKING:
    from collections.abc import Collection

ACTIVE_TARGETS = ("default.target", "basic.target", "sockets.target", "timers.target", "paths.target")
TARGETS = (*ACTIVE_TARGETS, "graphical-session.target")
HOME = "/home/alice/.config/systemd/user/"
DEPENDENCIES = ("Requires", "BindsTo", "PartOf", "Wants", "Upholds", "After", "Conflicts")

Folder = dict[str, Any]


def files(folder: Folder) -> dict[str, UnitFile]:
    """A folder of units, as a test writes it: a text, or {"link": TEXT}."""
    found = {}
    for path, item in folder.items():
        if isinstance(item, dict):
            found[path] = UnitFile(f"link {item['link']}", lambda: "", item["link"])
        else:
            found[path] = UnitFile(item, lambda item=item: item)
    return found


def unit_set(folder: Folder) -> UnitSet:
    """The same as a set of units."""
    return UnitSet([files(folder)])


class Manager:
    """Loads `home` before `package`; a unit runs the text that was loaded when it was started."""

    def __init__(self, home: Folder, package: Folder | None = None) -> None:
        self.package = package or {}
        self.active: dict[str, str] = dict.fromkeys(ACTIVE_TARGETS, "active")
        # What a start of the unit leads to, where that is not `active`.
        self.outcome: dict[str, str] = {}
        self.sub: dict[str, str] = {}
        self.restarts: dict[str, int] = {}
        self.reload_result: dict[str, str] = {}
        self.starts: dict[str, int] = {}
        self.jobs: list[tuple[str, str]] = []
        self.load(home)

    def load(self, home: Folder) -> None:
        """What daemon-reload does after the folder changed."""
        self.home = home
        self.units = UnitSet([files(home), files(self.package)])
        self.links = self.units.links()

    def text(self, unit: str) -> Text:
        return self.units.text(unit)

    def load_state(self, unit: str) -> str:
        if self.units.masks(unit):
            return "masked"
        if unit in TARGETS or (type_of(unit) in ("target", "slice") and self.units.owns(unit)):
            return "loaded"
        if not self.units.owns(unit):
            return "not-found"
        if type_of(unit) == "service" and not self.text(unit).values("Service", "ExecStart"):
            return "bad-setting"
        return "loaded"

    def words(self, unit: str, key: str) -> set[str]:
        """The units that a key and links of it name."""
        found = set()
        if unit in self.units:
            found = set(self.text(unit).words("Unit", key))
        if key in ("Wants", "Requires", "Upholds"):
            found |= {held for holder, held in self.links if holder == unit and self._kind(holder, held) == key}
        return found

    def _kind(self, holder: str, held: str) -> str:
        return (
            "Requires"
            if any(f"{holder}.requires/{held}" in folder for folder in (self.home, self.package))
            else "Wants"
        )

    def triggers(self, unit: str) -> set[str]:
        if type_of(unit) not in ("socket", "timer", "path") or self.text(unit).truth("Socket", "Accept"):
            return set()
        named = self.text(unit).last(type_of(unit).title(), "Service" if type_of(unit) == "socket" else "Unit")
        return {named or prefix_of(unit) + ".service"}

    def every(self) -> set[str]:
        every = {*TARGETS, *self.units.units(), *self.active, *(held for _holder, held in self.links)}
        return {unit for unit in every if not unit.partition("@")[1] or instance_of(unit)}

    def show(self, units: list[str] | None = None) -> str:
        """What `systemctl show` prints; without names, of what is loaded."""
        names = units if units is not None else [unit for unit in self.every() if unit in self.active]
        return "\n\n".join(
            "\n".join(f"{key}={value}" for key, value in self.properties(unit).items()) for unit in names
        )

    def states(self, units: set[str] | None = None) -> States:
        return States.of(self.show(sorted(units) if units is not None else None))

    def properties(self, unit: str) -> dict[str, str]:
        text = self.text(unit)
        state = self.active.get(unit, "inactive")
        found = {
            "Id": unit,
            "Names": unit,
            "LoadState": self.load_state(unit),
            "ActiveState": state,
            "SubState": self.sub.get(unit, {"activating": "start"}.get(state, state)),
            "Result": "exit-code" if state == "failed" else "success",
            "ExecMainStatus": "1" if state == "failed" else "0",
            "NRestarts": "5" if self.sub.get(unit) == "auto-restart" else str(self.restarts.get(unit, 0)),
            "InactiveExitTimestampMonotonic": str(self.starts.get(unit, 0)),
            "ConditionResult": "yes",
            "AssertResult": "yes",
            "ReloadResult": self.reload_result.get(unit, "success"),
            "RefuseManualStart": "yes" if text.truth("Unit", "RefuseManualStart") else "no",
            "RefuseManualStop": "yes" if text.truth("Unit", "RefuseManualStop") else "no",
            "CanReload": "yes" if text.values("Service", "ExecReload") else "no",
            "InvocationID": f"{self.starts.get(unit, 0):032x}",
            "Type": text.last("Service", "Type") or "simple",
            "Accept": "yes" if text.truth("Socket", "Accept") else "no",
            "Triggers": " ".join(sorted(self.triggers(unit))),
            "TriggeredBy": " ".join(sorted(other for other in self.units.units() if unit in self.triggers(other))),
        }
        found.update({key: " ".join(sorted(self.words(unit, key))) for key in DEPENDENCIES})
        return found

    def stop(self, units: list[str]) -> None:
        for unit in units:
            self._stop(unit)

    def _stop(self, unit: str) -> None:
        if self.active.get(unit) not in ("active", "activating"):
            return
        for other in sorted(self.every()):
            if unit in self.words(other, "Requires") | self.words(other, "BindsTo") | self.words(other, "PartOf"):
                self._stop(other)
        self.jobs.append(("stop", unit))
        self.active[unit] = "inactive"

    def start(self, units: list[str]) -> None:
        for unit in units:
            self._start(unit)

    def _start(self, unit: str) -> None:
        if self.active.get(unit) in ("active", "activating") or self.load_state(unit) != "loaded":
            return
        if type_of(unit) == "socket" and any(self.active.get(service) == "active" for service in self.triggers(unit)):
            self.active[unit] = "failed"
            return
        for other in sorted(self.words(unit, "Conflicts")):
            self._stop(other)
        pulled = {other for key in ("Wants", "Requires", "BindsTo", "Upholds") for other in self.words(unit, key)}
        self.active[unit] = self.outcome.get(unit, "active")
        for other in sorted(pulled):
            self._start(other)
        self.jobs.append(("start", unit))
        self.starts[unit] = self.starts.get(unit, 0) + 1

    def restart(self, units: list[str]) -> None:
        for unit in units:
            down = [name for name, state in self.active.items() if state == "active"]
            self._stop(unit)
            self._start(unit)
            self.start([name for name in down if self.active[name] != "active"])

    def reload_or_restart(self, units: list[str]) -> None:
        """As the manager does it: whichever the unit can."""
        for unit in units:
            (self.reload if self.text(unit).values("Service", "ExecReload") else self.restart)([unit])

    def reload(self, units: list[str]) -> None:
        self.jobs += [("reload", unit) for unit in units]


class Calls:
    """The model behind the interface that the engine asks; the new folder is read when the manager is reloaded."""

    def __init__(self, model: Manager, new: Folder) -> None:
        self.model = model
        self.new = new
        self.calls: list[str] = []
        self.late = False
        self.stamped = (1, 2)

    def stamps(self) -> tuple[int, int]:
        self.calls.append("show")
        return self.stamped

    def begin(self) -> None:
        """The model needs no time."""

    def show(self, units: Collection[str] = (), everything: bool = False) -> States:
        self.calls.append("show")
        return self.model.states({*units, *(self.model.active if everything else ())})

    def booted(self) -> None:
        self.calls.append("is-system-running")

    def reload_manager(self) -> None:
        self.calls.append("daemon-reload")
        self.model.load(self.new)

    def run(self, verb: str, units: Collection[str]) -> None:
        if units:
            self.calls.append(verb)
            getattr(self.model, verb.replace("-", "_"))(list(units))

    def forget(self, units: Collection[str]) -> None:
        if units:
            self.calls.append("reset-failed")
        for unit in units:
            self.model.active.pop(unit, None)

    def journal(self, invocation: str) -> list[str]:
        return [f"line of {invocation.lstrip('0')}"]
