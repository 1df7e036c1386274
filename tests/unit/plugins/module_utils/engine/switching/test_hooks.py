# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Hooks that take too long, and hooks whose switch dies."""

from __future__ import annotations

import os
import signal
import time

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.contract.errors import EngineError
from ansible_collections.home.manager.plugins.module_utils.engine.machine import process_group


def hook(script, **more):
    return {"activation": [{"name": "slow", "script": script, "phase": "write", **more}]}


@pytest.mark.slow
@pytest.mark.parametrize("sensitive", [False, True])
def test_a_hook_that_takes_too_long_fails_and_is_undone(sensitive, sandbox):
    sandbox.switch({"a": "1"})
    slow = hook("echo TOKEN; sleep 60", sensitive=True) if sensitive else hook("echo TOKEN; sleep 60")
    answer = sandbox.switch({"a": "2"}, hook_timeout=0.3, **slow)
    assert answer["failed"]["entry"] == "slow"
    assert answer["failed"]["rc"] == 124
    assert "ended after 0.3 seconds, the limit of `home_hook_timeout`" in answer["failed"]["message"]
    assert ("TOKEN" in str(answer)) is not sensitive
    assert answer["failed"]["undone"]
    assert sandbox.read("a") == "1"


@pytest.mark.slow
def test_a_hook_may_take_as_long_as_it_likes(sandbox):
    assert "failed" not in sandbox.switch({"a": "1"}, hook_timeout=0, **hook("sleep 0.2"))


@pytest.mark.slow
def test_a_check_has_the_same_limit(sandbox):
    check = [{"name": "can", "script": "sleep 60", "phase": "check"}]
    assert sandbox.switch({"a": "1"}, activation=check, hook_timeout=0.2)["failed"]["kind"] == "check"


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM, signal.SIGKILL])
def test_the_next_switch_waits_for_the_end_of_the_hook_of_one_that_died(number, sandbox, monkeypatch):
    monkeypatch.setattr(process_group, "GRACE", 1.0)
    log = sandbox.base / "log"
    script = f"trap '' TERM; echo $PPID $$ > {log}; sleep 1; sleep 60"
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)  # the tests may run below nohup
        try:
            sandbox.switch({"a": "1"}, **hook(script))
        finally:
            os._exit(0)
    end = time.monotonic() + 20
    while not (log.exists() and log.read_text().strip()) and time.monotonic() < end:
        time.sleep(0.02)
    engine, shell = log.read_text().split()
    assert int(engine) == child
    os.kill(child, number)
    os.waitpid(child, 0)
    with pytest.raises(EngineError) as caught:
        sandbox.switch({"a": "2"}, lock_timeout=0)
    assert caught.value.kind == "locked"
    answer = sandbox.switch({"a": "2"}, lock_timeout=30)
    assert not answer.get("failed")
    assert sandbox.read("a") == "2"
    assert not runs(shell)


def runs(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as status:
            return status.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
