# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A package that a spec asks for: its name, and what the user specified about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from ...module_utils.engine.contract.package import PRIORITIES
from ..syntax.errors import SpecError, did_you_mean, summary
from ..syntax.position import Position
from .lock import Lock

# The system's own package manager installs it: there is nothing to lock.
SYSTEM = "system"
_KEYS = ("name", "provider", "version", "url", "sha256", "with", "map", "priority", "commands")


class Wanted(NamedTuple):
    """A package that a home wants.

    `named` says that the user asked for it by name, so that the host's own does not do; `extra` are the packages that it
    must see, `started` further programs of it that something is started by.
    """

    name: str
    provider: str | None = None
    version: str | None = None
    url: str | None = None
    sha256: str | None = None
    extra: tuple[str, ...] = ()
    place: tuple[tuple[str, str], ...] = ()
    commands: tuple[tuple[str, str], ...] = ()
    priority: str = "normal"
    named: bool = True
    program: str | None = None
    started: tuple[str, ...] = ()
    position: Position | None = None

    @classmethod
    def of(cls, value: Mapping[str, Any], position: Position | None = None) -> Wanted:
        """What a mapping in a spec asks for. Raises SpecError for anything malformed."""
        unknown = sorted(set(value) - set(_KEYS))
        if unknown:
            raise SpecError(f"a package has no {unknown[0]!r}", [position], hint=did_you_mean(unknown[0], _KEYS))
        if not isinstance(value.get("name"), str) or not value["name"]:
            raise SpecError(f"a package needs a name, not {summary(value.get('name'))}", [position])
        priority = value.get("priority") or "normal"
        if priority not in PRIORITIES:
            raise SpecError(f"the priority of a package is high, normal or low, not {summary(priority)}", [position])
        for key in ("provider", "version", "url", "sha256"):
            if value.get(key) is not None and not isinstance(value[key], str):
                raise SpecError(
                    f"{key} of the package {value['name']} must be a string, not {summary(value[key])}", [position]
                )
        details = [key for key in ("version", "url", "sha256", "with", "map") if value.get(key)]
        if value.get("provider") == SYSTEM and details:
            message = f"{details[0]} of the package {value['name']} has no effect with the provider system: the host decides it"
            raise SpecError(message, [position], hint=f"leave out {details[0]}, or use another provider")
        commands = value.get("commands") or {}
        if isinstance(commands, list):
            commands = {command: command for command in commands}
        return cls(
            value["name"],
            value.get("provider"),
            value.get("version"),
            value.get("url"),
            value.get("sha256"),
            tuple(value.get("with") or ()),
            tuple(sorted((value.get("map") or {}).items())),
            tuple(sorted(commands.items())),
            priority,
            position=position,
        )

    def asked(self) -> dict[str, Any]:
        """What was said beyond the name, as the lock keeps it."""
        details = {
            "provider": self.provider,
            "version": self.version,
            "url": self.url,
            "sha256": self.sha256,
            "with": list(self.extra),
            "map": dict(self.place),
            "commands": dict(self.commands),
        }
        return {key: value for key, value in details.items() if value}


def missing(lock: Lock, wanted: Iterable[Wanted], platform: str) -> list[Wanted]:
    """What the lock lacks: no entry, another wish than the entry was made for, or not for this platform."""
    found = []
    for item in wanted:
        if item.provider == SYSTEM:
            continue
        entry = lock.packages.get(item.name)
        if entry is None or dict(entry.asked) != item.asked() or platform not in entry.closure:
            found.append(item)
    return found
