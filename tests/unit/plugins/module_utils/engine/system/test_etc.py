# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Files below a stand-in for /etc: planned, put in place, given back, and recovered half-way."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.disk import filesystem
from ansible_collections.home.manager.plugins.module_utils.engine.system.declaration import EtcEntry
from ansible_collections.home.manager.plugins.module_utils.engine.system.etc.disk import Etc
from ansible_collections.home.manager.plugins.module_utils.engine.system.etc.ledger import EtcLedger
from ansible_collections.home.manager.plugins.module_utils.engine.system.etc.lines import plan_lines, with_lines
from ansible_collections.home.manager.plugins.module_utils.engine.system.etc.planner import (
    EtcPlan,
    EtcPlanner,
    Wanted,
    wanted_content,
)
from ansible_collections.home.manager.plugins.module_utils.engine.system.etc.writer import Writer

OBJECTS = {"a": b"one\n", "b": b"two\n"}


class Host:
    """A stand-in for /etc with its ledger."""

    def __init__(self, folder: Path) -> None:
        (folder / "etc").mkdir()
        (folder / "backups").mkdir()
        self.folder = folder
        self.etc = Etc(str(folder / "etc"))
        self.ledger = EtcLedger()
        self.diverts: list[list[str]] = []
        self.pristine: Callable[[str], bool] | None = None

    def path(self, target: str) -> Path:
        return self.folder / "etc" / target

    def wanted(self, **entries: Any) -> dict[str, Wanted]:
        found = {}
        for name, said in entries.items():
            target = name.replace("__", "/").replace("_", ".")
            more = {key: value for key, value in said.items() if key != "name"}
            entry = EtcEntry.of(target, more if "symlink" in said else {"object": "0" * 32 + "-x", **more})
            entry = entry._replace(object=said.get("name"))
            found[target] = Wanted(entry, wanted_content(entry, OBJECTS.__getitem__), os.getuid(), os.getgid())
        return found

    def plan(self, owned: tuple[str, ...] = (), **entries: Any) -> EtcPlan:
        names = (f"backup-{number}" for number in range(len(os.listdir(self.folder / "backups")), 99))
        planner = EtcPlanner(self.etc, self.ledger, owned.__contains__, lambda _target: next(names), self.pristine)
        return planner.plan(self.wanted(**entries))

    def writer(self) -> Writer:
        return Writer(self.etc, str(self.folder / "backups"), OBJECTS.__getitem__, self.diverts.append)

    def switch(self, owned: tuple[str, ...] = (), **entries: Any) -> EtcPlan:
        plan = self.plan(owned, **entries)
        assert plan.collisions == []
        self.writer().prepare(plan.steps)
        self.writer().commit(plan.steps)
        self.ledger = plan.ledger
        return plan


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path)


def test_a_file_comes_stays_changes_and_goes(host: Host) -> None:
    host.switch(a__b={"name": "a", "mode": "0600"})
    assert host.path("a/b").read_bytes() == b"one\n"
    assert host.path("a/b").stat().st_mode & 0o777 == 0o600
    assert host.plan(a__b={"name": "a", "mode": "0600"}).steps == []
    assert host.plan(a__b={"name": "b", "mode": "0600"}).changed == ["a/b"]
    host.switch(a__b={"name": "b", "mode": "0644"})
    assert host.path("a/b").read_bytes() == b"two\n"
    host.switch()
    assert not host.path("a/b").exists()
    assert host.ledger.files == {}


def test_a_file_of_the_host_is_in_the_way(host: Host) -> None:
    host.path("x").write_text("mine")
    plan = host.plan(x={"name": "a"})
    assert [(c.path, c.reason) for c in plan.collisions] == [("/etc/x", "exists and is not managed")]


def test_a_file_that_may_be_replaced_comes_back(host: Host) -> None:
    host.path("hosts").write_text("mine\n")
    host.path("hosts").chmod(0o640)
    host.switch(hosts={"name": "a", "replace": True})
    assert host.path("hosts").read_bytes() == b"one\n"
    host.switch(hosts={"name": "b", "replace": True})
    host.switch()
    assert host.path("hosts").read_text() == "mine\n"
    assert host.path("hosts").stat().st_mode & 0o777 == 0o640


def test_a_file_that_a_mount_holds_comes_back(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    """As /etc/hosts of a container: it can be neither renamed nor removed, only written."""
    host.path("hosts").write_text("mine\n")
    real_rename, real_unlink = filesystem.rename, filesystem.unlink

    def rename(old: str, new: str, *more: Any) -> None:
        if new == str(host.path("hosts")):
            raise OSError(errno.EBUSY, "Device or resource busy", new)
        real_rename(old, new, *more)

    def unlink(path: str, *more: Any) -> None:
        if path == str(host.path("hosts")):
            raise OSError(errno.EBUSY, "Device or resource busy", path)
        real_unlink(path, *more)

    monkeypatch.setattr(filesystem, "rename", rename)
    monkeypatch.setattr(filesystem, "unlink", unlink)
    host.switch(hosts={"name": "a", "replace": True})
    assert host.path("hosts").read_bytes() == b"one\n"
    host.etc = Etc(host.etc.root)
    plan = host.switch()
    assert host.path("hosts").read_text() == "mine\n"
    assert host.etc.in_place == ["hosts"]
    # Killed in between, the switch is done again from its start.
    host.writer().commit(plan.steps)
    assert host.path("hosts").read_text() == "mine\n"


@pytest.mark.parametrize("suffix", [".rpmnew", ".pacnew"])
def test_a_package_s_own_file_comes_back_as_its_newest_version(suffix: str, host: Host) -> None:
    host.pristine = lambda target: target == "top.conf"
    for name in ("top.conf", "other.conf"):
        host.path(name).write_text("default of 1\n")
    both = {"top__conf": {"name": "a", "replace": True}, "other__conf": {"name": "a", "replace": True}}
    plan = host.switch(**{name.replace("__", "_"): said for name, said in both.items()}, owned=("top.conf",))
    assert host.diverts == []
    assert [plan.ledger.files[name].before.pristine for name in ("top.conf", "other.conf")] == [True, False]
    # An upgrade of the packages finds files that are not theirs, and leaves the new ones beside them.
    for name in ("top.conf", "other.conf"):
        host.path(name + suffix).write_text("default of 2\n")
    host.ledger = EtcLedger.of(host.ledger.json())
    host.switch()
    assert host.path("top.conf").read_text() == "default of 2\n"
    # What somebody had changed before is theirs; the new version stays where it is.
    assert host.path("other.conf").read_text() == "default of 1\n"
    assert sorted(os.listdir(host.folder / "etc")) == ["other.conf", f"other.conf{suffix}", "top.conf"]


def test_a_link_that_is_replaced_comes_back(host: Host) -> None:
    host.path("localtime").symlink_to("/usr/share/zoneinfo/Etc/UTC")
    host.switch(localtime={"symlink": "/usr/share/zoneinfo/Europe/Berlin", "replace": True})
    assert os.readlink(host.path("localtime")) == "/usr/share/zoneinfo/Europe/Berlin"
    host.switch()
    assert os.readlink(host.path("localtime")) == "/usr/share/zoneinfo/Etc/UTC"


def test_what_somebody_wrote_into_our_file_is_kept_aside(host: Host) -> None:
    host.switch(x={"name": "a"})
    host.path("x").write_text("by hand")
    plan = host.switch(x={"name": "a"})
    assert [o.op for o in plan.operations] == ["repair"]
    assert host.path("x").read_bytes() == b"one\n"
    kept = [path.read_text() for path in (host.folder / "backups").iterdir()]
    assert kept == ["by hand"]


def test_a_file_of_a_package_is_moved_aside_and_comes_back(host: Host) -> None:
    host.path("issue").write_text("the package's")
    host.switch(owned=("issue",), issue={"name": "a"})
    assert host.path("issue").read_bytes() == b"one\n"
    assert host.path("issue.distrib").read_text() == "the package's"
    host.path("issue.distrib").write_text("a newer one")
    host.switch()
    assert host.path("issue").read_text() == "a newer one"
    assert [arguments[-2] for arguments in host.diverts] == ["--add", "--remove"]


@pytest.mark.slow
@pytest.mark.parametrize("stop", range(1, 6))
def test_whatever_was_done_of_a_commit_it_can_be_done_again(host: Host, stop: int) -> None:
    host.path("hosts").write_text("mine\n")
    host.switch(old={"name": "a"}, both={"name": "a"})
    entries = {"both": {"name": "b"}, "new": {"name": "a"}, "hosts": {"name": "b", "replace": True}}
    plan = host.plan(**entries)
    host.writer().prepare(plan.steps)
    host.writer().commit(plan.steps[:stop])
    # Killed here. The ledger holds both what was and what will be.
    host.ledger.files = {**host.ledger.files, **plan.ledger.files}
    host.switch(**entries)
    assert host.path("both").read_bytes() == b"two\n"
    assert host.path("new").read_bytes() == b"one\n"
    assert host.path("hosts").read_bytes() == b"two\n"
    assert not host.path("old").exists()
    host.switch()
    assert sorted(os.listdir(host.folder / "etc")) == ["hosts"]
    assert host.path("hosts").read_text() == "mine\n"


@pytest.mark.parametrize("stop", range(6))
def test_before_the_commit_everything_can_be_taken_back(host: Host, stop: int) -> None:
    host.path("hosts").write_text("mine\n")
    host.switch(both={"name": "a"})
    plan = host.plan(both={"name": "b"}, new={"name": "a"}, hosts={"name": "b", "replace": True})
    host.writer().prepare(plan.steps[:stop])
    host.ledger.files = {**host.ledger.files, **plan.ledger.files}
    host.switch(both={"name": "a"})
    assert host.path("both").read_bytes() == b"one\n"
    assert host.path("hosts").read_text() == "mine\n"
    assert not host.path("new").exists()


def test_lines_are_added_and_taken_out_and_the_rest_stays() -> None:
    text, ours = with_lines("a\nb\n", ["b", "c"], [])
    assert (text, ours) == ("a\nb\nc\n", ["c"])
    text, ours = with_lines(text + "d\n", ["b"], ours)
    assert (text, ours) == ("a\nb\nd\n", [])


def test_a_file_is_not_made_for_lines_that_go() -> None:
    files, ours, operations = plan_lines({}, {"x": ["a"]}, {"x": None})
    assert (files, ours, operations) == ({}, {}, [])
