# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The packages of an evaluated home: what it wants, and what of it is locked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from ...module_utils.engine.contract.objects import object_id
from ...module_utils.engine.packages.recipe import canonical
from ..expressions.language import Language
from ..expressions.lazy import plain
from ..options.evaluation import Evaluation
from ..options.provenance import Positions, Provenance
from ..packages.catalogue import Catalogue
from ..packages.package_context import PackageContext
from ..packages.recipes import recipe_of, required
from ..packages.sources import PackageSources, sources_of
from ..packages.wanted import SYSTEM, Wanted, missing
from ..values import Package, StoreFile, Value
from .files import FileSource

RECIPE_MODE = "0444"
# Sets of nixpkgs whose members are programs under their own names.
_PLAIN_SETS = {
    "gitAndTools", "xorg", "gnome", "kdePackages", "libsForQt5", "plasma5Packages", "mate", "xfce", "pantheon", "cinnamon",
    "lxqt", "unixtools",
}  # fmt: skip
_USED = re.compile(rb"/current/home-path/(bin|libexec/unwrapped|share|etc/profile\.d|lib)/([A-Za-z0-9_.+-]+)")


class RecipeObject(NamedTuple):
    """A recipe as an object of the manifest."""

    object: str
    content: bytes


class PackageSettings(NamedTuple):
    """What a spec says of packages in general."""

    locked: bool = False
    sources: PackageSources = PackageSources()
    catalogue: Catalogue | None = None


@dataclass(frozen=True, slots=True)
class PackagePlan:
    """`records` for the manifest, the recipes that they name, everything that is wanted, and what the lock lacks of it."""

    records: list[Value] = field(default_factory=list)
    recipes: list[RecipeObject] = field(default_factory=list)
    wanted: list[Wanted] = field(default_factory=list)
    lacking: list[Wanted] = field(default_factory=list)
    settings: PackageSettings = field(default_factory=PackageSettings)

    def joined(self, other: PackagePlan) -> PackagePlan:
        """The plan of a home with that of one of its specialisations."""
        known = {item.name for item in self.wanted}
        return replace(
            self,
            wanted=[*self.wanted, *(item for item in other.wanted if item.name not in known)],
            lacking=[
                *self.lacking,
                *(item for item in other.lacking if item.name not in {i.name for i in self.lacking}),
            ],
        )


def wrappers(packages: Iterable[Value]) -> dict[str, FileSource]:
    """The programs that modules start in a way of their own, by their path in the profile."""
    found = {}
    for package in packages:
        if isinstance(package, Package) and isinstance(package.program, StoreFile):
            script = package.program
            found[f"bin/{script.name}"] = FileSource(content=script.content, executable=True)
    return found


def plan_packages(
    language: Language, evaluation: Evaluation, supply: PackageContext, texts: Iterable[bytes], base: str
) -> PackagePlan:
    """The packages that a home wants: in `home.packages`, anywhere else in the user's own words, or named by a text.

    `base` is the folder of finished trees on the target. Raises SpecError for a malformed request.
    """
    settings = settings_of(evaluation)
    catalogue = settings.catalogue or Catalogue()
    profile = base.removesuffix("/packages") + "/current/home-path"
    names = {(match[1].decode(), match[2].decode()) for text in texts for match in _USED.finditer(text)}
    wanted: dict[str, Wanted] = {}
    unwrapped: dict[str, list[str]] = {}
    declared = [item for item in evaluation.get("home.packages") if isinstance(item, Package) and item.out == profile]
    for package in [*declared, *(item for item in language.named.values() if item.out == profile)]:
        item = wanted_of(package, catalogue, supply)
        known = wanted.get(item.name)
        if known is None or (not known.named and item.named) or (item.asked() and not known.asked()):
            wanted[item.name] = item
        if isinstance(package.program, StoreFile):
            unwrapped.setdefault(item.name, []).append(package.program.name)
    for package in used(language, catalogue, names, wanted.values()):
        item = wanted_of(package, catalogue, supply)
        wanted.setdefault(item.name, item)
    for item in list(wanted.values()):
        entry = catalogue.get(item.name)
        for need in entry.needs if entry is not None else ():
            wanted.setdefault(need, Wanted(need, SYSTEM if need in supply.host else None, named=False))
    started = _started(language, names)
    wanted = {name: item._replace(started=started.get(name.rpartition(".")[2], ())) for name, item in wanted.items()}
    if settings.locked:
        wanted = {name: item._replace(named=True) for name, item in wanted.items()}
    found = _plan(settings, catalogue, supply, list(wanted.values()), unwrapped, base)
    # Where it is said is only of interest where something has to be done about it.
    return replace(found, lacking=_placed(found.lacking, evaluation, declared)) if found.lacking else found


def _placed(lacking: list[Wanted], evaluation: Evaluation, declared: list[Package]) -> list[Wanted]:
    """What is lacking, with the line of the user's that asks for it."""
    provenance = Provenance(evaluation)
    found: dict[str, Positions] = {}
    elements = provenance.elements("home.packages")
    values = evaluation.get("home.packages")
    if len(elements) == len(values):
        for item, definition in zip(values, elements, strict=True):
            if item in declared:
                found.setdefault(item.name, provenance.of(definition))
    positions = {item.name: found.get(item.name.rpartition(".")[2]) or found.get(item.name) for item in lacking}
    return [item._replace(position=known[-1]) if (known := positions[item.name]) else item for item in lacking]


def settings_of(evaluation: Evaluation) -> PackageSettings:
    """The general settings of a spec. Raises SpecError."""
    overlay = plain(evaluation.get("home.packageCatalogue"))
    sources = sources_of(plain(evaluation.get("home.packageSources")), evaluation.get("home.packageCache"))
    return PackageSettings(evaluation.get("home.packagePreference") == "locked", sources, Catalogue(overlay))


def wanted_of(package: Package, catalogue: Catalogue, supply: PackageContext) -> Wanted:
    """What a package value asks for. Raises SpecError for a malformed request."""
    name = package.name
    if package.set_name is not None:
        full = f"{package.set_name}.{package.name}"
        known = full in supply.lock.packages or catalogue.get(full) is not None
        name = full if known or package.set_name not in _PLAIN_SETS else package.name
    request = json.loads(package.request) if package.request else {}
    item = Wanted.of({**request, "name": name, **({"version": package.version} if package.version else {})})
    if name in supply.host and not item.asked():
        item = item._replace(provider=SYSTEM)
    return item._replace(named=package.named, program=package.main_program)


def _started(language: Language, names: set[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """The programs that texts start besides a package's main one, by the name of the package."""
    found: dict[str, tuple[str, ...]] = {}
    for (_set, package), programs in language.programs.items():
        used_ones = {program for program in programs if ("bin", program) in names}
        found[package] = tuple(sorted({*found.get(package, ()), *used_ones}))
    return found


def used(
    language: Language, catalogue: Catalogue, names: set[tuple[str, str]], wanted: Iterable[Wanted]
) -> list[Package]:
    """The packages that texts name by a path in the profile (folder and name), and that nothing else brings there."""
    if not names:
        return []
    known = {item.name for item in wanted}
    found = []
    for package in language.made.values():
        key = package.name if package.set_name is None else f"{package.set_name}.{package.name}"
        if key in known or package.name in known:
            continue
        entry = catalogue.get(key)
        commands = {package.main_program or package.name, *(entry.commands if entry is not None else ())}
        commands |= language.programs.get((package.set_name, package.name), set())
        shares = {share.split("/")[1] for share in (entry.shares if entry is not None else ()) if "/" in share}
        brings = {("bin", name) for name in commands} | {("share", name) for name in {*shares, package.name}}
        if brings & names:
            found.append(package)
    return found


def _plan(
    settings: PackageSettings,
    catalogue: Catalogue,
    supply: PackageContext,
    wanted: list[Wanted],
    unwrapped: dict[str, list[str]],
    base: str,
) -> PackagePlan:
    lock, platform = supply.lock, supply.platform
    lacking = missing(lock, wanted, platform)
    lacked = {item.name for item in lacking}
    records: dict[str, dict[str, Value] | str] = {}
    recipes: dict[str, RecipeObject] = {}

    def locked(name: str) -> dict[str, Value]:
        recipe = recipe_of(lock, name, platform, base)
        entry = lock.packages[name]
        content = canonical(recipe.json())
        identity = object_id(content, RECIPE_MODE, f"{name}.json")
        recipes[identity] = RecipeObject(identity, content)
        for need in required(lock, name, platform):
            records.setdefault(need, {**locked(need), "shown": False})
        value: dict[str, Value] = {"name": name, "version": entry.version, "provider": entry.provider}
        value["id"] = recipe.identity(base)
        value["size"] = recipe.download_size()
        return {**value, "recipe": identity, **_brought(entry.commands, entry.shares)}

    for item in sorted(wanted, key=lambda item: item.name):
        system = item.provider == SYSTEM
        record: dict[str, Value] = {} if item.name in lacked or system else locked(item.name)
        # A member of a set such as python3Packages is no program of its own, unless the catalogue says so.
        entry = catalogue.get(item.name)
        part = entry.optional if entry is not None else "." in item.name
        if item.name in lacked and (item.named or part):
            # Only declared, until it is in the lock.
            records[item.name] = item.name
            continue
        if not item.named or system:
            record = {"name": item.name, "host": True, **_brought(*_commands(catalogue, item)), **record}
        more = {program: program for program in item.started if program not in record.get("commands", {})}
        if more:
            record["commands"] = {**record.get("commands", {}), **more}
        if item.priority != "normal":
            record["priority"] = item.priority
        if item.name in unwrapped:
            record["unwrapped"] = sorted(set(unwrapped[item.name]))
        records[item.name] = record
    return PackagePlan([records[name] for name in sorted(records)], list(recipes.values()), wanted, lacking, settings)


def _brought(commands: Value, shares: Value) -> dict[str, Value]:
    value = {"commands": dict(commands), "shares": list(shares)}
    return {key: item for key, item in value.items() if item}


def _commands(catalogue: Catalogue, item: Wanted) -> tuple[dict[str, str], tuple[str, ...]]:
    if item.commands:
        return dict(item.commands), ()
    entry = catalogue.get(item.name)
    if entry is not None and (entry.commands or entry.shares):
        return dict(entry.commands), entry.shares
    name = item.program or item.name.rpartition(".")[2]
    return {name: name}, ()
