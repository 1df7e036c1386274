# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How the engine is started without a controller: by the timer of an unconfirmed switch, and at boot."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ..contract.objects import object_id
from ..disk import filesystem
from .declaration import EtcEntry

if TYPE_CHECKING:
    from typing import Dict, List, Mapping, Tuple

ARCHIVE = "engine.zip"
_MAIN = "import sys\n\nfrom engine.system.command import main\n\nsys.exit(main(sys.argv[1:]))\n"


def command(state: str, *arguments: str) -> List[str]:
    """The command line that starts the engine which is in the state folder."""
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


def own_entries(files: Mapping[str, bytes | str]) -> Tuple[Dict[str, EtcEntry], Dict[str, bytes]]:
    """The entries below /etc that every system has, out of what its init wants at boot, and the bytes of their objects."""
    entries: Dict[str, EtcEntry] = {}
    contents: Dict[str, bytes] = {}
    for target, content in files.items():
        if isinstance(content, str):
            entries[target] = _entry(target, link=content)
            continue
        mode = 0o755 if content.startswith(b"#!") else 0o644
        identity = object_id(content, f"{mode:04o}", os.path.basename(target))
        contents[identity] = content
        entries[target] = _entry(target, mode, object_name=identity)
    return entries, contents


def _entry(target: str, mode: int = 0o644, object_name: str | None = None, link: str | None = None) -> EtcEntry:
    return EtcEntry(
        target, object_name, link, mode, "+0", "+0", False, True, False, False, None, (), (), {}, "", "", "home.manager"
    )  # fmt: skip
