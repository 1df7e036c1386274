# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A spec's file that cannot be read is one error, with its place; what it would have said is not missed besides."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.contract.manifest import Origin
from ansible_collections.home.manager.plugins.module_utils.engine.voice.messages import message_lines
from ansible_collections.home.manager.plugins.plugin_utils.plan.deep_stack import with_deep_stack
from ansible_collections.home.manager.plugins.plugin_utils.plan.home import EvaluatedHome, Request, compiler
from ansible_collections.home.manager.plugins.plugin_utils.plan.manifest import build
from ansible_collections.home.manager.plugins.plugin_utils.report.source import Sources
from ansible_collections.home.manager.plugins.plugin_utils.report.spec_messages import messages
from ansible_collections.home.manager.plugins.plugin_utils.syntax.errors import SpecErrors
from ansible_collections.home.manager.plugins.plugin_utils.syntax.nodes import Mapping, Sequence
from ansible_collections.home.manager.plugins.plugin_utils.syntax.position import Position
from ansible_collections.home.manager.plugins.plugin_utils.values import LIBRARY

USER = {"name": "alice", "home": "/home/alice", "uid": 1000, "gid": 1000, "shell": "/bin/bash"}
HOST = {"platform": "linux", "machine": "x86_64", "hostname": "laptop", "user": USER}
COMPILER = compiler()


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "all.yml").write_text("imports: [a.yml]\n")
    return tmp_path


def told(project: Path) -> str:
    """What is printed of the errors of a spec that imports `a.yml`."""
    at = Position(str(project / "all.yml"), 1, 1)
    imports = Sequence(["a.yml"], at)
    imports.positions = [Position(at.file, 1, 11)]
    root = Mapping({"imports": imports}, at)
    with pytest.raises(SpecErrors) as caught:
        with_deep_stack(lambda: build(EvaluatedHome(Request([(root, at.file)], HOST, compiler=COMPILER)), Origin()))
    sources = Sources(LIBRARY, caught.value.importers)
    lines = (line.text for found in messages(caught.value, sources) for line in message_lines(found, "error"))
    return "\n".join(lines)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_a_file_without_permission_is_named_where_it_is_imported(project: Path) -> None:
    (project / "a.yml").touch(mode=0)
    assert told(project).splitlines()[:2] == ["error: a.yml cannot be read: Permission denied", "  all.yml:1:11"]
    assert told(project).count("error:") == 1


def test_a_pipe_is_not_waited_for(project: Path) -> None:
    os.mkfifo(project / "a.yml")
    assert told(project).startswith(
        "error: a.yml is a named pipe, and only a regular file can be read\n  all.yml:1:11\n"
    )
    assert told(project).count("error:") == 1


def test_bytes_that_are_no_text_have_a_line(project: Path) -> None:
    (project / "a.yml").write_bytes(b"x: 1\nhome.file: {a: {text: '\xff'}}\n")
    assert told(project).splitlines()[:2] == [
        "error: a.yml is not UTF-8 text",
        "  a.yml:2:24",
    ]
    assert told(project).count("error:") == 1


def test_a_control_character_has_a_line_and_a_remedy(project: Path) -> None:
    (project / "a.yml").write_bytes(b'x: 1\ny: "a\0"\n')
    said = told(project)
    assert said.startswith("error: the control character U+0000 cannot be in YAML\n  a.yml:2:6\n")
    assert 'write "\\u0000" in double quotes' in said
    assert said.count("error:") == 1


def test_a_source_that_is_a_broken_link_is_not_called_absent(project: Path) -> None:
    (project / "a.yml").write_text('home: {stateVersion: "26.05", file: {s: {source: s}}}\n')
    (project / "s").symlink_to("nowhere")
    assert told(project).startswith("error: the file `s` is a link to `nowhere`, which does not exist\n  a.yml:1:")
