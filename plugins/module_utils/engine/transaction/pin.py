# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Links that the flip must not change: whoever reads one sees the old generation until something else takes its place.

A link of ours leads through `current`. Where a copy, a folder or a backup follows it, the new generation has nothing to
show at that path, so that the link would dangle from the flip to the rename. Before the flip such a link is therefore
replaced by one that leads to the old generation itself, which reads the same; a copy of the former link is next to it,
so that an undo has to rename only.
"""

from __future__ import annotations

import os

from ..contract.paths import split
from ..disk import filesystem
from ..home.path_state import inspect, shortened
from ..planning.step import Delete, NewLink, Pin, Put
from ..state import layout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..home.folder import HomeFolder
    from ..home.path_state import PathState
    from ..planning.step import Step
    from .journal import Journal


def choose(home: HomeFolder, journal: Journal) -> None:
    """Note in the journal's steps which links are to be pinned."""
    if journal.source is None or journal.source == journal.to:
        return
    for number, step in enumerate(journal.steps):
        text = _through_current(home, step.path, home.inspect(step.path, step.follow)) if _leaves(home, step) else None
        if text is not None:
            name = f".{shortened(split(step.path)[1], 180)}.hm-{journal.tx}-{number}"
            step.pin = Pin(f"{home.state_path}/{journal.source}/{text}", name + "p", name + "s")


def pin(step: Step, fd: int, name: str) -> None:
    """Pin the link of a step; not if somebody has changed it in the meantime."""
    if step.pin is None:
        return
    there = inspect(name, fd)
    if there.text is None or there.identity() != step.was:
        return
    filesystem.symlink(there.text, step.pin.spare, fd)
    filesystem.symlink(step.pin.text, step.pin.temp, fd)
    filesystem.rename(step.pin.temp, name, fd, fd)


def unpin(step: Step, fd: int, name: str) -> None:
    """Undo: the former link comes back."""
    if step.pin is not None and unmoved(step, inspect(name, fd)) and inspect(step.pin.spare, fd).kind == "link":
        filesystem.rename(step.pin.spare, name, fd, fd)
    forget(step, fd)


def forget(step: Step, fd: int) -> None:
    """Remove the temporary names next to the path; may be repeated."""
    if step.pin is not None:
        for name in (step.pin.temp, step.pin.spare):
            if inspect(name, fd).kind == "link":
                filesystem.unlink(name, fd)


def unmoved(step: Step, seen: PathState) -> bool:
    """Whether this is still what the plan found at the path of a step, or the pinned link in its place."""
    if step.pin is not None and seen.kind == "link" and seen.text == step.pin.text:
        return True
    return seen.identity() == step.was


def _leaves(home: HomeFolder, step: Step) -> bool:
    """Whether something other than a link through `current` follows a link."""
    if step.was is None or step.was[0] != "link":
        return False
    if isinstance(step, Delete):
        return step.restore is not None
    if not isinstance(step, Put):
        return False
    return not isinstance(step.new, NewLink) or _below_current(home, step.path, step.new.text) is None


def _through_current(home: HomeFolder, target: str, seen: PathState) -> str | None:
    return _below_current(home, target, seen.text) if seen.kind == "link" and seen.text else None


def _below_current(home: HomeFolder, target: str, text: str) -> str | None:
    """The rest of a link's text below `current`; None when it leads elsewhere."""
    if not text.startswith("/"):
        text = os.path.normpath(os.path.join(home.path, os.path.dirname(target), text))
    prefix = f"{home.state_path}/{layout.CURRENT}/"
    return text[len(prefix) :] if text.startswith(prefix) else None
