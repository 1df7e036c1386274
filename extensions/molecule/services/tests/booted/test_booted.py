# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""After the next boot: what was declared runs, of users who had no manager at the switch too."""

from __future__ import annotations

import time

import pytest

UNITS = [
    ("alice", "same.service"),
    ("alice", "changes.service"),
    ("alice", "echo.socket"),
    ("alice", "job.timer"),
    ("bob", "ssh-agent.service"),
    ("carol", "waits.service"),
    ("dan", "waits.service"),
]


@pytest.mark.parametrize(("name", "unit"), UNITS)
def test_unit_is_up(user, name, unit):
    found = ""
    for _attempt in range(20):
        answer = user(name).try_to(f"systemctl --user is-active {unit}")
        found = answer.stdout.strip()
        if found == "active":
            return
        time.sleep(1)
    assert found == "active"


def test_the_definitions_are_those_of_the_rollback(user):
    alice = user("alice")
    assert "sleep 100001" in alice.processes()
    assert alice.run("nc -w 3 127.0.0.1 7700 < /dev/null") == "first"
