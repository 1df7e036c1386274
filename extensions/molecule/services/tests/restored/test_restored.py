# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""After the rollback: the former definitions run again."""

from __future__ import annotations


def test_the_former_texts_run(user):
    alice = user("alice")
    running = alice.processes()
    assert "sleep 100001" in running
    assert "sleep 100003" in running
    assert "sleep 100004" not in running
    assert alice.run("nc -w 3 127.0.0.1 7700 < /dev/null") == "first"


def test_what_is_the_same_in_both_never_stopped(user, kept):
    assert user("alice").process("same.service") == kept("/opt/noted.json")["same"]


def test_nothing_has_failed(user):
    assert user("alice").run("systemctl --user list-units --failed --plain --no-legend") == ""
