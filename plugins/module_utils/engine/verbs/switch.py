# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Switching to what a bundle holds."""

from __future__ import annotations

import os

from ..contract.answers import SwitchAnswer
from ..contract.bundle import read_bundle
from ..contract.errors import EngineError, ErrorKind
from ..contract.facts import differ
from ..contract.parameter import FLAG, OBJECT, TEXT, internal
from ..contract.provenance import Provenance
from ..disk import filesystem
from ..methods import table as methods
from ..switching.goal import Bundled, goal_of_bundle
from .switching_verb import SwitchingVerb

TYPE_CHECKING = False
if TYPE_CHECKING:
    import pwd
    from typing import Optional, Sequence, Tuple

    from ..contract.bundle import Bundle
    from ..contract.manifest import Manifest
    from ..contract.value import JsonObject
    from ..home.folder import HomeFolder
    from ..packages.host_supply import Supplied
    from ..switching.goal import Goal


class Switch(SwitchingVerb):
    """See the module. `bundle` is the path of the bundle on this machine, unless its content is given as `raw`.

    `digest` is that of the bundle's manifest; `specialisation` is switched to instead of the home itself. With facts
    in `expected` nothing is done when one of them is another one here. `provenance` is what the new generation remembers;
    `packages`: where to download packages from, which may be missing, and which the host's package manager has to install.
    """

    name = "switch"
    title = "switch"
    summary = "switch to the generation in a bundle"
    public = False
    creates_state = True

    bundle: Optional[str] = internal(TEXT)
    digest: str = internal(TEXT, "")
    specialisation: Optional[str] = internal(TEXT)
    expected: Optional[JsonObject] = internal(OBJECT)
    provenance: Optional[JsonObject] = internal(OBJECT)
    packages: Optional[JsonObject] = internal(OBJECT)
    # What the launcher was asked for while it was root, and whether it did that.
    linger: Optional[bool] = internal(FLAG)
    lingered: bool = internal(FLAG, False)
    raw: bytes = b""
    opened: Optional[Tuple[Bundle, Manifest]] = None
    bundled: Optional[Bundled] = None
    # Whether the user was made to linger, or no longer to; and why that was not possible.
    lingering_changed = False
    lingering_refused = ""
    # What the host's package manager installed for this home, or would.
    supplied: Sequence[Supplied] = ()

    def prepare(self) -> None:
        """Do as the user who connected what the user to become may not: read the bundle, install on the host, let a user linger."""
        self._read()
        manifest = self._opened()[1]
        if self.packages and self.packages.get("host"):
            from ..packages.host_supply import supply
            from ..packages.package_request import PackageRequest

            self.supplied = supply(manifest, PackageRequest.of(self.packages).host, self.check)
        policy = manifest.specialised(self.specialisation).view.services
        if policy is not None and policy.linger is not None and policy.manager == "systemd":
            self._linger(policy.linger)

    def _linger(self, wanted: bool) -> None:
        from ..machine import account as accounts
        from ..machine.linger import let_linger, lingers

        account = accounts.find(self.user)
        try:
            if self.check:
                self.lingering_changed = lingers(account.pw_name) != wanted
            else:
                self.lingering_changed = self.lingered or let_linger(account.pw_name, wanted)
        except EngineError as error:
            self.lingering_refused = f"`home.linger` needs root, as with `become`: {error.message}"

    def _read(self) -> None:
        if self.raw:
            return
        if not self.bundle:
            raise EngineError("switch needs `bundle`", ErrorKind.REQUEST)
        try:
            self.raw = filesystem.read(self.bundle, follow=True)
        except OSError as error:
            message = f"the bundle {self.bundle} cannot be read: {error.strerror}"
            raise EngineError(message, ErrorKind.BUNDLE) from None

    def _opened(self) -> Tuple[Bundle, Manifest]:
        """The bundle and its manifest, which is checked once."""
        if self.opened is None:
            bundle = read_bundle(self.raw)
            self.opened = bundle, bundle.manifest()
        return self.opened

    def locations(self, account: pwd.struct_passwd) -> Tuple[str, str]:
        bundle, manifest = self._opened()
        methods.check(manifest)
        if self.user is not None and manifest.user != account.pw_name:
            message = f"the bundle is for the user {manifest.user}, not for {account.pw_name}"
            raise EngineError(message, ErrorKind.OWNER)
        provenance = Provenance.of(self.provenance) if self.provenance is not None else None
        self.bundled = Bundled(manifest, self.digest, bundle, self.raw, provenance)
        return os.path.normpath(manifest.home), os.path.normpath(manifest.state)

    def goal(self, home: HomeFolder) -> Goal:
        if self.bundled is None:
            raise TypeError("the bundle is read before the home is opened")
        return goal_of_bundle(home, self.bundled, self.specialisation)

    def give_bundle(self, content: bytes) -> None:
        self.raw = content

    def answer_at_once(self, account: pwd.struct_passwd) -> Optional[SwitchAnswer]:
        """The real facts, when one of those that were expected is another one."""
        if self.expected is None:
            return None
        from ..machine.facts import gather

        answer = SwitchAnswer()
        answer.facts = gather(account)
        answer.facts_differ = differ(self.expected, answer.facts.json())
        return answer if answer.facts_differ else None

    def run(self, home: HomeFolder, account: pwd.struct_passwd) -> SwitchAnswer:
        answer = super().run(home, account)
        answer.changed = answer.changed or self.lingering_changed or bool(self.supplied)
        for item in self.supplied:
            item.enter(answer.packages, self.check)
        if self.lingering_refused:
            answer.warnings.append(self.lingering_refused)
        if self.expected is not None:
            from ..machine.facts import gather

            answer.facts = gather(account)
        return answer


VERB = Switch
