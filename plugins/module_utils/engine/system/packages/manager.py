# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a switch asks of a package manager, whichever it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from typing import List, Sequence, Set

    from ..declaration import WantedPackage
    from ..process import Done
    from ..records import PackageRows
    from .planner import PackagePlan


class Simulated(NamedTuple):
    """What a transaction would do."""

    install: List[str]
    remove: List[str]


class PackageManager(Protocol):
    """See Apt, which has the most to say; what a family lacks does nothing there.

    `starts_services`: packages start their services when they are installed, which is held back.
    """

    starts_services: bool

    def plan(self, wanted: Sequence[WantedPackage], rows: PackageRows) -> PackagePlan: ...
    def installed(self) -> Set[str]: ...
    def check_whole(self, plan: PackagePlan, repair: bool) -> None: ...
    def repair(self) -> None: ...

    def pristine(self, target: str) -> bool:
        """Whether a file below /etc is as a package has brought it. Only asked where packages' files cannot be moved aside."""

    def has_lists(self) -> bool: ...
    def update(self) -> Done: ...

    def simulate(
        self, plan: PackagePlan, wanted: Sequence[WantedPackage], allowed: Sequence[str], refresh: bool = True
    ) -> Simulated: ...

    def download(self, plan: PackagePlan) -> None: ...
    def install(self, plan: PackagePlan, rows: PackageRows) -> PackageRows: ...
    def release(self, plan: PackagePlan, rows: PackageRows) -> PackageRows: ...
