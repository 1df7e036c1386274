# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The files of a generation that the user's service manager reads, and the units of two generations compared."""

from __future__ import annotations

import os

from ..contract.services import SYSTEMD, ServicesAnswer
from ..disk import filesystem
from ..units.comparison import compare
from ..units.sources import GenerationFile, Sources, UnitFolders

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable

    from ..contract.manifest import View

    Content = Callable[[str], bytes]


def unit_sources(view: View | None, folders: UnitFolders, content: Content, home: str) -> Sources:
    """What the manager reads of a generation, put into the home at the path `home`; nothing of none."""

    def follow(target: str, text: str) -> bytes:
        path = text if text.startswith("/") else os.path.join(home, os.path.dirname(target), text)
        return filesystem.read(path, follow=True)

    return Sources(_shown(view) if view is not None else {}, folders, content, follow)


def unit_changes(old: View, new: View, content: Content, home: str) -> ServicesAnswer | None:
    """What a switch between two generations does to units that run, by their files alone; None when no unit differs."""
    policy = new.services or old.services
    if policy is None or policy.manager != SYSTEMD:
        return None
    folders = UnitFolders(policy.config, policy.data)
    before, after = (unit_sources(view, folders, content, home) for view in (old, new))
    if before.identities() == after.identities():
        return None
    plan = compare(before.units(), after.units())
    answer = ServicesAnswer("none")
    answer.stop, answer.reload, answer.restart, answer.start = plan.stop, plan.reload, plan.restart, plan.start
    answer.keep, answer.why = plan.keep, plan.why
    return answer


def _shown(view: View) -> dict[str, GenerationFile]:
    """Every file that a generation puts into the home, by target."""
    found: dict[str, GenerationFile] = {}
    for target, entry in view.files.items():
        link = getattr(entry, "to", None)
        if link is not None:
            found[target] = GenerationFile(None, link, entry.sensitive)
            continue
        leaves = entry.leaves()
        for path, leaf in leaves.items():
            if leaf.object is not None or leaf.symlink is not None:
                full = f"{target}/{path}" if path else target
                found[full] = GenerationFile(leaf.object, leaf.symlink, entry.sensitive or leaf.sensitive)
        for name in entry.objects() if not leaves else ():
            # Not shown by the generation itself but written from the store: a copy, a seed.
            found[target] = GenerationFile(name, None, entry.sensitive)
    return found
