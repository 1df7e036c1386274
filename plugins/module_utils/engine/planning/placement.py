# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Placement the steps of a plan that put something into the home, and the folders that they need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..contract.manifest import parents, split
from ..home.path_state import shortened
from .step import PUT, Step

if TYPE_CHECKING:
    from ..home.folder import HomeFolder
    from ..home.path_state import PathState
    from ..state.ledger import Ledger, Record
    from .collision import Resolution
    from .plan import Plan
    from .step import Make

_PRIVATE = (".ssh", ".gnupg", ".pki", ".aws", ".kube", ".password-store")


class Placement:
    """The steps of one plan. `needed` are the folders that declared files lie in; true where all of them are sensitive."""

    def __init__(self, home: HomeFolder, ledger: Ledger, plan: Plan, needed: dict[str, bool]) -> None:
        self.home = home
        self.ledger = ledger
        self.plan = plan
        self.needed = needed
        # Paths where a file or link gives way to a folder that is put there whole.
        # Each with what the new folder will hold.
        self.turned: dict[str, dict[str, Make]] = {}

    def put(self, target: str, make: Make, seen: PathState, way: Resolution, follow: bool) -> None:
        """Put something at `target`, in the way that was found for it; into the new folder where one takes an old file's place."""
        facts = {"found": seen.kind} if way.op == "repair" else {}
        self.plan.report(way.op, target, way.detail, **facts)
        for above in parents(target):
            if above in self.turned:
                self.turned[above][target[len(above) + 1 :]] = make
                self.plan.made += [folder for folder in parents(target) if folder.startswith(above + "/")]
                return
        if seen.kind == "absent" and seen.blocker:
            for folder in parents(target):
                if folder == seen.blocker or folder.startswith(seen.blocker + "/"):
                    self.plan.folders[folder] = self._folder_mode(folder)
        self.plan.steps.append(
            Step(
                PUT,
                target,
                seen.identity(),
                temp=self._temporary(target),
                backup=way.backup,
                swap=way.inside is not None,
                inside=way.inside,
                follow=follow,
                make=make,
            )
        )

    def turn(self, target: str, way: Resolution, record: Record | None = None) -> None:
        """Let a folder take the place of the file or link at `target`."""
        seen = self.home.inspect(target)
        record = record or self.ledger.files.get(target)
        backup = (record or {}).get("backup") or way.backup
        inside: dict[str, Make] = {}
        step = Step(
            PUT,
            target,
            seen.identity(),
            temp=self._temporary(target),
            backup=way.backup,
            swap=True,
            make={"folder": inside, "mode": self._folder_mode(target)},
        )
        self.plan.steps.append(step)
        self.turned[target] = inside
        self.plan.made.append(target)
        if backup:
            self.plan.files[target] = {"kind": "folder", "backup": backup}
            if way.backup:
                self.plan.files[target]["moved"] = way.backup
        if way.backup:
            self.plan.report("backup", target, f"kept as {way.backup}; a folder takes its place", to=way.backup)

    def _folder_mode(self, folder: str) -> int:
        private = self.needed.get(folder, False) or any(part in _PRIVATE for part in folder.split("/"))
        return 0o700 if private else 0o755

    def _temporary(self, target: str) -> str:
        name = split(target)[1]
        short = shortened(name, 180)
        return f".{short}.hm-{self.plan.tx}" + (f"-{len(self.plan.steps)}" if short != name else "")
