# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Decides whether a switch concerns services, and which class does the work. Nothing more is imported if it does not."""

from __future__ import annotations

from .generation_change import GenerationChange

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable

    from ..contract.manifest import View
    from ..home.folder import HomeFolder
    from .generation_change import ServiceWork
    from .goal import Goal


def work_on_services(
    home: HomeFolder,
    user: str,
    completed: str | None,
    goal: Goal,
    content: Callable[[str], bytes],
    paths: list[str],
) -> ServiceWork | None:
    """The work on services of `user`; None when there is none, and then nothing of it is loaded.

    `completed` is what last finished, `paths` what the switch puts into the home.
    """
    before = _view(home, completed)
    policy = goal.view.services or (before.services if before is not None else None)
    if policy is None:
        return None
    work: ServiceWork
    if policy.manager == "launchd":
        from .agents import Agents

        work = Agents(home, GenerationChange(completed, before, goal.to, goal.view), policy)
    else:
        from .services import Services, read_record

        record, source = read_record(home), completed
        if record is not None and record.active and home.require_state().exists(record.source or ""):
            # An undo may have been interrupted: then units run the texts of what it led away from.
            source, before = record.source, _view(home, record.source)
        work = Services(home, user, GenerationChange(source, before, goal.to, goal.view), policy, content)
    return work if work.concerned(paths) else None


def _view(home: HomeFolder, reference: str | None) -> View | None:
    manifest = home.require_state().readable_manifest(reference) if reference is not None else None
    return manifest.view if manifest is not None else None
