# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether whoever is connected can come back after a switch."""

from __future__ import annotations

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.system.accounts.database import Database
from ansible_collections.home.manager.plugins.module_utils.engine.system.checks import access
from ansible_collections.home.manager.plugins.module_utils.engine.system.checks.access import Access
from ansible_collections.home.manager.plugins.module_utils.engine.system.checks.logins import Logins

ONE, TWO = "AAAAone", "AAAAtwo"
CONNECTION = "192.0.2.9 51000 192.0.2.1 22"
PASSWD = "alice:x:1000:100::/home/alice:/bin/bash\n"
SHADOW = "alice:!:1:0:99999:7:::\n"
GROUPS = {"group": "users:x:100:\nwheel:x:10:alice,bob\nother:x:11:bob\n"}


@pytest.mark.parametrize(
    ("texts", "before", "after", "why"),
    [
        ({}, Access(True, True), Access(True, True), ""),
        ({"passwd": ""}, Access(True, True), Access(True, True), "would have no account"),
        ({"passwd": PASSWD.replace("bash", "nologin")}, Access(True, True), Access(True, True), "the shell of"),
        ({"shadow": SHADOW.replace("7:::", "7::1:")}, Access(True, True), Access(True, True), "would be locked"),
        ({}, Access(True, True), Access(True, False), "no longer use sudo"),
        ({}, Access(True, False), Access(True, False), ""),
        ({}, Access(True, True), Access(False, True), "is not in AllowUsers"),
        ({}, Access(False, True), Access(False, True), ""),
        ({}, Access(True, True), Access(None, True), ""),
    ],
)
def test_what_is_needed_to_come_back_stays(
    texts: dict[str, str], before: Access, after: Access, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access.sshd, "is_locked_out", lambda user, _groups: f'"{user}" is not in AllowUsers')
    database = Database({"passwd": PASSWD, "shadow": SHADOW, **GROUPS, **texts})
    check = access.lost("alice", before, after, database)
    assert check.ok is (not why)
    assert why in check.message


def test_groups_are_the_primary_one_and_those_with_the_user_as_a_member() -> None:
    assert access.groups_of(Database({"passwd": PASSWD, **GROUPS}), "alice") == {"users", "wheel"}


def listening(*ports: int, address: str = "0.0.0.0") -> Logins:
    return Logins(listens=frozenset((address, port) for port in ports))


@pytest.mark.parametrize(
    ("before", "after", "shadow", "why"),
    [
        (listening(22), listening(2222), "!", "no longer listen on port 22, the port of"),
        (listening(22), listening(22, 2222), "!", ""),
        (listening(2200), listening(2222), "!", ""),  # forwarded, or a socket
        (listening(22), Logins(), "!", ""),
        (listening(22), listening(22, address="127.0.0.1"), "!", "no longer listen on 192.0.2.1, the address of"),
        (listening(22), listening(22, address="192.0.2.1"), "!", ""),
        (listening(22), listening(22, address="::"), "!", "no longer listen on 192.0.2.1"),
        (Logins(frozenset({ONE})), Logins(frozenset({TWO})), "!", "none of the keys"),
        (Logins(frozenset({ONE})), Logins(frozenset(), True), "!", "none of the keys"),
        (Logins(frozenset({ONE})), Logins(frozenset(), True), "$6$x", ""),
        (Logins(frozenset({ONE})), Logins(frozenset(), False), "$6$x", "none of the keys"),
        (Logins(frozenset({ONE})), Logins(frozenset({ONE, TWO})), "!", ""),
        (Logins(frozenset({ONE, TWO})), Logins(frozenset({TWO})), "!", ""),
        (Logins(frozenset()), Logins(frozenset()), "!", ""),
        (Logins(frozenset({ONE})), Logins(None), "!", ""),
    ],
)
def test_the_way_of_the_connection_stays_open(
    before: Logins, after: Logins, shadow: str, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database({"shadow": f"alice:{shadow}:1:0:99999:7:::\n"})
    monkeypatch.setattr(access, "ssh_connection", CONNECTION.split)
    check = access.shut("alice", before, after, database)
    assert check.ok is (not why)
    assert why in check.message
    monkeypatch.setattr(access, "ssh_connection", list)
    assert access.shut("alice", before, after, database).ok
