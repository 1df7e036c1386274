# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What /etc will be where files of ours go: the package's own, or what was there before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ansible_collections.home.manager.plugins.module_utils.engine.system.checks.future import (
    FutureFile,
    future_of,
    returning,
)
from ansible_collections.home.manager.plugins.module_utils.engine.system.etc.disk import Etc
from ansible_collections.home.manager.plugins.module_utils.engine.system.etc.ledger import Kept
from ansible_collections.home.manager.plugins.module_utils.engine.system.etc.planner import Step

if TYPE_CHECKING:
    from pathlib import Path


def test_what_comes_back_is_in_the_future(tmp_path: Path) -> None:
    etc, backups = tmp_path / "etc", tmp_path / "backups"
    etc.mkdir()
    backups.mkdir()
    (etc / "a.distrib").write_text("the package's newest")
    (etc / "b.distrib").mkdir()
    (backups / "a").write_text("what was there")
    (backups / "b").write_text("what was there")
    copy = Kept("file x", "a", None, 0o640, 1, 2)
    steps = [
        *(Step(do, "a", before=copy) for do in ("remove", "undivert", "restore")),
        *(Step(do, "b", before=copy._replace(backup="b")) for do in ("remove", "restore")),
        *(Step(do, "c", before=Kept("link /x", None, "/x", 0o777, 0, 0)) for do in ("remove", "restore")),
        Step("remove", "d"),
    ]
    back = returning(steps, Etc(str(etc)), str(backups))
    found = {file.target: file for file in future_of(steps, {}, {}, back)}
    assert found["a"].content == b"the package's newest"
    assert found["b"] == FutureFile("b", b"what was there", None, 0o640, 1, 2, "")
    assert found["c"].link == "/x"
    assert found["d"] == FutureFile.removed("d")
