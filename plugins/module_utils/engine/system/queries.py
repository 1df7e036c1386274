# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is asked of a system without changing it. A run with nothing to do imports no more than this."""

from __future__ import annotations

from typing import TYPE_CHECKING, Callable, Dict

from ..contract import root_state
from ..contract.errors import EngineError, ErrorKind
from ..disk import queries
from .blueprint import Context, make_blueprint
from .declaration import EMPTY
from .etc.disk import Etc
from .generations import GenerationsAnswer, ListedGeneration
from .home_switches import HomeSwitches
from .homes import switch_homes
from .host import facts_of_system
from .inits.choice import init_of
from .packages.choice import manager_of, present
from .probe_answer import SystemProbeAnswer
from .request import BUNDLE
from .state import SystemState
from .unconfirmed import pending

if TYPE_CHECKING:
    from ..contract.value import JsonObject
    from .records import Ledger
    from .request import HostRequest

    Handle = Callable[[JsonObject], JsonObject]


class SystemQueries:
    """One system. `handle` answers requests about homes; `shipped` are objects that came along and are not stored yet."""

    def __init__(self, handle: Handle, root: str = root_state.FOLDER, etc: str = "/etc") -> None:
        self.handle = handle
        self.state = SystemState(root)
        self.etc = etc
        self.shipped: dict[str, bytes] = {}

    def context(self, rollback: bool = False) -> Context:
        """Where plans are made. Objects that were shipped and not stored count as there."""

        def read(name: str) -> bytes:
            return self.shipped[name] if name in self.shipped else self.state.object(name)

        facts = facts_of_system()
        distribution = f"{facts['distribution']} {facts['distribution_version']}".strip()
        packages = manager_of(present(), self.state.root, distribution)
        return Context(
            self.state, Etc(self.etc), read, packages, init_of(str(facts["init"])), not rollback, not rollback
        )

    def homes(self, request: HostRequest) -> Dict[str, JsonObject]:
        """The answers of the homes to their requests. A bundle that one of these names is among those that came along."""
        complete = {}
        for user, home in request.homes.items():
            name = home.get(BUNDLE)
            complete[user] = {**home, BUNDLE: self.shipped[name]} if isinstance(name, str) else home
        return switch_homes(complete, HomeSwitches(request.home_options, self.handle).handle)

    def probe(self, request: HostRequest) -> JsonObject:
        """Whether there is anything to do. A switch that was interrupted counts as something."""
        current = self.state.current()
        info = self.state.info(current) if current else None
        homes = self.homes(request)
        unchanged = False
        waiting = pending(self.state) if self.state.exists else None
        settled = current == self.state.current("completed") and not self.state.interrupted() and waiting is None
        ledger = self._readable_ledger() if settled else None
        if info is not None and ledger is not None and info.digest == request.digest:
            declaration = self.state.declaration(current) or EMPTY
            blueprint = make_blueprint(self.context(), declaration, ledger)
            unchanged = blueprint.nothing and all(
                "error" not in home and home.get("unchanged") for home in homes.values()
            )
        return SystemProbeAnswer(facts_of_system(), current, unchanged, self.state.known(), homes).json()

    def _readable_ledger(self) -> Ledger | None:
        """The ledger; None where it is damaged, which the switch then tells of."""
        try:
            return self.state.ledger()
        except EngineError as error:
            if error.kind != ErrorKind.STATE:
                raise
            return None

    def listing(self, _request: HostRequest) -> JsonObject:
        """The generations, the newest first."""
        current, completed = self.state.current(), self.state.current("completed")
        found = []
        for number in reversed(self.state.numbers()):
            info = self.state.info(number)
            found.append(
                ListedGeneration(
                    number, info.time, info.label, number == current, number == completed, self.failed(number)
                )
            )
        return GenerationsAnswer(found).json()

    def failed(self, number: int) -> bool:
        return queries.exists(self.state.path("failed", str(number)))
