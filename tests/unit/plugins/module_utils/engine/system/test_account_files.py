# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The files of the user database are replaced together, wherever that is interrupted."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.contract.errors import EngineError
from ansible_collections.home.manager.plugins.module_utils.engine.disk import filesystem
from ansible_collections.home.manager.plugins.module_utils.engine.system.accounts.database import (
    Account,
    Database,
    Shadow,
    read_database,
)
from ansible_collections.home.manager.plugins.module_utils.engine.system.accounts.reading import read_from
from ansible_collections.home.manager.plugins.module_utils.engine.system.accounts.replacement import NOTE
from ansible_collections.home.manager.plugins.module_utils.engine.system.accounts.writer import (
    finish_interrupted,
    write_database,
)

HOST = Path(__file__).parent / "hosts" / "debian-12"
FILES = ("passwd", "shadow", "group", "gshadow", "subuid", "subgid")


@pytest.fixture(name="etc")
def fixture_etc(tmp_path: Path) -> str:
    for name in FILES:
        (tmp_path / name).write_bytes((HOST / name).read_bytes())
    return str(tmp_path)


def current(etc: str) -> Database:
    return read_database(read_from(etc))


def with_carol(etc: str) -> Database:
    database = current(etc)
    database.accounts["carol"] = Account("carol", "x", 1700, 1700, "", "/home/carol", "/bin/sh")
    database.shadows["carol"] = Shadow("carol", "!", "20000")
    database.add_group("carol", 1700)
    return database


def add_carol(etc: str) -> None:
    write_database(etc, with_carol(etc), current(etc).texts())


def killed_at(point: int, act: Callable[[], None]) -> bool:
    """Act in a child that is killed before its change of that number; whether it came so far."""
    child = os.fork()
    if child == 0:
        count = 0

        def observer(when: str, _call: str, _what: str) -> None:
            nonlocal count
            count += when == "before"
            if count == point:
                os.kill(os.getpid(), signal.SIGKILL)

        filesystem.observer = observer
        try:
            act()
        except BaseException:
            os._exit(1)
        os._exit(0)
    _pid, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)


def points(act: Callable[[], None], prepare: Callable[[], None]) -> Iterator[int]:
    """Every point at which it can be killed, after each of which it is."""
    point = 1
    while True:
        prepare()
        if not killed_at(point, act):
            return
        yield point
        point += 1


def names_with_a_row(etc: str) -> set[str]:
    database = current(etc)
    rows = {
        "passwd": database.accounts,
        "shadow": database.shadows,
        "group": database.groups,
        "gshadow": database.group_shadows,
    }
    return {name for name, found in rows.items() if "carol" in found}


def restore(etc: str) -> None:
    for name in set(os.listdir(etc)) - set(FILES):
        os.unlink(os.path.join(etc, name))
    for name in FILES:
        (Path(etc) / name).write_bytes((HOST / name).read_bytes())


@pytest.mark.slow
def test_an_interruption_leaves_all_rows_or_none(etc: str) -> None:
    seen = []
    for _point in points(lambda: add_carol(etc), lambda: restore(etc)):
        torn = names_with_a_row(etc)
        finish_interrupted(etc)
        found = names_with_a_row(etc)
        assert found in (set(), {"passwd", "shadow", "group", "gshadow"})
        assert not [name for name in os.listdir(etc) if "home-manager" in name]
        seen.append((len(torn), len(found)))
    # Between two renames, what has begun is finished.
    assert {(1, 4), (2, 4), (3, 4)} <= set(seen)
    assert seen[0] == (0, 0)
    assert seen[-1] == (4, 4)


@pytest.mark.slow
def test_an_interrupted_recovery_leaves_all_rows_or_none(etc: str) -> None:
    # The point after the first of the four renames.
    torn_at = next(
        point for point in points(lambda: add_carol(etc), lambda: restore(etc)) if names_with_a_row(etc) == {"passwd"}
    )

    def torn() -> None:
        restore(etc)
        assert killed_at(torn_at, lambda: add_carol(etc))

    for _point in points(lambda: finish_interrupted(etc), torn):
        finish_interrupted(etc)
        assert names_with_a_row(etc) == {"passwd", "shadow", "group", "gshadow"}
        assert not [name for name in os.listdir(etc) if "home-manager" in name]


@pytest.mark.slow
def test_what_another_program_wrote_meanwhile_stays(etc: str) -> None:
    for _point in points(lambda: add_carol(etc), lambda: restore(etc)):
        if len(names_with_a_row(etc)) == 1:
            break
    shadow = Path(etc) / "shadow"
    shadow.write_text(shadow.read_text() + "dave:!:20000:0:99999:7:::\n")
    finish_interrupted(etc)
    assert "dave" in current(etc).shadows
    assert names_with_a_row(etc) == {"passwd", "group", "gshadow"}
    assert not [name for name in os.listdir(etc) if "home-manager" in name]


@pytest.mark.parametrize("content", ["", '{"passwd"', "[1]", '{"passwd": 3, "../x": ["", ""]}'])
def test_a_note_that_was_cut_short_begins_nothing(content: str, etc: str) -> None:
    (Path(etc) / NOTE).write_text(content)
    (Path(etc) / "passwd.home-manager-new").write_text("")
    before = current(etc).texts()
    finish_interrupted(etc)
    assert current(etc).texts() == before
    assert not [name for name in os.listdir(etc) if "home-manager" in name]


def test_nothing_is_written_over_a_change_that_was_not_seen(etc: str) -> None:
    database, before = with_carol(etc), current(etc).texts()
    passwd = Path(etc) / "passwd"
    passwd.write_text(passwd.read_text() + "dave:x:1800:100::/home/dave:/bin/sh\n")
    with pytest.raises(EngineError, match="changed by another program"):
        write_database(etc, database, before)
    assert "dave" in current(etc).accounts
    assert names_with_a_row(etc) == set()
