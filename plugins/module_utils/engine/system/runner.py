# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How the engine is started without a controller: by the timer of an unconfirmed switch, and at boot."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ..contract import root_state
from ..contract.objects import object_id
from ..disk import filesystem
from .accounts.replacement import NOTE
from .declaration import EtcEntry

if TYPE_CHECKING:
    from typing import Dict, List, Tuple

ARCHIVE = "engine.zip"
_MAIN = "import sys\n\nfrom engine.system.command import main\n\nsys.exit(main(sys.argv[1:]))\n"
RECOVER = "home-manager-recover.service"
REVERT = "home-manager-revert-boot.service"
_OWN = "systemd/system/"


def command(state: str, *arguments: str) -> List[str]:
    """The command line that starts the engine which lies in the state folder."""
    return ["/usr/bin/python3", "-I", "-S", os.path.join(state, ARCHIVE), state, *arguments]


def install(state: str) -> None:
    """Keep this engine in the state folder, for the timer and the boot."""
    from ..archive import archive

    path = os.path.join(state, ARCHIVE)
    content = archive(main=_MAIN)
    try:
        if filesystem.read(path) == content:
            return
    except FileNotFoundError:
        pass
    new = path + ".new"
    if filesystem.lstat(new) is not None:
        filesystem.unlink(new)
    filesystem.write(new, content, 0o600, sync=True)
    filesystem.rename(new, path)


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
            "Finish or undo an interrupted switch of the system",
            [os.path.join(state, "journal.json"), f"/etc/{NOTE}"],
            "local-fs.target systemd-remount-fs.service",
            command(state, "recover", "--boot"),
        ),
        REVERT: _unit(
            "Take back a switch of the system that nobody confirmed",
            [os.path.join(state, "unconfirmed.json")],
            f"local-fs.target systemd-remount-fs.service {RECOVER}",
            command(state, "revert", "--boot"),
        ),
    }


def own_entries(state: str) -> Tuple[Dict[str, EtcEntry], Dict[str, bytes]]:
    """The entries below /etc that every system has, and the bytes of their objects."""
    entries: Dict[str, EtcEntry] = {}
    contents: Dict[str, bytes] = {}
    for name, text in boot_units(state).items():
        target = _OWN + name
        identity = object_id(text, "0644", name)
        contents[identity] = text
        entries[target] = _entry(target, object_name=identity)
        wanted = f"{_OWN}sysinit.target.wants/{name}"
        entries[wanted] = _entry(wanted, link=f"../{name}")
    return entries, contents


def _entry(target: str, object_name: str | None = None, link: str | None = None) -> EtcEntry:
    return EtcEntry(
        target, object_name, link, 0o644, "+0", "+0", False, True, False, False, None, (), (), "", "", "home.manager"
    )  # fmt: skip
