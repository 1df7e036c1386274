# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Backups of an interrupted switch go with it, and files of the user's with the same names and contents do not."""

from __future__ import annotations

import errno
import os

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.disk import filesystem

SPEC = {"rc": "ours"}


def switch_until(sandbox, point, linked):
    """A switch that is killed at a point; with `linked`, files can have second names."""

    def observe(phase, call, what):
        if call == "link" and phase == "before" and not linked:
            raise OSError(errno.EPERM, os.strerror(errno.EPERM), what)
        if (phase, call, what) == point:
            os._exit(9)

    child = os.fork()
    if child == 0:
        filesystem.observer = observe
        try:
            sandbox.switch(SPEC, backup_extension="bak")
        finally:
            os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


def mine(sandbox, kind):
    if kind == "file":
        return sandbox.write("rc", "mine")
    path = sandbox.home / "rc"
    path.symlink_to("elsewhere")
    return path


@pytest.mark.parametrize("linked", [True, False])
@pytest.mark.parametrize("kind", ["file", "link"])
def test_the_backup_of_a_switch_that_was_undone_goes(kind, linked, sandbox):
    mine(sandbox, kind)
    before = sandbox.tree()
    switch_until(sandbox, ("before", "rename", "current"), linked)
    assert os.path.lexists(sandbox.home / "rc.bak")
    sandbox.ask("verify")
    assert sandbox.tree() == before
    assert sandbox.tidy()


@pytest.mark.parametrize("linked", [True, False])
@pytest.mark.parametrize("kind", ["file", "link"])
def test_a_users_own_file_of_the_same_content_stays(kind, linked, sandbox):
    path = mine(sandbox, kind)
    # The journal names the backup, which is not made yet.
    switch_until(sandbox, ("after", "rename", "journal"), linked)
    assert not os.path.lexists(sandbox.home / "rc.bak")
    if kind == "file":
        (sandbox.home / "rc.bak").write_text("mine")
        os.utime(sandbox.home / "rc.bak", ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))
    else:
        (sandbox.home / "rc.bak").symlink_to("elsewhere")
    before = sandbox.tree()
    sandbox.ask("verify")
    assert sandbox.tree() == before
    sandbox.switch(SPEC, backup_extension="bak")
    assert sandbox.read("rc") == "ours"
    sandbox.ask("uninstall")
    assert sandbox.tree() == before
