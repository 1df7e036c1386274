# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The manifest of an evaluated home, and the contents that go with it (module_utils/engine/contract has the form)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from ...module_utils.engine.contract.canonical import canonical
from ...module_utils.engine.contract.entries import Entry, FileEntry, Leaf, SymlinkEntry, TreeEntry
from ...module_utils.engine.contract.manifest import Manifest, Origin, Script, View
from ...module_utils.engine.contract.objects import StoredObject, object_id
from ...module_utils.engine.contract.package import Package
from ...module_utils.engine.contract.paths import safe_path
from ...module_utils.engine.contract.settings import settings_objects
from ...module_utils.engine.methods.copy import ON_CONFLICT
from ...module_utils.engine.methods.merge import FORMAT
from ...module_utils.engine.methods.table import method_named, objects_to_read
from ..expressions.filters import home_relative
from ..expressions.lazy import plain
from ..options.provenance import Positions, Provenance
from ..options.unread import check_unread
from ..syntax.errors import SpecError, SpecWarning
from ..values import Path, StoreFile
from .activation import activation, on_change, with_programs
from .files import Files, FileSource, PlannedFile
from .home import EvaluatedHome
from .packages import RECIPE_MODE, PackagePlan, plan_packages, wrappers
from .services import ANCHORS, service_policy, unit_objects
from .store import FOLDERS, file_mode

T = TypeVar("T")


@dataclass(slots=True)
class SwitchBundle:
    """What a switch ships: the manifest, its digest, and every object's content by ID."""

    manifest: Manifest
    contents: dict[str, bytes]
    digest: str = ""
    warnings: list[SpecWarning] = field(default_factory=list)
    packages: PackagePlan = field(default_factory=PackagePlan)
    # Where the files (by target) and the hooks (by name) come from, by the name of the specialisation, "" for the home itself.
    origins: dict[str, dict[str, Positions]] = field(default_factory=dict)

    def objects(self, known: set[str]) -> list[tuple[str, bytes]]:
        """The objects that a target which has `known` lacks, in byte order."""
        return [(name, self.contents[name]) for name in sorted(self.contents) if name not in known]

    def declarations(self) -> list[tuple[str, bytes]]:
        """The objects that planning reads on the target, such as the declared keys of merges and the texts of units."""
        names = [
            *objects_to_read(self.manifest),
            *(name for view in self.manifest.views() for name in unit_objects(view)),
            *(name for view in self.manifest.views() for name in settings_objects(view.profile).values()),
        ]
        return [(name, self.contents[name]) for name in dict.fromkeys(names)]

    def sensitive(self) -> set[str]:
        """The names of scripts, and the targets, whose output and content must not be shown."""
        return {name for view in self.manifest.views() for name in view.sensitive()}


# The mode of a file that is no link into the store, by whether it is secret and whether it is executable.
_WRITABLE_MODES = {(True, True): "0700", (True, False): "0600", (False, True): "0755", (False, False): "0644"}


class Builder:
    """Builds one generation's part of a manifest."""

    def __init__(self, home: EvaluatedHome) -> None:
        self.home = home
        self.evaluation = home.evaluation
        self.store = home.store
        self.used: dict[str, str] = {}
        self.contents: dict[str, bytes] = {}
        self.packages = PackagePlan()
        self.provenance = Provenance(home.evaluation)
        self.origins: dict[str, Positions] = {}

    def view(self) -> View:
        """Files, profile, objects, activation and packages. Errors are collected by the evaluation."""
        attempt = self.evaluation.attempt
        files = attempt(lambda: Files(self.evaluation).collect(), {})
        profile = attempt(self._profile, {})
        attempted = {target: attempt(partial(self._entry, file)) for target, file in sorted(files.items())}
        entries: dict[str, Entry] = {target: entry for target, entry in attempted.items() if entry is not None}
        policy = attempt(lambda: service_policy(self.evaluation, entries))
        anchor = ANCHORS[policy.manager] if policy is not None else None
        scripts = [
            *attempt(lambda: on_change(self.evaluation, entries), []),
            *attempt(lambda: activation(self.evaluation, anchor), []),
        ]
        self._note_origins(files, scripts)
        texts = [
            *self.contents.values(),
            *(script.script.encode() for script in scripts),
            *((entry.on_change or "").encode() for entry in entries.values()),
        ]
        links = [entry.to.encode() for entry in entries.values() if isinstance(entry, SymlinkEntry)]
        objects, folders = self.store.referenced([*texts, *links])
        for name in sorted(folders):
            profile.update(
                {f"{FOLDERS}/{name}/{relative}": leaf for relative, leaf in self.store.folders[name].items()}
            )
        for name in objects:
            content, mode = self.store.contents[name]
            self._use(name, content, mode)
        packages = attempt(lambda: self._placed(lambda: self._packages(profile), "home.packages"), [])
        sizes = {name: StoredObject(mode, len(self.contents[name])) for name, mode in sorted(self.used.items())}
        view = View(entries, sizes, profile, scripts, packages)
        view.services = policy
        view.follow = attempt(lambda: self._placed(self._followed, "home.followLinks"), [])
        return view

    def _placed(self, compute: Callable[[], T], option: str) -> T:
        """The result of `compute`, whose errors are about an option when they have no position themselves."""
        try:
            return compute()
        except SpecError as error:
            error.positions = error.positions or list(self.provenance.option(option))
            raise

    def _followed(self) -> list[str]:
        """The folders of the home that may be links, as paths in it. Raises SpecError for one that is outside."""
        home = str(self.evaluation.get("home.homeDirectory"))
        found: list[str] = []
        for name in self.evaluation.get("home.followLinks"):
            path = home_relative(name[2:] if name.startswith("~/") else name, home)
            if not safe_path(path):
                raise SpecError(f"`{name}` is not a folder inside the home folder {home}", path="home.followLinks")
            found.append(path)
        return sorted(set(found))

    def _note_origins(self, files: dict[str, PlannedFile], scripts: list[Script]) -> None:
        self.origins = {target: file.positions for target, file in files.items()}
        for script in scripts:
            option = "home.onChange" if script.below else "home.activation"
            self.origins[script.name] = self.provenance.entry(option, script.name)

    def _packages(self, profile: dict[str, Leaf]) -> list[Package]:
        packages = self.evaluation.get("home.packages")
        supply = self.home.request.supply
        if supply is None:
            return [Package(name) for name in dict.fromkeys(str(getattr(p, "name", p)) for p in packages)]
        for path, source in wrappers(packages).items():
            profile.setdefault(path, Leaf(self._object(source, path)))
        texts = [*self.contents.values(), *((leaf.symlink or "").encode() for leaf in profile.values())]
        self.packages = plan_packages(self.home.language, self.evaluation, supply, texts, f"{self.home.state}/packages")
        for recipe in self.packages.recipes:
            self._use(recipe.object, recipe.content, RECIPE_MODE)
        return [Package.of(record) for record in self.packages.records]

    def _use(self, name: str, content: bytes, mode: str) -> str:
        self.used[name] = mode
        self.contents[name] = content
        return name

    def _object(self, leaf: FileSource, target: str, mode: str | None = None, secret: bool = False) -> str:
        content, executable = leaf.read()
        mode = mode or file_mode(executable, secret)
        return self._use(object_id(content, mode, leaf.name or target), content, mode)

    def _profile(self) -> dict[str, Leaf]:
        found: dict[str, Leaf] = {}
        values = self.evaluation.get("home.profileFile")
        for name in values:
            entry = values[name]
            source = entry["source"]
            if not entry["enable"]:
                continue
            if isinstance(source, StoreFile):
                leaf = FileSource(content=source.content, executable=source.executable)
            elif isinstance(source, Path):
                leaf = FileSource(path=source.path)
            elif source is not None:
                found[name] = Leaf(symlink=str(source))
                continue
            else:
                leaf = FileSource(content=(entry["text"] or "").encode(), executable=bool(entry["executable"]))
            read = any(path[:3] == ("home", "profileFile", name) for path in self.evaluation.secret)
            secret = leaf.decrypt(self.home.request.decrypt) or read
            found[name] = Leaf(self._object(leaf, name, secret=secret), sensitive=secret)
        return found

    def _entry(self, file: PlannedFile) -> Entry:
        try:
            return self._read(file)
        except SpecError as error:
            error.positions = error.positions or list(file.positions)
            raise

    def _read(self, file: PlannedFile) -> Entry:
        if file.leaf is not None and file.leaf.decrypt(self.home.request.decrypt):
            file.secret = True
        entry = self._body(file)
        entry.force, entry.sensitive = bool(file.force), bool(file.secret)
        entry.on_change = with_programs(self.evaluation, str(file.on_change)) if file.on_change else None
        entry.origin = self._origin(file.positions)
        return entry

    def _origin(self, positions: Positions) -> str | None:
        """The user's own line, else the line of the module: with its name in the library, so that it is the same everywhere."""
        library = f"{self.home.request.library}/"
        own = next((p for p in positions if not p.file.startswith(library)), None)
        position = own or next(iter(positions), None)
        return str(position).removeprefix(library) if position is not None else None

    def _body(self, file: PlannedFile) -> Entry:
        if file.tree is not None:
            return self._tree(file, file.tree)
        if file.merge is not None:
            return self._merged(file, *file.merge)
        if file.leaf is None:
            raise SpecError("has no content", file.positions, path=file.label)
        if file.leaf.link is not None:
            if file.method != "link":
                raise SpecError(
                    f"the method {file.method} does not work for a source on the target",
                    file.positions,
                    path=file.label,
                )
            return SymlinkEntry(file.leaf.link)
        if file.method == "link":
            return FileEntry(self._object(file.leaf, file.target, file.mode, file.secret))
        executable = file.leaf.read()[1]
        identity = self._object(file.leaf, file.target, None, file.secret)
        has_choice = ON_CONFLICT in method_named(file.method).settings
        settings = {ON_CONFLICT: str(file.on_conflict)} if has_choice else {}
        return FileEntry(identity, file.method, file.mode or _WRITABLE_MODES[file.secret, executable], settings)

    def _tree(self, file: PlannedFile, tree: dict[str, FileSource | None]) -> TreeEntry:
        entries = {relative: self._tree_entry(source, relative) for relative, source in sorted(tree.items())}
        if file.method != "link":
            raise SpecError(
                f"the method {file.method} does not work for folders",
                file.positions,
                path=file.label,
                hint="set `recursive: true`",
            )
        return TreeEntry(entries)

    def _merged(self, file: PlannedFile, form: str, declared: object) -> FileEntry:
        content, mode = canonical(declared), file_mode(False, True)
        identity = self._use(object_id(content, mode, "merge.json"), content, mode)
        return FileEntry(identity, "merge", file.mode or _WRITABLE_MODES[file.secret, False], {FORMAT: form})

    def _tree_entry(self, source: FileSource | None, relative: str) -> Leaf:
        if source is None:
            return Leaf()
        if source.link is not None:
            return Leaf(symlink=source.link)
        secret = source.decrypt(self.home.request.decrypt)
        return Leaf(self._object(source, relative, secret=secret), sensitive=secret)


def build(home: EvaluatedHome, origin: Origin) -> SwitchBundle:
    """The plan of a home. Raises SpecErrors with everything that is wrong with the spec."""
    evaluation = home.evaluation
    # Asked of every home, as in Home Manager: a default that changes later must not change a home that did not say what it was made with.
    evaluation.attempt(lambda: evaluation.get("home.stateVersion"))
    builder = Builder(home)
    view = builder.view()
    contents = dict(builder.contents)
    packages = builder.packages
    specialisations: dict[str, View] = {}
    warnings: list[SpecWarning] = []
    origins = {"": builder.origins}
    for name, variant in home.specialisations():
        inner = Builder(variant)
        specialisations[name] = inner.view()
        origins[name] = inner.origins
        contents.update(inner.contents)
        packages = packages.joined(inner.packages)
        _finish(variant, warnings, f"specialisation {name}: ")
        evaluation.errors.extend(variant.evaluation.errors)
    _finish(home, warnings, "")
    home.refuse()
    user, path, uid = (plain(evaluation.get(f"home.{name}")) for name in ("username", "homeDirectory", "uid"))
    project = plain(evaluation.get("home.project")) or origin.project
    source = Origin(origin.host, project, origin.playbook, origin.inventory)
    manifest = Manifest(user, path, home.state, view, specialisations, source)
    manifest.uid = uid
    home.language.compiler.cache.save()
    return SwitchBundle(manifest, contents, manifest.digest(), warnings, packages, origins)


def _finish(home: EvaluatedHome, warnings: list[SpecWarning], prefix: str) -> None:
    """Check what nobody read, the assertions, and gather the warnings."""
    check_unread(home.evaluation)
    home.evaluation.errors.extend(home.failed_assertions(prefix))
    for warning in home.warnings():
        # A specialisation is the same home and a module more: it says again what the home says.
        if str(warning) not in map(str, warnings):
            warning.message = prefix + warning.message
            warnings.append(warning)
