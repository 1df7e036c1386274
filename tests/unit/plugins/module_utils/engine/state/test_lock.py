# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One switch at a time: the lock of a state folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.contract.errors import EngineError, ErrorKind
from ansible_collections.home.manager.plugins.module_utils.engine.disk import filesystem
from ansible_collections.home.manager.plugins.module_utils.engine.state.lock import Lock


@pytest.fixture
def state(tmp_path: Path) -> Iterator[int]:
    fd = filesystem.open_folder(str(tmp_path))
    yield fd
    os.close(fd)


def test_a_second_one_gives_up_and_names_the_holder(state: int, tmp_path: Path) -> None:
    waiting: list[str] = []
    with Lock(state, 0):
        assert (tmp_path / "lock").read_text() == str(os.getpid())
        with pytest.raises(EngineError, match=f"process {os.getpid()}.*gave up after 0.2 s") as problem:
            Lock(state, 0.2, waiting=waiting.append).__enter__()
    assert problem.value.kind == ErrorKind.LOCKED
    assert waiting == [str(os.getpid())], "it says once that it waits"
    with Lock(state, 0):
        pass


def test_who_only_reads_makes_no_lock(state: int, tmp_path: Path) -> None:
    with Lock(state, 0, create=False):
        assert list(tmp_path.iterdir()) == []


def test_the_lock_of_a_file_that_is_gone_is_not_enough(state: int, tmp_path: Path) -> None:
    with Lock(state, 0) as first:
        (tmp_path / "lock").unlink()
        with Lock(state, 0) as second:
            assert os.fstat(first._fd or 0).st_ino != os.fstat(second._fd or 0).st_ino


@pytest.mark.parametrize("kind", ["folder", "link", "fifo"])
def test_what_is_no_file_is_set_aside(kind: str, state: int, tmp_path: Path) -> None:
    path = tmp_path / "lock"
    if kind == "folder":
        path.mkdir()
    elif kind == "fifo":
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/null")
    with Lock(state, 0):
        assert path.is_file()
        assert not path.is_symlink()
    (kept,) = (tmp_path / "drift").iterdir()
    assert kept.name.startswith("lock-")
