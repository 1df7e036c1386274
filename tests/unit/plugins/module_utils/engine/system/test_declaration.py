# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The declaration of a system as it travels: what is well formed comes back as it was, the rest is refused."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.contract.errors import EngineError
from ansible_collections.home.manager.plugins.module_utils.engine.system.declaration import Declaration

OBJECT = "0" * 32 + "-motd"
USER: dict[str, Any] = {"name": "alice", "group": "users", "home": "/home/alice", "shell": "/bin/bash"}


def manifest(**more: Any) -> dict[str, Any]:
    return {"kind": "system", "version": 1, "objects": {OBJECT: {"mode": "0444"}}, **more}


def test_what_is_well_formed_comes_back() -> None:
    said = manifest(
        etc={
            "motd": {"object": OBJECT, "mode": "0600", "reloads": ["a.service"], "onChange": "true"},
            "x": {"symlink": "/y"},
        },
        accounts={"users": [USER], "groups": [{"name": "app", "gid": 900, "members": ["alice"]}]},
        packages={"provider": "apt", "want": [{"name": "git", "version": None, "why": "x"}]},
        provided={"ssh.service": {"enable": True, "start": True}},
        homes={"alice": "d"},
    )
    first = Declaration.of(said)
    assert Declaration.of(first.json()) == first


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"etc": {"../passwd": {"symlink": "x"}}}, "leaves /etc"),
        ({"etc": {"/passwd": {"symlink": "x"}}}, "is not a path below /etc"),
        ({"etc": {"x": {}}}, "must be either a file or a link"),
        ({"etc": {"x": {"object": "1" * 32 + "-gone"}}}, "used but not listed"),
        ({"etc": {"x": {"object": OBJECT, "mode": "999"}}}, "is not a mode"),
        ({"accounts": {"users": [{**USER, "name": "a:b"}]}}, "is not a user name"),
        ({"accounts": {"users": [{**USER, "shell": "/bin/sh\nroot::0:0"}]}}, "contains a colon or a newline"),
        ({"packages": {"want": [{"name": "--purge"}]}}, "is not a package name"),
        ({"accounts": {"users": [{**USER, "uid": "1000"}]}}, "a user: `uid` must be a whole number, got a string"),
        ({"accounts": {"users": [{**USER, "uids": [[1]]}]}}, "`uids` must contain pairs of whole numbers"),
        ({"accounts": {"users": [{**USER, "homeMode": "0o9"}]}}, "invalid literal"),
        ({"etc": {"x": {"symlink": 3}}}, "/etc/x: `symlink` must be a string, got a number"),
        ({"kind": "home"}, "its kind is 'home'"),
    ],
)
def test_what_is_not_is_refused(said: dict[str, Any], problem: str) -> None:
    with pytest.raises(EngineError, match=problem):
        Declaration.of({**manifest(), **said})
