# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the OpenSSH server would do with a configuration; its answers are given here, booted hosts ask the real one."""

from __future__ import annotations

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.system.checks import sshd
from ansible_collections.home.manager.plugins.module_utils.engine.system.process import Done

ANSWER = {
    "port": ["22"],
    "permitrootlogin": ["without-password"],
    "allowusers": ["alice bob"],
    "pubkeyauthentication": ["yes"],
    "passwordauthentication": ["no"],
}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """The settings of a server, to be changed; no other file of the host is read."""
    settings = dict(ANSWER)
    monkeypatch.setattr(sshd, "effective", lambda user="", defaults=False: settings)
    monkeypatch.setattr(sshd, "_other_files", list)
    return settings


def test_settings_of_a_file_end_where_conditions_begin() -> None:
    text = "# ours\nPort 22\nPermitRootLogin=no\n\nMatch User bob\n  X11Forwarding yes\n"
    assert list(sshd.declared(text)) == [("port", "22"), ("permitrootlogin", "no")]


@pytest.mark.parametrize(
    "text",
    [
        "Port 22\n",
        "PermitRootLogin prohibit-password\n",
        "AllowUsers bob\nAllowUsers alice\n",
        "PubkeyAuthentication YES\n",
        "SomethingThatTheServerDoesNotTell x\n",
    ],
)
def test_a_server_that_means_the_same_is_good(text: str, server: dict[str, list[str]]) -> None:
    assert sshd.meaning(text).ok


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Port 2222\n", "sshd would use port 22, but 2222 is declared"),
        ("AllowUsers alice\n", "sshd would use allowusers alice bob, but alice is declared"),
        ("PermitRootLogin no\n", "sshd would use permitrootlogin without-password, but no is declared"),
    ],
)
def test_another_meaning_is_explained(text: str, why: str, server: dict[str, list[str]]) -> None:
    check = sshd.meaning(text)
    assert check.ok is False
    assert check.message == why


def test_a_server_that_refuses_a_second_subsystem_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = Done(255, "/etc/ssh/sshd_config line 122: Subsystem 'sftp' already defined.\r\n")
    monkeypatch.setattr(sshd, "run", lambda *_words: answer)
    monkeypatch.setattr(sshd.os, "makedirs", lambda *_words, **_more: None)
    message = sshd.syntax().message or ""
    assert "line 122: Subsystem 'sftp' already defined. Set services.openssh.wholeFile: true" in message


def test_a_server_that_tells_nothing_is_not_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sshd, "effective", lambda user="", defaults=False: {})
    assert sshd.meaning("Port 22\n").ok is None
    assert sshd.is_locked_out("alice", set()) is None


def test_the_file_that_wins_is_named(server: dict[str, list[str]], tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "00-cloud.conf").write_text("# by the installer\nPort 22\n")
    monkeypatch.setattr(sshd, "_other_files", lambda: [(str(tmp_path), "00-cloud.conf")])
    assert f"{tmp_path}/00-cloud.conf line 2 also sets Port" in (sshd.meaning("Port 2222\n").message or "")


@pytest.mark.parametrize(
    ("user", "groups", "settings", "why"),
    [
        ("alice", set(), {}, None),
        ("carol", set(), {}, '"carol" is not in AllowUsers'),
        ("alice", set(), {"denyusers": ["al*"]}, '"alice" is in DenyUsers'),
        ("alice", set(), {"allowusers": ["alice@10.0.0.1"]}, None),
        ("alice", {"staff"}, {"denygroups": ["staff"]}, 'a group of "alice" is in DenyGroups'),
        ("alice", {"staff"}, {"allowgroups": ["wheel"]}, 'no group of "alice" is in AllowGroups'),
        ("root", set(), {"allowusers": [], "permitrootlogin": ["no"]}, "PermitRootLogin is no"),
        ("alice", set(), {"pubkeyauthentication": ["no"]}, "no method of logging in is left"),
    ],
)
def test_who_is_shut_out(user, groups, settings, why, server: dict[str, list[str]]) -> None:
    server.update(settings)
    assert sshd.is_locked_out(user, groups) == why


@pytest.mark.parametrize(
    ("text", "real", "same"),
    [
        ("ListenAddress 192.0.2.1\n", ["192.0.2.1:22"], True),
        ("ListenAddress 192.0.2.1\n", ["192.0.2.1:2222", "192.0.2.1:22"], True),
        ("ListenAddress 192.0.2.1:22\n", ["192.0.2.1:2222", "192.0.2.1:22"], False),
        ("ListenAddress 192.0.2.1:22\nListenAddress 192.0.2.2:22\n", ["192.0.2.2:22", "192.0.2.1:22"], True),
        ("ListenAddress 192.0.2.1:22\nListenAddress 192.0.2.2:22\n", ["192.0.2.1:22"], False),
        ("ListenAddress 192.0.2.1\n", ["192.0.2.1:22", "0.0.0.0:22"], False),
        ("ListenAddress ::1\nListenAddress [fe80::1]\n", ["[fe80::1]:22", "[::1]:22"], True),
        ("ListenAddress [::1]:22\n", ["[::1]:23"], False),
        ("ListenAddress localhost\n", ["127.0.0.1:22"], True),
    ],
)
def test_addresses_are_compared_in_any_order(
    text: str, real: list[str], same: bool, server: dict[str, list[str]]
) -> None:
    server["listenaddress"] = real
    assert sshd.meaning(text).ok is same
