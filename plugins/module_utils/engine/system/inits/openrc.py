# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""OpenRC: a script in the runlevel that mounts the file systems, and a process of our own that waits for the confirmation."""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING

from ...disk import queries
from ..accounts.replacement import NOTE
from ..runner import command
from .units import UNITS

if TYPE_CHECKING:
    from typing import Dict, List, Mapping, Sequence

    from ..declaration import EtcEntry
    from .services import Services

SCRIPT = "home-manager-recover"
# Debian mounts the local file systems in the first runlevel, by a script of this name, where the name of the host is set before that.
# Others do so in the second.
_MOUNTS = "mountall.sh"
_EARLY = ("sysinit", "procps")
_USUAL = ("boot", "sysctl hostname networking net")
_LIMIT = 120

_TEXT = """\
#!/sbin/openrc-run
# Finishes or undoes an interrupted switch of the system, and takes back one that nobody confirmed.
description="Put the declared system in order"

depend() {{
    want localmount
    after root localmount {mounts}
    before {before}
}}

start() {{
    if [ -e {journal} ] || [ -e {note} ]; then
        ebegin "Finishing or undoing an interrupted switch of the system"
        timeout {limit} {recover}
        eend $?
    fi
    if [ -e {unconfirmed} ]; then
        ebegin "Taking back a switch of the system that nobody confirmed"
        timeout {limit} {revert}
        eend $?
    fi
    # The boot goes on in any case: the next switch tries again.
    return 0
}}
"""


class OpenRC:
    """OpenRC, under whichever init runs it."""

    name = "openrc"

    def boot_files(self, state: str) -> Dict[str, bytes | str]:
        level, before = _EARLY if queries.is_taken(f"/etc/runlevels/{_EARLY[0]}/{_MOUNTS}") else _USUAL
        text = _TEXT.format(
            journal=shlex.quote(os.path.join(state, "journal.json")),
            note=f"/etc/{NOTE}",
            unconfirmed=shlex.quote(os.path.join(state, "unconfirmed.json")),
            recover=_quoted(command(state, "recover", "--boot", "--log")),
            revert=_quoted(command(state, "revert", "--boot", "--log")),
            limit=_LIMIT,
            mounts=_MOUNTS,
            before=before,
        )
        return {f"init.d/{SCRIPT}": text.encode(), f"runlevels/{level}/{SCRIPT}": f"/etc/init.d/{SCRIPT}"}

    def refused(self, entries: Mapping[str, EtcEntry]) -> str:
        unit = next((target for target in sorted(entries) if target.startswith(UNITS)), None)
        return "" if unit is None else f"it has /etc/{unit}, a unit of systemd, and OpenRC has booted this host"

    def placed(self, entries: Mapping[str, EtcEntry]) -> Dict[str, EtcEntry]:
        """The entries as they are: there are no units."""
        return dict(entries)

    def services(self, timeout: float) -> Services | None:
        from .openrc_services import OpenRCServices

        return OpenRCServices(timeout)

    def start_timer(self, command: List[str], seconds: int, state: str) -> str:
        from . import timer

        return timer.start([*command, "--log"], seconds, state)

    def stop_timer(self, state: str) -> None:
        from . import timer

        timer.stop(state)

    def recovered_at_boot(self) -> None:
        """Nothing: the runlevels that follow are read when their turn comes."""

    def bring_up(self, users: Sequence[str]) -> None:
        """Nothing: users have no service managers here."""


def _quoted(words: List[str]) -> str:
    return " ".join(shlex.quote(word) for word in words)
