# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The manifest of an evaluated system, and the contents that go with it (docs/architecture.md has the form)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from ...module_utils.engine.contract import canonical
from ...module_utils.engine.contract.objects import object_id
from ...module_utils.engine.system.declaration import VERSION, Declaration
from ..expressions.filters import dag_sort
from ..expressions.lazy import plain
from ..options.provenance import Positions, Provenance
from ..options.unread import check_unread
from ..syntax.errors import SpecError, SpecErrors, SpecWarning
from ..syntax.keys import joined
from ..values import Package, Value
from .inits import Provided, init_of_host
from .package_names import names_of
from .refused_options import refuse_options
from .store import file_mode
from .system import System
from .system_parts import PASSWORDS, EtcFile, Parts, Unit, User

if TYPE_CHECKING:
    from ...module_utils.engine.contract.value import JsonObject

_UNITS = "systemd/system"
_DROPIN = "home-manager.conf"
# What NixOS runs before the scripts of a configuration; here the engine has done it by then.
_ANCHORS = (
    "binsh", "domain", "etc", "groups", "hashes", "hostname", "modprobe", "resolvconf", "specialfs", "stdio", "tmpfs", "udevd", "users",
    "usrbinenv", "var", "wrappers",
)  # fmt: skip


@dataclass(slots=True)
class SystemPlan:
    """What a switch ships: the manifest, its digest, and every object's content by ID.

    `targets` are the paths below /etc, each with its object, and links without one.
    """

    manifest: JsonObject
    contents: dict[str, bytes]
    digest: str = ""
    targets: dict[str, str] = field(default_factory=dict)
    warnings: list[SpecWarning] = field(default_factory=list)

    def text(self, target: str) -> bytes:
        """The content of a file below /etc; nothing for a link."""
        return self.contents.get(self.targets[target], b"")

    def objects(self, known: set[str]) -> list[tuple[str, bytes]]:
        """The objects that a host which has `known` lacks, in byte order."""
        return [(name, self.contents[name]) for name in sorted(self.contents) if name not in known]


def build_system(system: System, homes: dict[str, str], packages: dict[str, str]) -> SystemPlan:
    """The plan of a system. `homes`: user to the digest of the home; `packages`: those of homes, with the option that names them.

    Raises SpecErrors with everything that is wrong, failed assertions included.
    """
    return SystemBuilder(system).build(homes, packages)


class SystemBuilder:
    """Builds one manifest."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.evaluation = system.evaluation
        self.parts = Parts(system)
        self.init = init_of_host(system)
        self.contents: dict[str, bytes] = {}
        self.modes: dict[str, str] = {}

    def build(self, homes: dict[str, str], packages: dict[str, str]) -> SystemPlan:
        attempt = self.evaluation.attempt
        etc: dict[str, JsonObject] = {}
        files = attempt(self.parts.etc, [])
        attempt(partial(refuse_options, self.system), None)
        self.init.refuse(files, attempt(self.parts.users, []))
        for file in files:
            entry = attempt(partial(self._entry, file))
            if entry is not None:
                etc[file.target] = entry
        units = attempt(self.parts.units, [])
        for unit in units:
            self._add_unit(unit, etc)
        accounts = attempt(self._accounts, {})
        activation = attempt(lambda: self._scripts("activationScripts"), [])
        user_activation = attempt(lambda: self._scripts("userActivationScripts"), [])
        manifest = {
            "version": VERSION,
            "kind": "system",
            "etc": etc,
            "lines": attempt(lambda: plain(self.evaluation.get("environment.addedLines")), {}),
            "accounts": accounts,
            "packages": {
                "provider": self.evaluation.get("system.provider"),
                "want": attempt(lambda: self._packages(packages), []),
            },
            "provided": attempt(lambda: self._provided({unit.name for unit in units if unit.masked}), {}),
            "shells": attempt(self._shells, []),
            "activation": activation,
            "userActivation": user_activation,
            "checks": attempt(lambda: list(self.evaluation.get("system.checks")), []),
            "programChecks": attempt(self._program_checks, []),
            "homes": homes,
            "label": attempt(lambda: str(self.evaluation.get("system.nixos.label")), ""),
        }
        manifest["folders"] = self._folders(etc, [*activation, *user_activation])
        check_unread(self.evaluation)
        self.evaluation.errors.extend(self.system.failed_assertions())
        warnings = self.system.warnings()
        if self.evaluation.errors:
            raise SpecErrors(self.evaluation.errors)
        manifest["objects"] = {
            name: {"mode": self.modes[name], "size": len(self.contents[name])} for name in sorted(self.modes)
        }
        Declaration.of(manifest)
        targets = {target: str(entry.get("object", "")) for target, entry in etc.items()}
        return SystemPlan(manifest, self.contents, _digest(manifest, etc, accounts), targets, warnings)

    def _origin(self, positions: Positions) -> str:
        """The user's own line, else the line of the module by its name in the library."""
        library = f"{self.system.request.library}/"
        own = next((position for position in positions if not position.file.startswith(library)), None)
        return str(own or next(iter(positions), "")).removeprefix(library)

    def _use(self, content: bytes, mode: str, name: str) -> str:
        found = object_id(content, mode, name)
        self.contents[found] = content
        self.modes[found] = mode
        return found

    def _entry(self, file: EtcFile) -> JsonObject:
        entry: JsonObject = {"mode": file.mode, "user": file.user, "group": file.group}
        if file.leaf.link is not None:
            entry["symlink"] = file.leaf.link
        else:
            if file.leaf.decrypt(self.system.request.decrypt):
                file.secret = True
            content, _executable = file.leaf.read()
            entry["object"] = self._use(content, file_mode(False, file.secret), file.target)
        if file.divert is not None:
            entry["divert"] = file.divert
        flags = {
            "replace": file.replace,
            "sensitive": file.secret,
            "early": file.early,
            "forwardOnly": file.forward_only,
        }
        entry.update({name: True for name, value in flags.items() if value})
        entry.update({} if file.unit is None else {"unit": file.unit})
        lists = {"reloads": self.init.asked(file, file.reloads), "restarts": self.init.asked(file, file.restarts)}
        texts = {"onChange": file.on_change, "onRemove": file.on_remove, "origin": self._origin(file.positions)}
        rivals = {"rivals": file.rivals}
        entry.update({name: value for name, value in {**lists, **texts, **rivals}.items() if value})
        return entry

    def _provided(self, masked: set[str]) -> Provided:
        """The services of packages to be enabled and started. One that is masked can be neither."""
        declared = plain(self.evaluation.get("systemd.provided"))
        return self.init.provided({name: unit for name, unit in declared.items() if name not in masked})

    def _add_unit(self, unit: Unit, etc: dict[str, JsonObject]) -> None:
        """Add what a unit comes to. An alias or a file may have its place; a mask takes the place of the unit that it masks."""
        for target, entry in self._unit(unit):
            if not unit.masked and etc.get(target, entry) != entry:
                name, _dot, kind = unit.name.rpartition(".")
                positions = self.parts.provenance.entry(f"systemd.{kind}s", name)
                problem = f"another entry writes /etc/{target}, too"
                self.evaluation.collect(SpecError(problem, positions, path=joined(("systemd", f"{kind}s", name))))
            etc[target] = entry

    def _unit(self, unit: Unit) -> list[tuple[str, JsonObject]]:
        """The entries below /etc that one unit comes to: its text, and the links of what starts it."""
        base = {"mode": "0644", "user": "+0", "group": "+0"}
        if unit.masked:
            return [(f"{_UNITS}/{unit.name}", {**base, "symlink": "/dev/null"})]
        name = self._use(unit.text.encode("utf-8", "surrogateescape"), file_mode(False, unit.secret), unit.name)
        target = f"{_UNITS}/{unit.name}.d/{_DROPIN}" if unit.dropin else f"{_UNITS}/{unit.name}"
        entry: JsonObject = {**base, "object": name}
        entry.update({"sensitive": True} if unit.secret else {})
        entry.update({} if unit.dropin else {"unit": unit.name})
        found: list[tuple[str, JsonObject]] = [(target, entry)]
        for folder, holders in (("wants", unit.wanted_by), ("requires", unit.required_by), ("upholds", unit.upheld_by)):
            for holder in holders:
                link = {**base, "symlink": self._unit_place(unit)}
                # Where a package's unit is enabled already, there is such a link.
                found.append((f"{_UNITS}/{holder}.{folder}/{unit.name}", {**link, "replace": True}))
        found += [(f"{_UNITS}/{alias}", {**base, "symlink": unit.name}) for alias in unit.aliases]
        return found

    @staticmethod
    def _unit_place(unit: Unit) -> str:
        """What a link to a unit says. A template's instance is reached through the template."""
        stem, at, rest = unit.name.partition("@")
        if at and not rest.startswith("."):
            return f"../{stem}@.{rest.rpartition('.')[2]}"
        return f"../{unit.name}"

    # Accounts

    def _accounts(self) -> JsonObject:
        get = self.evaluation.get
        return {
            "mutable": get("users.mutableUsers"),
            "users": [self._user(user) for user in self.parts.users()],
            "groups": [
                {"name": group.name, "gid": group.gid, "members": list(group.members)} for group in self.parts.groups()
            ],
            "aliases": plain(get("users.groupAliases")),
        }

    def _user(self, user: User) -> JsonObject:
        options = user.options
        return {
            "name": user.name,
            "uid": options["uid"],
            "normal": options["isNormalUser"],
            "group": options["group"],
            "extraGroups": options["extraGroups"],
            "home": options["home"],
            "homeMode": options["homeMode"],
            "createHome": options["createHome"],
            "shell": options["shell"],
            "description": options["description"],
            "password": self._password(options),
            "expires": options["expires"],
            "linger": options["linger"],
            "autoIds": options["autoSubUidGidRange"],
            "uids": [[entry["startUid"], entry["count"]] for entry in options["subUidRanges"]],
            "gids": [[entry["startGid"], entry["count"]] for entry in options["subGidRanges"]],
            "keys": options["keys"],
            "explicit": options["explicit"],
            "origin": self._origin(user.positions),
        }

    def _password(self, options: dict[str, Value]) -> JsonObject | None:
        """The password that counts: of those that are set, the last in NixOS' order."""
        chosen = next((name for name in reversed(PASSWORDS) if options[name] is not None), None)
        if chosen is None:
            return None
        if chosen == "hashedPasswordFile":
            return {"kind": "file", "source": options[chosen], "initial": False}
        kind = "hash" if "ashed" in chosen else "clear"
        name = self._use(options[chosen].encode("utf-8"), "0600", f"password-of-{options['name']}")
        return {"kind": kind, "source": name, "initial": chosen.startswith("initial")}

    # Packages, shells, scripts

    def _packages(self, of_homes: dict[str, str]) -> list[JsonObject]:
        names = names_of(self.evaluation)
        wanted: dict[str, JsonObject] = {}

        def want(name: str, version: str | None, why: str) -> None:
            for native in names.native(name):
                wanted.setdefault(native, {"name": native, "version": version, "why": why})

        for package in self.evaluation.get("environment.systemPackages"):
            named = isinstance(package, Package)
            want(
                package.name if named else str(package),
                package.version if named else None,
                "environment.systemPackages",
            )
        for name, why in of_homes.items():
            want(name, None, why)
        return list(wanted.values())

    def _shells(self) -> list[str]:
        shells = self.evaluation.get("environment.shells")
        programs = self.evaluation.get("users.shellPrograms")
        found = []
        for shell in shells:
            if isinstance(shell, Package):
                program = programs.get(shell.name) or shell.main_program or shell.name
                found += [f"/bin/{program}", f"/usr/bin/{program}"]
            else:
                found.append(str(shell))
        return list(dict.fromkeys(found))

    def _scripts(self, kind: str) -> list[JsonObject]:
        """The scripts in the order of their dependencies."""
        scripts = self.evaluation.get(f"system.{kind}")
        entries: dict[str, JsonObject] = {name: {"after": [], "before": [], "data": None} for name in _ANCHORS}
        provenance = Provenance(self.evaluation)
        for name in scripts:
            position = next(iter(provenance.entry(f"system.{kind}", name)), None)
            with self.evaluation.visiting(("system", kind, name, "script"), position) as frame:
                script = scripts[name]
                data = {"name": name, "script": str(script["text"]), "dry": script["supportsDryActivation"]}
                entries[name] = {"after": list(script["deps"]), "before": [], "data": data}
            if frame.secret:
                data["sensitive"] = True
        ordered = [entry["data"] for entry in dag_sort(entries)]
        return [data for data in ordered if data is not None and data["script"].strip()]

    def _program_checks(self) -> list[JsonObject]:
        checks = plain(self.evaluation.get("system.programChecks"))
        for name, check in checks.items():
            for word in ("files", "noise"):
                try:
                    re.compile(check[word])
                except re.error as problem:
                    positions = Provenance(self.evaluation).entry("system.programChecks", name)
                    path = joined(("system", "programChecks", name, word))
                    raise SpecError(f"is not a regular expression: {problem}", positions, path=path) from None
        return [{"name": name, **checks[name]} for name in sorted(checks)]

    # What texts refer to

    def _folders(self, etc: dict[str, JsonObject], scripts: list[JsonObject]) -> JsonObject:
        """The generated folders that texts refer to; the objects that they and texts refer to are added."""
        store = self.system.store
        texts = [*self.contents.values()]
        texts += [
            str(entry[word]).encode() for entry in etc.values() for word in ("onChange", "onRemove") if word in entry
        ]
        texts += [str(script["script"]).encode() for script in scripts]
        objects, folders = store.referenced(texts)
        for name in objects:
            self.contents[name], self.modes[name] = store.contents[name]
        return {name: {path: leaf.json() for path, leaf in store.folders[name].items()} for name in sorted(folders)}


def _digest(manifest: JsonObject, etc: dict[str, JsonObject], accounts: dict[str, list[JsonObject]]) -> str:
    """The digest, in which origins do not count: with a line more in a file it is the same system."""
    bare = {target: _without_origin(entry) for target, entry in etc.items()}
    users = [_without_origin(user) for user in accounts.get("users", ())]
    return canonical.digest({**manifest, "etc": bare, "accounts": {**accounts, "users": users}})


def _without_origin(value: JsonObject) -> JsonObject:
    return {name: item for name, item in value.items() if name != "origin"}
