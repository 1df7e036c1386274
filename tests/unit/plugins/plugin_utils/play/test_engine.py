# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The engine's version and launcher, from its sources or from the cache."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from ansible_collections.home.manager.plugins.plugin_utils.play import engine as module
from ansible_collections.home.manager.plugins.plugin_utils.play import stamp


@pytest.fixture(autouse=True)
def _anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test as a process of its own, long after the engine was written."""
    later = time.time_ns() + 10_000_000_000
    monkeypatch.setattr(stamp.time, "time_ns", lambda: later)
    module.engine.cache_clear()


def _again(folder: Path) -> module.Engine:
    module.engine.cache_clear()
    return module.engine(str(folder))


def test_the_launcher_is_a_program_and_the_version_a_hash(tmp_path: Path) -> None:
    made = module.engine(str(tmp_path / "cache"))
    compile(made.launcher, "launcher", "exec")
    assert len(made.version) == 32


def test_it_is_taken_from_the_cache_while_the_sources_are_the_same(tmp_path: Path) -> None:
    made = module.engine(str(tmp_path / "cache"))
    path = tmp_path / "cache" / "engine.json"
    kept = json.loads(path.read_text())
    path.write_text(json.dumps({**kept, "version": "kept"}))
    assert _again(tmp_path / "cache") == made._replace(version="kept")
    path.write_text(json.dumps({**kept, "version": "kept", "stamp": kept["stamp"][1:]}))
    assert _again(tmp_path / "cache") == made


def test_it_is_made_again_where_the_code_that_makes_it_changed(tmp_path: Path) -> None:
    made = module.engine(str(tmp_path / "cache"))
    path = tmp_path / "cache" / "engine.json"
    kept = json.loads(path.read_text())
    others = [file for file in kept["stamp"] if file[0] != module.__file__]
    assert len(others) == len(kept["stamp"]) - 1
    path.write_text(json.dumps({**kept, "version": "kept", "stamp": others}))
    assert _again(tmp_path / "cache") == made


@pytest.mark.slow
@pytest.mark.parametrize("damage", ["", "null", "[]", "{}", '{"stamp": []}'])
def test_a_damaged_cache_does_not_matter(tmp_path: Path, damage: str) -> None:
    made = module.engine(str(tmp_path / "cache"))
    (tmp_path / "cache" / "engine.json").write_text(damage)
    assert _again(tmp_path / "cache") == made


@pytest.mark.slow
def test_what_others_could_have_written_is_not_run(tmp_path: Path) -> None:
    made = module.engine(str(tmp_path / "cache"))
    path = tmp_path / "cache" / "engine.json"
    kept = json.loads(path.read_text())
    path.write_text(json.dumps({**kept, "launcher": "evil"}))
    path.chmod(0o666)
    assert _again(tmp_path / "cache") == made
    path.write_text(json.dumps({**kept, "launcher": "evil"}))
    path.chmod(0o600)
    (tmp_path / "cache").chmod(0o777)
    assert _again(tmp_path / "cache") == made


def test_what_is_shipped_is_kept_with_its_version(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    made = module.packed_sources(str(cache))
    (cache / "sources").write_bytes((cache / "sources").read_bytes() + b"kept")
    module.packed_sources.cache_clear()
    assert module.packed_sources(str(cache)) == made + b"kept"
    (cache / "sources").write_bytes(b"0" * 32 + b"\nof another version")
    module.packed_sources.cache_clear()
    assert module.packed_sources(str(cache)) == made


def test_a_cache_that_cannot_be_written_does_not_matter(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert module.engine(str(tmp_path / "file")).version == _again(tmp_path / "cache").version
    assert os.listdir(tmp_path / "cache") == ["engine.json"]
