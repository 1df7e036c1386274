# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The declaration of a system as it arrives: typed, checked, and back to JSON."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from ..contract.entries import Leaf
from .accounts.declared import Accounts
from .program_check import ProgramCheck
from .well_formed import NAME, matched, members_of, refuse

if TYPE_CHECKING:
    from typing import Dict, Tuple

    from ..contract.members import Members
    from ..contract.value import JsonObject, JsonValue

VERSION = 1
_OBJECT = re.compile(r"[0-9a-f]{32}-[A-Za-z0-9_+-][A-Za-z0-9._+-]{0,99}\Z")
_TARGET = re.compile(r"[^/\0\n]+(/[^/\0\n]+)*\Z")
_MODE = re.compile(r"[0-7]{4}\Z")
# Packages of dnf and pacman have capital letters and underscores too; none can be taken for an option or a path.
_PACKAGE = re.compile(r"[A-Za-z0-9@_+][A-Za-z0-9@_+.:-]*\Z")


def target_of(value: object) -> str:
    """A path below /etc. EngineError for one that leaves it."""
    path = matched(value, _TARGET, "a path below /etc")
    if ".." in path.split("/") or "." in path.split("/"):
        raise refuse(f"{path!r} leaves /etc")
    return path


class EtcEntry(NamedTuple):
    """One path below /etc: a copy of an object, or a symbolic link.

    `unit` names the unit whose whole text this is, and which becomes a drop-in where a package ships it. `early` entries are
    put in place before packages are installed. `forward_only` entries are not brought back by a rollback.
    """

    target: str
    object: str | None
    link: str | None
    mode: int
    user: str
    group: str
    divert: bool | None
    replace: bool
    sensitive: bool
    early: bool
    unit: str | None
    reloads: Tuple[str, ...]
    restarts: Tuple[str, ...]
    rivals: Dict[str, str]
    on_change: str
    on_remove: str
    origin: str
    forward_only: bool = False

    @classmethod
    def of(cls, target: str, value: JsonValue) -> EtcEntry:
        """EngineError `manifest` when it is not well formed."""
        members = members_of(value, f"/etc/{target}")
        link, name = members.optional_text("symlink"), members.optional_text("object")
        if (link is None) == (name is None):
            raise refuse(f"/etc/{target} must be either a file or a link")
        return cls(
            target=target_of(target),
            object=None if name is None else matched(name, _OBJECT, "an object"),
            link=link,
            mode=int(matched(members.text("mode", "0644"), _MODE, "a mode"), 8),
            user=members.text("user", "+0"),
            group=members.text("group", "+0"),
            divert=members.optional_flag("divert"),
            replace=members.flag("replace"),
            sensitive=members.flag("sensitive"),
            early=members.flag("early"),
            unit=members.optional_text("unit"),
            reloads=tuple(members.texts("reloads")),
            restarts=tuple(members.texts("restarts")),
            rivals=_texts(members.mapping("rivals"), f"`rivals` of /etc/{target}"),
            on_change=members.text("onChange", ""),
            on_remove=members.text("onRemove", ""),
            origin=members.text("origin", ""),
            forward_only=members.flag("forwardOnly"),
        )

    def json(self) -> JsonObject:
        """As `of` takes it."""
        found: JsonObject = {"mode": "%04o" % self.mode, "user": self.user, "group": self.group}
        found.update({"symlink": self.link} if self.link is not None else {"object": self.object})
        if self.divert is not None:
            found["divert"] = self.divert
        for key in ("replace", "sensitive", "early"):
            if getattr(self, key):
                found[key] = True
        if self.forward_only:
            found["forwardOnly"] = True
        if self.unit is not None:
            found["unit"] = self.unit
        for key in ("reloads", "restarts"):
            if getattr(self, key):
                found[key] = list(getattr(self, key))
        if self.rivals:
            found["rivals"] = self.rivals
        for key, value in (("onChange", self.on_change), ("onRemove", self.on_remove), ("origin", self.origin)):
            if value:
                found[key] = value
        return found


def _texts(value: object, what: str) -> Dict[str, str]:
    members = members_of(value, what)
    return {name: members.text(name) for name in members.names()}


class WantedPackage(NamedTuple):
    """A package to be installed; `version` None is the newest, `why` the option that asks for it."""

    name: str
    version: str | None
    why: str

    @classmethod
    def of(cls, value: object) -> WantedPackage:
        """EngineError `manifest` when it is not well formed."""
        members = members_of(value, "a package")
        name = matched(members.take("name"), _PACKAGE, "a package name")
        return cls(name, members.optional_text("version"), members.text("why", ""))

    def json(self) -> JsonObject:
        """As `of` takes it."""
        return {"name": self.name, "version": self.version, "why": self.why}


class Script(NamedTuple):
    """A script to run at the end of a switch; `dry` ones also run in a dry activation, and must change nothing then."""

    name: str
    text: str
    dry: bool
    sensitive: bool

    @classmethod
    def of(cls, value: object) -> Script:
        """EngineError `manifest` when it is not well formed."""
        members = members_of(value, "a script")
        return cls(members.text("name"), members.text("script"), members.flag("dry"), members.flag("sensitive"))

    def json(self) -> JsonObject:
        """As `of` takes it."""
        return {"name": self.name, "script": self.text, "dry": self.dry, "sensitive": self.sensitive}


class Provided(NamedTuple):
    """A unit of a package: whether it is enabled, and whether a switch starts it, or stops it where it is not enabled."""

    enable: bool
    start: bool

    @classmethod
    def of(cls, value: object) -> Provided:
        """EngineError `manifest` when it is not well formed."""
        members = members_of(value, "a unit of a package")
        return cls(members.flag("enable"), members.flag("start"))


class Declaration(NamedTuple):
    """A whole system. `folders` are generated folders by ID: relative path to leaf."""

    etc: Dict[str, EtcEntry]
    lines: Dict[str, Tuple[str, ...]]
    accounts: Accounts
    provider: str
    packages: Tuple[WantedPackage, ...]
    provided: Dict[str, Provided]
    shells: Tuple[str, ...]
    activation: Tuple[Script, ...]
    user_activation: Tuple[Script, ...]
    checks: Tuple[str, ...]
    program_checks: Tuple[ProgramCheck, ...]
    folders: Dict[str, Dict[str, Leaf]]
    objects: Dict[str, str]
    homes: Dict[str, str]
    label: str

    @classmethod
    def of(cls, value: object) -> Declaration:
        """EngineError `manifest` when it is not well formed."""
        members = members_of(value, "the manifest")
        kind, version = members.take("kind"), members.take("version")
        if kind != "system" or version != VERSION:
            raise refuse(f"its kind is {kind!r} and its version {version!r}")
        try:
            found = cls._of(members)
        except ValueError as problem:
            raise refuse(str(problem)) from None
        found.check_references()
        return found

    @classmethod
    def _of(cls, members: Members) -> Declaration:
        packages = members_of(members.mapping("packages"), "`packages`")
        lines = members_of(members.mapping("lines"), "`lines`")
        return cls(
            etc={target: EtcEntry.of(target, entry) for target, entry in members.mapping("etc").items()},
            lines={target_of(target): tuple(lines.texts(target)) for target in lines.names()},
            accounts=Accounts.of(members.mapping("accounts")),
            provider=packages.text("provider", "apt"),
            packages=tuple(WantedPackage.of(package) for package in packages.sequence("want")),
            provided={name: Provided.of(unit) for name, unit in members.mapping("provided").items()},
            shells=tuple(members.texts("shells")),
            activation=tuple(Script.of(script) for script in members.sequence("activation")),
            user_activation=tuple(Script.of(script) for script in members.sequence("userActivation")),
            checks=tuple(members.texts("checks")),
            program_checks=tuple(ProgramCheck.of(check) for check in members.sequence("programChecks")),
            folders={
                matched(name, _OBJECT, "a folder"): {
                    path: Leaf.of(path, leaf) for path, leaf in members_of(inside, name).rest().items()
                }
                for name, inside in members.mapping("folders").items()
            },
            objects={
                matched(name, _OBJECT, "an object"): members_of(about, name).text("mode")
                for name, about in members.mapping("objects").items()
            },
            homes={matched(user, NAME, "a user name"): str(d) for user, d in members.mapping("homes").items()},
            label=members.text("label", ""),
        )

    def check_references(self) -> None:
        """EngineError `manifest` for an object that is named and not there."""
        named = {entry.object for entry in self.etc.values() if entry.object is not None}
        named |= {
            user.password.source for user in self.accounts.users if user.password and user.password.kind != "file"
        }
        named |= {
            leaf.object for inside in self.folders.values() for leaf in inside.values() if leaf.object is not None
        }
        missing = sorted(named - set(self.objects))
        if missing:
            raise refuse(f"the object {missing[0]} is used but not listed")

    def json(self) -> JsonObject:
        """As `of` takes it, objects without their sizes."""
        return {
            "version": VERSION,
            "kind": "system",
            "etc": {target: entry.json() for target, entry in self.etc.items()},
            "lines": {target: list(lines) for target, lines in self.lines.items()},
            "accounts": self.accounts.json(),
            "packages": {"provider": self.provider, "want": [package.json() for package in self.packages]},
            "provided": {name: {"enable": unit.enable, "start": unit.start} for name, unit in self.provided.items()},
            "shells": list(self.shells),
            "activation": [script.json() for script in self.activation],
            "userActivation": [script.json() for script in self.user_activation],
            "checks": list(self.checks),
            "programChecks": [check.json() for check in self.program_checks],
            "folders": {
                name: {path: leaf.json() for path, leaf in inside.items()} for name, inside in self.folders.items()
            },
            "objects": {name: {"mode": mode} for name, mode in self.objects.items()},
            "homes": self.homes,
            "label": self.label,
        }


EMPTY = Declaration.of({"kind": "system", "version": VERSION})
