# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What changes a system: switch, confirm, roll back, expire."""

from __future__ import annotations

from typing import TYPE_CHECKING, Callable, Dict

from ..contract.bundle import read_bundle
from ..contract.errors import EngineError, ErrorKind
from . import confirm
from .completion import Completion
from .declaration import EMPTY, Declaration
from .effects import Effects
from .generations import ExpireAnswer
from .home_answer import HomeAnswer
from .homes import former_homes
from .queries import SystemQueries
from .recovery import recover
from .request import HostRequest
from .switch import SystemSwitch
from .unconfirmed import pending

if TYPE_CHECKING:
    from ..contract.value import JsonObject
    from .settings import Settings

# How many generations an expiry keeps when nothing is said.
_KEPT = 10
_NOTHING_TO_CONFIRM = (
    "home_system_confirm is not used: with home_system_action: boot, nothing takes effect that could be confirmed"
)


class SystemChanges(SystemQueries):
    """The steps that need the lock for themselves."""

    def switch(self, request: HostRequest) -> JsonObject:
        """Switch to the declaration of a bundle, or in check mode say what that would do."""
        bundle = read_bundle(request.content())
        manifest = bundle.value
        if not isinstance(manifest, dict):
            raise EngineError("the bundle contains no manifest of a system", ErrorKind.BUNDLE)
        declaration = Declaration.of(manifest)
        self.shipped = dict(bundle.contents())
        warnings = self._recovered(request.settings)
        switch = SystemSwitch(self.context(), request.settings)
        switch.answer.warnings += warnings
        expected = self._expected(request)
        return self._run(switch, declaration, expected, lambda: self._number(manifest, declaration, request), request)

    def _recovered(self, settings: Settings) -> list[str]:
        """Put in order what came before; what there is to tell of that. A check only looks."""
        if settings.dry:
            text = "an earlier switch was interrupted; the next run that writes finishes or undoes it first"
            return [text] if self.state.exists and self.state.interrupted() else []
        repaired = self.state.repair_ledger() if settings.repair else None
        return [text for text in (repaired, self._recover()) if text]

    def _recover(self) -> str | None:
        waiting = pending(self.state)
        if waiting is not None and waiting.until == 0:
            raise EngineError(
                "a test switch is active until the next boot. Reboot, or keep it with home_system_action: confirm",
                ErrorKind.CONFIRM,
            )
        if waiting is not None:
            raise EngineError(
                "the last switch is not confirmed yet. Wait until it is reverted, or confirm it with home_system_action: confirm",
                ErrorKind.CONFIRM,
            )
        return recover(self.context())

    def _expected(self, request: HostRequest) -> int:
        """The number that the generation of a request has, or will have."""
        current = self.state.current()
        same = current and self.state.info(current).digest == request.digest
        return current if same else max(self.state.numbers(), default=0) + 1

    def _number(self, manifest: JsonObject, declaration: Declaration, request: HostRequest) -> int:
        """The generation of a declaration: the current one when it is the same, else a new one."""
        current = self.state.current()
        digest = request.digest
        if current and self.state.info(current).digest == digest:
            return current
        needed = {name: content for name, content in self.shipped.items() if name in declaration.objects}
        self.state.add(sorted(needed.items()), declaration.objects)
        missing = self.state.missing(declaration)
        if missing:
            raise EngineError(f"the bundle lacks the object {missing[0]}", ErrorKind.BUNDLE)
        self.state.add_folders(declaration)
        return self.state.add_generation(manifest, digest)

    def _run(
        self,
        switch: SystemSwitch,
        declaration: Declaration,
        expected: int,
        number: Callable[[], int],
        request: HostRequest | None = None,
    ) -> JsonObject:
        """Switch the system, and the homes to what the request ships; without one, to what the generation had.

        `expected` is the number that a check reports, `number` makes the generation.
        """

        def homes() -> Dict[str, JsonObject]:
            return self._switch_homes(switch, request or self._former(switch, declaration))

        settings = switch.settings
        if settings.confirm and not settings.confirmed:
            switch.answer.warnings.append(_NOTHING_TO_CONFIRM)
        if settings.dry:
            switch.answer.generation, switch.answer.previous = expected, self.state.current()
        blueprint = switch.preview(declaration)
        if blueprint.etc.collisions:
            return switch.answer.json()
        switch.check(blueprint)
        if settings.dry:
            switch.answer.changed = not blueprint.nothing
            switch.preview_units(blueprint, expected)
            switch.answer.changed = switch.answer.changed or switch.answer.units.acted
            answers = self.homes(request or self._former(switch, declaration))
            switch.answer.homes = {user: HomeAnswer.of(answer) for user, answer in answers.items()}
            if settings.action == "dry-activate" and request is not None and not settings.check:
                Effects(switch.context, switch.answer).scripts(declaration, settings.action)
            return switch.answer.json()
        switch.carry_out(declaration, number())
        if switch.answer.armed is None and settings.action in ("switch", "test"):
            Completion(switch, declaration).run(homes)
        return switch.answer.json()

    def _switch_homes(self, switch: SystemSwitch, request: HostRequest) -> Dict[str, JsonObject]:
        switch.context.init.bring_up(sorted(request.homes))
        return self.homes(request)

    def _former(self, switch: SystemSwitch, declaration: Declaration) -> HostRequest:
        """The request for the homes as the generation had them. A home whose generation is gone stays as it is."""
        requests, gone = former_homes(declaration.homes, self.handle, switch.settings.dry)
        switch.answer.warnings += [
            f"the home of {user} is not changed: the generation that it had then no longer exists" for user in gone
        ]
        return HostRequest("switch", homes=requests)

    def confirm(self, request: HostRequest) -> JsonObject:
        """Keep the switch that waits for it, and do what could not have been taken back."""
        waiting = pending(self.state)
        if waiting is None:
            raise EngineError("there is no switch to confirm: it was reverted, or confirmed already", ErrorKind.CONFIRM)
        context = self.context(waiting.rollback)
        switch = SystemSwitch(context, request.settings._replace(rollback=waiting.rollback))
        switch.answer.changed = True
        switch.answer.generation, switch.answer.previous = waiting.target, waiting.origin
        if request.settings.check:
            return switch.answer.json()
        confirm.disarm(context)
        if request.settings.action == "test" and waiting.until:
            confirm.until_boot(self.state, waiting.origin, waiting.target, waiting.failed)
        if request.bundle is not None:
            self.shipped = dict(read_bundle(request.bundle).contents())
        declaration = self.state.declaration(waiting.target) or EMPTY
        shipped = request if request.homes else None
        Completion(switch, declaration, waiting.failed).run(
            lambda: self._switch_homes(switch, shipped or self._former(switch, declaration))
        )
        return switch.answer.json()

    def rollback(self, request: HostRequest) -> JsonObject:
        """Go back to a generation: a new plan of its declaration against what is there today."""
        current = self.state.current()
        earlier = [number for number in self.state.numbers() if number < current and not self.failed(number)]
        number = request.generation or (earlier[-1] if earlier else 0)
        if not number or number not in self.state.numbers():
            raise EngineError(
                f"there is no generation {number} to go back to" if number else "there is no previous generation",
                ErrorKind.GENERATION,
            )
        declaration = self.state.declaration(number) or EMPTY
        settings = request.settings._replace(rollback=True)
        warnings = self._recovered(settings)
        switch = SystemSwitch(self.context(rollback=True), settings)
        switch.answer.warnings += warnings
        # Asked once the accounts are those of that generation, unless it is only a check.
        return self._run(switch, declaration, number, lambda: number)

    def expire(self, request: HostRequest) -> JsonObject:
        """Remove old generations: all but the newest `keep`, or those older than `days`; never the current one."""
        import time

        keep, days = request.keep, request.days
        numbers = self.state.numbers()
        current = self.state.current()
        spared = {current, self.state.current("completed"), self.state.in_effect(current)}
        waiting = pending(self.state)
        if waiting is not None:
            spared.add(waiting.origin)
        if days is not None:
            limit = time.time() - days * 86400
            gone = [n for n in numbers if n not in spared and self.state.info(n).time < limit]
        else:
            newest = keep if keep is not None else _KEPT
            gone = [n for n in numbers[: max(len(numbers) - newest, 0)] if n not in spared]
        if not request.settings.check:
            for number in gone:
                self.state.remove_generation(number)
            self.state.sweep()
        return ExpireAnswer(gone).json()
