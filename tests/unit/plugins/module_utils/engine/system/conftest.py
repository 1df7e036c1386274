# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The fixtures of the tests of systems."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.system import (
    blueprint,
    confirm,
    queries,
    runner,
    verbs,
)
from ansible_collections.home.manager.plugins.module_utils.engine.system.inits.systemd import Systemd
from ansible_collections.home.manager.plugins.module_utils.engine.system.process import Done
from ansible_collections.home.manager.plugins.module_utils.engine.system.switch import SystemSwitch

from .scratch_host import Host, apt_without_packages


@pytest.fixture(name="scratch_host")
def fixture_scratch_host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Host:
    """A host that was switched to the word `old`."""
    monkeypatch.setattr(verbs, "refuse_foreign", lambda: None)
    monkeypatch.setattr(blueprint, "_owned", lambda: lambda _target: False)
    monkeypatch.setattr(
        queries, "manager_of", lambda _provider, state, _distribution: apt_without_packages(state, tmp_path)
    )
    monkeypatch.setattr(runner, "install", lambda _state: None)
    monkeypatch.setattr(queries, "init_of", lambda _name: Systemd(running=False))
    monkeypatch.setattr(SystemSwitch, "check", lambda _self, _blueprint: None)
    monkeypatch.setattr(SystemSwitch, "_check_again", lambda _self, _blueprint: None)
    host = Host(tmp_path)
    host.switch("old")
    assert host.words() == {"old"}
    return host


class Timed(Systemd):
    """An init that keeps the seconds of its timer in a list."""

    def __init__(self) -> None:
        super().__init__(running=False)
        self.timers: list[int] = []

    def start_timer(self, command: list[str], seconds: int, state: str) -> str:
        self.timers.append(seconds)
        return ""

    def stop_timer(self, state: str) -> None:
        self.timers.clear()


@pytest.fixture(name="timers")
def fixture_timers(scratch_host: Host, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The seconds of the timer that would revert a switch of the scratch host, while it runs."""
    init = Timed()
    monkeypatch.setattr(queries, "init_of", lambda _name: init)
    monkeypatch.setattr(confirm, "run", lambda _command, _timeout: Done(0, ""))
    return init.timers
