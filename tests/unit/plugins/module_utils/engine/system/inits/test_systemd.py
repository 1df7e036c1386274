# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Where units are placed: what a package ships keeps its own unit, and gets a drop-in."""

from __future__ import annotations

from typing import Any

from ansible_collections.home.manager.plugins.module_utils.engine.system.declaration import EtcEntry
from ansible_collections.home.manager.plugins.module_utils.engine.system.inits.systemd import Systemd

SHIPPED = {("systemd/system/", "ssh.service"), ("systemd/user/", "pipewire.service")}


def placed(**entries: dict[str, Any]) -> list[str]:
    init = Systemd(ships=lambda folder, unit: (folder, unit) in SHIPPED)
    found = init.placed({target: EtcEntry.of(target, entry) for target, entry in entries.items()})
    assert [entry.target for entry in found.values()] == list(found)
    return sorted(found)


def whole(unit: str) -> dict[str, Any]:
    return {"object": "0" * 32 + "-x", "unit": unit}


def test_a_unit_that_a_package_ships_gets_a_drop_in() -> None:
    units = {"systemd/system/ssh.service": whole("ssh.service"), "systemd/system/own.service": whole("own.service")}
    assert placed(**units) == ["systemd/system/own.service", "systemd/system/ssh.service.d/home-manager.conf"]


def test_units_of_users_are_compared_with_units_of_users() -> None:
    units = {
        name: whole(name.rpartition("/")[2]) for name in ("systemd/user/pipewire.service", "systemd/user/ssh.service")
    }
    assert placed(**units) == ["systemd/user/pipewire.service.d/home-manager.conf", "systemd/user/ssh.service"]


def test_a_masked_unit_stays_a_link() -> None:
    assert placed(**{"systemd/system/ssh.service": {"symlink": "/dev/null"}}) == ["systemd/system/ssh.service"]
