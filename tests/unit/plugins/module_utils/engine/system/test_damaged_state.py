# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Switches of a system whose state is damaged: what is told, and the way out."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.contract.bundle import write_bundle
from ansible_collections.home.manager.plugins.module_utils.engine.contract.canonical import digest
from ansible_collections.home.manager.plugins.module_utils.engine.contract.errors import EngineError
from ansible_collections.home.manager.plugins.module_utils.engine.system import verbs
from ansible_collections.home.manager.plugins.module_utils.engine.system.recovery import recover, revert
from ansible_collections.home.manager.plugins.module_utils.engine.system.switch import SystemSwitch

from .scratch_host import Host, system

DAMAGE = pytest.mark.parametrize("damage", [b"\x00\xff", b"null", b'{"phase": 3}'])

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root switches a system")


@pytest.mark.slow
@DAMAGE
def test_a_damaged_journal_before_the_commit_leads_back(damage: bytes, scratch_host: Host) -> None:
    scratch_host.interrupt("new", "rename", "current")
    scratch_host.state("journal.json").write_bytes(damage)
    assert scratch_host.words() == {"old", "new"}
    assert scratch_host.probe("old")["unchanged"] is False
    told = recover(scratch_host.verbs.context())
    assert told is not None
    assert "was damaged and is now" in told
    assert scratch_host.words() == {"old"}
    assert not scratch_host.state("journal.json").exists()
    (aside,) = scratch_host.state("damaged").iterdir()
    assert aside.read_bytes() == damage
    assert scratch_host.probe("old")["unchanged"] is True


@pytest.mark.slow
@DAMAGE
def test_a_damaged_journal_after_the_commit_leads_forward(damage: bytes, scratch_host: Host) -> None:
    scratch_host.interrupt("new", "rename", "etc/a.conf")
    scratch_host.state("journal.json").write_bytes(damage)
    assert scratch_host.words() == {"old", "new"}
    assert recover(scratch_host.verbs.context(), boot=True)
    assert scratch_host.words() == {"new"}


@pytest.mark.slow
def test_the_next_switch_does_without_a_damaged_journal_and_says_so(scratch_host: Host) -> None:
    scratch_host.interrupt("new", "rename", "current")
    scratch_host.state("journal.json").write_bytes(b"{")
    checked = scratch_host.switch("third", check=True)
    assert any("an earlier switch was interrupted" in text for text in checked["warnings"])
    assert scratch_host.state("journal.json").exists()
    done = scratch_host.switch("third")
    assert any("the journal of an interrupted switch was damaged" in text for text in done["warnings"])
    assert scratch_host.words() == {"third"}


def test_a_journal_that_is_a_folder_is_moved_away(scratch_host: Host) -> None:
    scratch_host.state("journal.json").mkdir()
    assert recover(scratch_host.verbs.context())
    assert scratch_host.words() == {"old"}
    assert not scratch_host.state("journal.json").exists()


@pytest.mark.slow
def test_an_interrupted_first_switch_with_a_damaged_journal_leaves_nothing(tmp_path: Path, scratch_host: Host) -> None:
    folder = tmp_path / "second"
    folder.mkdir()
    fresh = Host(folder)
    fresh.interrupt("new", "rename", "current")
    fresh.state("journal.json").write_bytes(b"{")
    assert recover(fresh.verbs.context())
    assert "word-" not in (fresh.etc / "group").read_text()
    assert not (fresh.etc / "a.conf").exists()


@pytest.mark.slow
def test_a_damaged_generation_stops_neither_the_recovery_nor_the_next_switch(scratch_host: Host) -> None:
    scratch_host.interrupt("new", "rename", "etc/gshadow")
    scratch_host.state("generations/1/manifest.json").write_bytes(b"{")
    done = scratch_host.switch("third")
    assert [text for text in done["warnings"] if "left as it is, because generation 1 is damaged" in text], done[
        "warnings"
    ]
    assert scratch_host.words() == {"third"}


def test_a_switch_that_fails_takes_nothing_out_where_the_present_generation_is_damaged(
    scratch_host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch_host.state("generations/1/manifest.json").write_bytes(b"{")

    def fails(_self: SystemSwitch, _blueprint: object) -> None:
        raise EngineError("nginx refuses the file", verbs.ErrorKind.CHECK)

    monkeypatch.setattr(SystemSwitch, "_check_again", fails)
    with pytest.raises(EngineError, match=r"nginx refuses the file. What was prepared .* generation 1 is damaged"):
        scratch_host.switch("new")
    assert (scratch_host.etc / "a.conf").read_text() == "old\n"
    assert not scratch_host.state("journal.json").exists()


@pytest.mark.slow
@DAMAGE
def test_a_damaged_note_of_an_unconfirmed_switch_still_reverts_it(damage: bytes, scratch_host: Host) -> None:
    manifest, objects = system("new")
    bundle = write_bundle(manifest, objects)
    request = {"step": "switch", "digest": digest(manifest), "bundle": bundle, "allow_lockout": True, "homes": {}}
    scratch_host.verbs.answer({**request, "action": "boot"})  # in effect, and not completed
    scratch_host.state("unconfirmed.json").write_bytes(damage)
    with pytest.raises(EngineError, match="not confirmed yet"):
        scratch_host.switch("third")
    assert revert(scratch_host.verbs.context(), boot=True)
    assert scratch_host.words() == {"old"}
    assert os.path.basename(os.readlink(scratch_host.state("current"))) == "1"
    assert scratch_host.state("failed/2").exists()


@pytest.mark.slow
def test_a_damaged_note_of_what_is_deferred_stops_nothing(scratch_host: Host) -> None:
    scratch_host.state("deferred.json").write_bytes(b"{")
    scratch_host.switch("new")
    assert scratch_host.words() == {"new"}
    assert not scratch_host.state("deferred.json").exists()


@pytest.mark.slow
def test_a_lost_ledger_is_told_with_the_way_out(scratch_host: Host) -> None:
    for name in ("ledger.json", "ledger.copy.json"):
        scratch_host.state(name).write_bytes(b"{")
    assert scratch_host.probe("old")["unchanged"] is False
    for more in ({}, {"check": True}):
        with pytest.raises(EngineError, match=r"and so is its copy. Set home_system_repair: true"):
            scratch_host.switch("new", **more)
    scratch_host.switch("old", check=True, repair=True)
    assert scratch_host.state("ledger.json").read_bytes() == b"{"
    done = scratch_host.switch("old", repair=True)
    assert any("the ledger was damaged, and a new one was started" in text for text in done["warnings"])
    assert scratch_host.words() == {"old"}
    assert len(list(scratch_host.state("damaged").iterdir())) == 2
    assert scratch_host.probe("old")["unchanged"] is True
