# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a switch asks of a host's init, whichever it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from typing import Dict, List, Mapping, Sequence

    from ..declaration import EtcEntry
    from .services import Services


class Init(Protocol):
    """See Systemd and OpenRC. `name` is what a specification reads as `host.init`."""

    name: str

    def boot_files(self, state: str) -> Dict[str, bytes | str]:
        """What lets the host finish or revert a switch at boot: content, or the text of a link, by path below /etc."""

    def refused(self, entries: Mapping[str, EtcEntry]) -> str:
        """Why a declaration is none for this init, as one made before the host got another; empty when it is."""

    def placed(self, entries: Mapping[str, EtcEntry]) -> Dict[str, EtcEntry]:
        """The entries of a declaration where this init reads them."""

    def services(self, timeout: float) -> Services | None:
        """What acts on services, `timeout` seconds for all that is asked of it at once; None where nothing can be asked."""

    def start_timer(self, command: List[str], seconds: int, state: str) -> str:
        """Let a command run after a time, whatever becomes of this process; why that is not possible, empty when it is."""

    def stop_timer(self, state: str) -> None:
        """Take that back; can be repeated."""

    def recovered_at_boot(self) -> None:
        """Let the init take notice of what a recovery at boot has changed. Nothing is waited for."""

    def bring_up(self, users: Sequence[str]) -> None:
        """Start the service managers of users whose services run without a login."""
