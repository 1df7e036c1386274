# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Taking everything away again: links go, backups come back, the state folder goes last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..disk import filesystem
from ..launcher import ENGINES
from ..state import layout, lock, packaged
from ..transaction.recovery import begin

if TYPE_CHECKING:
    from ..home.folder import HomeFolder

    Answer = dict[str, Any]

_PACKAGES = (packaged.FOLDER, "parts", "downloads")
_PARTS = (
    *_PACKAGES,
    layout.GENERATIONS,
    layout.FAILED,
    layout.STORE,
    layout.PACKS,
    layout.COMPLETED,
    layout.LEDGER,
    ENGINES,
)


def uninstall(home: HomeFolder, request: dict[str, Any], user: str) -> Answer:
    """The verb: the answer of a switch to nothing. What the user changed since stays, and is told."""
    from ..switching.goal import Goal
    from ..switching.switch import NOTHING, run
    from .generations import settings, stored_bytes

    if home.state is None:
        return {"changed": False, "operations": [], "collisions": [], "warnings": [], "hooks": []}
    warnings = begin(home, bool(request.get("check")))
    stock = {"generations": len(home.state.generations()), "bytes": stored_bytes(home.state)}
    answer = run(home, Goal(None, NOTHING), settings(request, user))
    answer["changed"] = True
    answer["stock"] = stock
    if not request.get("check") and "failed" not in answer:
        answer["warnings"] += _remove_state(home)
    answer["warnings"] = warnings + answer["warnings"]
    return answer


def _remove_state(home: HomeFolder) -> list[str]:
    state = home.require_state()
    # Each goes in one rename, so that no half of it is ever taken for the whole; what is in `staging` the next run
    # sweeps.
    state.folder(layout.STAGING)
    for name in _PARTS:
        if filesystem.lstat(name, state.fd) is not None:
            filesystem.rename(name, f"{layout.STAGING}/{name}", state.fd, state.fd)
    filesystem.remove_tree(layout.STAGING, state.fd)
    rest = [name for name in state.names(".") if name != lock.NAME]
    if rest:
        told = f"{state.path} stays, for it holds {', '.join(rest)}"
        return [told + (" (what was changed in managed files)" if layout.DRIFT in rest else "")]
    filesystem.remove_tree(lock.NAME, state.fd)
    filesystem.rmdir(state.path)
    return []
