# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the options of a system do to files in the way of its homes: moved by a command, or backed up over an older backup."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.contract.bundle import write_bundle
from ansible_collections.home.manager.plugins.module_utils.engine.contract.entries import FileEntry
from ansible_collections.home.manager.plugins.module_utils.engine.contract.errors import EngineError
from ansible_collections.home.manager.plugins.module_utils.engine.contract.manifest import Manifest, Script, View
from ansible_collections.home.manager.plugins.module_utils.engine.contract.objects import StoredObject, object_id
from ansible_collections.home.manager.plugins.module_utils.engine.system import home_switches
from ansible_collections.home.manager.plugins.module_utils.engine.system.home_options import HomeSwitchOptions
from ansible_collections.home.manager.plugins.module_utils.engine.system.home_switches import HomeSwitches
from ansible_collections.home.manager.plugins.module_utils.engine.verbs.dispatch import handle

CONTENT = b"declared\n"
NAME = object_id(CONTENT, "0444", "note")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    found = tmp_path / "home"
    found.mkdir(mode=0o700)
    (found / "note").write_text("mine\n")
    return found


def request(home: Path, **more: Any) -> dict[str, Any]:
    """A switch to a home with one file, `note`, and a script that speaks when it is to be verbose."""
    script = Script("speak", 'verboseEcho "so it is"')
    view = View({"note": FileEntry(NAME, "link")}, {NAME: StoredObject("0444", len(CONTENT))}, {}, [script])
    manifest = Manifest(getpass.getuser(), str(home), str(home / "state"), view)
    return {
        "verb": "switch",
        "user": getpass.getuser(),
        "home": str(home),
        "state": str(home / "state"),
        "digest": manifest.digest(),
        "bundle": write_bundle(manifest.json(), [(NAME, CONTENT)]),
        **more,
    }


def test_a_command_moves_what_is_in_the_way(home: Path, tmp_path: Path) -> None:
    aside = tmp_path / "aside"
    aside.mkdir()
    act = HomeSwitches(HomeSwitchOptions(backup_command=f"mv -t {aside}"), handle).handle
    preview = act(request(home, check=True))
    assert preview["changed"]
    assert not preview.get("collisions")
    assert {"op": "backup", "path": "note", "detail": "by home-manager.backupCommand"} in preview["operations"]
    assert (home / "note").read_text() == "mine\n"
    assert act(request(home))["changed"]
    assert (home / "note").read_bytes() == CONTENT
    assert (aside / "note").read_text() == "mine\n"


@pytest.mark.parametrize(("command", "why"), [("false", "exit status 1"), ("true", "the file is still there")])
def test_a_command_that_moves_nothing_stops_the_home(command: str, why: str, home: Path) -> None:
    with pytest.raises(EngineError, match=f"did not move note: {why}"):
        HomeSwitches(HomeSwitchOptions(backup_command=command), handle).handle(request(home))
    assert (home / "note").read_text() == "mine\n"


def test_a_command_that_does_not_end_stops_the_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(home_switches, "_TIMEOUT", 0.2)
    with pytest.raises(EngineError, match=r"did not move note: it did not end within 0\.2 seconds"):
        HomeSwitches(HomeSwitchOptions(backup_command="sleep 60; true"), handle).handle(request(home))
    assert (home / "note").read_text() == "mine\n"


@pytest.mark.parametrize("overwrite", [True, False])
def test_a_backup_takes_an_older_one_s_name_only_where_that_is_said(overwrite: bool, home: Path) -> None:
    (home / "note.bak").write_text("older\n")
    act = HomeSwitches(HomeSwitchOptions(overwrite_backup=overwrite), handle).handle
    act(request(home, backup_extension="bak", check=True))
    assert (home / "note.bak").read_text() == "older\n"
    assert act(request(home, backup_extension="bak"))["changed"]
    assert (home / "note.bak").read_text() == ("mine\n" if overwrite else "older\n")
    assert (home / "note.bak.1").exists() != overwrite


def test_a_folder_is_never_removed_for_a_backup(home: Path) -> None:
    (home / "note.bak").mkdir()
    (home / "note.bak" / "kept").write_text("kept\n")
    assert HomeSwitches(HomeSwitchOptions(overwrite_backup=True), handle).handle(request(home, backup_extension="bak"))[
        "changed"
    ]
    assert (home / "note.bak" / "kept").read_text() == "kept\n"
    assert (home / "note.bak.1").read_text() == "mine\n"


@pytest.mark.parametrize("verbose", [True, False])
def test_scripts_speak_when_they_are_asked_to(verbose: bool, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOME_MANAGER_VERBOSE", raising=False)
    (home / "note").unlink()
    answer = HomeSwitches(HomeSwitchOptions(verbose=verbose), handle).handle(request(home))
    assert answer.get("printed") == (["speak: so it is"] if verbose else None)
