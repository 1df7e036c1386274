# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Finds the lines of the specification that a message of the host is about, by the files, names and options in its text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..options.definition import Definition
from ..options.provenance import Positions, Provenance
from ..syntax.position import Position
from ..values import Package
from .system import System
from .system_parts import EtcFile, Parts

# Files as programs name them, with the line where they say one.
_FILE = re.compile(r"([\w.@+-]+(?:/[\w.@+-]+)+)(?:(?::| line )(\d+))?")
_QUOTED = re.compile(r'"([^"\s]+)"')
_OPTION = re.compile(
    r"\b((?:users|services|networking|security|systemd|boot|environment|virtualisation|programs)(?:\.[\w<>-]+)+)"
)
# What keeps somebody out, and the file that says so.
_SSHD = re.compile(r"\b(AllowUsers|AllowGroups|DenyUsers|DenyGroups|PermitRootLogin)\b")
_SSHD_FILES = ("ssh/sshd_config.d/10-home-manager.conf", "ssh/sshd_config")
_SUDOERS = "sudoers.d/60-home-manager"
_MOST = 3


class SystemOrigins:
    """The origins of one system. `contents` are its files' texts by target; `home_positions` those of packages that homes name."""

    def __init__(
        self, system: System, contents: Mapping[str, bytes], home_positions: Mapping[str, Position | None]
    ) -> None:
        self.evaluation = system.evaluation
        self.provenance = Provenance(system.evaluation)
        files: list[EtcFile] = system.evaluation.attempt(Parts(system).etc, [])
        self.files = {file.target: file for file in files}
        self.contents = contents
        self.home_positions = home_positions

    def of_file(self, target: str) -> Positions:
        """Where a file below /etc is declared."""
        file = self.files.get(target)
        return file.positions if file is not None else self._unit(target)

    def of(self, message: str) -> Positions:
        """What a message of a host is about; empty when nothing in it is known."""
        for found in (self._line(message), self._sshd(message), self._named(message), self._option(message)):
            if found:
                return found[:_MOST]
        return ()

    def _unit(self, target: str) -> Positions:
        found = re.match(r"systemd/system/([\w@:.\\-]+)\.(\w+)(?:\.d/.*)?$", target)
        return self.provenance.entry(f"systemd.{found[2]}s", found[1]) if found is not None else ()

    def _line(self, message: str) -> Positions:
        for path, number in _FILE.findall(message):
            path = path.removeprefix("etc/")
            target = next(
                (t for t in self.files if t == path or t.endswith(f"/{path}") or path.endswith(f"/{t}")), None
            )
            if target is None:
                if self._unit(path):
                    return self._unit(path)
                continue
            lines = self.contents.get(target, b"").decode("utf-8", "replace").splitlines()
            line = lines[int(number) - 1] if number and 0 < int(number) <= len(lines) else ""
            return self.provenance.positions_of_text("environment.etc", self.files[target].name, line)
        return ()

    def _sshd(self, message: str) -> Positions:
        word = _SSHD.search(message)
        target = next((target for target in _SSHD_FILES if target in self.files), None)
        if word is not None and target is not None:
            return self.provenance.positions_of_text("environment.etc", self.files[target].name, word[1])
        if "use sudo" in message and _SUDOERS in self.files:
            return self.provenance.positions_of_text("environment.etc", self.files[_SUDOERS].name, "")
        return ()

    def _named(self, message: str) -> Positions:
        names = _QUOTED.findall(message)
        for name in names:
            position = self.home_positions.get(name) or self._package(name)
            if position is not None:
                return (position,)
        return next((found for name in names if (found := self.provenance.entry("users.users", name))), ())

    def _package(self, name: str) -> Position | None:
        option = "environment.systemPackages"
        named: list[Definition] = self.evaluation.attempt(lambda: self.provenance.elements(option), [])
        for definition in named:
            value: Any = definition.value
            if (value.name if isinstance(value, Package) else str(value)) == name:
                return definition.position
        return None

    def _option(self, message: str) -> Positions:
        for option in _OPTION.findall(message):
            found = self.evaluation.attempt(lambda o=option: self.provenance.option(o), ())  # type: ignore[misc]
            parts = option.split(".")
            for length in range(len(parts) - 1, 1, -1):
                found = found or self.provenance.entry(".".join(parts[:length]), parts[length])
            if found:
                return tuple(found)
        return ()
