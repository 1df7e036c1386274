# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Telling of downloads: once how much, then how far, where the target's meter can be read."""

from __future__ import annotations

import os
import threading
import time
from typing import Any

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.disk import filesystem
from ansible_collections.home.manager.plugins.module_utils.engine.packages.meter import Meter
from ansible_collections.home.manager.plugins.module_utils.engine.packages.recipe import Artefact
from ansible_collections.home.manager.plugins.plugin_utils.play import downloading as module
from ansible_collections.home.manager.plugins.plugin_utils.play import progress
from ansible_collections.home.manager.plugins.plugin_utils.play.downloading import Listener, downloading, meter_reader

FILES = [Artefact("0" * 64, 3_000_000, "a", ()), Artefact("1" * 64, 2_000_000, "b", ())]


@pytest.fixture
def state(tmp_path):
    (tmp_path / "downloads").mkdir()
    fd = filesystem.open_folder(str(tmp_path))
    yield tmp_path, fd
    os.close(fd)


def test_nothing_to_download_says_nothing(tmp_path):
    told: list[str] = []
    with downloading([], Listener("me", meter_reader(None, str(tmp_path), True), told.append)):
        pass
    assert told == []


def test_progress_of_this_machine_is_told(state, monkeypatch):
    monkeypatch.setattr(module, "_LINES", 0.01)
    path, fd = state
    told: list[str] = []
    heard = threading.Event()

    def tell(text: str) -> None:
        told.append(text)
        if text.startswith("downloaded"):
            heard.set()

    with downloading(FILES, Listener("me", meter_reader(None, str(path), True), tell)), Meter(fd) as meter:
        meter(1_500_000, 5_000_000)
        meter(1_600_000, 5_000_000)
        assert heard.wait(10)
    assert told == ["up to 2 files of packages to download, 5.0 MB", "downloaded 1.5 MB of 5.0 MB"]
    assert os.listdir(path / "downloads") == []


class Ssh:
    """A connection whose second channel answers with what a file of this machine holds."""

    transport = "ssh"
    become: Any = None

    def exec_command(self, command: str, sudoable: bool = True) -> tuple[int, bytes, bytes]:
        assert not sudoable
        with open(command.removeprefix("cat "), "rb") as source:
            return 0, source.read(), b""


def test_progress_over_ssh_is_one_line_of_the_terminal(state, monkeypatch):
    monkeypatch.setattr(module, "_LOOKS", 0.01)
    monkeypatch.setenv(progress.SHOWN, "1")
    path, fd = state
    told: list[str] = []
    shown: list[tuple[str, str]] = []
    heard = threading.Event()

    def show(home: str, text: str) -> None:
        shown.append((home, text))
        heard.set()

    monkeypatch.setattr(progress, "update", show)
    with downloading(FILES, Listener("me", meter_reader(Ssh(), str(path), False), told.append)), Meter(fd) as meter:
        meter(1_500_000, 5_000_000)
        assert heard.wait(10)
    assert told == ["up to 2 files of packages to download, 5.0 MB"]
    assert shown == [("me", "downloaded 1.5 MB of 5.0 MB")]


def test_another_user_of_another_machine_is_only_told_how_much(state, monkeypatch):
    monkeypatch.setattr(module, "_LINES", 0.01)
    path, fd = state
    told: list[str] = []
    connection = Ssh()
    connection.become = object()
    with (
        downloading(FILES, Listener("me", meter_reader(connection, str(path), False), told.append)),
        Meter(fd) as meter,
    ):
        meter(1, 2)
        time.sleep(0.05)
    assert len(told) == 1
    assert os.listdir(path / "downloads") == []


def test_meter_changes_nothing_where_changes_are_counted(state, monkeypatch):
    path, fd = state
    monkeypatch.setattr(filesystem, "observer", lambda *_a: None)
    with Meter(fd) as meter:
        meter(1, 2)
        assert os.listdir(path / "downloads") == []
