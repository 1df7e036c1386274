# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The system's service manager, and the units of a declaration for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..units.systemctl import PROGRAM, Systemctl
from ..units.unit_set import UnitFile, UnitSet
from .placement import UNITS
from .process import run

if TYPE_CHECKING:
    from typing import Callable, Dict, FrozenSet, List, Mapping, Tuple

    from .declaration import EtcEntry


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

    def enabled(self, unit: str) -> bool | None:
        """Whether a unit is enabled; None when the manager does not know it, or it cannot be enabled."""
        done = run([PROGRAM, "is-enabled", "--", unit], 30.0)
        word = done.output.strip().splitlines()[-1] if done.output.strip() else ""
        if word in ("enabled", "enabled-runtime", "linked", "alias"):
            return True
        return False if word == "disabled" else None

    def enable(self, unit: str) -> None:
        run([PROGRAM, "enable", "--quiet", "--", unit], 60.0)

    def disable(self, unit: str) -> None:
        run([PROGRAM, "disable", "--quiet", "--", unit], 60.0)


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
