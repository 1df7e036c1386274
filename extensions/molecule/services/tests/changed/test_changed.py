# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""After services changed under their clients."""

from __future__ import annotations


def test_no_connection_was_lost(kept):
    client = kept("/opt/client.json")
    assert client["lost"] == 0
    assert client["order"] == ["first", "second"]
    assert min(client["seen"].values()) > 10


def test_what_did_not_change_keeps_its_process(user, kept):
    noted, alice = kept("/opt/noted.json"), user("alice")
    assert alice.process("same.service") == noted["same"]
    assert alice.process("mpd.service") == noted["mpd"]
    assert alice.process("emacs.service") == noted["emacs"]
    assert alice.process("syncthing.service") == noted["syncthing"]
    assert user("bob").process("own.service") == noted["own"]


def test_what_changed_runs_its_new_text(user, kept):
    alice = user("alice")
    assert alice.process("changes.service") != kept("/opt/noted.json")["changes"]
    assert "sleep 100002" in alice.processes()
    assert alice.state("new.service") == "active"


def test_what_is_gone_is_stopped(user):
    alice = user("alice")
    assert alice.shows("goes.service", "LoadState", "ActiveState") == {
        "LoadState": "not-found",
        "ActiveState": "inactive",
    }
    assert "sleep 100003" not in alice.processes()


def test_the_timer_has_its_new_time_without_being_started_again(user, kept):
    alice = user("alice")
    assert alice.shows("job.timer", "InvocationID")["InvocationID"] == kept("/opt/noted.json")["job.timer"]
    assert "2041" in alice.shows("job.timer", "NextElapseUSecRealtime")["NextElapseUSecRealtime"]


def test_agent_of_openssh_keeps_its_keys(user, kept):
    bob = user("bob")
    assert bob.process("ssh-agent.service") == kept("/opt/noted.json")["ssh-agent"]
    assert "ED25519" in bob.run("SSH_AUTH_SOCK=$XDG_RUNTIME_DIR/ssh-agent ssh-add -l")


def test_who_lingers_now_has_a_manager_and_its_units(host, user):
    assert host.file("/var/lib/systemd/linger/carol").exists
    assert user("carol").state("waits.service") == "active"
