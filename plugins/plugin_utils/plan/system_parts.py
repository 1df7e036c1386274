# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The parts of an evaluated system: files below /etc, accounts, units and packages, as typed records."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from pathlib import PurePosixPath
from posixpath import normpath

from .. import inputs
from ..expressions.folder import walk
from ..expressions.lazy import plain
from ..expressions.source_file import kind_at
from ..options.priority import discharge
from ..options.provenance import Positions, Provenance
from ..syntax.errors import SpecError, SpecWarning
from ..values import Package, Path, PathValue, StoreFile, Value
from .files import FileSource
from .system import System
from .touched import Touched

# Absolute paths below these are hardly ever files of a project.
HOST_FOLDERS = ("/dev/", "/etc/", "/proc/", "/run/", "/sys/", "/usr/")
KINDS = ("service", "socket", "timer", "path", "slice", "target", "mount", "automount")
# The last one that is set counts. Where accounts cannot change, an initial password is also the value of `password`.
PASSWORDS = ("initialHashedPassword", "initialPassword", "hashedPassword", "password", "hashedPasswordFile")


@dataclass(slots=True)
class EtcFile:
    """One path below /etc: `leaf` is its content, or the link that it is."""

    target: str
    leaf: FileSource
    mode: str
    user: str
    group: str
    method: str = "copy"
    divert: bool | None = None
    replace: bool = False
    secret: bool = False
    reloads: tuple[str, ...] = ()
    restarts: tuple[str, ...] = ()
    rivals: dict[str, str] = field(default_factory=dict)
    on_change: str = ""
    on_remove: str = ""
    early: bool = False
    unit: str | None = None
    forward_only: bool = False
    name: str = ""
    positions: Positions = ()


@dataclass(slots=True)
class User:
    """One account; `options` are the values of `users.users.NAME`, plain."""

    name: str
    options: dict[str, Value]
    secret: bool = False
    positions: Positions = ()


@dataclass(slots=True)
class Group:
    """One group. `gid` is None where the host chooses it."""

    name: str
    gid: int | None
    members: tuple[str, ...] = ()


@dataclass(slots=True)
class Unit:
    """One unit that the system declares; `dropin` says whether it is always written as a drop-in."""

    name: str
    text: str
    wanted_by: list[str] = field(default_factory=list)
    required_by: list[str] = field(default_factory=list)
    upheld_by: list[str] = field(default_factory=list)
    aliases: list[str] = field(default_factory=list)
    masked: bool = False
    dropin: bool = False
    secret: bool = False
    scripts: dict[str, str] = field(default_factory=dict)


class Parts:
    """Collects the parts of a system. Errors go to its evaluation."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.evaluation = system.evaluation
        self.provenance = Provenance(system.evaluation)

    def etc(self) -> list[EtcFile]:
        """The files below /etc, by target. Errors: two entries for one path, a path outside /etc, a missing source."""
        entries = self.evaluation.get("environment.etc")
        found: dict[str, EtcFile] = {}
        for name in entries:
            for file in self.evaluation.attempt(partial(self._files, entries, name), []):
                if file.target in found:
                    self.evaluation.collect(
                        SpecError(
                            f"two entries write /etc/{file.target}",
                            [*found[file.target].positions, *file.positions],
                            path="environment.etc",
                        )
                    )
                found[file.target] = file
        for target, file in found.items():
            above = next((str(p) for p in PurePosixPath(target).parents if str(p) in found), None)
            if above is not None:
                self.evaluation.collect(
                    SpecError(
                        f"/etc/{above} is a file, but another entry writes /etc/{target} below it",
                        [*found[above].positions, *file.positions],
                        path="environment.etc",
                    )
                )
        return [found[target] for target in sorted(found)]

    def _files(self, entries: Value, name: str) -> list[EtcFile]:
        positions = self.provenance.entry("environment.etc", name)
        with self.evaluation.visiting(("environment", "etc", name, "content"), next(iter(positions), None)) as frame:
            entry = entries[name]
            if not entry["enable"]:
                return []
            target = str(entry["target"])
            if target.startswith("/"):
                raise SpecError(
                    f"{target} is not relative to /etc",
                    positions,
                    path=f'environment.etc."{name}"',
                    hint="leave out the slash",
                )
            if ".." in target.split("/") or normpath(target) == ".":
                raise SpecError(f"/etc/{target} is not inside /etc", positions, path=f'environment.etc."{name}"')
            target = normpath(target)
            leaves = self._leaves(entry, name, positions)
            links = entry["mode"] == "direct-symlink"
            mode = "0644" if links or entry["mode"] == "symlink" else entry["mode"].rjust(4, "0")
            files = [
                EtcFile(
                    target=f"{target}/{below}" if below else target,
                    leaf=leaf,
                    mode="0777" if links and leaf.link is not None else mode,
                    user=str(entry["user"]),
                    group=str(entry["group"]),
                    method=entry["method"],
                    divert=entry["divert"],
                    replace=entry["replaceExisting"],
                    secret=entry["sensitive"],
                    reloads=tuple(entry["reloads"]),
                    rivals=dict(plain(entry["rivals"])),
                    restarts=tuple(entry["restarts"]),
                    on_change=str(entry["onChange"]),
                    on_remove=str(entry["onRemove"]),
                    early=bool(entry["early"]),
                    unit=entry["unit"],
                    forward_only=bool(entry["forwardOnly"]),
                    name=name,
                    positions=positions,
                )
                for below, leaf in leaves
            ]
        for file in files:
            file.secret = file.secret or frame.secret
        return files

    def _leaves(self, entry: Value, name: str, positions: Positions) -> list[tuple[str, FileSource]]:
        where = f'environment.etc."{name}"'
        source: PathValue | None = entry["source"]
        if source is not None and entry["text"] is not None:
            source = self._preferred(entry, source, where)
        if source is None:
            if entry["text"] is None:
                raise SpecError("has neither `text` nor `source`", positions, path=where)
            return [("", FileSource(content=entry["text"].encode("utf-8", "surrogateescape")))]
        if isinstance(source, StoreFile):
            return [("", FileSource(content=source.content, executable=source.executable))]
        if not isinstance(source, Path):
            if entry["mode"] != "direct-symlink":
                raise SpecError(
                    f"the source {source} is a path on the host, which cannot be copied",
                    positions,
                    path=where,
                    hint="set `mode: direct-symlink` to make a link to it",
                )
            return [("", FileSource(link=str(source)))]
        if entry["mode"] == "direct-symlink":
            return [("", FileSource(link=source.path))]
        self._warn_of_place(entry, source.path, where, positions)
        folder = source.path.removesuffix("/*")  # `folder/*` means what is in it, as in NixOS
        if kind_at(folder) == inputs.FOLDER:
            return [
                (member.relative, FileSource(path=member.path, link=member.link))
                for member in walk(folder)
                if not member.is_folder
            ]
        if kind_at(source.path) == inputs.ABSENT:
            hint = "for a link to a path on the host, set `mode: direct-symlink`"
            raise SpecError(f"the source {source.path} does not exist", positions, path=where, hint=hint)
        return [("", FileSource(path=source.path))]

    def _warn_of_place(self, entry: Value, path: str, where: str, positions: Positions) -> None:
        """Tell that a text which looks like a path of the host, as it is in NixOS, is a path of this machine."""
        if not path.startswith(HOST_FOLDERS) or "/ansible/" in path:
            return
        values = [definition.value for definition in discharge(entry.node.child("source").definitions())]
        if path in (value for value in values if not isinstance(value, PathValue)):
            hint = f"for a link to the host's own, set `mode: direct-symlink`; for this machine's, write `!path {path}`"
            self.evaluation.warn(
                SpecWarning(f"copies {path} of this machine, not of the host", positions, path=where, hint=hint)
            )

    def _preferred(self, entry: Value, source: PathValue, where: str) -> PathValue | None:
        """The source of an entry that has a text as well, or None where the text has the higher priority."""
        found = {name: discharge(entry.node.child(name).definitions()) for name in ("source", "text")}
        first, second = (min(d.priority for d in found[name]) for name in ("source", "text"))
        if first == second:
            raise SpecError(
                "has both `text` and `source`",
                [d.position for name in found for d in found[name] if d.priority == first],
                path=where,
                hint="remove one of them, or mark the one that counts with `!force`",
            )
        return source if first < second else None

    def users(self) -> list[User]:
        """The accounts to exist. root is among them only where the user's modules declare it."""
        users = self.evaluation.get("users.users")
        found = []
        for key in users:
            if key == "root" and not self._root_declared():
                continue
            user = self.evaluation.attempt(partial(self._user, users, key))
            if user is not None:
                found.append(user)
        return found

    def _root_declared(self) -> bool:
        touched = Touched(self.evaluation)
        return bool(touched("users.users.root") or touched("users.extraUsers.root"))

    def _user(self, users: Value, key: str) -> User | None:
        positions = self.provenance.entry("users.users", key)
        with self.evaluation.visiting(("users", "users", key, "account"), next(iter(positions), None)) as frame:
            value = users[key]
            if not value["enable"]:
                return None
            options = {name: plain(value[name]) for name in value if name not in ("openssh", "packages", "shell")}
            options["shell"] = options.pop("shellPath")
            touched = Touched(self.evaluation)
            options["explicit"] = [
                field
                for field in ("group", "home", "shell", "description")
                if touched(f"users.users.{key}.{field}") or touched(f"users.extraUsers.{key}.{field}")
            ]
            options["keys"] = bool(
                value["openssh"]["authorizedKeys"]["keys"] or value["openssh"]["authorizedKeys"]["keyFiles"]
            )
        return User(str(value["name"]), options, frame.secret, positions)

    def groups(self) -> list[Group]:
        """The groups to exist, with their members. Those of every host are left out when nobody is declared a member."""
        groups = self.evaluation.get("users.groups")
        primary = {user.options["group"] for user in self.users()}
        touched = Touched(self.evaluation)
        found = []
        for key in groups:
            value = self.evaluation.attempt(partial(plain, groups[key]))
            if value is None:
                continue
            if key in ("root", "wheel", "users") and not (
                value["members"] or key in primary or touched(f"users.groups.{key}")
            ):
                continue
            found.append(Group(str(value["name"]), value["gid"], tuple(value["members"])))
        return found

    def units(self) -> list[Unit]:
        """The declared units, by name."""
        found = []
        for kind in KINDS:
            units = self.evaluation.get(f"systemd.{kind}s")
            for key in units if isinstance(units, dict) else range(len(units)):
                unit = self.evaluation.attempt(partial(self._unit, units, key, kind))
                if unit is not None:
                    found.append(unit)
        masked = self.evaluation.get("systemd.maskedUnits")
        return sorted([*found, *(Unit(name, "", masked=True) for name in masked)], key=lambda unit: unit.name)

    def _unit(self, units: Value, key: Value, kind: str) -> Unit:
        with self.evaluation.visiting(("systemd", f"{kind}s", str(key), "unit"), None) as frame:
            value = units[key]
            masked = not value["enable"]
            unit = Unit(
                f"{value['stem']}.{kind}",
                "" if masked else str(value["text"]),
                wanted_by=list(value["wantedBy"]),
                required_by=list(value["requiredBy"]),
                upheld_by=list(value["upheldBy"]),
                aliases=list(value["aliases"]),
                masked=masked,
                dropin=value["overrideStrategy"] == "asDropin",
                scripts=dict(plain(value["scripts"])) if kind == "service" else {},
            )
        unit.secret = frame.secret
        return unit

    def packages(self) -> list[str]:
        """The names of the packages to install, each once, in the order of their definition."""
        packages: list[Package] = self.evaluation.get("environment.systemPackages")
        return list(
            dict.fromkeys(package.name if isinstance(package, Package) else str(package) for package in packages)
        )
