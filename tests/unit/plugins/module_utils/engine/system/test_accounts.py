# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a declaration makes of the user database of a host, recorded from Debian 12."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.contract.errors import EngineError
from ansible_collections.home.manager.plugins.module_utils.engine.system.accounts.database import Database
from ansible_collections.home.manager.plugins.module_utils.engine.system.accounts.declared import Accounts
from ansible_collections.home.manager.plugins.module_utils.engine.system.accounts.limits import Limits
from ansible_collections.home.manager.plugins.module_utils.engine.system.accounts.planner import (
    AccountsPlanner,
    HostContext,
    Plan,
)
from ansible_collections.home.manager.plugins.module_utils.engine.system.accounts.removal import removed
from ansible_collections.home.manager.plugins.module_utils.engine.system.accounts.rows import Rows

HOST = Path(__file__).parent / "hosts" / "debian-12"
LIMITS = Limits.of((HOST / "login.defs").read_text())


def database() -> Database:
    return Database({path.name: path.read_text() for path in HOST.iterdir() if path.name != "login.defs"})


def person(name: str, **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "normal": True,
        "group": "users",
        "home": f"/home/{name}",
        "createHome": True,
        "shell": "/bin/bash",
        "autoIds": True,
        **more,
    }


def plan(
    users: list[dict[str, Any]],
    groups: list[dict[str, Any]] | None = None,
    *,
    on: Database | None = None,
    rows: Rows | None = None,
    mutable: bool = True,
    fresh: bool = True,
    without_password: str = "!",
) -> Plan:
    wanted = Accounts.of(
        {
            "mutable": mutable,
            "users": users,
            "groups": groups or [],
            "aliases": {"wheel": "sudo", "networkmanager": "netdev"},
        }
    )
    around = HostContext(
        LIMITS, 20000, lambda password: f"hash of {password.source}", lambda shell: shell, fresh, without_password
    )
    return AccountsPlanner(wanted, on or database(), rows or Rows(), around).plan()


def test_the_recorded_files_come_out_as_they_were() -> None:
    texts = {path.name: path.read_text() for path in HOST.iterdir() if path.name != "login.defs"}
    assert database().texts() == texts


def test_a_row_that_cannot_be_read_is_an_error() -> None:
    with pytest.raises(EngineError, match=r"/etc/passwd line 1 is invalid"):
        Database({"passwd": "root:x:zero:0::/root:/bin/sh\n"})


def alpine() -> Database:
    """A host of busybox: no gshadow, no subordinate ids, and accounts that adduser has made."""
    texts = {
        "passwd": "root:x:0:0:root:/root:/bin/ash\nguest:x:405:100:guest:/dev/null:/sbin/nologin\n",
        "shadow": "root:*::0:::::\nguest:!::0:::::\n",
        "group": "root:x:0:root\nwheel:x:10:root\nusers:x:100:games\n",
    }
    return Database(texts)


def test_a_host_without_gshadow_keeps_none() -> None:
    groups = [{"name": "web", "gid": None, "members": ["carol"]}]
    found = plan([person("carol", shell="/bin/ash", autoIds=False)], groups, on=alpine()).database.texts()
    assert set(found) == {"passwd", "shadow", "group"}
    assert found["passwd"].splitlines()[-1] == "carol:x:1000:100::/home/carol:/bin/ash"
    assert found["group"].splitlines()[-1] == "web:x:999:carol"


def test_an_account_without_a_password_is_not_locked_where_sshd_asks_no_pam() -> None:
    found = plan([person("carol")], on=alpine(), without_password="*")
    assert found.database.shadows["carol"].hash == "*"
    secret = {"kind": "hash", "source": "x", "initial": False}
    later = plan([person("carol", password=secret)], on=found.database, rows=found.rows, mutable=False)
    assert later.database.shadows["carol"].hash == "hash of x"
    found = plan([person("carol")], on=alpine(), without_password="*")
    gone = plan([], on=found.database, rows=found.rows)
    assert gone.database.shadows["carol"].hash == "!*"
    assert plan([person("carol")], on=gone.database, rows=gone.rows).database.shadows["carol"].hash == "*"


def test_a_new_person_gets_the_next_ids_and_a_locked_password() -> None:
    found = plan([person("carol", extraGroups=["wheel", "audio"])])
    row = found.database.accounts["carol"]
    assert (row.uid, row.gid, row.home) == (1003, 100, "/home/carol")
    assert found.database.shadows["carol"].hash == "!"
    assert found.database.groups["sudo"].members == ("carol",)
    assert found.database.groups["audio"].members == ("carol",)
    taken = [(r.start, r.size) for r in found.database.ranges["subuid"]]
    assert len(set(taken)) == len(taken) == 4
    assert found.rows.users["carol"].created
    assert [user.name for user in found.homes] == ["carol"]


def test_the_members_of_a_declared_group_are_those_that_are_declared() -> None:
    groups = [
        {"name": "app", "gid": None, "members": ["bob", "bob"]},
        {"name": "sudo", "gid": None, "members": ["bob"]},
    ]
    found = plan([person("bob", extraGroups=["sudo"]), person("carol", extraGroups=["app", "wheel", "audio"])], groups)
    members = {name: found.database.groups[name].members for name in ("app", "sudo", "audio")}
    assert members == {"app": ("bob",), "sudo": ("bob", "carol"), "audio": ("carol",)}


def test_a_second_plan_finds_nothing_to_do() -> None:
    first = plan([person("carol", extraGroups=["wheel"])], [{"name": "app", "gid": None, "members": ["carol"]}])
    again = plan(
        [person("carol", extraGroups=["wheel"])],
        [{"name": "app", "gid": None, "members": ["carol"]}],
        on=first.database,
        rows=first.rows,
    )
    assert not again.changed
    assert again.operations == []


def test_an_existing_account_keeps_what_is_not_declared() -> None:
    host = database()
    host.accounts["alice"] = host.accounts["alice"]._replace(shell="/bin/zsh", description="Alice")
    found = plan([person("alice")], on=host)
    row = found.database.accounts["alice"]
    assert (row.gid, row.shell, row.description) == (1000, "/bin/zsh", "Alice")
    assert not found.changed


def test_what_is_declared_of_an_existing_account_is_changed_and_given_back() -> None:
    found = plan([person("alice", shell="/bin/zsh", explicit=["shell"])])
    assert found.database.accounts["alice"].shell == "/bin/zsh"
    gone = plan([], on=found.database, rows=found.rows)
    assert gone.database.accounts["alice"].shell == "/bin/bash"
    assert gone.leaving == []


def test_an_id_in_use_is_never_changed() -> None:
    found = plan([person("alice", uid=1500)])
    assert found.database.accounts["alice"].uid == 1000
    assert found.warnings == [
        "users.users.alice.uid is 1500, but alice has 1000 on this host. IDs in use are never changed."
    ]


def test_an_id_that_somebody_else_has_is_refused() -> None:
    with pytest.raises(EngineError, match=r"users.users.carol.uid is 1000, which alice has on this host"):
        plan([person("carol", uid=1000)])


def test_the_id_of_a_removed_account_is_given_to_nobody_else() -> None:
    first = plan([person("carol")])
    second = plan([], on=first.database, rows=first.rows)
    assert second.leaving == ["carol"]
    assert second.database.shadows["carol"].expires == "1"
    removed(second.database, second.rows, second.leaving)
    assert "carol" not in second.database.accounts
    third = plan([person("dave")], on=second.database, rows=second.rows)
    assert third.database.accounts["dave"].uid == 1004
    back = plan([person("dave"), person("carol")], on=third.database, rows=third.rows)
    assert back.database.accounts["carol"].uid == 1003


@pytest.mark.parametrize("hashed", ["!", "$6$salt$hash", "!$6$salt$hash"])
def test_an_account_that_stays_after_all_is_as_it_was(hashed: str) -> None:
    first = plan([person("carol", expires="2030-01-31")])
    before = first.database.shadows["carol"]._replace(hash=hashed)
    first.database.shadows["carol"] = before
    going = plan([], on=first.database, rows=first.rows)
    assert going.database.shadows["carol"].expires == "1"
    # A switch that was not confirmed is taken back before the row has gone.
    again = plan([], on=going.database, rows=going.rows)
    back = plan([person("carol", expires="2030-01-31")], on=again.database, rows=again.rows)
    assert back.database.shadows["carol"] == before
    assert plan([person("carol", expires="2030-01-31")], on=back.database, rows=back.rows).operations == []


def test_a_present_password_is_never_touched_where_accounts_are_managed_by_hand() -> None:
    host = database()
    host.shadows["alice"] = host.shadows["alice"]._replace(hash="by hand")
    found = plan([person("alice", password={"kind": "hash", "source": "x"})], on=host)
    assert found.database.shadows["alice"].hash == "by hand"


def test_a_declared_password_counts_where_accounts_are_not_managed_by_hand() -> None:
    people = [person(name, password={"kind": "hash", "source": "x"}) for name in ("alice", "bob", "admin")]
    found = plan(people, mutable=False)
    assert found.database.shadows["alice"].hash == "hash of x"


def test_going_back_never_sets_an_older_password() -> None:
    people = [person(name, password={"kind": "hash", "source": "new"}) for name in ("alice", "bob", "admin")]
    now = plan(people, mutable=False)
    older = [person(name, password={"kind": "hash", "source": "old"}) for name in ("alice", "bob", "admin", "carol")]
    back = plan(older, mutable=False, on=now.database, rows=now.rows, fresh=False)
    assert back.database.shadows["alice"].hash == "hash of new"
    assert back.database.shadows["carol"].hash == "!"
    assert "carol is created without a password" in back.warnings[0]


def test_undeclared_people_go_where_accounts_are_not_managed_by_hand_and_the_distribution_stays() -> None:
    found = plan([person("alice")], mutable=False)
    assert sorted(found.leaving) == ["admin", "bob"]
    assert "www-data" in found.database.accounts
    assert "nobody" in found.database.accounts


def test_members_added_by_hand_stay_and_ours_go_with_their_declaration() -> None:
    host = database()
    host.set_members("audio", ("bob",))
    first = plan([person("alice", extraGroups=["audio"])], on=host)
    assert first.database.groups["audio"].members == ("bob", "alice")
    second = plan([person("alice")], on=first.database, rows=first.rows)
    assert second.database.groups["audio"].members == ("bob",)


def test_an_unknown_group_is_a_warning_that_names_the_nearest() -> None:
    found = plan([person("alice", extraGroups=["dokcer"])], [{"name": "docker", "gid": None, "members": []}])
    assert found.warnings == [
        'users.users.alice.extraGroups: this host has no group "dokcer", and no declared package or option creates it. Nearest: docker.'
    ]


def test_a_group_of_ours_goes_when_it_is_no_longer_declared() -> None:
    first = plan([], [{"name": "app", "gid": 850, "members": []}])
    assert first.database.groups["app"].gid == 850
    second = plan([], on=first.database, rows=first.rows)
    assert "app" not in second.database.groups


def test_twenty_people_are_planned_at_once() -> None:
    found = plan([person(f"user{number}") for number in range(20)])
    ids = [found.database.accounts[f"user{number}"].uid for number in range(20)]
    assert ids == list(range(1003, 1023))


def test_rows_that_an_interruption_left_without_a_partner_are_put_right() -> None:
    first = plan([person("carol")], [{"name": "band", "gid": None, "members": ["carol"]}])
    first.database.accounts.pop("carol")
    first.database.group_shadows.pop("band")
    second = plan([], [{"name": "band", "gid": None, "members": []}], on=first.database, rows=first.rows)
    assert "carol" not in second.database.shadows
    assert "band" in second.database.group_shadows
