# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a refused switch tells to type really keeps the lines of the file that is in the way."""

from __future__ import annotations

import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.contract.manifest import Manifest, View
from ansible_collections.home.manager.plugins.module_utils.engine.voice.entries import Collision
from ansible_collections.home.manager.plugins.module_utils.engine.voice.plan import Owner
from ansible_collections.home.manager.plugins.plugin_utils.report.home_plan import HomeReporter
from ansible_collections.home.manager.plugins.plugin_utils.report.source import Sources


def command_for(home: Path) -> str:
    """The command with which the lines of the home's `.bashrc` are kept."""
    manifest = Manifest("alice", str(home), f"{home}/.local/state/home.manager", View())
    built = SimpleNamespace(manifest=manifest, origins={})
    keeps = {".bashrc": ("programs.bash.bashrcExtra", "modules/shell.yml")}
    reporter = HomeReporter(Owner("alice", "h"), cast(Any, built), True, Sources("/library"), local=True, keeps=keeps)
    return reporter._collision(Collision(".bashrc", "file", lines=1)).choices[-1].command


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = tmp_path / "home of alice"
    (made / "dotfiles").mkdir(parents=True)
    (made / ".bashrc").write_text("mine\n")
    monkeypatch.chdir(made / "dotfiles")
    monkeypatch.setenv("HOME", str(made))
    return made


def typed(command: str) -> None:
    subprocess.run(["bash", "-c", command], check=True)


def test_the_folder_of_files_need_not_exist(home: Path) -> None:
    assert command_for(home) == "mkdir -p files && mv ~/.bashrc files/bashrc"
    typed(command_for(home))
    assert Path("files/bashrc").read_text() == "mine\n"
    assert not (home / ".bashrc").exists()


def test_a_file_of_the_project_is_not_overwritten(home: Path) -> None:
    Path("files").mkdir()
    Path("files/bashrc").write_text("bob's\n")
    typed(command_for(home))
    assert Path("files/bashrc").read_text() == "bob's\n"
    assert Path("files/bashrc.1").read_text() == "mine\n"


def test_the_home_of_somebody_else_is_written_out(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/root")
    assert command_for(home) == f"mkdir -p files && mv '{home}/.bashrc' files/bashrc"
