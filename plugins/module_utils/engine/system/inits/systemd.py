# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""systemd: units at boot, drop-ins for the units of packages, and a transient timer."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ...contract import root_state
from ...disk import queries
from ..accounts.replacement import NOTE
from ..process import run
from ..runner import command
from .units import UNITS, USER_UNITS, packaged

if TYPE_CHECKING:
    from typing import Callable, Dict, List, Mapping, Sequence

    from ..declaration import EtcEntry
    from .services import Services

RECOVER = "home-manager-recover.service"
REVERT = "home-manager-revert-boot.service"
_DROPIN = "home-manager.conf"
_TIMER = "home-manager-revert"


def _quoted(words: List[str]) -> str:
    return " ".join('"' + word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%") + '"' for word in words)


def _unit(description: str, reasons: List[str], after: str, arguments: List[str]) -> bytes:
    """A unit that acts at boot where one of some files is there."""
    conditions = "".join(f"ConditionPathExists=|{path}\n" for path in reasons)
    return (
        f"[Unit]\nDescription={description}\nDefaultDependencies=no\n{conditions}"
        f"RequiresMountsFor={root_state.FOLDER}\nAfter={after}\nBefore=sysinit.target systemd-sysctl.service systemd-modules-load.service\n\n"
        f"[Service]\nType=oneshot\nTimeoutStartSec=120\nExecStart={_quoted(arguments)}\n\n[Install]\nWantedBy=sysinit.target\n"
    ).encode()


def boot_units(state: str) -> Dict[str, bytes]:
    """The two units that act at boot, by their names: they finish an interrupted switch, and take an unconfirmed one back."""
    return {
        RECOVER: _unit(
            "Finish or undo an interrupted system switch",
            [os.path.join(state, "journal.json"), f"/etc/{NOTE}"],
            "local-fs.target systemd-remount-fs.service",
            command(state, "recover", "--boot"),
        ),
        REVERT: _unit(
            "Revert an unconfirmed system switch",
            [os.path.join(state, "unconfirmed.json")],
            f"local-fs.target systemd-remount-fs.service {RECOVER}",
            command(state, "revert", "--boot"),
        ),
    }


class Systemd:
    """systemd. Where it is not the init of the running host (`running`), files are placed for it and nothing is asked of it."""

    def __init__(self, running: bool = True, ships: Callable[[str, str], bool] = packaged) -> None:
        self.name = "systemd" if running else "other"
        self._running = running
        self._ships = ships

    def boot_files(self, state: str) -> Dict[str, bytes | str]:
        files: Dict[str, bytes | str] = {}
        for name, text in boot_units(state).items():
            files[UNITS + name] = text
            files[f"{UNITS}sysinit.target.wants/{name}"] = f"../{name}"
        return files

    def refused(self, entries: Mapping[str, EtcEntry]) -> str:
        return ""

    def placed(self, entries: Mapping[str, EtcEntry]) -> Dict[str, EtcEntry]:
        """The entries with each unit that a package ships turned into a drop-in for that one."""
        found = {}
        for target, entry in entries.items():
            folder = USER_UNITS if target.startswith(USER_UNITS) else UNITS
            if entry.unit is not None and entry.link is None and self._ships(folder, entry.unit):
                target = f"{folder}{entry.unit}.d/{_DROPIN}"
                entry = entry._replace(target=target)
            found[target] = entry
        return found

    def services(self, timeout: float) -> Services | None:
        if not self._running:
            return None
        from .systemd_services import SystemdServices

        return SystemdServices(timeout)

    def start_timer(self, command: List[str], seconds: int, state: str) -> str:
        # A failed unit that was left over makes systemd refuse a new one of its name.
        self.stop_timer(state)
        run(["systemctl", "reset-failed", f"{_TIMER}.service", f"{_TIMER}.timer"], 30.0)
        started = run(
            ["systemd-run", f"--unit={_TIMER}", f"--on-active={seconds}s", "--timer-property=AccuracySec=100ms", "--collect", *command],
            30.0,
        )  # fmt: skip
        active = run(["systemctl", "is-active", f"{_TIMER}.timer"], 30.0)
        return "" if started.good and active.output.strip() == "active" else started.last

    def stop_timer(self, state: str) -> None:
        run(["systemctl", "stop", f"{_TIMER}.timer"], 30.0)

    def recovered_at_boot(self) -> None:
        """Read the units again, and pull in what the boot's first transaction did not know of."""
        if self._running:
            run(["systemctl", "daemon-reload"], 60.0)
            run(["systemctl", "--no-block", "start", "default.target"], 30.0)

    def bring_up(self, users: Sequence[str]) -> None:
        import pwd

        for user in users:
            if queries.exists(f"/var/lib/systemd/linger/{user}"):
                run(["systemctl", "start", f"user@{pwd.getpwnam(user).pw_uid}.service"], 60.0)
