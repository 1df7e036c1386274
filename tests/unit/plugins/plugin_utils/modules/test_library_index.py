# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The index knows what a library's files declare, however they say it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.home.manager.plugins.plugin_utils.modules.library_index import build
from ansible_collections.home.manager.plugins.plugin_utils.syntax.errors import SpecError


def paths(folder: Path, text: str, more: dict[str, str] | None = None) -> set[str]:
    for name, content in {"programs/a.yml": text, **(more or {})}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    return {path for path, files in build(str(folder))["paths"].items() if "programs/a.yml" in files}


def test_groups(tmp_path: Path) -> None:
    assert paths(tmp_path, "options: {programs.a.b: {type: str}, services.c: {d: {type: str}}}") == {
        "programs.a",
        "services.c",
    }


def test_loops(tmp_path: Path) -> None:
    text = 'options: [{loop: [x, y], "programs.{{ item }}.z": {type: str}}]'
    assert paths(tmp_path, text) == {"programs.x", "programs.y"}


def test_declarations_with_a_loop(tmp_path: Path) -> None:
    text = 'options: {programs.a: {"in{{ item }}": {type: str, loop: [x, y]}}}'
    assert paths(tmp_path, text) == {"programs.a"}


def test_imports_with_variables(tmp_path: Path) -> None:
    shared = {"lib/b.yml": 'options: [{"{{ top }}.windowManager.{{ wm }}": {enable: {type: bool}}}]'}
    text = "imports: [{import: ../lib/b.yml, vars: {top: xsession, wm: i3}}]"
    assert paths(tmp_path, text, shared) == {"xsession.windowManager.i3"}


def test_old_names_and_extensions(tmp_path: Path) -> None:
    text = "options: {programs.old.x: {renamedTo: programs.a.x}, accounts.email.accounts.<name>.a.enable: {type: bool}}"
    assert paths(tmp_path, text) == {"programs.old", "accounts.email.accounts.<name>.a"}


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(SpecError):
        paths(tmp_path, "options: {")
    assert build(str(tmp_path), strict=False)["paths"] == {}
