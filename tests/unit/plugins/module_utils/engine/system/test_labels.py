# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Labels of SELinux: kept on what is replaced, and asked of restorecon for the rest. The policy is a stand-in that notes what it is asked."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.contract.objects import object_id
from ansible_collections.home.manager.plugins.module_utils.engine.system import labels
from ansible_collections.home.manager.plugins.module_utils.engine.system.accounts.writer import _stage
from ansible_collections.home.manager.plugins.module_utils.engine.system.etc.disk import Etc
from ansible_collections.home.manager.plugins.module_utils.engine.system.etc.planner import Step
from ansible_collections.home.manager.plugins.module_utils.engine.system.etc.writer import Writer
from ansible_collections.home.manager.plugins.module_utils.engine.system.process import Done
from ansible_collections.home.manager.plugins.module_utils.engine.system.state import SystemState

LABEL = "security.selinux"
SHADOW = b"system_u:object_r:shadow_t:s0\0"


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """A host with SELinux; the calls of its programs."""
    (tmp_path / "enforce").write_text("1")
    monkeypatch.setattr(labels, "_ENABLED", str(tmp_path / "enforce"))
    calls: list[list[str]] = []

    def run(command: list[str], _timeout: float) -> Done:
        calls.append(command)
        return Done(0, "")

    monkeypatch.setattr(labels, "run", run)
    return calls


def labelled(path: Path, text: str = "x") -> Path:
    path.write_text(text)
    try:
        os.setxattr(path, LABEL, SHADOW)
    except OSError as problem:
        pytest.skip(f"labels cannot be set here: {problem.strerror}")
    return path


def test_a_file_that_is_replaced_has_its_label_at_every_moment(
    asked: list[list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = labelled(tmp_path / "shadow")
    renamed: list[bytes] = []
    rename = os.rename

    def noted(source: str, target: str) -> None:
        renamed.append(os.getxattr(source, LABEL))
        rename(source, target)

    etc = Etc(str(tmp_path))
    monkeypatch.setattr("ansible_collections.home.manager.plugins.module_utils.engine.disk.filesystem.rename", noted)
    etc.put_file("shadow", b"new\n", 0o600, os.getuid(), os.getgid())
    assert renamed == [SHADOW]
    assert (path.read_text(), os.getxattr(path, LABEL)) == ("new\n", SHADOW)


def test_rows_of_accounts_keep_the_labels_of_their_files(asked: list[list[str]], tmp_path: Path) -> None:
    labelled(tmp_path / "shadow", "root:*:1::::::\n")
    _stage(str(tmp_path), "shadow", "root:!:1::::::\n")
    files = [path for path in tmp_path.iterdir() if path.name.startswith("shadow")]
    assert len(files) == 3
    assert {os.getxattr(path, LABEL) for path in files} == {SHADOW}


def test_files_that_were_put_in_place_are_labelled_by_the_policy(asked: list[list[str]], tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    writer = Writer(Etc(str(tmp_path)), str(tmp_path), lambda _name: b"", lambda _words: None)
    writer.commit([Step("put", "b"), Step("restore", "a"), Step("remove", "gone")])
    assert asked == [["restorecon", "--", str(tmp_path / "a"), str(tmp_path / "b")]]


def test_services_may_be_started_from_stored_scripts(asked: list[list[str]], tmp_path: Path) -> None:
    labelled(tmp_path / "probe")
    state = SystemState(str(tmp_path / "state"))
    state.create()
    script, text = object_id(b"#!/bin/sh\n", "0555", "run"), object_id(b"text", "0444", "text")
    state.add([(script, b"#!/bin/sh\n"), (text, b"text")], {script: "0555", text: "0444"})
    assert os.getxattr(state.path("store", script), LABEL) == b"system_u:object_r:bin_t:s0\0"
    assert LABEL not in os.listxattr(state.path("store", text))


def test_a_host_without_selinux_is_asked_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(labels, "_ENABLED", str(tmp_path / "nothing"))
    monkeypatch.setattr(labels, "run", lambda *_words: pytest.fail("a program was run"))
    labels.restore([str(tmp_path)])
    path = labelled(tmp_path / "a")
    (tmp_path / "b").write_text("x")
    labels.keep(str(path), str(tmp_path / "b"))
    assert LABEL not in os.listxattr(tmp_path / "b")
