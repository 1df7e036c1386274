# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The system that the inventory says, as its own programs see it."""

from __future__ import annotations

from typing import Any


def test_accounts(host: Any) -> None:
    assert {"sudo", "docker"} <= set(host.user("alice").groups)
    assert host.user("carol").uid == 1500
    assert host.file("/home/carol").mode == 0o700
    assert host.file("/var/lib/systemd/linger/carol").exists
    assert host.run("grpck -r").rc == 0


def test_accounts_of_the_host_keep_what_is_not_declared(host: Any) -> None:
    assert host.user("alice").gid == host.user("alice").uid
    assert host.user("admin").exists


def test_host_name_and_time_zone(host: Any) -> None:
    name = host.check_output("hostname")
    assert name in ("web1", "web2")
    assert name in host.file("/etc/hosts").content_string
    assert host.file("/etc/localtime").linked_to == "/usr/share/zoneinfo/Europe/Berlin"


def test_packages(host: Any) -> None:
    assert host.package("tree").is_installed


def test_the_package_s_own_file_is_moved_aside(host: Any) -> None:
    assert host.file("/etc/issue").content_string == "Declared\n"
    assert "Debian" in host.file("/etc/issue.distrib").content_string


def test_sshd_means_what_is_declared(host: Any) -> None:
    settings = host.check_output("sshd -T").splitlines()
    assert "maxauthtries 4" in settings
    assert host.service("ssh").is_running


def test_sudo(host: Any) -> None:
    assert host.check_output("runuser -u bob -- sudo -n /usr/bin/whoami") == "root"


def test_the_service_runs(host: Any) -> None:
    assert host.service("hello").is_running
    assert host.file("/run/hello").content_string == "one\n"


def test_homes(host: Any) -> None:
    for user in ("alice", "bob"):
        assert host.check_output(f"su - {user} -c 'git config user.name'") == "Your Name"
        assert host.file(f"/home/{user}/.greeting").content_string.strip() == host.check_output("hostname")
        assert host.check_output(f"find /home/{user} ! -user {user} ! -path '*/.ssh*'") == ""


def test_nobody_can_read_the_state(host: Any) -> None:
    assert host.run("runuser -u bob -- ls /var/lib/home.manager").rc != 0
    assert host.run("runuser -u bob -- cat /var/lib/home.manager/ledger.json").rc != 0
