# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""After the first switch over Ansible's connection, to users of whom none is logged in."""

from __future__ import annotations

import json

import pytest

ASK_SYNCTHING = """
import json, os, re, urllib.request
places = [os.path.expanduser(place) for place in ("~/.local/state/syncthing", "~/.config/syncthing")]
with open([place for place in places if os.path.exists(place + "/config.xml")][0] + "/config.xml") as file:
    key = re.search("<apikey>(.*?)</apikey>", file.read()).group(1)
def ask(what):
    request = urllib.request.Request("http://127.0.0.1:8384/rest/config/" + what, headers={"X-API-Key": key})
    return json.load(urllib.request.urlopen(request))
print(json.dumps([ask("folders"), ask("devices")]))
"""
UNITS = ["gpg-agent.socket", "gpg-agent-ssh.socket", "syncthing.service", "mpd.service", "echo.socket", "same.service"]
UNITS += ["changes.service", "goes.service", "job.timer", "emacs.service"]


@pytest.mark.parametrize("unit", UNITS)
def test_unit_is_up(user, unit):
    assert user("alice").state(unit) == "active"


def test_agent_of_gnupg_answers_ssh(user):
    alice = user("alice")
    answer = alice.try_to("SSH_AUTH_SOCK=$(gpgconf --list-dirs agent-ssh-socket) ssh-add -l")
    assert answer.stdout.strip() == "The agent has no identities."
    assert alice.state("gpg-agent.service") == "active"


def test_sockets_of_the_package_that_are_not_ours_still_listen(user):
    assert user("alice").state("gpg-agent-browser.socket") == "active"


def test_agent_of_openssh_runs(user):
    bob = user("bob")
    assert bob.state("ssh-agent.service") == "active"
    assert (
        bob.try_to("SSH_AUTH_SOCK=$XDG_RUNTIME_DIR/ssh-agent ssh-add -l").stdout.strip()
        == "The agent has no identities."
    )


def test_syncthing_has_the_declared_devices_and_folders(user):
    alice = user("alice")
    assert alice.state("syncthing-init.service") == "active"
    folders, devices = json.loads(alice.run(f"python3 - <<'END'\n{ASK_SYNCTHING}END"))
    assert [folder["id"] for folder in folders] == ["notes"]
    assert "phone" in [device["name"] for device in devices]


def test_echo_service_starts_with_its_first_client(user):
    alice = user("alice")
    assert alice.state("echo.service") == "inactive"
    assert alice.run("nc -w 3 127.0.0.1 7700 < /dev/null") == "first"
    assert alice.state("echo.service") == "active"


def test_a_user_without_a_manager_has_the_files_alone(user):
    carol = user("carol")
    assert carol.run("cat .config/systemd/user/default.target.wants/waits.service").startswith("[Install]")
    assert carol.try_to("systemctl --user is-system-running").rc != 0


def test_a_user_whose_manager_starts_at_the_next_boot_has_the_files_alone(user):
    dan = user("dan")
    assert dan.run("cat .config/systemd/user/waits.service").startswith("[Install]")
    assert dan.try_to("systemctl --user is-system-running").rc != 0


def test_emacs_serves_its_client(user):
    assert user("alice").run("emacsclient --eval '(+ 40 2)'") == "42"


def test_a_container_is_the_unit_that_podman_makes_of_it(host, user):
    alice = user("alice")
    if not host.file("/usr/lib/systemd/user-generators/podman-user-generator").exists:
        assert not host.file("/home/alice/.config/containers").exists
        return
    assert alice.run("grep Image= .config/containers/systemd/podman-web.container") == "Image=localhost/web"
    shown = alice.shows("podman-web.service", "LoadState", "ExecStart")
    assert shown["LoadState"] == "loaded"
    assert "--publish 8080:80" in shown["ExecStart"]


def test_processes_are_noted_for_the_next_stage(host, user):
    alice, bob = user("alice"), user("bob")
    noted = {
        "same": alice.process("same.service"),
        "changes": alice.process("changes.service"),
        "mpd": alice.process("mpd.service"),
        "emacs": alice.process("emacs.service"),
        "syncthing": alice.process("syncthing.service"),
        "ssh-agent": bob.process("ssh-agent.service"),
        "own": bob.process("own.service"),
        "echo.socket": alice.shows("echo.socket", "InvocationID")["InvocationID"],
        "job.timer": alice.shows("job.timer", "InvocationID")["InvocationID"],
    }
    host.run("printf %s > /opt/noted.json", json.dumps(noted))
    assert json.loads(host.file("/opt/noted.json").content_string) == noted
