# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Where a switch leads: to a bundle's generation, to one that is there, or to nothing."""

from __future__ import annotations

import os

from ..contract.errors import EngineError, ErrorKind
from ..contract.manifest import View
from ..packages.newly_available import newly_available
from ..state import layout, packaged
from ..state.ledger import Ledger

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..contract.bundle import Bundle
    from ..contract.manifest import Manifest
    from ..contract.provenance import Provenance, Session
    from ..home.folder import HomeFolder


class Bundled:
    """What must be staged for a generation that does not exist yet: a bundle, its manifest and the digest of it.

    `provenance` is what the generation will remember of where it came from.
    """

    def __init__(
        self, manifest: Manifest, digest: str, bundle: Bundle, raw: bytes, provenance: Provenance | None = None
    ) -> None:
        self.manifest = manifest
        self.digest = digest
        self.provenance = provenance
        self.held = dict(bundle.contents())
        self.raw = raw


class Goal:
    """Where a switch leads: the reference `to` (None: nothing is managed any more), and what it shows.

    `restoring`: an older state is put back. `bundled` is None for a generation that exists; `fresh`: whether the
    generation of a bundle has to be made. `session` is the one that it makes, None when that is not known.
    """

    def __init__(self, to: str | None, view: View) -> None:
        self.to = to
        self.view = view
        self.restoring = False
        self.bundled: Bundled | None = None
        self.fresh = False
        self.session: Session | None = None

    @property
    def number(self) -> int | None:
        """The number of the generation."""
        return layout.parse_reference(self.to)[0] if self.to is not None else None


def nothing() -> Goal:
    """The goal of managing nothing any more."""
    return Goal(None, View())


def goal_of_bundle(home: HomeFolder, bundled: Bundled, specialisation: str | None) -> Goal:
    """The goal that a bundle states. EngineError when it is not for this home, or not what was announced."""
    manifest = bundled.manifest
    if manifest.digest() != bundled.digest:
        raise EngineError("the bundle's manifest does not match the announced digest", ErrorKind.BUNDLE)
    if manifest.home.rstrip("/") != home.path or manifest.state.rstrip("/") != home.state_path:
        message = f"the bundle is for {manifest.home} with its state in {manifest.state}, not for {home.path}"
        raise EngineError(message, ErrorKind.OWNER)
    if manifest.uid is not None and manifest.uid != os.geteuid():
        message = f"home.uid is {manifest.uid}, but the user ID of this account is {os.geteuid()}"
        raise EngineError(message, ErrorKind.OWNER)
    number, fresh = _number(home, bundled.digest)
    goal = Goal(layout.reference(number, specialisation), manifest.specialised(specialisation).view)
    goal.bundled, goal.fresh = bundled, fresh
    if specialisation is None and bundled.provenance is not None:
        goal.session = bundled.provenance.session
    return goal


def goal_of_generation(home: HomeFolder, number: int, specialisation: str | None) -> Goal:
    """The goal of going to a generation that is there. EngineError `generation` or `specialisation`."""
    state = home.require_state()
    base = state.manifest(layout.reference(number))
    base.specialised(specialisation)
    to = layout.reference(number, specialisation)
    goal = Goal(to, state.manifest(to).view)
    provenance = state.about(number).provenance
    if specialisation is None and provenance is not None:
        goal.session = provenance.session
    current = state.current()
    goal.restoring = current is not None and layout.parse_reference(current)[0] > number
    return goal


def goal_of_rollback(home: HomeFolder) -> Goal:
    """The goal of a rollback: the greatest number below the current one, those that failed left out."""
    state = home.require_state()
    current = state.current()
    if current is None:
        raise EngineError("no generation is current, so there is none to roll back to", ErrorKind.GENERATION)
    number = layout.parse_reference(current)[0]
    failed = set(state.names(layout.FAILED))
    for older in reversed(state.generations()):
        usable = older < number and str(older) not in failed
        if usable and state.readable_manifest(layout.reference(older)) is not None:
            goal = goal_of_generation(home, older, None)
            goal.restoring = True
            return goal
    raise EngineError(f"there is no previous generation: {number} is the oldest one", ErrorKind.GENERATION)


def _number(home: HomeFolder, digest: str) -> tuple[int, bool]:
    """The number for a manifest, and whether its generation must be made."""
    state = home.state
    if state is None:
        return 1, True
    numbers = state.generations()
    current = state.current()
    likely = [layout.parse_reference(current)[0]] if current is not None else []
    for number in likely + numbers[-1:]:
        # Where a package or a program of the host is gone, or has come, the same spec makes another generation.
        if (
            state.about(number).digest == digest
            and not packaged.lost(state, number)
            and not newly_available(state, number)
            and state.readable_manifest(layout.reference(number)) is not None
        ):
            return number, False
    return max([Ledger.read(state, home.path).last, *numbers]) + 1, True
