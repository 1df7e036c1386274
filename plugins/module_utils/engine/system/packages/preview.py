# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is known of the packages of a switch before anything changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...contract.errors import EngineError

if TYPE_CHECKING:
    from typing import Sequence

    from ..answer import SystemAnswer
    from ..declaration import WantedPackage
    from ..settings import Settings
    from .manager import PackageManager
    from .planner import PackagePlan

_REPAIRED = "the switch itself repairs the package manager first"
_UPDATED = "the package lists are only updated in the switch itself"


def preview_packages(
    manager: PackageManager,
    plan: PackagePlan,
    wanted: Sequence[WantedPackage],
    settings: Settings,
    answer: SystemAnswer,
    new_sources: bool,
) -> None:
    """Note in the answer what else comes and goes. EngineError `packages` for what cannot be done, or is not allowed.

    A preview repairs nothing and reads no lists again; what it cannot check therefore is a warning.
    """
    try:
        manager.check_whole(plan, settings.repair and not settings.dry)
    except EngineError:
        if not (settings.repair and settings.dry):
            raise
        answer.warnings.append(f"{_REPAIRED}, so packages were not checked")
        return
    if not plan.install:
        return
    if new_sources or (settings.dry and not manager.has_lists()):
        answer.warnings.append(f"{_UPDATED}, so packages were not checked")
        return
    found = manager.simulate(plan, wanted, settings.allow_removal, not settings.dry)
    asked = {item.split("=", 1)[0] for item in plan.install}
    answer.note_packages([name for name in found.install if name not in asked], found.remove)
