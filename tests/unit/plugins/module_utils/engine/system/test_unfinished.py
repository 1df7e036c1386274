# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Scripts of files that failed run again in the next switch, whichever that is."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.contract.bundle import write_bundle
from ansible_collections.home.manager.plugins.module_utils.engine.contract.canonical import digest
from ansible_collections.home.manager.plugins.module_utils.engine.system.unfinished import Unfinished

from .scratch_host import Host, system

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root switches a system")


class Scripted:
    """A host with a file whose scripts fail as long as a flag is missing, and note that they ran."""

    def __init__(self, host: Host, folder: Path) -> None:
        self.host, self.flag, self.log = host, folder / "flag", folder / "log"

    def script(self, name: str) -> str:
        return f"echo {name} >> {self.log}; test -e {self.flag}"

    def switch(self, word: str, there: bool = True) -> dict[str, Any]:
        manifest, objects = system(word)
        etc = manifest["etc"]
        etc["a.conf"].update(onChange=self.script("changed"), onRemove=self.script("removed"))
        if not there:
            etc["b.conf"] = etc.pop("a.conf")
        request = {"step": "switch", "digest": digest(manifest), "bundle": write_bundle(manifest, objects), "homes": {}}
        answer: dict[str, Any] = self.host.verbs.answer({**request, "allow_lockout": True})
        return answer

    def ran(self) -> list[str]:
        found = self.log.read_text().split() if self.log.exists() else []
        self.log.unlink(missing_ok=True)
        return found


@pytest.fixture(name="host")
def fixture_host(scratch_host: Host, tmp_path: Path) -> Scripted:
    return Scripted(scratch_host, tmp_path)


@pytest.mark.parametrize("then", ["new", "newer"])
def test_a_script_that_failed_runs_again_until_it_succeeds(then: str, host: Scripted) -> None:
    failed = host.switch("new")["failed"]
    assert failed["message"] == "the script for the change of /etc/a.conf failed (exit 1)"
    assert host.switch("new").get("failed")
    assert host.ran() == ["changed", "changed"]
    host.flag.touch()
    assert not host.switch(then).get("failed")
    assert host.ran() == ["changed"]
    assert not host.switch(then).get("failed")
    assert not host.ran()
    assert not host.host.state("unfinished.json").exists()


def test_so_does_that_of_a_file_that_is_gone(host: Scripted) -> None:
    host.flag.touch()
    host.switch("new")
    host.ran()
    host.flag.unlink()
    answer = host.switch("new", there=False)
    assert answer["failed"]["message"].startswith("the script for the removal of /etc/a.conf failed")
    assert [warning for warning in answer["warnings"] if "the change of /etc/b.conf failed" in warning]
    assert host.ran() == ["removed", "changed"]
    host.flag.touch()
    assert not host.switch("new", there=False).get("failed")
    assert host.ran() == ["removed", "changed"]


def test_a_file_that_is_no_longer_declared_is_not_waited_for(host: Scripted) -> None:
    host.switch("new")
    host.host.switch("old")
    assert not host.host.state("unfinished.json").exists()


def test_damage_is_nothing_to_do(host: Scripted) -> None:
    host.flag.touch()
    for damage in (b"{", b"[]", b'{"changed": 3}'):
        host.host.state("unfinished.json").write_bytes(damage)
        assert Unfinished.load(host.host.verbs.state).json() == {"changed": [], "removed": {}}
        assert not host.switch(f"word-{len(damage)}").get("failed")
        assert not host.host.state("unfinished.json").exists()
