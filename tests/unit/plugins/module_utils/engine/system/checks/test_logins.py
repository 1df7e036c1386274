# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How whoever is connected could log in again: on which port, and by which keys."""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
from pathlib import Path

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.system.checks import logins
from ansible_collections.home.manager.plugins.module_utils.engine.system.checks.logins import Logins

ONE, TWO = (f"AAAAC3NzaC1lZDI1NTE5AAAAI{name}" for name in ("one", "two"))
CONNECTION = "192.0.2.9 51000 192.0.2.1 22"


@pytest.mark.parametrize(
    ("given", "found"), [(CONNECTION, CONNECTION.split()), ("a b c d", []), ("a b 22", []), ("", [])]
)
def test_a_process_knows_the_connection_of_those_above_it(given: str, found: list[str]) -> None:
    script = (
        "import sys; sys.path[:0] = [%r]\n"
        "from ansible_collections.home.manager.plugins.module_utils.engine.system.checks import logins\n"
        "print(*logins.ssh_connection())"
    ) % os.path.abspath(logins.__file__).rsplit("/ansible_collections/", 1)[0]
    inner = ["env", "-i", sys.executable, "-c", script]
    outer = [sys.executable, "-c", f"import subprocess; subprocess.run({inner!r}, check=True)"]
    done = subprocess.run(
        outer, env={**os.environ, "SSH_CONNECTION": given}, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == found


@pytest.fixture(name="server")
def fixture_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """The settings of a server, to be changed, on a host with the user alice, whose home is a scratch folder."""
    alice = pwd.struct_passwd(("alice", "x", 1000, 100, "", str(tmp_path / "home"), "/bin/sh"))
    settings = {
        "authorizedkeysfile": [f".ssh/authorized_keys {tmp_path}/keys/%u-%U%%"],
        "listenaddress": ["[::]:22", "192.0.2.1:2222"],
    }
    monkeypatch.setattr(logins.pwd, "getpwnam", lambda _name: alice)
    monkeypatch.setattr(logins.sshd, "effective", lambda _user: settings)
    (tmp_path / "home/.ssh").mkdir(parents=True)
    (tmp_path / "keys").mkdir()
    return settings


def test_keys_are_those_of_all_files(server: dict[str, list[str]], tmp_path: Path) -> None:
    assert logins.logins("alice") == Logins(frozenset(), False, frozenset({("::", 22), ("192.0.2.1", 2222)}))
    (tmp_path / "home/.ssh/authorized_keys").write_text(f'# ssh-rsa AAAAold\n\nfrom="a b" ssh-ed25519 {ONE} alice\n')
    (tmp_path / "keys/alice-1000%").write_text(f"ssh-ed25519 {TWO}\n")
    assert logins.logins("alice").keys == {ONE, TWO}
    server["authorizedkeysfile"] = ["none"]
    assert logins.logins("alice").keys == set()


@pytest.mark.parametrize("name", ["authorizedkeyscommand", "trustedusercakeys"])
def test_keys_from_elsewhere_are_not_known(name: str, server: dict[str, list[str]]) -> None:
    server[name] = ["none"]
    assert logins.logins("alice").keys is not None
    server[name] = ["/usr/bin/keys"]
    assert logins.logins("alice").keys is None


def test_a_file_that_cannot_be_waited_for_holds_no_keys(server: dict[str, list[str]], tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "home/.ssh/authorized_keys")
    assert logins.logins("alice").keys == set()


@pytest.mark.parametrize(
    ("server", "port", "taken"),
    [
        ("192.0.2.1", 22, False),
        ("192.0.2.1", 2222, True),
        ("192.0.2.2", 80, True),
        ("fe80::1", 22, True),
        ("fe80::1", 80, False),
    ],
)
def test_connections_to_an_address_are_taken_there_or_anywhere(server: str, port: int, taken: bool) -> None:
    found = Logins(listens=frozenset({("::", 22), ("0.0.0.0", 80), ("192.0.2.1", 2222)}))
    assert found.takes(server, port) is taken
    assert found.port(port)
    assert not found.port(81)
