# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a rollback never brings back: keys that were replaced since, and passwords."""

from __future__ import annotations

import os
from typing import Any

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.contract.bundle import write_bundle
from ansible_collections.home.manager.plugins.module_utils.engine.contract.canonical import digest
from ansible_collections.home.manager.plugins.module_utils.engine.contract.errors import EngineError, ErrorKind
from ansible_collections.home.manager.plugins.module_utils.engine.contract.objects import object_id
from ansible_collections.home.manager.plugins.module_utils.engine.disk import filesystem
from ansible_collections.home.manager.plugins.module_utils.engine.system import completion
from ansible_collections.home.manager.plugins.module_utils.engine.system.recovery import recover, revert
from ansible_collections.home.manager.plugins.module_utils.engine.system.switch import SystemSwitch

from .scratch_host import Host

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="only root switches a system"),
    pytest.mark.usefixtures("timers"),
]

KEYS = "ssh/authorized_keys.d/alice"


@pytest.fixture(name="host")
def fixture_host(scratch_host: Host) -> Host:
    return scratch_host


@pytest.fixture(autouse=True)
def nobody_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(completion, "end_processes", lambda _name: None)
    monkeypatch.setattr(completion, "make_homes", lambda _homes, _etc: None)


def declare(host: Host, key: str | None, password: str = "$6$first", **more: Any) -> dict[str, Any]:
    """Switch to a system with alice, her password, a file that holds the same word as the key, and the key."""
    objects = {}

    def use(text: str, mode: str, name: str) -> str:
        found = object_id(text.encode(), mode, name)
        objects[found] = (text.encode(), mode)
        return found

    word = key or "none"
    etc = {"a.conf": {"object": use(word, "0444", "a.conf"), "mode": "0644"}}
    if key is not None:
        etc[KEYS] = {"object": use(key, "0444", "alice"), "mode": "0444", "forwardOnly": True}
    source = use(password, "0600", "password")
    user = {
        "name": "alice", "uid": None, "normal": True, "group": "users", "extraGroups": [], "home": "/home/alice", "homeMode": "0700",
        "createHome": False, "shell": "/bin/sh", "description": "", "expires": None, "linger": None, "autoIds": False, "uids": [],
        "gids": [], "keys": key is not None, "explicit": [], "origin": "",
        "password": {"kind": "hash", "source": source, "initial": False},
    }  # fmt: skip
    manifest = {
        "kind": "system",
        "version": 1,
        "etc": etc,
        "accounts": {"mutable": False, "users": [user], "groups": []},
        "objects": {name: {"mode": mode, "size": len(content)} for name, (content, mode) in objects.items()},
    }
    bundle = write_bundle(manifest, sorted((name, content) for name, (content, _mode) in objects.items()))
    request = {"step": "switch", "digest": digest(manifest), "bundle": bundle, "allow_lockout": True, "homes": {}}
    answer: dict[str, Any] = host.verbs.answer({**request, **more})
    assert not answer.get("failed")
    return answer


def roll_back(host: Host, **more: Any) -> dict[str, Any]:
    answer: dict[str, Any] = host.verbs.answer({"step": "rollback", "allow_lockout": True, **more})
    return answer


def key(host: Host) -> str | None:
    path = host.etc / KEYS
    return path.read_text() if path.exists() else None


def word(host: Host) -> str:
    return (host.etc / "a.conf").read_text()


def password(host: Host) -> str:
    rows = (line.split(":") for line in (host.etc / "shadow").read_text().splitlines())
    return next(row[1] for row in rows if row[0] == "alice")


def test_a_rollback_leaves_the_keys_that_are_there(host: Host) -> None:
    declare(host, "one")
    declare(host, "two")
    for check in (True, False):
        answer = roll_back(host, check=check)
        assert f"/etc/{KEYS} stays as it is: a rollback restores no old keys" in answer["warnings"]
        assert not [o for o in answer["operations"] if o["name"] == f"/etc/{KEYS}"]
    assert (word(host), key(host)) == ("one", "two")


def test_a_key_that_is_gone_stays_away(host: Host) -> None:
    declare(host, "one")
    declare(host, None)
    roll_back(host)
    assert (word(host), key(host)) == ("one", None)


def test_a_rollback_takes_a_key_away(host: Host) -> None:
    declare(host, None)
    declare(host, "two")
    roll_back(host)
    assert (word(host), key(host)) == ("none", None)


def test_a_declared_key_is_back_with_the_next_switch(host: Host) -> None:
    declare(host, "one")
    declare(host, "two")
    roll_back(host)
    declare(host, "one")
    assert key(host) == "one"
    declare(host, "two")
    assert key(host) == "two"


def test_two_rollbacks_restore_no_key_either(host: Host) -> None:
    for name in ("one", "two", "three"):
        declare(host, name)
    roll_back(host)
    roll_back(host)
    assert (word(host), key(host)) == ("one", "three")


@pytest.mark.parametrize("call", ["current", "a.conf"])
def test_an_interrupted_rollback_restores_none(call: str, host: Host) -> None:
    declare(host, "one")
    declare(host, "two")

    def observer(when: str, named: str, path: str) -> None:
        if when == "before" and named == "rename" and path.endswith(call):
            raise KeyboardInterrupt

    filesystem.observer, former = observer, filesystem.observer
    try:
        with pytest.raises(KeyboardInterrupt):
            roll_back(host)
    finally:
        filesystem.observer = former
    assert recover(host.verbs.context())
    assert (word(host), key(host)) == ("one", "two")


def test_a_revert_brings_the_keys_back_that_nobody_confirmed_to_have_replaced(host: Host) -> None:
    declare(host, "one")
    declare(host, "two", confirm=30)
    assert key(host) == "two"
    assert revert(host.verbs.context())
    assert (word(host), key(host)) == ("one", "one")


def test_a_switch_that_fails_after_a_rollback_restores_neither_key_nor_password(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    declare(host, "one", "$6$first")
    declare(host, "two", "$6$second")
    roll_back(host)
    assert (key(host), password(host)) == ("two", "$6$second")

    def fails(_self: SystemSwitch, _blueprint: object) -> None:
        raise EngineError("nginx refuses the file", ErrorKind.CHECK)

    with monkeypatch.context() as patch:
        patch.setattr(SystemSwitch, "_check_again", fails)
        for secret in ("$6$second", "$6$third"):
            with pytest.raises(EngineError, match="nginx refuses"):
                declare(host, "three", secret)
            assert (word(host), key(host), password(host)) == ("one", "two", "$6$second")
    declare(host, "three", "$6$third")
    assert (word(host), key(host), password(host)) == ("three", "three", "$6$third")


def test_a_switch_that_fails_leaves_the_password_as_it_was(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    declare(host, "one", "$6$first")

    def fails(_self: SystemSwitch, _blueprint: object) -> None:
        raise EngineError("nginx refuses the file", ErrorKind.CHECK)

    with monkeypatch.context() as patch:
        patch.setattr(SystemSwitch, "_check_again", fails)
        with pytest.raises(EngineError, match="nginx refuses"):
            declare(host, "two", "$6$second")
    assert (word(host), key(host), password(host)) == ("one", "one", "$6$first")
    assert declare(host, "one", "$6$first", check=True)["changed"] is False
