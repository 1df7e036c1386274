# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The rules of the house that no linter knows: who may import what, what a file may be called, how long it may get."""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
PLUGINS = ROOT / "plugins"
SOURCES = sorted(PLUGINS.rglob("*.py"))
CONTROLLER = [path for path in SOURCES if path.is_relative_to(PLUGINS / "plugin_utils")]
TARGET = [path for path in SOURCES if path.is_relative_to(PLUGINS / "module_utils")]

# What ansible-core itself stands on may be used by the controller's engine without importing Ansible.
BELOW_ANSIBLE = {"jinja2", "markupsafe", "yaml"}
HEADER = (
    "# Copyright: (c) 2026, the home.manager contributors\n"
    "# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)\n"
)


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _imported(path: Path) -> Iterator[str]:
    """The first part of every module that a file imports absolutely, wherever in it the import stands."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.split(".")[0]


def test_there_is_something_to_check():
    assert CONTROLLER
    assert TARGET


@pytest.mark.parametrize("path", TARGET, ids=_name)
def test_target_engine_needs_the_standard_library_alone(path):
    assert set(_imported(path)) <= sys.stdlib_module_names


@pytest.mark.parametrize("path", CONTROLLER, ids=_name)
def test_only_the_adapter_imports_ansible(path):
    allowed = sys.stdlib_module_names | BELOW_ANSIBLE
    if path.is_relative_to(PLUGINS / "plugin_utils" / "play"):
        allowed |= {"ansible"}
    # The bundle and its formats are the contract of the two engines: the target's copy is the only one.
    assert set(_imported(path)) <= allowed | {"ansible_collections"}


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_name_is_a_noun_of_the_domain(path):
    assert path.stem not in {"utils", "util", "helpers", "helper", "common", "misc"}


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_says_whose_it_is_and_what_it_promises(path):
    text = path.read_text(encoding="utf-8")
    if not text:
        return
    documented = {"modules", "action", "filter", "lookup", "test", "doc_fragments"}
    lines = text.removeprefix("#!/usr/bin/python\n")
    assert lines.startswith(HEADER)
    if path.relative_to(PLUGINS).parts[0] not in documented:
        assert ast.get_docstring(ast.parse(text))


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_is_short_enough_to_be_read(path):
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 420
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            assert (node.end_lineno or node.lineno) - node.lineno < 60, node.name


def test_no_python_file_names_a_program():
    """What one program needs becomes a word of the language: its name stands in its own file of the library alone."""
    programs = {path.stem for path in (ROOT / "roles" / "home" / "modules" / "programs").glob("*.yml")}
    assert not {_name(path) for path in CONTROLLER + TARGET if path.stem in programs}
