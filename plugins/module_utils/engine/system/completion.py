# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The end of a switch of the system, which cannot be taken back: homes, scripts, and what is no longer declared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..contract.errors import EngineError
from .accounts.removal import removed
from .accounts.writer import end_processes, invalidate_caches, lingers, make_homes, set_linger, write_database
from .blueprint import make_blueprint
from .effects import Effects
from .home_answer import HomeAnswer

if TYPE_CHECKING:
    from typing import Callable, Dict

    from ..contract.value import JsonObject
    from .declaration import Declaration
    from .switch import SystemSwitch


class Completion:
    """The last steps of a switch that is in effect."""

    def __init__(self, switch: SystemSwitch, declaration: Declaration, failed: bool = False) -> None:
        """`failed`: something failed before, and was reported then."""
        self.switch = switch
        self.failed = failed
        self.declaration = declaration
        self.context, self.state, self.answer = switch.context, switch.state, switch.answer
        self.action = switch.settings.action
        self.ledger = switch.ledger

    def run(self, homes: Callable[[], Dict[str, JsonObject]]) -> None:
        """Do it. A failure is reported, and the next run tries again."""
        number = self.state.current()
        blueprint = make_blueprint(self.context, self.declaration, self.ledger)
        make_homes(blueprint.accounts.homes, self.context.etc.root)
        self._linger()
        self.answer.homes = {user: HomeAnswer.of(answer) for user, answer in homes().items()}
        for user, home in sorted(self.answer.homes.items()):
            why = home.failure()
            if why is not None:
                self.answer.fail("home", f"home of {user} ({why})")
        effects = Effects(self.context, self.answer)
        effects.scripts(self.declaration, self.action)
        if self.action != "test":
            # A test ends with the next boot, which needs what was there before.
            self._leave()
            self._release()
        if self.answer.failed is None and not self.failed:
            self.state.point("completed", number)
            self.state.sweep()

    def _linger(self) -> None:
        rows = self.ledger.accounts
        wanted = {user.name: user.linger for user in self.declaration.accounts.users if user.linger is not None}
        for name, linger in wanted.items():
            rows.linger.setdefault(name, lingers(name))
            set_linger(name, bool(linger))
        for name in [name for name in rows.linger if name not in wanted]:
            set_linger(name, rows.linger.pop(name))
        self.state.save_ledger(self.ledger)

    def _leave(self) -> None:
        blueprint = make_blueprint(self.context, self.declaration, self.ledger)
        leaving = blueprint.accounts.leaving
        if not leaving:
            return
        for name in leaving:
            end_processes(name)
        plan = blueprint.accounts
        removed(plan.database, plan.rows, leaving)
        # The ledger forgets a row once it is gone, or an interruption would leave a locked account that is nobody's.
        write_database(self.context.etc.root, plan.database, blueprint.before)
        self.ledger = self.ledger._replace(accounts=plan.rows)
        self.state.save_ledger(self.ledger)
        invalidate_caches()

    def _release(self) -> None:
        plan = self.context.packages.plan(self.declaration.packages, self.ledger.packages)
        if not (plan.release or plan.unmark):
            return
        try:
            rows = self.context.packages.release(plan, self.ledger.packages)
        except EngineError as problem:
            self.answer.fail("packages", problem.message)
            return
        self.ledger = self.ledger._replace(packages=rows)
        self.state.save_ledger(self.ledger)
        self._put_again()

    def _put_again(self) -> None:
        """Put back what went with packages: rpm and pacman take the file along that was put in the place of theirs."""
        blueprint = make_blueprint(self.context, self.declaration, self.ledger)
        if blueprint.etc.collisions or not (blueprint.etc.steps or blueprint.lines):
            return
        self.switch.ledger = self.ledger
        self.switch.writer().prepare(blueprint.etc.steps)
        self.switch.put(blueprint)
        self.ledger = self.switch.ledger
