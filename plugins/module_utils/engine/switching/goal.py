# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Where a switch leads: to a bundle's generation, to one that is there, or to nothing."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from ..contract.errors import EngineError
from ..contract.manifest import check, specialised
from ..contract.manifest import digest as digest_of
from ..state import layout, packaged
from ..state.ledger import Ledger

if TYPE_CHECKING:
    from ..contract.bundle import Bundle
    from ..contract.manifest import Manifest
    from ..home.folder import HomeFolder


# What a request may say of where a generation comes from.
ABOUT = ("session", "commit", "by", "via")


class Goal:
    """Where a switch leads: the reference `to` (None: nothing is managed any more), what it shows (`view`), and what
    must be
    staged for it (`manifest`, `digest`, `held` and `raw` of the bundle; None for a generation that is there)."""

    def __init__(self, to: str | None, view: Manifest) -> None:
        self.to = to
        self.view = view
        self.manifest: Manifest | None = None
        self.digest = ""
        self.held: dict[str, bytes] = {}
        self.raw = b""
        self.fresh = False
        # What `generation.json` will keep of where it came from; and the session that it makes, None when not known.
        self.about: dict[str, Any] = {}
        self.session: dict[str, Any] | None = None
        self.restoring = False


def goal_of_bundle(home: HomeFolder, bundle: Bundle, raw: bytes, request: dict[str, Any]) -> Goal:
    """The goal that a bundle states. EngineError when it is not for this home or not well formed."""
    digest, specialisation = request.get("digest") or "", request.get("specialisation")
    manifest = check(bundle.manifest)
    if digest_of(manifest) != digest:
        raise EngineError("the bundle's manifest is not the one that was announced", "bundle")
    if manifest["home"].rstrip("/") != home.path or manifest["state"].rstrip("/") != home.state_path:
        message = f"the bundle is for {manifest['home']} with its state in {manifest['state']}, not for {home.path}"
        raise EngineError(message, "owner")
    if manifest.get("uid") is not None and manifest["uid"] != os.geteuid():
        raise EngineError(f"the spec says that the user id is {manifest['uid']}, but it is {os.geteuid()}", "owner")
    number, fresh = _number(home, digest)
    goal = Goal(layout.reference(number, specialisation), specialised(manifest, specialisation))
    goal.manifest, goal.digest, goal.raw, goal.fresh = manifest, digest, raw, fresh
    goal.held = dict(bundle.contents())
    goal.about = {key: value for key, value in (request.get("about") or {}).items() if key in ABOUT}
    goal.session = None if specialisation else goal.about.get("session")
    return goal


def goal_of_generation(home: HomeFolder, number: int, specialisation: str | None) -> Goal:
    """The goal of going to a generation that is there. EngineError `generation` or `specialisation`."""
    state = home.require_state()
    base = state.manifest(layout.reference(number))
    specialised(base, specialisation)
    to = layout.reference(number, specialisation)
    goal = Goal(to, state.manifest(to))
    goal.session = None if specialisation else state.about(number).get("session")
    current = state.current()
    goal.restoring = current is not None and layout.parse_reference(current)[0] > number
    return goal


def goal_before(home: HomeFolder) -> Goal:
    """The goal of a rollback: the greatest number below the current one, those that failed left out."""
    state = home.require_state()
    current = state.current()
    if current is None:
        raise EngineError("no generation is current, so there is none to roll back to", "generation")
    number = layout.parse_reference(current)[0]
    failed = set(state.names(layout.FAILED))
    older = [other for other in state.generations() if other < number and str(other) not in failed]
    if not older:
        raise EngineError(f"there is no generation before {number}", "generation")
    goal = goal_of_generation(home, older[-1], None)
    goal.restoring = True
    return goal


def _number(home: HomeFolder, digest: str) -> tuple[int, bool]:
    """The number for a manifest, and whether its generation must be made."""
    state = home.state
    if state is None:
        return 1, True
    numbers = state.generations()
    current = state.current()
    likely = [layout.parse_reference(current)[0]] if current is not None else []
    for number in likely + numbers[-1:]:
        # Where a package or a program of the host is gone, the same spec makes another generation.
        if state.about(number).get("digest") == digest and not packaged.lost(state, number):
            return number, False
    return max([Ledger.read(state, home.path).last, *numbers]) + 1, True
