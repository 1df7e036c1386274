# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A home that can be kept and put back byte by byte, and what is read in it."""

from __future__ import annotations

import fcntl
import importlib
import json
import os
import pkgutil
import stat
import subprocess
from pathlib import Path
from typing import Any

from ansible_collections.home.manager.plugins.module_utils import engine
from ansible_collections.home.manager.plugins.module_utils.engine.contract.bundle import read_bundle
from ansible_collections.home.manager.plugins.module_utils.engine.contract.canonical import digest
from ansible_collections.home.manager.plugins.module_utils.engine.contract.manifest import Manifest
from ansible_collections.home.manager.plugins.module_utils.engine.contract.objects import content_hash

from ..unit.plugins.module_utils.engine.conftest import Sandbox, digest_of

# A child must not read a module from disk while somebody edits the checkout, nor on a disk that is being filled.
for _module in pkgutil.walk_packages(engine.__path__, engine.__name__ + "."):
    if not _module.name.endswith("__main__"):
        importlib.import_module(_module.name)

Tree = dict[str, Any]

_OF_MANIFEST = ("activation", "specialisations", "packages", "origin")

_PUT_BACK = """
if [ -e "$1" ]; then chmod -R u+rwX "$1" && rm -rf "$1"; fi
if [ -e "$2" ]; then cp -a "$2" "$1"; fi
"""


def put_back(kept: Path, place: Path) -> None:
    """Make `place` a copy of `kept`: hard links, times, modes and owners included."""
    subprocess.run(["sh", "-ec", _PUT_BACK, "sh", str(place), str(kept)], check=True)


class Place(Sandbox):
    """A scratch home whose folder `base` holds nothing else. `state` may be told to lie elsewhere."""

    def __init__(self, base: Path, state: Path | None = None, user: str | None = None) -> None:
        super().__init__(base)
        if state is not None:
            self.state = state
        if user is not None:
            self.user = user

    def manifest(self, spec: dict[str, Any], **more: Any) -> tuple[dict[str, Any], dict[str, bytes]]:
        """The manifest of a spec, and its objects. What the spec has as a program is in the profile too."""
        manifest, contents = super().manifest(spec, **more)
        program = manifest["files"].get("bin/tool")
        if program is not None:
            manifest["profile"] = {"bin/tool": {"object": program["object"]}, "share": {"dir": True}}
        return manifest, contents

    def switch(self, spec: dict[str, Any], **options: Any) -> dict[str, Any]:
        """A run as the action makes it: probe, and if there is something to do, ship what is lacking and switch."""
        more = {key: options.pop(key) for key in _OF_MANIFEST if key in options}
        manifest, contents = self.manifest(spec, **more)
        specialisation = options.get("specialisation")
        probe = self.ask("probe", digest=digest_of(manifest), specialisation=specialisation)
        if probe["unchanged"]:
            return {"changed": bool(probe["repaired"]), "generation": probe["generation"]}
        lacking = [item for item in contents.items() if item[0] not in probe["objects"]]
        return self.ship(manifest, lacking, **options)

    def keep(self, under: Path) -> None:
        """Keep home and state as they are, in the folder `under`."""
        under.mkdir(parents=True, exist_ok=True)
        put_back(self.home, under / "home")
        if not self.inside():
            put_back(self.state, under / "state")

    def put_back(self, under: Path) -> None:
        """Home and state as they were kept."""
        put_back(under / "home", self.home)
        if not self.inside():
            put_back(under / "state", self.state)

    def inside(self) -> bool:
        """Whether the state lies in the home."""
        return self.home in self.state.parents

    def snapshot(self) -> Tree:
        """Everything in the home but the state: path to ("link", text), ("file", content, mode) or ("folder", mode)."""
        found: Tree = {}
        made = {self.home / ".local", self.home / ".local/state"}
        for folder, folders, names in os.walk(os.fsencode(self.home)):
            above = Path(os.fsdecode(folder))
            if above == self.state.parent:
                folders[:] = [name for name in folders if os.fsdecode(name) != self.state.name]
            for name in folders + names:
                path = above / os.fsdecode(name)
                rel = str(path.relative_to(self.home))
                status = path.lstat()
                mode = stat.S_IMODE(status.st_mode)
                if stat.S_ISLNK(status.st_mode):
                    found[rel] = ("link", os.readlink(path))
                elif stat.S_ISREG(status.st_mode):
                    found[rel] = ("file", path.read_bytes(), mode)
                elif not stat.S_ISDIR(status.st_mode):
                    found[rel] = ("other", stat.S_IFMT(status.st_mode))
                elif path not in made:
                    found[rel] = ("folder", mode)
        return found

    def reads(self, target: str) -> Any:
        """What a program reads at a path, links followed: a content, a folder's files, a link that dangles, or None."""
        return self._read(self.home / target)

    def _read(self, path: Path) -> Any:
        try:
            status = path.stat()
        except (FileNotFoundError, NotADirectoryError):
            if path.is_symlink() and str(self.state) not in os.path.normpath(path.parent / os.readlink(path)):
                return ("dangling", os.readlink(path))
            # A link of ours that shows nothing: a program finds no file there.
            return None
        if stat.S_ISREG(status.st_mode):
            return path.read_bytes()
        if stat.S_ISDIR(status.st_mode):
            inside = {child.name: self._read(child) for child in path.iterdir() if ".hm-" not in child.name}
            return {name: value for name, value in inside.items() if value is not None}
        return ("other", stat.S_IFMT(status.st_mode))

    def managed(self) -> set[str]:
        """The targets that the ledger knows, and those of a ledger that is about to become it."""
        known: set[str] = set()
        for name in ("ledger.json", "staging/ledger.json"):
            path = self.state / name
            if path.exists():
                records = _json(path)["files"]
                known |= {target for target, record in records.items() if record["kind"] != "folder"}
        return known

    def texts(self) -> list[bytes]:
        """Every content and link text that a user finds in his home under a name that is no temporary's, and what was saved."""
        found = []
        for path, value in self.snapshot().items():
            if any(".hm-" in part for part in path.split("/")):
                continue
            if value[0] == "file":
                found.append(value[1])
            elif value[0] == "link":
                found.append(os.fsencode(value[1]))
        saved = self.state / "drift"
        if saved.is_dir():
            found += [path.read_bytes() for path in saved.iterdir() if path.is_file()]
        return found

    def unsound(self, drifted: bool = False) -> list[str]:
        """What is wrong in a state folder at rest; nothing, if all is well. `drifted`: its contents were spoilt before."""
        wrong: list[str] = []
        if not self.tidy():
            wrong.append("a journal, staged things or a temporary stay")
        if not self.state.exists():
            return wrong
        lock = self.state / "lock"
        if lock.exists():
            with lock.open() as held:
                try:
                    fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    wrong.append("the lock is held")
        return wrong if drifted else wrong + self._unsound_store()

    def _unsound_store(self) -> list[str]:
        wrong: list[str] = []
        objects: dict[str, str] = {}
        for folder in _folders(self.state / "generations"):
            kept = _json(folder / "manifest.json")
            manifest = Manifest.of(kept)
            if digest(kept) != _json(folder / "generation.json")["digest"]:
                wrong.append(f"{folder.name}: its manifest is not what its digest says")
            objects.update({name: item.mode for name, item in manifest.objects().items()})
            views = [(folder, manifest.view)]
            inner = _folders(folder / "specialisation")
            views += [(part, Manifest.of(_json(part / "manifest.json")).view) for part in inner]
            for top, view in views:
                leaves = [(top / "home-files" / path, name) for path, name in view.leaves()]
                profile = view.profile.items()
                leaves += [(top / "home-path" / path, leaf.object) for path, leaf in profile if leaf.object is not None]
                for leaf, name in leaves:
                    if not leaf.is_file() or content_hash(leaf.read_bytes(), objects[name]) != name[:32]:
                        path = leaf.relative_to(self.state)
                        wrong.append(f"{path} does not read as it did when it was made")
        store = {path.name: path for path in (self.state / "store").glob("*")}
        packed: set[str] = set()
        for pack in (self.state / "packs").glob("*"):
            packed |= {name for name, _content in read_bundle(pack.read_bytes()).contents()}
        wrong += [f"the object {name} is missing" for name in sorted(set(objects) - set(store))]
        wrong += [f"the object {name} is used by nobody" for name in sorted(set(store) - set(objects))]
        wrong += [f"the object {name} has no second copy" for name in sorted(set(store) - packed)]
        for name, path in store.items():
            if content_hash(path.read_bytes(), objects.get(name, "0444")) != name[:32]:
                wrong.append(f"the object {name} is not what its name says")
        return wrong


def _folders(top: Path) -> list[Path]:
    return sorted(path for path in top.glob("*") if path.is_dir()) if top.is_dir() else []


def _json(path: Path) -> Any:
    return json.loads(path.read_bytes().decode("utf-8", "surrogateescape"))
