# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Adapts the services of a system to the init that booted the host."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Protocol

from ..expressions.lazy import plain
from ..options.cause import Cause, Causes
from ..options.provenance import Provenance
from ..syntax.errors import SpecError
from .system import System
from .system_parts import KINDS, EtcFile, User

Provided = dict[str, dict[str, bool]]

_SERVICE = ".service"
# What only systemd and its parts read below /etc.
_OF_SYSTEMD = ("systemd/", "tmpfiles.d/")
_HINT = 'guard it with `when: host.init == "systemd"`'


class Init(Protocol):
    """The init of a host. What it cannot do becomes an error of the evaluation."""

    def refuse(self, files: list[EtcFile], users: list[User]) -> None:
        """Collect an error for each unit, file and account that needs another init."""

    def provided(self, units: Provided) -> Provided:
        """The services of packages by the names that the host has for them."""

    def asked(self, file: EtcFile, units: Sequence[str]) -> list[str]:
        """The same for services that a changed file reloads or restarts."""


def init_of_host(system: System) -> Init:
    """The init that the facts name. A host of which it is not known is supposed to have systemd."""
    name = system.request.host.get("init", "systemd")
    return OpenRC(system) if name == "openrc" else Systemd()


class Systemd:
    """Everything is as it is declared."""

    def refuse(self, files: list[EtcFile], users: list[User]) -> None:
        """Nothing."""

    def provided(self, units: Provided) -> Provided:
        return units

    def asked(self, file: EtcFile, units: Sequence[str]) -> list[str]:
        return list(units)


class OpenRC:
    """Services go by the names of their scripts, and there are no units."""

    def __init__(self, system: System) -> None:
        self._evaluation = system.evaluation
        self._causes = Causes(Provenance(system.evaluation))
        distribution = str(system.request.host.get("distribution") or "this host")
        never = system.evaluation.get("system.provider") == "apk"
        self._lack = (
            f"{distribution} has no systemd" if never else f"this {distribution} host was not booted by systemd"
        )
        self._names: dict[str, str] | None = None
        self._refused: set[str] = set()

    def refuse(self, files: list[EtcFile], users: list[User]) -> None:
        for kind in KINDS:
            option = f"systemd.{kind}s"
            units: Any = self._evaluation.attempt(partial(self._evaluation.get, option), {})
            if isinstance(units, list):
                causes = [self._causes.of_element(option, index) for index in range(len(units))]
            else:
                causes = [self._causes.of_entry(option, str(name)) for name in units]
            for cause in causes:
                self._refuse(cause)
        for file in files:
            if file.target.startswith(_OF_SYSTEMD):
                self._refuse(self._causes.of_entry("environment.etc", file.name))
        if self._evaluation.attempt(partial(self._evaluation.get, "systemd.maskedUnits"), []):
            self._refuse(self._option("systemd.maskedUnits"))
        for user in users:
            if user.options["linger"]:
                self._refuse(Cause(f"users.users.{user.name}.linger", user.positions))

    def provided(self, units: Provided) -> Provided:
        """Several units may be one service here: it is wanted when one of them is."""
        found: Provided = {}
        for unit, wanted in units.items():
            name = self._service(unit)
            if name is None:
                cause = self._causes.of_entry("systemd.provided", unit)
                self._refuse(cause, f", and OpenRC has no counterpart of {unit}")
            else:
                known = found.get(name, {"enable": False, "start": False})
                found[name] = {word: known[word] or wanted[word] for word in ("enable", "start")}
        return found

    def asked(self, file: EtcFile, units: Sequence[str]) -> list[str]:
        names: dict[str, None] = {}
        for unit in units:
            name = self._service(unit)
            if name is None:
                cause = self._causes.of_entry("environment.etc", file.name)
                self._refuse(cause, f", and OpenRC has no counterpart of {unit}")
            else:
                names[name] = None
        return list(names)

    def _service(self, unit: str) -> str | None:
        """The name of a service; None for a unit that has no counterpart. An instance goes by the name of its template."""
        if self._names is None:
            self._names = dict(plain(self._evaluation.get("openrc.services")))
        stem, at, _instance = unit.partition("@")
        template = f"{stem}@{_SERVICE}" if at else unit
        for name in (unit, template):
            if name in self._names:
                return self._names[name]
        own = template.startswith(("systemd-", "user@")) or at
        return unit.removesuffix(_SERVICE) if unit.endswith(_SERVICE) and not own else None

    def _option(self, path: str) -> Cause:
        return Cause(path, Provenance(self._evaluation).option(path))

    def _refuse(self, cause: Cause, more: str = "") -> None:
        """Collect the error, once for each option."""
        if cause.path not in self._refused:
            self._refused.add(cause.path)
            error = SpecError(f"{self._lack}{more}", cause.positions, path=cause.path, hint=_HINT)
            self._evaluation.collect(error)
