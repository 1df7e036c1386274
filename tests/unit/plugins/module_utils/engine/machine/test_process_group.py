# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Programs in a group of their own: they end with the engine, by a signal, a kill, or their time limit."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.machine import process_group

ENVIRONMENT = {"PATH": os.environ["PATH"]}


def sh(text, limit=0):
    return process_group.run(["/bin/sh", "-s"], text.encode(), ENVIRONMENT, "/", limit)


def alive(pid):
    """Whether a process runs; a zombie that nobody reaps does not."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as status:
            return status.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_for(what, seconds=10.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return True
        time.sleep(0.02)
    return False


def test_a_program_runs_to_its_end():
    ran = sh("echo out; echo err >&2; exit 3")
    assert ran == (3, b"out\nerr\n", False)
    assert process_group.run(["/no/such"], b"", ENVIRONMENT, "/") == (
        127,
        b"/no/such: No such file or directory\n",
        False,
    )


def test_only_the_end_of_a_long_output_is_kept():
    ran = sh("head -c 100000 /dev/zero | tr '\\0' x; echo end")
    assert len(ran.output) == process_group.OUTPUT
    assert ran.output.endswith(b"xend\n")


@pytest.mark.slow
def test_a_program_that_takes_too_long_is_ended_with_all_it_started(tmp_path):
    began = time.monotonic()
    ran = sh(f"sleep 60 & echo $! > {tmp_path}/pid; echo before; wait", 0.3)
    assert ran == (124, b"before\n", True)
    assert time.monotonic() - began < process_group.GRACE
    assert not alive((tmp_path / "pid").read_text().strip())


@pytest.mark.slow
def test_a_program_that_will_not_listen_is_killed(tmp_path, monkeypatch):
    monkeypatch.setattr(process_group, "GRACE", 0.3)
    ran = sh(f"trap '' TERM HUP; sh -c 'trap \"\" TERM; echo $$ > {tmp_path}/pid; sleep 60; sleep 60'", 0.5)
    assert ran.overdue
    assert not alive((tmp_path / "pid").read_text().strip())


def test_what_is_left_in_the_background_runs_on(tmp_path):
    ran = sh(f"sleep 60 & echo $! > {tmp_path}/pid")
    assert ran.code == 0
    pid = int((tmp_path / "pid").read_text())
    assert alive(pid)
    os.kill(pid, signal.SIGKILL)


ENGINE = """
import fcntl, os, signal, sys
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # the tests may run in the background, or below nohup
signal.signal(signal.SIGINT, signal.default_int_handler)
from ansible_collections.home.manager.plugins.module_utils.engine.machine import process_group
lock = os.open(sys.argv[1] + "/lock", os.O_RDWR | os.O_CREAT, 0o600)
fcntl.flock(lock, fcntl.LOCK_EX)
text = "trap '' HUP; (trap '' TERM HUP; sh -c 'echo $PPID' > %s/pid; sleep 1.5) & sleep 60" % sys.argv[1]
process_group.run(["/bin/sh", "-s"], text.encode(), dict(os.environ), "/")
"""


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_a_group_dies_with_the_engine_and_the_lock_is_held_until_then(number, tmp_path):
    import fcntl

    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    engine = subprocess.Popen([sys.executable, "-c", ENGINE, str(tmp_path)], env=environment, stderr=subprocess.DEVNULL)
    said = tmp_path / "pid"
    assert wait_for(lambda: said.exists() and said.read_text().strip())
    pid = int(said.read_text())
    engine.send_signal(number)
    assert engine.wait(20) != 0
    with (tmp_path / "lock").open() as lock:

        def free():
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            return True

        # The part that ignores signals is still at work, and so the next switch has to wait.
        assert number == signal.SIGINT or not free()
        assert wait_for(free)
    assert not alive(pid)


EARLY = """
import os, subprocess, sys, time
from ansible_collections.home.manager.plugins.module_utils.engine.machine import process_group


class Delayed(subprocess.Popen):
    def __init__(self, *arguments, **settings):
        super().__init__(*arguments, **settings)
        time.sleep(60)


subprocess.Popen = Delayed
text = "echo $$ > %s/pid; kill -9 $PPID; exec sleep 60" % sys.argv[1]
process_group.run(["/bin/sh", "-c", text], b"", dict(os.environ), "/")
"""


def test_a_group_dies_with_an_engine_that_was_killed_as_soon_as_the_program_ran(tmp_path):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    engine = subprocess.run([sys.executable, "-c", EARLY, str(tmp_path)], env=environment, check=False)
    assert engine.returncode == -signal.SIGKILL
    assert wait_for(lambda: not alive((tmp_path / "pid").read_text().strip()))


@pytest.mark.slow
def test_a_guard_that_is_gone_leaves_nobody_waiting(monkeypatch):
    start = process_group._start_guard

    def killed(reader, writer):
        guard = start(reader, writer)
        os.kill(guard, signal.SIGKILL)
        os.waitid(os.P_PID, guard, os.WEXITED | os.WNOWAIT)
        return guard

    monkeypatch.setattr(process_group, "_start_guard", killed)
    began = time.monotonic()
    code, output, _overdue = sh("sleep 60")
    assert code == process_group.NO_PROGRAM
    assert b"Broken pipe" in output
    assert time.monotonic() - began < 30
