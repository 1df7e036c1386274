# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The manifest of an evaluated home, and the contents that go with it (docs/architecture.md has the form)."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import Any

from ...module_utils.engine.contract import manifest as contract
from ..expressions.lazy import plain
from ..options.unread import check_unread
from ..syntax.errors import SpecError, SpecWarning
from ..values import Path, StoreFile
from .activation import activation
from .files import Files, FileSource, PlannedFile
from .home import EvaluatedHome
from .packages import RECIPE_MODE, PackagePlan, plan_packages, wrappers
from .store import FOLDERS, file_mode


@dataclass(slots=True)
class SwitchBundle:
    """What a switch ships: the manifest, its digest, and every object's content by ID."""

    manifest: dict[str, Any]
    contents: dict[str, bytes]
    digest: str = ""
    warnings: list[SpecWarning] = field(default_factory=list)
    packages: PackagePlan = field(default_factory=PackagePlan)

    def objects(self, known: set[str]) -> list[tuple[str, bytes]]:
        """The objects that a target which has `known` lacks, in byte order."""
        return [(name, self.contents[name]) for name in sorted(self.contents) if name not in known]

    def declarations(self) -> list[tuple[str, bytes]]:
        """The objects that planning reads on the target: the declared keys of merges."""
        entries = self.manifest["files"].values()
        return [(e["object"], self.contents[e["object"]]) for e in entries if e.get("method") == "merge"]

    def sensitive(self) -> set[str]:
        """The names of scripts, and the targets, whose output and content must not be shown."""
        parts = [self.manifest, *self.manifest["specialisations"].values()]
        scripts = {script["name"] for part in parts for script in part["activation"] if script.get("sensitive")}
        return scripts | {t for part in parts for t, entry in part["files"].items() if entry.get("sensitive")}


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

    def part(self) -> dict[str, Any]:
        """Files, profile, objects, activation and packages. Errors are collected by the evaluation."""
        attempt = self.evaluation.attempt
        files = attempt(lambda: Files(self.evaluation).collect(), {})
        profile = attempt(self._profile, {})
        attempted = {target: attempt(partial(self._entry, file)) for target, file in sorted(files.items())}
        entries = {target: entry for target, entry in attempted.items() if entry is not None}
        scripts = attempt(lambda: activation(self.evaluation), [])
        texts = [
            *self.contents.values(),
            *(s["script"].encode() for s in scripts),
            *(e.get("onChange", "").encode() for e in entries.values()),
        ]
        links = [e["to"].encode() for e in entries.values() if e["type"] == "symlink"]
        objects, folders = self.store.referenced([*texts, *links])
        for name in sorted(folders):
            profile.update(
                {f"{FOLDERS}/{name}/{relative}": leaf for relative, leaf in self.store.folders[name].items()}
            )
        for name in objects:
            content, mode = self.store.contents[name]
            self._use(name, content, mode)
        packages = attempt(lambda: self._packages(profile), [])
        part = {
            "files": entries,
            "profile": profile,
            "objects": {
                name: {"mode": mode, "size": len(self.contents[name])} for name, mode in sorted(self.used.items())
            },
            "activation": scripts,
            "packages": packages,
        }
        return part

    def _packages(self, profile: dict[str, Any]) -> list[Any]:
        said = self.evaluation.get("home.packages")
        supply = self.home.request.supply
        if supply is None:
            return list(dict.fromkeys(p.name if hasattr(p, "name") else str(p) for p in said))
        for path, leaf in wrappers(said).items():
            profile.setdefault(path, {"object": self._object(leaf, path)})
        texts = [*self.contents.values(), *(str(leaf.get("symlink", "")).encode() for leaf in profile.values())]
        self.packages = plan_packages(self.home.language, self.evaluation, supply, texts, f"{self.home.state}/packages")
        for recipe in self.packages.recipes:
            self._use(recipe.object, recipe.content, RECIPE_MODE)
        return self.packages.records

    def _use(self, name: str, content: bytes, mode: str) -> str:
        self.used[name] = mode
        self.contents[name] = content
        return name

    def _object(self, leaf: FileSource, target: str, mode: str | None = None, secret: bool = False) -> str:
        content, executable = leaf.read()
        mode = mode or file_mode(executable, secret)
        return self._use(contract.object_id(content, mode, leaf.name or target), content, mode)

    def _profile(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
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
                found[name] = {"symlink": str(source)}
                continue
            else:
                leaf = FileSource(content=(entry["text"] or "").encode(), executable=bool(entry["executable"]))
            read = any(path[:3] == ("home", "profileFile", name) for path in self.evaluation.secret)
            secret = leaf.decrypt(self.home.request.decrypt) or read
            found[name] = {"object": self._object(leaf, name, secret=secret), **({"sensitive": True} if secret else {})}
        return found

    def _entry(self, file: PlannedFile) -> dict[str, Any]:
        if file.leaf is not None and file.leaf.decrypt(self.home.request.decrypt):
            file.secret = True
        entry = self._body(file)
        if file.force:
            entry["force"] = True
        if file.on_change:
            entry["onChange"] = file.on_change
        if file.secret:
            entry["sensitive"] = True
        if file.position is not None:
            entry["origin"] = str(file.position)
        return entry

    def _body(self, file: PlannedFile) -> dict[str, Any]:
        if file.tree is not None:
            return self._tree(file, file.tree)
        if file.merge is not None:
            return self._merged(file, *file.merge)
        if file.leaf is None:
            raise SpecError("has no content", [file.position], path=file.label)
        if file.leaf.link is not None:
            if file.method != "link":
                raise SpecError(
                    f"the method {file.method} does not work for a source on the target",
                    [file.position],
                    path=file.label,
                )
            return {"type": "symlink", "to": file.leaf.link}
        if file.method == "link":
            identity = self._object(file.leaf, file.target, file.mode, file.secret)
            return {"type": "file", "object": identity, "method": "link"}
        executable = file.leaf.read()[1]
        entry = {
            "type": "file",
            "object": self._object(file.leaf, file.target, None, file.secret),
            "method": file.method,
            "mode": file.mode or _WRITABLE_MODES[file.secret, executable],
        }
        if file.method == "copy":
            entry["onConflict"] = file.on_conflict
        return entry

    def _tree(self, file: PlannedFile, tree: dict[str, FileSource | None]) -> dict[str, Any]:
        entries = {relative: self._tree_entry(leaf, relative) for relative, leaf in sorted(tree.items())}
        if file.method != "link":
            raise SpecError(
                f"the method {file.method} does not work for folders",
                [file.position],
                path=file.label,
                hint="set `recursive: true`",
            )
        return {"type": "tree", "entries": entries, "method": "link"}

    def _merged(self, file: PlannedFile, form: str, declared: Any) -> dict[str, Any]:
        content, mode = contract.canonical(declared), file_mode(False, True)
        return {
            "type": "file",
            "object": self._use(contract.object_id(content, mode, "merge.json"), content, mode),
            "method": "merge",
            "format": form,
            "mode": file.mode or _WRITABLE_MODES[file.secret, False],
        }

    def _tree_entry(self, leaf: FileSource | None, relative: str) -> dict[str, Any]:
        if leaf is None:
            return {"dir": True}
        if leaf.link is not None:
            return {"symlink": leaf.link}
        secret = leaf.decrypt(self.home.request.decrypt)
        return {"object": self._object(leaf, relative, secret=secret), **({"sensitive": True} if secret else {})}


def build(home: EvaluatedHome, origin: dict[str, Any]) -> SwitchBundle:
    """The plan of a home. Raises SpecErrors with everything that is wrong with the spec."""
    evaluation = home.evaluation
    # Asked of every home, as in Home Manager: a default that changes later must not change a home that did not say what it was made with.
    evaluation.attempt(lambda: evaluation.get("home.stateVersion"))
    builder = Builder(home)
    part = builder.part()
    contents = dict(builder.contents)
    packages = builder.packages
    specialisations: dict[str, Any] = {}
    warnings: list[SpecWarning] = []
    for name, variant in home.specialisations():
        inner = Builder(variant)
        specialisations[name] = inner.part()
        contents.update(inner.contents)
        packages = packages.joined(inner.packages)
        _finish(variant, warnings, f"specialisation {name}: ")
        evaluation.errors.extend(variant.evaluation.errors)
    _finish(home, warnings, "")
    home.refuse()
    manifest = {
        "version": contract.VERSION,
        "user": evaluation.get("home.username"),
        "home": evaluation.get("home.homeDirectory"),
        "uid": evaluation.get("home.uid"),
        "state": home.state,
        **part,
        "specialisations": specialisations,
        "origin": {**origin, "project": evaluation.get("home.project") or origin.get("project")},
    }
    home.language.compiler.cache.save()
    return SwitchBundle(plain(manifest), contents, contract.digest(manifest), warnings, packages)


def _finish(home: EvaluatedHome, warnings: list[SpecWarning], prefix: str) -> None:
    """Check what nobody read, the assertions, and gather the warnings."""
    check_unread(home.evaluation)
    home.evaluation.errors.extend(SpecError(f"{prefix}{message}") for message in home.failed_assertions())
    for warning in home.warnings():
        # A specialisation is the same home and a module more: it says again what the home says.
        if str(warning) not in map(str, warnings):
            warning.message = prefix + warning.message
            warnings.append(warning)
