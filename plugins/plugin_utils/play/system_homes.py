# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The homes of a system in one run: their requests, their bundles, and the packages that the lock lacks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ...module_utils.engine.contract.bundle import write_bundle
from ...module_utils.engine.packages.package_request import ANY
from ...module_utils.engine.system.home_answer import HomeAnswer
from ...module_utils.engine.system.home_options import HomeSwitchOptions
from ...module_utils.engine.system.probe_answer import SystemProbeAnswer
from ...module_utils.engine.system.request import BUNDLE
from ..plan.bridge import Homes
from ..plan.manifest import SwitchBundle
from ..syntax.errors import SpecErrors
from ..values import Package
from .packages import ProjectLock, addable, unobtainable


@dataclass(slots=True)
class HomesInPlay:
    """How the homes of one system are switched.

    `dry`: nothing is written; `diff`: with texts. `notes` are messages about the lock; with `complete` homes do without packages
    that the lock lacks.
    """

    lock: ProjectLock
    dry: bool
    diff: bool
    notes: list[str] = field(default_factory=list)
    complete: bool = False

    def extend(self, homes: Homes, platform: str, write: bool) -> bool:
        """Add to the lock what homes name and it lacks. Returns whether it changed. Raises SpecErrors for what cannot be resolved."""
        added: list[str] = []
        for user, plan in homes.plans.items():
            lacking = [item for item in plan.packages.lacking if item.named]
            if not lacking:
                continue
            if write:
                added += self.lock.add(lacking, plan.packages.settings, platform)
            else:
                errors = unobtainable(self.lock, lacking, plan.packages.settings, platform)
                if errors:
                    raise SpecErrors(errors)
                names = ", ".join(item.name for item in lacking)
                self.notes.append(f"{user}: home.lock lacks {names}: a switch resolves and adds them")
        self._note_added(added)
        return bool(added)

    def supply_wanting(self, homes: Homes, answers: Mapping[str, HomeAnswer], platform: str) -> bool:
        """Add to the lock what homes use and the host turned out to lack. Returns whether any home has to be switched again."""
        added: list[str] = []
        again = False
        for user, plan in homes.plans.items():
            names = set(answers[user].answer.wanting) if user in answers else set()
            again = again or bool(names)
            wanted = [item for item in plan.packages.wanted if item.name in names]
            new, why = addable(self.lock, wanted, plan.packages.settings, platform) if wanted else ([], [])
            added += new
            self.notes += [f"{user}: {reason}" for reason in why]
        self._note_added(added)
        self.complete = self.complete or again
        return again

    def _note_added(self, added: list[str]) -> None:
        if added:
            self.notes.append(f"added to home.lock: {', '.join(dict.fromkeys(added))}")

    def requests(
        self, homes: Homes, known: SystemProbeAnswer
    ) -> tuple[dict[str, dict[str, object]], list[tuple[str, bytes]]]:
        """The requests of the homes by user, and their bundles, each with the name by which its request refers to it."""
        requests: dict[str, dict[str, object]] = {}
        bundles = []
        extension = None if homes.options.get("backupCommand") else homes.options.get("backupFileExtension")
        for user, home in homes.plans.items():
            there = set(known.objects_of_home(user))
            objects = home.declarations() if self.dry else home.objects(there)
            name = f"bundle-of-{user}"
            bundles.append((name, write_bundle(home.manifest.json(), objects)))
            requests[user] = {
                "verb": "switch",
                **_of_home(user, home),
                "check": self.dry,
                "diff": self.diff,
                "backup_extension": extension,
                "on_failure": "undo",
                "packages": self.lock.request(home.packages, [ANY] if self.dry or self.complete else []).json(),
                BUNDLE: name,
            }
        return requests, bundles

    @staticmethod
    def home_options(homes: Homes) -> HomeSwitchOptions:
        """How all homes are switched, by the options of the system."""
        command = homes.options.get("backupCommand")
        if isinstance(command, Package):
            command = f"/usr/bin/{command.main_program or command.name}"
        return HomeSwitchOptions(
            str(command or ""), bool(homes.options.get("overwriteBackup")), bool(homes.options.get("verbose"))
        )


def _of_home(user: str, home: SwitchBundle) -> dict[str, object]:
    return {"user": user, "home": home.manifest.home, "state": home.manifest.state, "digest": home.digest}
