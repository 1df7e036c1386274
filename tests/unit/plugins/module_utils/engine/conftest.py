# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A scratch home with the engine behind it, as the controller would drive it."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import tempfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.contract.canonical import canonical, digest
from ansible_collections.home.manager.plugins.module_utils.engine.contract.errors import EngineError
from ansible_collections.home.manager.plugins.module_utils.engine.contract.manifest import Manifest
from ansible_collections.home.manager.plugins.module_utils.engine.contract.objects import object_id
from ansible_collections.home.manager.plugins.module_utils.engine.disk import filesystem
from ansible_collections.home.manager.plugins.module_utils.engine.verbs.dispatch import handle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

STATE = ".local/state/home.manager"
# Many small files: the memory's file system where there is one.
BASE = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


class Sandbox:
    """A home, and the verbs on it.

    A spec is a mapping of targets to a text (a linked file) or to a dict of an entry's keys.
    """

    def __init__(self, base: Path) -> None:
        self.base = base
        self.home = base / "home"
        self.home.mkdir(mode=0o755)
        self.state = self.home / STATE
        self.user = pwd.getpwuid(os.geteuid()).pw_name

    def manifest(self, spec: dict[str, Any], **more: Any) -> tuple[dict[str, Any], dict[str, bytes]]:
        """The manifest of a spec, and its objects."""
        contents: dict[str, bytes] = {}
        specialisations = {}
        for name, part in (more.pop("specialisations", None) or {}).items():
            files, objects = self._files(part, contents)
            specialisations[name] = {"files": files, "objects": objects, "activation": [], "packages": []}
        files, objects = self._files(spec, contents)
        manifest = {
            "version": 1,
            "user": self.user,
            "home": str(self.home),
            "uid": None,
            "state": str(self.state),
            "files": files,
            "objects": objects,
            "activation": [],
            "packages": [],
            "specialisations": specialisations,
            "origin": {"host": "here", "project": None, "playbook": None, "inventory": None},
        }
        manifest.update(more)
        return manifest, contents

    def _files(self, spec: dict[str, Any], contents: dict[str, bytes]) -> tuple[dict[str, Any], dict[str, Any]]:
        files: dict[str, Any] = {}
        objects: dict[str, Any] = {}

        def add(text: str | bytes, target: str, mode: str) -> str:
            content = text if isinstance(text, bytes) else text.encode()
            name = object_id(content, mode, target)
            objects[name] = {"mode": mode, "size": len(content)}
            contents[name] = content
            return name

        for target, said in spec.items():
            value = {"text": said} if isinstance(said, (str, bytes)) else dict(said)
            mode = value.pop("stored", "0400" if value.get("sensitive") else "0444")
            if "to" in value:
                entry = {"type": "symlink", **value}
            elif "tree" in value:
                leaves = {rel: {"object": add(text, rel, mode)} for rel, text in value.pop("tree").items()}
                entry = {"type": "tree", "method": "link", "entries": leaves, **value}
            else:
                text = value.pop("text", None)
                if "keys" in value:
                    text = json.dumps(value.pop("keys"))
                    value.update(method="merge", format=value.get("format", "json"))
                entry = {"type": "file", "method": "link", "object": add(text, target, mode), **value}
                if entry["method"] != "link":
                    entry.setdefault("mode", "0644")
            files[target] = entry
        return files, objects

    def switch(self, spec: dict[str, Any], **options: Any) -> dict[str, Any]:
        """Switch to a spec. Keys of a manifest and of a request may be given."""
        more = {
            key: options.pop(key) for key in ("activation", "specialisations", "packages", "origin") if key in options
        }
        manifest, contents = self.manifest(spec, **more)
        present = {path.name for path in (self.state / "store").iterdir()} if (self.state / "store").exists() else set()
        lacking = [item for item in contents.items() if item[0] not in present]
        return self.ship(manifest, lacking, **options)

    def ship(self, manifest: dict[str, Any], objects: list[tuple[str, bytes]], **options: Any) -> dict[str, Any]:
        """Switch to a manifest with these objects, right or wrong."""
        request = {"verb": "switch", "user": self.user, "digest": digest_of(manifest), **options}
        return handle(request, bundle=bundle_of(manifest, objects))

    def ask(self, verb: str, **request: Any) -> dict[str, Any]:
        """Any other verb."""
        return handle({"verb": verb, "user": self.user, "home": str(self.home), "state": str(self.state), **request})

    def probe(self, spec: dict[str, Any], **request: Any) -> dict[str, Any]:
        """Ask whether a spec is what is there."""
        more = {key: request.pop(key) for key in ("activation", "specialisations") if key in request}
        return self.ask("probe", digest=digest_of(self.manifest(spec, **more)[0]), **request)

    def write(self, target: str, text: str) -> Path:
        """A file of the user's."""
        path = self.home / target
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def read(self, target: str) -> str:
        """What a program reads there."""
        return (self.home / target).read_text()

    def tree(self, root: Path | None = None, state: bool = False) -> dict[str, Any]:
        """Everything in the home but the state folder: path to ("link", text), ("file", content, mode) or "folder"."""
        top = root or self.home
        found: dict[str, Any] = {}
        for folder, folders, names in os.walk(top):
            if not state and Path(folder) == self.state.parent:
                folders[:] = [name for name in folders if name != self.state.name]
            for name in folders + names:
                path = Path(folder) / name
                rel = str(path.relative_to(top))
                if path.is_symlink():
                    found[rel] = ("link", os.readlink(path))
                elif path.is_dir():
                    found[rel] = "folder"
                elif path.is_file():
                    found[rel] = ("file", path.read_bytes(), path.stat().st_mode & 0o7777)
                else:
                    found[rel] = "other"
        for folder in (".local", ".local/state"):
            found.pop(folder, None)
        return found

    def tidy(self) -> bool:
        """No journal, no staging, no temporary file stays anywhere."""
        left = [name for name in ("journal", "staging") if os.path.lexists(self.state / name)]
        left += [str(path) for path in self.home.rglob(".*") if ".hm-" in path.name]
        left += [str(path) for folder in ("store", "packs", "generations") for path in (self.state / folder).glob(".*")]
        return not left

    def current(self) -> str | None:
        """Where `current` leads."""
        link = self.state / "current"
        return os.readlink(link) if link.is_symlink() else None


def digest_of(manifest: dict[str, Any]) -> str:
    """The digest of a manifest in its normal form, if it is one."""
    try:
        return Manifest.of(manifest).digest()
    except EngineError:
        return digest(manifest)


def bundle_of(manifest: Any, objects: list[tuple[str, bytes]]) -> bytes:
    """A bundle as the contract has it, whatever its manifest holds."""
    header = {"version": 1, "manifest": manifest, "objects": [[name, len(content)] for name, content in objects]}
    return zlib.compress(canonical(header) + b"\n" + b"".join(content for _name, content in objects), 1)


def op(answer: dict[str, Any], path: str) -> list[str]:
    """What an answer says was done to a path."""
    return [item["op"] for item in answer["operations"] if item["path"] == path]


def member(answer: dict[str, Any], path: str, name: str) -> Any:
    """What an answer says of the last operation on a path; None when it does not say that."""
    return [item for item in answer["operations"] if item["path"] == path][-1].get(name)


@pytest.fixture(name="member")
def fixture_member() -> Callable[..., Any]:
    """What an answer says of the last operation on a path."""
    return member


@pytest.fixture(name="op")
def fixture_op() -> Callable[..., list[str]]:
    """What an answer says was done to a path."""
    return op


def remove(base: str) -> None:
    """Remove a scratch folder, read-only folders included."""
    for folder, _folders, _names in os.walk(base):
        os.chmod(folder, 0o700)
    shutil.rmtree(base)


@pytest.fixture
def make_sandbox() -> Iterator[Callable[[], Sandbox]]:
    """A function that makes one scratch home after the other."""
    made: list[str] = []

    def make() -> Sandbox:
        made.append(tempfile.mkdtemp(prefix="hm-engine-", dir=BASE))
        return Sandbox(Path(made[-1]))

    yield make
    filesystem.observer = None
    for base in made:
        remove(base)


@pytest.fixture
def sandbox(make_sandbox: Callable[[], Sandbox]) -> Sandbox:
    """One scratch home."""
    return make_sandbox()
