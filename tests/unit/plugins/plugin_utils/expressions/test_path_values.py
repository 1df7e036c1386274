# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The filters that make path values."""

from __future__ import annotations

from pathlib import Path as FilePath
from types import SimpleNamespace

import pytest

from ansible_collections.home.manager.plugins.plugin_utils.expressions.language import Language
from ansible_collections.home.manager.plugins.plugin_utils.expressions.path_values import (
    path_value,
    program_path,
    store_dir,
    stored,
)
from ansible_collections.home.manager.plugins.plugin_utils.expressions.scope import Outermost
from ansible_collections.home.manager.plugins.plugin_utils.plan.store import Store
from ansible_collections.home.manager.plugins.plugin_utils.syntax.errors import SpecError
from ansible_collections.home.manager.plugins.plugin_utils.values import OutOfStore, Package, Path, StoreFile


def test_a_file_of_the_controller_goes_to_the_store_and_the_rest_stays(tmp_path: FilePath) -> None:
    script = tmp_path / "pre-commit"
    script.write_bytes(b"#!/bin/sh\n\xff\n")
    script.chmod(0o755)
    context = SimpleNamespace(scope=Outermost(Language(store=Store(lambda: "/home/a/.local/state/home.manager")), {}))
    found = stored(context, Path(str(script)))
    assert isinstance(found, StoreFile)
    assert (found.content, found.executable, found.name) == (b"#!/bin/sh\n\xff\n", True, "pre-commit")
    assert str(found).startswith("/home/a/.local/state/home.manager/store/")
    for value in (found, "/etc/x", OutOfStore("/opt/x"), Package("x"), None):
        assert stored(context, value) == value


def test_an_absolute_string_is_a_path_on_the_target() -> None:
    assert path_value("/opt/x") == OutOfStore("/opt/x")
    assert path_value(Path("/tmp/x")) == Path("/tmp/x")
    with pytest.raises(SpecError):
        path_value("relative")


def test_a_folder_of_the_controller_inside_a_store_folder_is_its_files(tmp_path: FilePath) -> None:
    (tmp_path / "ext" / "out").mkdir(parents=True)
    (tmp_path / "ext" / "package.json").write_text("{}")
    (tmp_path / "ext" / "out" / "main.js").write_text("x")
    store = Store(lambda: "/state")
    context = SimpleNamespace(scope=Outermost(Language(store=store), {}))
    folder = store_dir(context, {"a.b": Path(str(tmp_path / "ext")), "c": Package("c")}, "extensions")
    entries = store.folders[str(folder).rsplit("/", 1)[1]]
    assert sorted(entries) == ["a.b/out/main.js", "a.b/package.json", "c"]
    assert entries["c"].symlink == "@c@"


def test_the_program_of_a_package_that_is_null_is_found_by_path() -> None:
    assert program_path(Package("gnupg", "gpg"), "gpgsm") == "@gnupg@/bin/gpgsm"
    assert program_path(None, "gpgsm") == "gpgsm"
    with pytest.raises(SpecError):
        program_path(None)
