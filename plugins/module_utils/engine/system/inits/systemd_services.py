# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The services and units of systemd, through systemctl."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...units.state import States
from ...units.systemctl import PROGRAM, Systemctl
from ...units.transition import Transition
from ...units.unit_set import UnitFile, UnitSet
from ..process import run
from .units import UNITS, packaged_units

if TYPE_CHECKING:
    from typing import Callable, Collection, Dict, FrozenSet, List, Mapping, Set, Tuple

    from ...units.state import State
    from ..declaration import EtcEntry
    from ..process import Done

_TIMEOUT = 300.0


class SystemManager(Systemctl):
    """PID 1, through systemctl."""

    def __init__(self, timeout: float) -> None:
        super().__init__(timeout, "/run")

    def _call(self, verb: str, arguments: List[str], timeout: float) -> Tuple[str, int]:
        self.calls.append(verb)
        return self._run([PROGRAM, verb, *arguments], timeout)

    def journal(self, invocation: str) -> List[str]:
        """The last lines of one run of a unit."""
        if not invocation:
            return []
        done = run(["journalctl", "--quiet", "--output=cat", "--lines=5", f"_SYSTEMD_INVOCATION_ID={invocation}"], 30.0)
        return done.output.splitlines()[-5:] if done.good else []


class SystemdServices:
    """Units, by their names."""

    ssh: Tuple[str, ...] = ("ssh.service", "ssh.socket", "sshd.service", "sshd.socket")

    def __init__(self, timeout: float) -> None:
        self._manager = SystemManager(timeout)

    def transition(
        self, old: Mapping[str, EtcEntry], new: Mapping[str, EtcEntry], read: Callable[[str], bytes]
    ) -> Transition | None:
        return Transition(self._manager, unit_set(old, read), unit_set(new, read), own_units())

    def packaged(self) -> FrozenSet[str]:
        return packaged_units()

    def running(self, names: Collection[str]) -> Set[str]:
        return {name for name, state in self._states(names) if state.runs}

    def failed(self, names: Collection[str]) -> Set[str]:
        return {name for name, state in self._states(names) if state.failed}

    def _states(self, names: Collection[str]) -> List[Tuple[str, State]]:
        states = self._manager.show(sorted(names)) if names else States()
        return [(name, states.get(name)) for name in names]

    def there(self, name: str) -> bool:
        return self._manager.show([name]).get(name)["LoadState"] in ("loaded", "masked")

    def lacking(self, name: str) -> str:
        """Nothing: which units a package ships differs from release to release."""
        return ""

    def enabled(self, name: str) -> bool | None:
        done = run([PROGRAM, "is-enabled", "--", name], 30.0)
        word = done.output.strip().splitlines()[-1] if done.output.strip() else ""
        if word in ("enabled", "enabled-runtime", "linked", "alias"):
            return True
        return False if word == "disabled" else None

    def enable(self, name: str) -> Done:
        return run([PROGRAM, "enable", "--quiet", "--", name], 60.0)

    def disable(self, name: str) -> Done:
        return run([PROGRAM, "disable", "--quiet", "--", name], 60.0)

    def forget(self, name: str) -> None:
        if self.failed([name]):
            self._manager.forget([name])

    def act(self, verb: str, name: str) -> Done:
        return run([PROGRAM, "reload-or-restart" if verb == "reload" else verb, "--", name], _TIMEOUT)


def unit_set(entries: Mapping[str, EtcEntry], read: Callable[[str], bytes]) -> UnitSet:
    """The units among the files of a declaration. `read` gives the bytes of an object."""
    root: Dict[str, UnitFile] = {}
    for target, entry in entries.items():
        if not target.startswith(UNITS):
            continue
        if entry.link is not None:
            root[target[len(UNITS) :]] = UnitFile(f"link {entry.link}", lambda: "", entry.link)
        else:
            name = entry.object or ""
            root[target[len(UNITS) :]] = UnitFile(name, _reader(read, name))
    return UnitSet([root])


def _reader(read: Callable[[str], bytes], name: str) -> Callable[[], str]:
    return lambda: read(name).decode("utf-8", "replace")


def own_units() -> FrozenSet[str]:
    """The units that this process runs in: they are never stopped by it."""
    try:
        with open("/proc/self/cgroup", encoding="ascii", errors="replace") as lines:
            parts = {part for line in lines for part in line.strip().split(":", 2)[-1].split("/")}
    except FileNotFoundError:
        # A system without /proc.
        return frozenset()
    return frozenset(part for part in parts if part.endswith((".service", ".scope")))
