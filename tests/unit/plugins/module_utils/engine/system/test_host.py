# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Hosts that are no system of ours are refused before anything is looked at."""

from __future__ import annotations

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.contract.errors import EngineError
from ansible_collections.home.manager.plugins.module_utils.engine.system import host, verbs
from ansible_collections.home.manager.plugins.module_utils.engine.system.verbs import SystemVerbs


class Machine:
    """What is to be seen of a machine: a booted Debian, unless a test says otherwise."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.files: set[str] = set()
        self.manager, self.init, self.writable = "apt", "systemd", True
        patch.setattr(host.queries, "exists", lambda path: path in self.files)
        patch.setattr(host, "present", lambda: self.manager)
        patch.setattr(host, "booted", lambda: self.init)
        self.mounts = "rootfs / rootfs rw 0 0\n/dev/vda1 / ext4 rw 0 0\ntmpfs /run tmpfs rw 0 0\n"
        patch.setattr(host.filesystem, "read", lambda _path, follow: self.mounts.encode() if follow else b"")
        patch.setattr(host.os, "access", lambda _path, _mode: self.writable)
        patch.setattr(verbs.os, "geteuid", lambda: 0)


@pytest.fixture(name="machine")
def fixture_machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(monkeypatch)


def refused(step: str = "probe") -> str:
    with pytest.raises(EngineError) as problem:
        SystemVerbs(lambda _request: {}, "/nowhere", "/nowhere").answer({"step": step})
    assert problem.value.kind.value == "host"
    return problem.value.message


def test_a_booted_host_of_a_known_family_is_not_refused(machine: Machine) -> None:
    for machine.init in ("systemd", "openrc"):
        for machine.manager in ("apt", "dnf", "pacman", "apk"):
            host.refuse_foreign()


@pytest.mark.parametrize("step", ["probe", "switch", "confirm", "rollback", "expire"])
def test_a_host_of_another_init_is_refused_with_what_it_lacks(step: str, machine: Machine) -> None:
    machine.init = "other"
    text = refused(step)
    assert text.startswith("this host was booted neither by systemd nor by OpenRC.")
    assert "only homes can be switched here" in text


def test_hosts_that_others_manage_are_refused(machine: Machine) -> None:
    machine.files = {"/etc/NIXOS"}
    assert "configure it with NixOS itself" in refused()
    machine.files = {"/run/ostree-booted"}
    assert "an image of ostree" in refused()


def test_a_host_that_runs_from_memory_is_refused(machine: Machine) -> None:
    machine.manager, machine.mounts = "apk", "tmpfs / tmpfs rw 0 0\n"
    host.refuse_foreign()
    machine.init = "openrc"
    assert "setup-disk" in refused()


def test_hosts_without_a_known_package_manager_or_with_a_read_only_etc_are_refused(machine: Machine) -> None:
    machine.manager = ""
    assert "none of apt, dnf, pacman and apk" in refused()
    machine.manager, machine.writable = "apt", False
    assert refused() == "/etc cannot be written on this host"


def test_a_step_that_does_not_exist_is_named_with_those_that_do(machine: Machine) -> None:
    with pytest.raises(
        EngineError, match=r"unknown step 'swich' \(known: probe, list, switch, confirm, rollback, expire\)"
    ):
        SystemVerbs(lambda _request: {}, "/nowhere", "/nowhere").answer({"step": "swich"})
