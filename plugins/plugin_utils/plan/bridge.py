# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The bridge between a system and the homes in it: which homes there are, and what each is evaluated with."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field

from ...module_utils.engine.contract.manifest import Origin
from ..expressions.lazy import plain
from ..expressions.resolution import resolve
from ..expressions.thunk import Thunk
from ..options.priority import discharge
from ..options.provenance import Provenance
from ..packages.package_context import PackageContext
from ..syntax.errors import SpecError, SpecErrors
from ..syntax.nodes import position_of
from ..syntax.position import Position
from ..values import Package
from .home import EvaluatedHome, Request
from .manifest import SwitchBundle, build
from .package_names import names_of
from .system import System
from .touched import USER

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
    """The homes of a system as they came out: each user's plan, and the packages that join those of the host.

    `packages` says who wants each of them, and `positions` where; `importers` where each file of a home is imported.
    """

    plans: dict[str, SwitchBundle] = field(default_factory=dict)
    packages: dict[str, str] = field(default_factory=dict)
    positions: dict[str, Position | None] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    options: dict[str, object] = field(default_factory=dict)
    importers: dict[str, Position] = field(default_factory=dict)

    def digests(self) -> dict[str, str]:
        """User to the digest of the home."""
        return {user: plan.digest for user, plan in self.plans.items()}


def declared_packages(home: EvaluatedHome) -> dict[str, Position | None]:
    """The names of packages that the user's own modules put into `home.packages`, and where."""
    node = home.evaluation.home.root.child("home")
    option = node.child("packages") if node is not None else None
    names: dict[str, Position | None] = {}
    for assignment in option.assignments if option is not None else ():
        if assignment.rank[:1] == USER:
            for definition in discharge(assignment.definitions()):
                value = resolve(definition.value, definition.scope)
                for index, item in enumerate(value or ()):
                    name = item.name if isinstance(item, Package) else str(item)
                    names.setdefault(name, position_of(definition.value, index) or definition.position)
    return names


class HostPackages:
    """Whether a package of a home is installed for the whole host: what the user names, and what the host is known to have."""

    def __init__(self, system: System) -> None:
        self.names = names_of(system.evaluation)
        self.home: EvaluatedHome | None = None
        self._named: dict[str, Position | None] | None = None
        self._asking = False

    @property
    def named(self) -> dict[str, Position | None]:
        """The packages that the user names, and where."""
        if self._named is None and self.home is not None:
            self._asking = True
            try:
                self._named = declared_packages(self.home)
            finally:
                self._asking = False
        return self._named or {}

    def __call__(self, name: str) -> bool:
        # Whatever is made of a package while the named ones are collected is one of them.
        return self.names.knows(name) or self._asking or name in self.named


class BuiltHome:
    """A home with what it was built from. `read` says whether it has read its system's configuration."""

    __slots__ = ("home", "of_host", "plan", "read")

    home: EvaluatedHome
    plan: SwitchBundle

    def __init__(self, of_host: HostPackages) -> None:
        self.of_host = of_host
        self.read = False

    def serves(self, request: Request, of_host: HostPackages) -> bool:
        """Whether another system asks for the same home: from the same modules, and with everything the same that the home has read."""
        own = self.home.request
        given = (request.host, request.supply, request.at_host is None, _without_system(request), vars(of_host.names))
        made = (own.host, own.supply, own.at_host is None, _without_system(own), vars(self.of_host.names))
        same_roots = len(own.roots) == len(request.roots) and all(
            mine is other and file == other_file
            for (mine, file), (other, other_file) in zip(own.roots, request.roots, strict=True)
        )
        return not self.read and same_roots and given == made


def _without_system(request: Request) -> dict[str, object]:
    return {name: value for name, value in request.special.items() if name != "osConfig"}


class Bridge:
    """Evaluates the homes that a system declares. `template` is the request that homes have in common.

    `known` holds the homes of other systems that use the same template, by user; those of this one are added.
    """

    def __init__(
        self, system: System, template: Request, origin: Origin, known: dict[str, list[BuiltHome]] | None = None
    ) -> None:
        self.system = system
        self.template = template
        self.origin = origin
        self.known = {} if known is None else known
        self.options = system.evaluation.get("home-manager")

    def homes(self) -> Homes:
        """All homes. Raises SpecErrors with what is wrong in any of them, each error under the user's name."""
        found = Homes(options={name: plain(self.options[name]) for name in _FOR_REQUESTS})
        errors: list[SpecError] = []
        for user in sorted(self.options["users"]):
            accounts = self.system.evaluation.get("users.users")
            if user not in accounts or not accounts[user]["enable"]:
                continue  # an assertion or a warning of the system says so
            try:
                built = self._built(user)
            except (SpecError, SpecErrors) as problem:
                own = f"home-manager.users.{user}"
                errors += [error.below(own) for error in getattr(problem, "errors", [problem])]
                continue
            found.plans[user] = built.plan
            found.importers.update(built.home.evaluation.collector.importers)
            found.warnings += [f"{user}: {warning}" for warning in built.plan.warnings]
            if self.options["useUserPackages"]:
                self._take_packages(user, built.home, built.of_host, found)
        if errors:
            raise SpecErrors(errors)
        return found

    def _built(self, user: str) -> BuiltHome:
        """One home. Raises SpecError or SpecErrors."""
        of_host = HostPackages(self.system)
        built = BuiltHome(of_host)

        def os_config() -> object:
            built.read = True
            return self.system.config

        request = self._request(user, of_host, Thunk(os_config))
        known = next((home for home in self.known.get(user, ()) if home.serves(request, of_host)), None)
        if known is not None:
            return known
        built.home = of_host.home = EvaluatedHome(request)
        self._check_account(user, built.home)
        built.plan = build(built.home, self.origin)
        self.known.setdefault(user, []).append(built)
        return built

    def _take_packages(self, user: str, home: EvaluatedHome, of_host: HostPackages, found: Homes) -> None:
        """The packages of a home that join those of the host.

        What the user's own modules name has to be had. Of what the shipped modules add, the host may lack some: those are the home's own.
        """
        for package in home.evaluation.get("home.packages"):
            name = package.name if isinstance(package, Package) else str(package)
            if of_host(name):
                found.packages.setdefault(name, f"home-manager.users.{user}: home.packages")
                found.positions.setdefault(name, of_host.named.get(name))
            elif self.template.supply is None:
                found.warnings.append(
                    f'{user}: the host has no package "{name}", which a program of the home could use; install it in another way, or map its name in '
                    f"environment.packageAliases"
                )

    def _check_account(self, user: str, home: EvaluatedHome) -> None:
        """Raises SpecError where a home says that it is another account's."""
        account = self.system.evaluation.get("users.users")[user]
        wanted = {"username": str(account["name"]), "homeDirectory": posixpath.normpath(str(account["home"]))}
        for option, value in wanted.items():
            found = str(home.evaluation.get(f"home.{option}"))
            if found != value:
                positions = Provenance(home.evaluation).option(f"home.{option}")
                said = f"is {found}, but the account has {value}"
                raise SpecError(said, positions, path=f"home.{option}", hint="leave it out")

    def _request(self, user: str, of_host: HostPackages, os_config: Thunk) -> Request:
        account = self.system.evaluation.get("users.users")[user]
        facts = {
            "name": str(account["name"]),
            "uid": account["uid"],
            "gid": None,
            "home": posixpath.normpath(str(account["home"])),
            "shell": str(account["shellPath"] or "/bin/bash"),
        }
        special = {**self.template.special, **plain(self.options["extraSpecialArgs"])}
        return Request(
            self._roots(user),
            {**self.template.host, "user": facts},
            special={**special, "osConfig": os_config},
            variable=self.template.variable,
            read=self.template.read,
            decrypt=self.template.decrypt,
            packages=self.template.packages,
            supply=self._supply(),
            at_host=of_host if self.options["useUserPackages"] else None,
            compiler=self.template.compiler,
        )

    def _supply(self) -> PackageContext | None:
        """Where the packages come from that a home has for itself; with `useGlobalPkgs` not what the system installs."""
        supply = self.template.supply
        if supply is None or self.options["useUserPackages"] or not self.options["useGlobalPkgs"]:
            return supply
        declared = self.system.evaluation.get("environment.systemPackages")
        names = frozenset(item.name if isinstance(item, Package) else str(item) for item in declared)
        return supply._replace(host=names)

    def _roots(self, user: str) -> list[tuple[object, str]]:
        modules = [*self.options["sharedModules"], self.options["users"][user]]
        return [
            (definition.value, definition.position.file if definition.position is not None else "")
            for module in modules
            for definition in module
        ]
