# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Lingering, with a loginctl that keeps its files in a scratch folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine import launcher
from ansible_collections.home.manager.plugins.module_utils.engine.contract.errors import EngineError
from ansible_collections.home.manager.plugins.module_utils.engine.machine import linger

if TYPE_CHECKING:
    from pathlib import Path

LOGINCTL = """#!/bin/sh
while [ "${1#--}" != "$1" ]; do shift; done
case $1 in
  enable-linger) touch "$FOLDER/$2" ;;
  disable-linger) rm "$FOLDER/$2" ;;
esac
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch) -> Path:
    """The folder of those who linger; loginctl is the first program of its name."""
    found = tmp_path / "linger"
    found.mkdir()
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "loginctl"
    program.write_text(LOGINCTL)
    program.chmod(0o755)
    monkeypatch.setenv("FOLDER", str(found))
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    monkeypatch.setattr(launcher, "LINGERING", str(found))
    monkeypatch.setattr(linger, "LINGERING", str(found))
    return found


@pytest.mark.parametrize("act", [launcher.let_linger, linger.let_linger], ids=["root", "the user"])
def test_changes_only_what_is_not_so_already(folder, act):
    assert act("alice", True) is True
    assert (folder / "alice").exists()
    assert act("alice", True) is False
    assert act("alice", False) is True
    assert not (folder / "alice").exists()
    assert act("alice", False) is False


def test_a_refusal_is_an_error_for_a_user(folder):
    (folder.parent / "bin" / "loginctl").write_text("#!/bin/sh\necho not allowed >&2\nexit 1\n")
    with pytest.raises(EngineError, match="not allowed"):
        linger.let_linger("alice", True)
    assert launcher.let_linger("alice", True) is False


def test_a_machine_without_loginctl(folder, monkeypatch):
    monkeypatch.setenv("PATH", str(folder))
    assert launcher.let_linger("alice", True) is False
    with pytest.raises(EngineError, match="cannot be run"):
        linger.let_linger("alice", True)
