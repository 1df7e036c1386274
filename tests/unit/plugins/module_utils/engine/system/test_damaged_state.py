# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Switches of a system whose state is damaged: what is told, and the way out."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.contract.bundle import write_bundle
from ansible_collections.home.manager.plugins.module_utils.engine.contract.canonical import digest
from ansible_collections.home.manager.plugins.module_utils.engine.contract.errors import EngineError
from ansible_collections.home.manager.plugins.module_utils.engine.contract.objects import object_id
from ansible_collections.home.manager.plugins.module_utils.engine.disk import filesystem
from ansible_collections.home.manager.plugins.module_utils.engine.system import (
    blueprint,
    queries,
    runner,
    verbs,
)
from ansible_collections.home.manager.plugins.module_utils.engine.system.inits.systemd import Systemd
from ansible_collections.home.manager.plugins.module_utils.engine.system.packages.apt import Apt
from ansible_collections.home.manager.plugins.module_utils.engine.system.packages.dpkg import Dpkg
from ansible_collections.home.manager.plugins.module_utils.engine.system.recovery import recover, revert
from ansible_collections.home.manager.plugins.module_utils.engine.system.switch import SystemSwitch
from ansible_collections.home.manager.plugins.module_utils.engine.system.verbs import SystemVerbs

HOST = Path(__file__).parent / "hosts" / "debian-12"
DAMAGE = pytest.mark.parametrize("damage", [b"\x00\xff", b"null", b'{"phase": 3}'])

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root switches a system")


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


@pytest.fixture(name="host")
def fixture_host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Host:
    monkeypatch.setattr(verbs, "refuse_foreign", lambda: None)
    monkeypatch.setattr(blueprint, "_owned", lambda: lambda _target: False)
    monkeypatch.setattr(
        queries, "manager_of", lambda _provider, state, _distribution: apt_without_packages(state, tmp_path)
    )
    monkeypatch.setattr(runner, "install", lambda _state: None)
    monkeypatch.setattr(queries, "init_of", lambda _name: Systemd(running=False))
    monkeypatch.setattr(SystemSwitch, "check", lambda _self, _blueprint: None)
    monkeypatch.setattr(SystemSwitch, "_check_again", lambda _self, _blueprint: None)
    host = Host(tmp_path)
    host.switch("old")
    assert host.words() == {"old"}
    return host


@pytest.mark.slow
@DAMAGE
def test_a_damaged_journal_before_the_commit_leads_back(damage: bytes, host: Host) -> None:
    host.interrupt("new", "rename", "current")
    host.state("journal.json").write_bytes(damage)
    assert host.words() == {"old", "new"}
    assert host.probe("old")["unchanged"] is False
    told = recover(host.verbs.context())
    assert told is not None
    assert "was damaged and is now" in told
    assert host.words() == {"old"}
    assert not host.state("journal.json").exists()
    (aside,) = host.state("damaged").iterdir()
    assert aside.read_bytes() == damage
    assert host.probe("old")["unchanged"] is True


@pytest.mark.slow
@DAMAGE
def test_after_the_commit_it_leads_forward(damage: bytes, host: Host) -> None:
    host.interrupt("new", "rename", "etc/a.conf")
    host.state("journal.json").write_bytes(damage)
    assert host.words() == {"old", "new"}
    assert recover(host.verbs.context(), boot=True)
    assert host.words() == {"new"}


@pytest.mark.slow
def test_the_next_switch_does_without_it_and_says_so(host: Host) -> None:
    host.interrupt("new", "rename", "current")
    host.state("journal.json").write_bytes(b"{")
    checked = host.switch("third", check=True)
    assert any("an earlier switch was interrupted" in text for text in checked["warnings"])
    assert host.state("journal.json").exists()
    done = host.switch("third")
    assert any("the journal of an interrupted switch was damaged" in text for text in done["warnings"])
    assert host.words() == {"third"}


def test_a_journal_that_is_a_folder_is_moved_away_too(host: Host) -> None:
    host.state("journal.json").mkdir()
    assert recover(host.verbs.context())
    assert host.words() == {"old"}
    assert not host.state("journal.json").exists()


@pytest.mark.slow
def test_an_interrupted_first_switch_with_a_damaged_journal_leaves_nothing(tmp_path: Path, host: Host) -> None:
    folder = tmp_path / "second"
    folder.mkdir()
    fresh = Host(folder)
    fresh.interrupt("new", "rename", "current")
    fresh.state("journal.json").write_bytes(b"{")
    assert recover(fresh.verbs.context())
    assert "word-" not in (fresh.etc / "group").read_text()
    assert not (fresh.etc / "a.conf").exists()


@pytest.mark.slow
def test_a_damaged_generation_stops_neither_the_recovery_nor_the_next_switch(host: Host) -> None:
    host.interrupt("new", "rename", "etc/gshadow")
    host.state("generations/1/manifest.json").write_bytes(b"{")
    done = host.switch("third")
    assert [text for text in done["warnings"] if "left as it is, because generation 1 is damaged" in text], done[
        "warnings"
    ]
    assert host.words() == {"third"}


def test_a_switch_that_fails_takes_nothing_out_where_the_present_generation_is_damaged(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    host.state("generations/1/manifest.json").write_bytes(b"{")

    def fails(_self: SystemSwitch, _blueprint: object) -> None:
        raise EngineError("nginx refuses the file", verbs.ErrorKind.CHECK)

    monkeypatch.setattr(SystemSwitch, "_check_again", fails)
    with pytest.raises(EngineError, match=r"nginx refuses the file. What was prepared .* generation 1 is damaged"):
        host.switch("new")
    assert (host.etc / "a.conf").read_text() == "old\n"
    assert not host.state("journal.json").exists()


@pytest.mark.slow
@DAMAGE
def test_a_damaged_note_of_an_unconfirmed_switch_still_reverts_it(damage: bytes, host: Host) -> None:
    manifest, objects = system("new")
    bundle = write_bundle(manifest, objects)
    request = {"step": "switch", "digest": digest(manifest), "bundle": bundle, "allow_lockout": True, "homes": {}}
    host.verbs.answer({**request, "action": "boot"})  # in effect, and not completed
    host.state("unconfirmed.json").write_bytes(damage)
    with pytest.raises(EngineError, match="not confirmed yet"):
        host.switch("third")
    assert revert(host.verbs.context(), boot=True)
    assert host.words() == {"old"}
    assert os.path.basename(os.readlink(host.state("current"))) == "1"
    assert host.state("failed/2").exists()


@pytest.mark.slow
def test_a_damaged_note_of_what_is_deferred_stops_nothing(host: Host) -> None:
    host.state("deferred.json").write_bytes(b"{")
    host.switch("new")
    assert host.words() == {"new"}
    assert not host.state("deferred.json").exists()


@pytest.mark.slow
def test_a_lost_ledger_is_told_with_the_way_out(host: Host) -> None:
    for name in ("ledger.json", "ledger.copy.json"):
        host.state(name).write_bytes(b"{")
    assert host.probe("old")["unchanged"] is False
    for more in ({}, {"check": True}):
        with pytest.raises(EngineError, match=r"and so is its copy. Set home_system_repair: true"):
            host.switch("new", **more)
    host.switch("old", check=True, repair=True)
    assert host.state("ledger.json").read_bytes() == b"{"
    done = host.switch("old", repair=True)
    assert any("the ledger was damaged, and a new one was started" in text for text in done["warnings"])
    assert host.words() == {"old"}
    assert len(list(host.state("damaged").iterdir())) == 2
    assert host.probe("old")["unchanged"] is True
