# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is asked of the manager of a host's services. Services go by the names that the manifest has for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from typing import Callable, Collection, FrozenSet, Mapping, Set, Tuple

    from ...units.transition import Transition
    from ..declaration import EtcEntry
    from ..process import Done


class Services(Protocol):
    """See SystemdServices and OpenRCServices. `ssh` are the services through which sshd can be reached."""

    ssh: Tuple[str, ...]

    def transition(
        self, old: Mapping[str, EtcEntry], new: Mapping[str, EtcEntry], read: Callable[[str], bytes]
    ) -> Transition | None:
        """The work on the units of two declarations; None where this init has no units."""

    def packaged(self) -> FrozenSet[str]:
        """The units that packages ship."""

    def running(self, names: Collection[str]) -> Set[str]:
        """Those of these that run."""

    def failed(self, names: Collection[str]) -> Set[str]:
        """Those of these that have failed."""

    def there(self, name: str) -> bool:
        """Whether the manager knows a service."""

    def lacking(self, name: str) -> str:
        """What is to be said of a wanted service that is not there; empty where that is for others to say, or it is there."""

    def enabled(self, name: str) -> bool | None:
        """Whether a service is enabled; None when the manager does not know it, or it cannot be enabled."""

    def enable(self, name: str) -> Done: ...
    def disable(self, name: str) -> Done: ...

    def forget(self, name: str) -> None:
        """Forget that a service has failed."""

    def act(self, verb: str, name: str) -> Done:
        """start, stop, restart or reload, where a service that cannot reload is restarted."""
