# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The declaration of a system as it arrives: typed, checked, and back to JSON."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from ..contract.entries import Leaf
from ..contract.errors import EngineError, ErrorKind

if TYPE_CHECKING:
    from typing import Dict, Mapping, Tuple

VERSION = 1
STATE = "/var/lib/home.manager"
_OBJECT = re.compile(r"[0-9a-f]{32}-[A-Za-z0-9_+-][A-Za-z0-9._+-]{0,99}\Z")
_TARGET = re.compile(r"[^/\0\n]+(/[^/\0\n]+)*\Z")
_NAME = re.compile(r"[a-zA-Z0-9_.][a-zA-Z0-9_.-]{0,30}[$]?\Z")
_MODE = re.compile(r"[0-7]{4}\Z")
_PACKAGE = re.compile(r"[a-z0-9][a-z0-9+.:-]*\Z")


def refuse(what: str) -> EngineError:
    """The error for a declaration that is not well formed."""
    return EngineError(f"the declaration of the system is not well formed: {what}", ErrorKind.MANIFEST)


def _matched(value: Any, pattern: re.Pattern[str], what: str) -> str:
    if not isinstance(value, str) or not pattern.match(value):
        raise refuse(f"{value!r} is no {what}")
    return value


def target_of(value: Any) -> str:
    """A path below /etc. EngineError for one that leaves it."""
    path = _matched(value, _TARGET, "path below /etc")
    if ".." in path.split("/") or "." in path.split("/"):
        raise refuse(f"{path!r} leaves /etc")
    return path


def _texts(value: Any, what: str) -> Tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise refuse(f"{what} is no list of texts")
    return tuple(value)


class EtcEntry(NamedTuple):
    """One path below /etc: a copy of an object, or a symbolic link.

    `unit` names the unit whose whole text this is, and which becomes a drop-in where a package ships it. `early` entries are
    put in place before packages are installed.
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
    on_change: str
    on_remove: str
    origin: str

    @classmethod
    def of(cls, target: str, said: Mapping[str, Any]) -> EtcEntry:
        """EngineError `manifest` when it is not well formed."""
        link = said.get("symlink")
        if (link is None) == (said.get("object") is None):
            raise refuse(f"/etc/{target} is neither a file nor a link")
        return cls(
            target=target_of(target),
            object=None if link is not None else _matched(said["object"], _OBJECT, "object"),
            link=link,
            mode=int(_matched(said.get("mode", "0644"), _MODE, "mode"), 8),
            user=str(said.get("user", "+0")),
            group=str(said.get("group", "+0")),
            divert=said.get("divert"),
            replace=bool(said.get("replace")),
            sensitive=bool(said.get("sensitive")),
            early=bool(said.get("early")),
            unit=said.get("unit"),
            reloads=_texts(said.get("reloads", []), "reloads"),
            restarts=_texts(said.get("restarts", []), "restarts"),
            on_change=str(said.get("onChange", "")),
            on_remove=str(said.get("onRemove", "")),
            origin=str(said.get("origin", "")),
        )

    def json(self) -> Dict[str, Any]:
        """As `of` takes it."""
        found: Dict[str, Any] = {"mode": "%04o" % self.mode, "user": self.user, "group": self.group}
        found.update({"symlink": self.link} if self.link is not None else {"object": self.object})
        if self.divert is not None:
            found["divert"] = self.divert
        for key in ("replace", "sensitive", "early"):
            if getattr(self, key):
                found[key] = True
        if self.unit is not None:
            found["unit"] = self.unit
        for key in ("reloads", "restarts"):
            if getattr(self, key):
                found[key] = list(getattr(self, key))
        for key, value in (("onChange", self.on_change), ("onRemove", self.on_remove), ("origin", self.origin)):
            if value:
                found[key] = value
        return found


class Password(NamedTuple):
    """Where a password comes from: `hash` and `clear` are objects of the store, `file` is a path on the host.

    `initial` ones are only set when the account is created.
    """

    kind: str
    source: str
    initial: bool

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Password:
        """EngineError `manifest` when it is not well formed."""
        if said.get("kind") not in ("hash", "clear", "file"):
            raise refuse(f"{said.get('kind')!r} is no kind of password")
        return cls(str(said["kind"]), str(said["source"]), bool(said.get("initial")))

    def json(self) -> Dict[str, Any]:
        """As `of` takes it."""
        return {"kind": self.kind, "source": self.source, "initial": self.initial}


class User(NamedTuple):
    """One account to exist. `uid` None lets the host choose; `shell` None keeps the present one; `linger` None too.

    `explicit` are the fields (group, home, shell, description) that are declared and not only supposed: of an account that
    exists already, the others stay as they are where accounts are also managed by hand.
    """

    name: str
    uid: int | None
    normal: bool
    group: str
    extra_groups: Tuple[str, ...]
    home: str
    home_mode: int
    create_home: bool
    shell: str | None
    description: str
    password: Password | None
    expires: str | None
    linger: bool | None
    auto_ids: bool
    uids: Tuple[Tuple[int, int], ...]
    gids: Tuple[Tuple[int, int], ...]
    keys: bool
    explicit: Tuple[str, ...]
    origin: str

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> User:
        """EngineError `manifest` when it is not well formed."""
        name = _matched(said.get("name"), _NAME, "user name")
        for key in ("home", "shell", "description"):
            if ":" in str(said.get(key) or "") or "\n" in str(said.get(key) or ""):
                raise refuse(f"{key} of the user {name} holds a colon or a newline")
        password = said.get("password")
        return cls(
            name=name,
            uid=said.get("uid"),
            normal=bool(said.get("normal")),
            group=_matched(said.get("group"), _NAME, "group name"),
            extra_groups=_texts(said.get("extraGroups", []), "extraGroups"),
            home=str(said["home"]),
            home_mode=int(str(said.get("homeMode", "0700")), 8),
            create_home=bool(said.get("createHome")),
            shell=said.get("shell"),
            description=str(said.get("description", "")),
            password=Password.of(password) if password else None,
            expires=said.get("expires"),
            linger=said.get("linger"),
            auto_ids=bool(said.get("autoIds")),
            uids=tuple((int(a), int(b)) for a, b in said.get("uids", [])),
            gids=tuple((int(a), int(b)) for a, b in said.get("gids", [])),
            keys=bool(said.get("keys")),
            explicit=_texts(said.get("explicit", []), "explicit"),
            origin=str(said.get("origin", "")),
        )

    def json(self) -> Dict[str, Any]:
        """As `of` takes it."""
        return {
            "name": self.name,
            "uid": self.uid,
            "normal": self.normal,
            "group": self.group,
            "extraGroups": list(self.extra_groups),
            "home": self.home,
            "homeMode": "%04o" % self.home_mode,
            "createHome": self.create_home,
            "shell": self.shell,
            "description": self.description,
            "password": self.password.json() if self.password else None,
            "expires": self.expires,
            "linger": self.linger,
            "autoIds": self.auto_ids,
            "uids": [list(pair) for pair in self.uids],
            "gids": [list(pair) for pair in self.gids],
            "keys": self.keys,
            "explicit": list(self.explicit),
            "origin": self.origin,
        }


class Group(NamedTuple):
    """One group to exist, with the members that the declaration gives it. `gid` None lets the host choose."""

    name: str
    gid: int | None
    members: Tuple[str, ...]

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Group:
        """EngineError `manifest` when it is not well formed."""
        return cls(
            _matched(said.get("name"), _NAME, "group name"), said.get("gid"), _texts(said.get("members", []), "members")
        )

    def json(self) -> Dict[str, Any]:
        """As `of` takes it."""
        return {"name": self.name, "gid": self.gid, "members": list(self.members)}


class Accounts(NamedTuple):
    """The accounts. `mutable` says whether others may be there too; `aliases` gives groups their name on this host."""

    mutable: bool
    users: Tuple[User, ...]
    groups: Tuple[Group, ...]
    aliases: Dict[str, str]

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Accounts:
        """EngineError `manifest` when it is not well formed."""
        return cls(
            bool(said.get("mutable", True)),
            tuple(User.of(user) for user in said.get("users", [])),
            tuple(Group.of(group) for group in said.get("groups", [])),
            {str(key): str(value) for key, value in (said.get("aliases") or {}).items()},
        )

    def json(self) -> Dict[str, Any]:
        """As `of` takes it."""
        return {
            "mutable": self.mutable,
            "users": [user.json() for user in self.users],
            "groups": [group.json() for group in self.groups],
            "aliases": self.aliases,
        }


class WantedPackage(NamedTuple):
    """A package to be installed; `version` None is the newest, `why` the option that asks for it."""

    name: str
    version: str | None
    why: str

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> WantedPackage:
        """EngineError `manifest` when it is not well formed."""
        return cls(_matched(said.get("name"), _PACKAGE, "package name"), said.get("version"), str(said.get("why", "")))

    def json(self) -> Dict[str, Any]:
        """As `of` takes it."""
        return {"name": self.name, "version": self.version, "why": self.why}


class Script(NamedTuple):
    """A script to run at the end of a switch; `dry` ones also run when nothing is to change, and must change nothing then."""

    name: str
    text: str
    dry: bool
    sensitive: bool

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Script:
        """EngineError `manifest` when it is not well formed."""
        return cls(str(said["name"]), str(said["script"]), bool(said.get("dry")), bool(said.get("sensitive")))

    def json(self) -> Dict[str, Any]:
        """As `of` takes it."""
        return {"name": self.name, "script": self.text, "dry": self.dry, "sensitive": self.sensitive}


class Provided(NamedTuple):
    """A unit of a package: whether it is enabled, and whether a switch starts it."""

    enable: bool
    start: bool


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
    folders: Dict[str, Dict[str, Leaf]]
    objects: Dict[str, str]
    homes: Dict[str, str]
    label: str

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Declaration:
        """EngineError `manifest` when it is not well formed."""
        if said.get("kind") != "system" or said.get("version") != VERSION:
            raise refuse(f"its kind is {said.get('kind')!r} and its version {said.get('version')!r}")
        try:
            return cls._of(said)
        except (KeyError, TypeError, ValueError, AttributeError) as problem:
            raise refuse(f"{type(problem).__name__}: {problem}") from None

    @classmethod
    def _of(cls, said: Mapping[str, Any]) -> Declaration:
        packages = said.get("packages", {})
        found = cls(
            etc={target: EtcEntry.of(target, entry) for target, entry in said.get("etc", {}).items()},
            lines={target_of(target): _texts(lines, "lines") for target, lines in said.get("lines", {}).items()},
            accounts=Accounts.of(said.get("accounts", {})),
            provider=str(packages.get("provider", "apt")),
            packages=tuple(WantedPackage.of(package) for package in packages.get("want", [])),
            provided={
                str(name): Provided(bool(unit["enable"]), bool(unit["start"]))
                for name, unit in said.get("provided", {}).items()
            },
            shells=_texts(said.get("shells", []), "shells"),
            activation=tuple(Script.of(script) for script in said.get("activation", [])),
            user_activation=tuple(Script.of(script) for script in said.get("userActivation", [])),
            checks=_texts(said.get("checks", []), "checks"),
            folders={
                _matched(name, _OBJECT, "folder"): {path: Leaf.of(path, leaf) for path, leaf in inside.items()}
                for name, inside in said.get("folders", {}).items()
            },
            objects={
                _matched(name, _OBJECT, "object"): str(info["mode"]) for name, info in said.get("objects", {}).items()
            },
            homes={_matched(user, _NAME, "user name"): str(digest) for user, digest in said.get("homes", {}).items()},
            label=str(said.get("label", "")),
        )
        found.check_references()
        return found

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
            raise refuse(f"the object {missing[0]} is named but not listed")

    def json(self) -> Dict[str, Any]:
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
            "folders": {
                name: {path: leaf.json() for path, leaf in inside.items()} for name, inside in self.folders.items()
            },
            "objects": {name: {"mode": mode} for name, mode in self.objects.items()},
            "homes": self.homes,
            "label": self.label,
        }


EMPTY = Declaration.of({"kind": "system", "version": VERSION})
