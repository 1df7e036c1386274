# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A scratch /etc with the state of a system, switched by the engine itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.contract.bundle import write_bundle
from ansible_collections.home.manager.plugins.module_utils.engine.contract.canonical import digest
from ansible_collections.home.manager.plugins.module_utils.engine.contract.objects import object_id
from ansible_collections.home.manager.plugins.module_utils.engine.disk import filesystem
from ansible_collections.home.manager.plugins.module_utils.engine.system.packages.apt import Apt
from ansible_collections.home.manager.plugins.module_utils.engine.system.packages.dpkg import Dpkg
from ansible_collections.home.manager.plugins.module_utils.engine.system.verbs import SystemVerbs

HOST = Path(__file__).parent / "hosts" / "debian-12"


class Host:
    """A scratch /etc with its state."""

    def __init__(self, folder: Path) -> None:
        self.etc, self.root = folder / "etc", folder / "state"
        self.etc.mkdir()
        for path in HOST.iterdir():
            (self.etc / path.name).write_bytes(path.read_bytes())

    @property
    def verbs(self) -> SystemVerbs:
        return SystemVerbs(lambda _request: {}, str(self.root), str(self.etc))

    def switch(self, word: str, **more: Any) -> dict[str, Any]:
        manifest, objects = system(word)
        bundle = write_bundle(manifest, sorted(objects))
        request = {"step": "switch", "digest": digest(manifest), "bundle": bundle, "allow_lockout": True, "homes": {}}
        found: dict[str, Any] = self.verbs.answer({**request, **more})
        assert not found.get("failed")
        assert not found.get("collisions")
        return found

    def probe(self, word: str) -> dict[str, Any]:
        return self.verbs.answer({"step": "probe", "digest": digest(system(word)[0]), "homes": {}})

    def state(self, name: str) -> Path:
        return self.root / name

    def words(self) -> set[str]:
        """What the parts of the host say."""
        found = {(self.etc / "a.conf").read_text().strip()}
        groups = [line.split(":")[0] for line in (self.etc / "group").read_text().splitlines()]
        return found | {name.removeprefix("word-") for name in groups if name.startswith("word-")}

    def interrupt(self, word: str, call: str, what: str) -> None:
        """A switch that ends where it is about to do this with that file, as if it had been killed."""

        def observer(when: str, named: str, path: str) -> None:
            if when == "before" and named == call and path.endswith(what):
                raise KeyboardInterrupt

        filesystem.observer, former = observer, filesystem.observer
        try:
            with pytest.raises(KeyboardInterrupt):
                self.switch(word)
        finally:
            filesystem.observer = former


def system(word: str) -> tuple[dict[str, Any], list[tuple[str, bytes]]]:
    content = f"{word}\n".encode()
    name = object_id(content, "0444", "a.conf")
    manifest = {
        "kind": "system",
        "version": 1,
        "etc": {"a.conf": {"object": name, "mode": "0644"}},
        "accounts": {"users": [], "groups": [{"name": f"word-{word}", "gid": None, "members": []}]},
        "objects": {name: {"mode": "0444", "size": len(content)}},
    }
    return manifest, [(name, content)]


def apt_without_packages(state: str, root: Path) -> Apt:
    found = Apt(state)
    found.dpkg = Dpkg(str(root))
    return found
