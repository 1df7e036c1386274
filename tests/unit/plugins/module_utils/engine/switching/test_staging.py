# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A new generation gives the links of the current one a second name, where they lead to the same place."""

from __future__ import annotations

import errno
import os

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.disk import filesystem
from ansible_collections.home.manager.plugins.module_utils.engine.packages import host_paths

FIRST = {"same": "one", "other": "one"}
SECOND = {"same": "one", "other": "two", "new": "one"}


@pytest.fixture
def switch(sandbox, tmp_path, monkeypatch):
    """A function that switches to a profile of programs of the host, and gives the links of the new generation."""
    monkeypatch.setattr(host_paths, "FOLDERS", (str(tmp_path),))
    for name in ("one", "two"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)

    def to(commands):
        package = {"name": "tools", "provider": "system", "host": True, "commands": commands}
        number = sandbox.switch({}, packages=[package])["generation"]
        return {path.name: path for path in (sandbox.state / f"generations/{number}/home-path/bin").iterdir()}

    return to


def targets(links):
    return {name: os.path.basename(os.readlink(path)) for name, path in links.items()}


def test_links_that_stay_take_no_inode(sandbox, switch):
    before, after = switch(FIRST), switch(SECOND)
    assert (targets(before), targets(after)) == (FIRST, SECOND)
    assert after["same"].lstat().st_ino == before["same"].lstat().st_ino
    sandbox.ask("expire", keep=1)
    assert targets(after) == SECOND


def test_links_are_made_anew_where_that_cannot_be(switch, monkeypatch):
    before = switch(FIRST)

    def refused(*given):
        if given[0] == given[1]:
            raise OSError(errno.EPERM, "no hard links here")
        return link(*given)

    link = filesystem.link
    monkeypatch.setattr(filesystem, "link", refused)
    after = switch(SECOND)
    assert targets(after) == SECOND
    assert after["same"].lstat().st_ino != before["same"].lstat().st_ino
