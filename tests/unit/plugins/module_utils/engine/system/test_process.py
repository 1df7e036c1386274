# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Programs that the engine runs, for itself and as other users."""

from __future__ import annotations

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.system import process
from ansible_collections.home.manager.plugins.module_utils.engine.system.process import as_user, run


def test_both_outputs_are_told_and_the_last_line_is_what_counts() -> None:
    done = run(["/bin/sh", "-c", "echo one; echo two >&2; echo; exit 3"])
    assert (done.code, done.output, done.last) == (3, "one\ntwo\n\n", "two")


def test_what_is_not_there_and_what_takes_too_long_have_codes_of_their_own() -> None:
    assert run(["no-such-program"]).code == process.NO_PROGRAM
    late = run(["sleep", "30"], timeout=0.1)
    assert (late.code, late.last) == (process.TIMED_OUT, "sleep did not end within 0.1 s")


def test_another_user_is_become_by_runuser_and_where_that_is_missing_by_su(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "which", lambda name: f"/sbin/{name}")
    assert as_user("alice", ["sudo", "-n", "true"]) == ["runuser", "-u", "alice", "--", "sudo", "-n", "true"]
    monkeypatch.setattr(process, "which", lambda _name: None)
    assert as_user("alice", ["echo", "a b"]) == ["su", "-s", "/bin/sh", "alice", "-c", "echo 'a b'"]
