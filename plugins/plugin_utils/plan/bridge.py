# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The bridge between a system and the homes in it: which homes there are, and what each is evaluated with."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from typing import Any

from ..expressions.lazy import plain
from ..syntax.errors import SpecError, SpecErrors
from .home import Home, Request
from .manifest import Plan, build
from .system import System

# The options of `home-manager` that go into each home's request.
_FOR_REQUESTS = (
    "backupFileExtension",
    "backupCommand",
    "overwriteBackup",
    "verbose",
    "useGlobalPkgs",
    "useUserPackages",
)


@dataclass(slots=True)
class Homes:
    """The homes of a system as they came out: each user's plan, and the packages that join those of the host, with who wants them."""

    plans: dict[str, Plan] = field(default_factory=dict)
    packages: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    options: dict[str, Any] = field(default_factory=dict)

    def digests(self) -> dict[str, str]:
        """User to the digest of the home."""
        return {user: plan.digest for user, plan in self.plans.items()}


class Bridge:
    """Evaluates the homes that a system declares. `template` is the request that homes have in common."""

    def __init__(self, system: System, template: Request, origin: dict[str, Any]) -> None:
        self.system = system
        self.template = template
        self.origin = origin
        self.options = system.evaluation.get("home-manager")

    def homes(self) -> Homes:
        """All homes. Raises SpecErrors with what is wrong in any of them, each error under the user's name."""
        found = Homes(options={name: plain(self.options[name]) for name in _FOR_REQUESTS})
        errors: list[SpecError] = []
        for user in sorted(self.options["users"]):
            if user not in self.system.evaluation.get("users.users"):
                continue  # an assertion of the system says so
            try:
                home = Home(self._request(user))
                plan = build(home, self.origin)
            except (SpecError, SpecErrors) as problem:
                errors += [self._of(user, error) for error in getattr(problem, "errors", [problem])]
                continue
            found.plans[user] = plan
            found.warnings += [f"{user}: {warning}" for warning in plan.warnings]
            if self.options["useUserPackages"]:
                for name in plan.manifest["packages"]:
                    found.packages.setdefault(name, f"home-manager.users.{user}: home.packages")
        if errors:
            raise SpecErrors(errors)
        return found

    @staticmethod
    def _of(user: str, error: SpecError) -> SpecError:
        """The same error under the user's name."""
        error.path = f"home-manager.users.{user}: {error.path}" if error.path else f"home-manager.users.{user}"
        return error

    def _request(self, user: str) -> Request:
        account = self.system.evaluation.get("users.users")[user]
        facts = {
            "name": str(account["name"]),
            "uid": account["uid"],
            "gid": None,
            "home": posixpath.normpath(str(account["home"])),
            "shell": str(account["shell"] or "/bin/bash"),
        }
        special = {**self.template.special, **plain(self.options["extraSpecialArgs"])}
        return Request(
            self._roots(user),
            {**self.template.host, "user": facts},
            special={**special, "osConfig": self.system.config},
            variable=self.template.variable,
            read=self.template.read,
            decrypt=self.template.decrypt,
            packages=self.template.packages,
            compiler=self.template.compiler,
        )

    def _roots(self, user: str) -> list[tuple[Any, str]]:
        modules = [*self.options["sharedModules"], self.options["users"][user]]
        return [
            (definition.value, definition.position.file if definition.position is not None else "")
            for module in modules
            for definition in module
        ]
