# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Folders of the controller: what lies in them, and what cannot be read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ansible_collections.home.manager.plugins.plugin_utils.expressions import folder
from ansible_collections.home.manager.plugins.plugin_utils.expressions.folder import FolderMember, walk
from ansible_collections.home.manager.plugins.plugin_utils.syntax.errors import SpecError


def test_files_links_and_folders(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "file").write_text("x")
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "empty").mkdir()
    assert sorted(walk(str(tmp_path))) == [
        FolderMember("a", link="b"),
        FolderMember("b"),
        FolderMember("b/file", path=str(tmp_path / "b" / "file")),
        FolderMember("empty"),
    ]


def test_a_socket_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(SpecError, match="not a regular file"):
        list(walk(str(tmp_path)))


def test_what_cannot_be_read_is_an_error_and_not_an_empty_folder(tmp_path: Path, monkeypatch) -> None:
    def denied(_path: str) -> object:
        raise PermissionError(13, "Permission denied", str(tmp_path / "secret"))

    (tmp_path / "secret").mkdir()
    scandir = os.scandir
    monkeypatch.setattr(
        folder.inputs.os, "scandir", lambda path: denied(path) if str(path).endswith("secret") else scandir(path)
    )
    with pytest.raises(SpecError, match="secret cannot be read: Permission denied"):
        list(walk(str(tmp_path)))
